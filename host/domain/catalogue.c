// SPDX-License-Identifier: EUPL-1.2
#include "domain/catalogue.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/language.h"
#include "store/search.h"

// What an item shows, but for its profiles.
#define ITEM_COLUMNS                                                                                                   \
    "i.id, i.kind, i.subject, i.name, i.description, i.languages, i.tags, i.licence, i.difficulty, i.logo, p.id, "     \
    "i.missing, i.logo_size"

enum {
    ITEM_ID,
    ITEM_KIND,
    ITEM_SUBJECT,
    ITEM_NAME,
    ITEM_DESCRIPTION,
    ITEM_LANGUAGES,
    ITEM_TAGS,
    ITEM_LICENCE,
    ITEM_DIFFICULTY,
    ITEM_LOGO,
    ITEM_PLUGIN,
    ITEM_MISSING,
    ITEM_LOGO_SIZE,
    ITEM_END
};

// A text as a string, also when there is none.
static void text_put(answer *out, const char *key, str texts, const char *language) {
    str value = language_pick(texts, language, NULL);
    answer_put_raw(out, key, value.len > 0 ? value : STR("\"\""));
}

static void list_put(answer *out, const char *key, str texts, const char *language) {
    str value = language_pick(texts, language, NULL);
    answer_put_raw(out, key, value.len > 0 ? value : STR("[]"));
}

static void summary_put(answer *out, str texts, const char *language) {
    buffer plain = {0}, summary = {0};
    language_add_plain(&plain, language_pick(texts, language, NULL));
    catalogue_summary(&summary, buffer_str(&plain));
    answer_key(out, "summary");
    answer_str(out, summary.len > 0 ? buffer_str(&summary) : STR(""));
    buffer_free(&plain);
    buffer_free(&summary);
}

// The profiles of many entries in order of their ids, read beside the entries themselves: one query for a page, and no
// text of an entry is read more than once.
static void profiles_put(answer *out, store_rows *needs, bool *left, str id) {
    answer_key(out, "problem_profiles");
    answer_array(out);
    for (; *left; *left = store_next(needs)) {
        str at = store_str(needs, 0);
        int order = memcmp(at.ptr, id.ptr, at.len < id.len ? at.len : id.len);
        order = order != 0 ? order : (at.len > id.len) - (at.len < id.len);
        if (order > 0) {
            break;
        }
        if (order == 0) {
            answer_str(out, store_str(needs, 1));
        }
    }
    answer_end(out);
}

// The same for one entry.
static status needs_put(store *s, answer *out, const char *id, fault *f) {
    store_rows *needs = store_query(
        s, "SELECT interlinker, profile FROM interlinker_need WHERE interlinker = ? ORDER BY profile", "t", id);
    bool left = store_next(needs);
    profiles_put(out, needs, &left, str_from(id));
    return store_end(needs, f);
}

static status unknown(fault *f) {
    return fault_set(f, STATUS_NOT_FOUND, "interlinker.not_found", "There is no such tool in the catalogue.");
}

