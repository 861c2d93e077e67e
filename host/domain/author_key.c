// SPDX-License-Identifier: EUPL-1.2
#include "domain/author_key.h"

#include <string.h>

#include "base/clock.h"

static const char *const TRUSTS[] = {"first", "known", "trusted", "distrusted"};

const char *author_trust_text(author_trust t) {
    return TRUSTS[t];
}

static author_trust trust_from(const char *text) {
    return strcmp(text, TRUSTS[AUTHOR_TRUSTED]) == 0 ? AUTHOR_TRUSTED : AUTHOR_DISTRUSTED;
}

author_trust author_key_trust(store *s, const char *key) {
    store_rows *row;
    if (store_one(s, &row, "SELECT trust FROM author_key WHERE key = ?", "t", key) == STATUS_OK) {
        author_trust found = trust_from(store_text(row, 0));
        store_end(row, NULL);
        return found;
    }
    int64_t plugins = store_count(s, 0, "SELECT count(*) FROM plugin_author WHERE key = ?", "t", key);
    return plugins > 0 ? AUTHOR_KNOWN : AUTHOR_FIRST;
}

status author_key_decide(store *s, const char *key, author_trust trust, const char *name, const char *decider,
                         fault *f) {
    if (trust != AUTHOR_TRUSTED && trust != AUTHOR_DISTRUSTED)
        return store_run(s, f, "DELETE FROM author_key WHERE key = ?", "t", key);
    return store_run(s, f,
                     "INSERT INTO author_key (key, trust, name, decided, decider) VALUES (?, ?, COALESCE(?, ''), ?, ?) "
                     "ON CONFLICT (key) DO UPDATE SET trust = excluded.trust, "
                     "name = COALESCE(NULLIF(excluded.name, ''), author_key.name), decided = excluded.decided, "
                     "decider = excluded.decider",
                     "tttit", key, TRUSTS[trust], name, clock_now(), decider);
}

status author_key_list(store *s, author_key_each *each, void *context, fault *f) {
    store_rows *rows = store_query(s,
                                   "SELECT k.key, k.trust, k.name, k.decided, "
                                   "(SELECT count(*) FROM plugin_author p WHERE p.key = k.key) FROM author_key k "
                                   "UNION ALL SELECT p.key, '', '', MIN(p.since), count(*) FROM plugin_author p "
                                   "WHERE NOT EXISTS (SELECT 1 FROM author_key k WHERE k.key = p.key) GROUP BY p.key "
                                   "ORDER BY 3, 1",
                                   "");
    while (store_next(rows)) {
        const char *trust = store_text(rows, 1);
        each(context, store_text(rows, 0), *trust ? trust_from(trust) : AUTHOR_KNOWN, store_text(rows, 2),
             store_int(rows, 3), store_int(rows, 4));
    }
    return store_end(rows, f);
}

status author_keys_read(store *s, arena *a, const char ***out, size_t *count, fault *f) {
    int64_t most =
        store_count(s, 0, "SELECT (SELECT count(*) FROM author_key) + (SELECT count(*) FROM plugin_author)", "");
    *out = arena_alloc(a, ((size_t)most + 1) * sizeof **out);
    *count = 0;
    store_rows *rows =
        store_query(s, "SELECT key FROM author_key UNION SELECT key FROM plugin_author LIMIT ?", "i", most);
    while (store_next(rows))
        (*out)[(*count)++] = arena_text(a, store_text(rows, 0));
    return store_end(rows, f);
}

const char *author_key_of(store *s, arena *a, const char *plugin) {
    store_rows *row;
    if (store_one(s, &row, "SELECT key FROM plugin_author WHERE plugin = ?", "t", plugin) != STATUS_OK)
        return NULL;
    const char *key = arena_text(a, store_text(row, 0));
    store_end(row, NULL);
    return key;
}

status author_key_bind(store *s, const char *plugin, const char *key, fault *f) {
    return store_run(s, f,
                     "INSERT INTO plugin_author (plugin, key, since) VALUES (?, ?, ?) "
                     "ON CONFLICT (plugin) DO UPDATE SET key = excluded.key, since = excluded.since "
                     "WHERE plugin_author.key <> excluded.key",
                     "tti", plugin, key, clock_now());
}