// Everything but the profiles; the object stays open.
static void item_open(answer *out, store_rows *r, const char *language) {
    const char *chosen = "en";
    str id = store_str(r, ITEM_ID), names = store_str(r, ITEM_NAME);
    bool is_plugin = str_is(store_str(r, ITEM_KIND), "plugin");
    answer_object(out);
    answer_put_str(out, "id", id);
    answer_put_str(out, "kind", store_str(r, ITEM_KIND));
    answer_put_str(out, "subject", store_str(r, ITEM_SUBJECT));
    str name = language_pick(names, language, &chosen);
    answer_put_raw(out, "name", name.len > 0 ? name : STR("\"\""));
    summary_put(out, store_str(r, ITEM_DESCRIPTION), language);
    answer_put_text(out, "language", chosen);
    answer_put_raw(out, "languages", store_str(r, ITEM_LANGUAGES));
    list_put(out, "tags", store_str(r, ITEM_TAGS), language);
    answer_put_str(out, "licence", store_str(r, ITEM_LICENCE));
    answer_put_str(out, "difficulty", store_str(r, ITEM_DIFFICULTY));
    answer_key(out, "logo");
    if (store_is_null(r, ITEM_LOGO)) {
        answer_null(out);
    } else {
        char url[256];
        int len = snprintf(url, sizeof url, "/files/logos/" STR_FORMAT, STR_ARG(id));
        answer_str(out, (str){url, (size_t)len < sizeof url ? (size_t)len : sizeof url - 1});
    }
    answer_put_int(out, "logo_size", store_int(r, ITEM_LOGO_SIZE));
    answer_put_str(out, "plugin", store_str(r, ITEM_PLUGIN));
    answer_key(out, "installed");
    if (is_plugin) {
        answer_bool(out, !store_is_null(r, ITEM_PLUGIN));
    } else {
        answer_null(out);
    }
    answer_put_bool(out, "missing", store_int(r, ITEM_MISSING) != 0);
}

status catalogue_item_write(store *s, answer *out, const char *id, const char *language, fault *f) {
    store_rows *r = store_query(
        s, "SELECT " ITEM_COLUMNS " FROM interlinker i LEFT JOIN plugin p ON p.id = i.plugin WHERE i.id = ?", "t", id);
    if (!store_next(r)) {
        status result = store_end(r, f);
        return result != STATUS_OK ? result : unknown(f);
    }
    item_open(out, r, language);
    status result = store_end(r, f);
    if (result == STATUS_OK) {
        result = needs_put(s, out, id, f);
    }
    answer_end(out);
    return result;
}

// The filter as the arguments of a statement. Profiles are one text between bars, so that the number of them does not
// change the statement; ids hold no bar.
typedef struct conditions {
    const char *kind;
    char language[24]; // pattern for the list of languages, "" for any
    buffer profiles;   // "|A|B|", or empty
} conditions;

static void conditions_make(conditions *c, const catalogue_filter *filter) {
    *c = (conditions){.kind = filter->kind ? filter->kind : ""};
    if (filter->language != NULL) {
        snprintf(c->language, sizeof c->language, "%%\"%.12s\"%%", filter->language);
        for (char *l = c->language; *l != 0; l++) {
            *l = (char)tolower((unsigned char)*l);
        }
    }
    for (size_t i = 0; i < filter->profile_count; i++) {
        buffer_add(&c->profiles, i == 0 ? "|" : "");
        buffer_add(&c->profiles, filter->profiles[i]);
        buffer_add_char(&c->profiles, '|');
    }
}

#define CONDITIONS                                                                                                     \
    "(? = '' OR i.kind = ?) AND (? = '' OR lower(i.languages) LIKE ?) AND (? = '' OR EXISTS "                          \
    "(SELECT 1 FROM interlinker_need w WHERE w.interlinker = i.id AND replace(?, '|' || w.profile || '|', '') <> ?)) "
#define CONDITIONS_TYPES "ttttsss"
#define CONDITIONS_VALUES(c)                                                                                           \
    (c)->kind, (c)->kind, (c)->language, (c)->language, profiles_of(c), profiles_of(c), profiles_of(c)

static str profiles_of(const conditions *c) {
    return c->profiles.len > 0 ? buffer_str(&c->profiles) : STR("");
}

static status page_write(store *s, answer *out, const catalogue_filter *filter, const conditions *c,
                         const char *language, fault *f) {
    char last[256] = "";
    int64_t count = 0;
    const char *after = filter->after ? filter->after : "";
    answer_key(out, "items");
    answer_array(out);
    store_rows *needs = store_query(
        s, "SELECT interlinker, profile FROM interlinker_need WHERE interlinker > ? ORDER BY interlinker, profile", "t",
        after);
    bool left = store_next(needs);
    store_rows *r = store_query(s,
                                "SELECT " ITEM_COLUMNS " FROM interlinker i LEFT JOIN plugin p ON p.id = i.plugin "
                                "WHERE i.id > ? AND " CONDITIONS "ORDER BY i.id LIMIT ?",
                                "t" CONDITIONS_TYPES "i", after, CONDITIONS_VALUES(c), filter->limit);
    for (; store_next(r); count++) {
        item_open(out, r, language);
        profiles_put(out, needs, &left, store_str(r, ITEM_ID));
        answer_end(out);
        snprintf(last, sizeof last, "%s", store_text(r, ITEM_ID));
    }
    status result = store_end(r, f), ended = store_end(needs, f);
    result = result != STATUS_OK ? result : ended;
    answer_end(out);
    answer_key(out, "next");
    bool more = result == STATUS_OK && count == filter->limit &&
                store_count(s, 0, "SELECT 1 FROM interlinker i WHERE i.id > ? AND " CONDITIONS "LIMIT 1",
                            "t" CONDITIONS_TYPES, last, CONDITIONS_VALUES(c)) != 0;
    answer_text(out, more ? last : NULL);
    return result;
}

// A cursor into a search is "POSITION.ID": the id finds its place again when the order has changed, the position helps
// where the entry is gone.
static bool cursor_read(const char *after, const search_hit *hits, size_t count, size_t *from) {
    *from = 0;
    if (after == NULL) {
        return true;
    }
    char *end;
    unsigned long position = strtoul(after, &end, 10);
    if (end == after || *end != '.' || position > 1000000) {
        return false;
    }
    *from = position < count ? position : count;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(hits[i].id, end + 1) == 0) {
            *from = i + 1;
            break;
        }
    }
    return true;
}

enum { SEARCH_HITS = 1000 };

static status hits_write(store *s, answer *out, const catalogue_filter *filter, const conditions *c,
                         const char *language, const search_hit *hits, size_t count, size_t from, fault *f) {
    status result = STATUS_OK;
    int64_t shown = 0;
    size_t at = from, last = from;
    bool more = false;
    answer_key(out, "items");
    answer_array(out);
    for (; at < count && result == STATUS_OK && !more; at++) {
        if (store_count(s, 0, "SELECT 1 FROM interlinker i WHERE i.id = ? AND " CONDITIONS, "t" CONDITIONS_TYPES,
                        hits[at].id, CONDITIONS_VALUES(c)) == 0) {
            continue;
        }
        more = shown == filter->limit;
        if (!more) {
            result = catalogue_item_write(s, out, hits[at].id, language, f);
            last = at;
            shown++;
        }
    }
    answer_end(out);
    answer_key(out, "next");
    if (more) {
        char cursor[300];
        snprintf(cursor, sizeof cursor, "%zu.%s", last + 1, hits[last].id);
        answer_text(out, cursor);
    } else {
        answer_null(out);
    }
    return result;
}

static bool is_blank(const char *text) {
    return text == NULL || text[strspn(text, " \t\r\n")] == 0;
}

status catalogue_list_write(store *s, arena *a, answer *out, const catalogue_filter *filter, const char *language,
                            fault *f) {
    search_hit *hits = NULL;
    size_t count = 0, from = 0;
    status result = STATUS_OK;
    bool searching = !is_blank(filter->search);
    if (searching) {
        result = search_find(s, a, "interlinker", language, str_from(filter->search), SEARCH_ALL_WORDS, SEARCH_HITS,
                             &hits, &count, f);
        if (result == STATUS_OK && !cursor_read(filter->after, hits, count, &from)) {
            result = fault_add_field(f, "query/after", "format", "This is not a cursor of this search.");
        }
        if (result != STATUS_OK) {
            return result;
        }
    }
    conditions c;
    conditions_make(&c, filter);
    answer_object(out);
    if (searching) {
        result = hits_write(s, out, filter, &c, language, hits, count, from, f);
    } else {
        result = page_write(s, out, filter, &c, language, f);
    }
    answer_end(out);
    buffer_free(&c.profiles);
    return result;
}

static status files_put(store *s, answer *out, const char *id, fault *f) {
    answer_key(out, "files");
    answer_array(out);
    store_rows *r = store_query(
        s, "SELECT language, name, type, size FROM interlinker_file WHERE interlinker = ? ORDER BY language", "t", id);
    while (store_next(r)) {
        char url[300];
        snprintf(url, sizeof url, "/files/interlinkers/%s/%s", id, store_text(r, 0));
        answer_object(out);
        answer_put_str(out, "language", store_str(r, 0));
        answer_put_str(out, "name", store_str(r, 1));
        answer_put_str(out, "type", store_str(r, 2));
        answer_put_int(out, "size", store_int(r, 3));
        answer_put_text(out, "url", url);
        answer_end(out);
    }
    answer_end(out);
    return store_end(r, f);
}

static void entry_texts_put(answer *out, store_rows *r, const char *language) {
    text_put(out, "description", store_str(r, ITEM_DESCRIPTION), language);
    text_put(out, "instructions", store_str(r, ITEM_END), language);
    text_put(out, "constraints", store_str(r, ITEM_END + 1), language);
    text_put(out, "regulations", store_str(r, ITEM_END + 2), language);
    language_put(out, "uri", store_str(r, ITEM_END + 3), language);
    answer_put_raw(out, "details", store_str(r, ITEM_END + 4));
    answer_put_raw(out, "names", store_str(r, ITEM_NAME));
}

status catalogue_entry_open(store *s, answer *out, const char *id, const char *language, catalogue_entry *entry,
                            fault *f) {
    store_rows *r =
        store_query(s,
                    "SELECT " ITEM_COLUMNS ", i.instructions, i.constraints, i.regulations, i.uri, i.details "
                    "FROM interlinker i LEFT JOIN plugin p ON p.id = i.plugin WHERE i.id = ?",
                    "t", id);
    if (!store_next(r)) {
        status result = store_end(r, f);
        return result != STATUS_OK ? result : unknown(f);
    }
    const char *plugin = store_text(r, ITEM_PLUGIN);
    snprintf(entry->plugin, sizeof entry->plugin, "%s", plugin ? plugin : "");
    snprintf(entry->kind, sizeof entry->kind, "%s", store_text(r, ITEM_KIND));
    entry->missing = store_int(r, ITEM_MISSING) != 0;
    item_open(out, r, language);
    entry_texts_put(out, r, language);
    status result = store_end(r, f);
    if (result == STATUS_OK) {
        result = needs_put(s, out, id, f);
    }
    return result == STATUS_OK ? files_put(s, out, id, f) : result;
}

status catalogue_profiles_write(store *s, answer *out, const char *language, const char *after, int64_t limit,
                                fault *f) {
    char last[256] = "";
    int64_t count = 0;
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    store_rows *r = store_query(
        s, "SELECT id, name, description, functionality FROM problem_profile WHERE id > ? ORDER BY id LIMIT ?", "ti",
        after ? after : "", limit);
    while (store_next(r)) {
        count++;
        snprintf(last, sizeof last, "%s", store_text(r, 0));
        answer_object(out);
        answer_put_str(out, "id", store_str(r, 0));
        text_put(out, "name", store_str(r, 1), language);
        text_put(out, "description", store_str(r, 2), language);
        text_put(out, "functionality", store_str(r, 3), language);
        answer_end(out);
    }
    status result = store_end(r, f);
    answer_end(out);
    bool more =
        count == limit && store_count(s, 0, "SELECT 1 FROM problem_profile WHERE id > ? LIMIT 1", "t", last) != 0;
    answer_put_text(out, "next", more ? last : NULL);
    answer_end(out);
    return result;
}
