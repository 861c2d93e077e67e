// SPDX-License-Identifier: EUPL-1.2
#include "api/package_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/minisign.h"
#include "domain/author_key.h"
#include "domain/grant.h"
#include "plugin/install.h"

// ---- authors

void package_put_author(answer *out, store *s, const char *key) {
    minisign_key parsed;
    char print[MINISIGN_FINGERPRINT_TEXT];
    answer_key(out, "author");
    if (!key || minisign_key_parse(str_from(key), &parsed, NULL) != STATUS_OK) {
        answer_null(out);
        return;
    }
    minisign_key_fingerprint(&parsed, print);
    answer_object(out);
    answer_put_text(out, "key", key);
    answer_put_text(out, "fingerprint", print);
    answer_put_text(out, "trust", author_trust_text(author_key_trust(s, key)));
    answer_end(out);
}

// ---- grants

typedef struct grants {
    json_t *decided; // {"notify": {"granted": true, ...}}
} grants;

static void grant_take(void *context, const grant *g) {
    grants *all = context;
    json_object_set_new(all->decided, g->permission,
                        json_pack("{s:b, s:s?, s:I, s:I}", "granted", g->granted, "by", g->decided_by, "decided",
                                  (json_int_t)g->decided, "used", (json_int_t)g->used));
}

static json_t *grants_read(store *s, const char *plugin, status *result, fault *f) {
    grants all = {json_object()};
    *result = grant_list(s, plugin, grant_take, &all, f);
    return all.decided;
}

static void put_limits(answer *out, const json_t *limits) {
    answer_key(out, "limits");
    answer_json_value(out, limits);
}

status package_put_grants(answer *out, store *s, const plugin_info *p, fault *f) {
    status result;
    json_t *decided = grants_read(s, p->id, &result, f);
    json_t *asked = p->manifest ? plugin_change_asked(p->manifest->json) : json_object(), *limits;
    const char *name;
    answer_key(out, "grants");
    answer_array(out);
    json_object_foreach(asked, name, limits) {
        const json_t *g = json_object_get(decided, name);
        answer_object(out);
        answer_put_text(out, "name", name);
        put_limits(out, limits);
        answer_put_bool(out, "granted", p->bundled || json_is_true(json_object_get(g, "granted")));
        answer_put_text(out, "by", json_string_value(json_object_get(g, "by")));
        answer_put_time(out, "decided_at", json_integer_value(json_object_get(g, "decided")));
        answer_put_time(out, "used_at", json_integer_value(json_object_get(g, "used")));
        answer_end(out);
    }
    answer_end(out);
    json_decref(asked);
    json_decref(decided);
    return result;
}

// ---- a package

static const json_t *by_language(const json_t *texts, const char *language) {
    const json_t *text = json_object_get(texts, language);
    text = text ? text : json_object_get(texts, "en");
    return text ? text : json_object_iter_value(json_object_iter((json_t *)texts));
}

static void put_value(answer *out, const char *key, const json_t *value) {
    answer_key(out, key);
    if (value)
        answer_json_value(out, value);
    else
        answer_null(out);
}

// Every permission with how it stands to what runs: new, more, or as before.
static void put_asked(answer *out, const json_t *about, const plugin_change *change, const json_t *decided) {
    json_t *asked = plugin_change_asked(about), *limits;
    const char *name;
    answer_key(out, "permissions");
    answer_array(out);
    json_object_foreach(asked, name, limits) {
        const char *how = json_string_value(json_object_get(change->permissions, name));
        const json_t *g = json_object_get(decided, name);
        answer_object(out);
        answer_put_text(out, "name", name);
        put_limits(out, limits);
        answer_put_text(out, "change", how ? how : "same");
        answer_put_bool(out, "granted", !how && json_is_true(json_object_get(g, "granted")));
        answer_end(out);
    }
    answer_end(out);
    json_decref(asked);
}

static void put_manifest(answer *out, const json_t *about, const char *language) {
    static const char *const TEXTS[] = {"name", "description"};
    static const char *const VALUES[] = {"runtime", "licence", "languages", "capabilities", "data"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        put_value(out, TEXTS[i], by_language(json_object_get(about, TEXTS[i]), language));
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        put_value(out, VALUES[i], json_object_get(about, VALUES[i]));
    const json_t *maker = json_object_get(about, "author");
    answer_put_text(out, "maker", json_string_value(json_object_get(maker, "name")));
    answer_put_text(out, "maker_url", json_string_value(json_object_get(maker, "url")));
}

static void put_outlook(answer *out, store *s, const install_outlook *o) {
    answer_put_bool(out, "new_key", o->new_key);
    answer_put_bool(out, "decision", o->decision);
    answer_put_bool(out, "newly_native", o->change.native && o->current.version);
    put_value(out, "new_personal", o->change.personal);
    answer_key(out, "current");
    if (!o->current.version) {
        answer_null(out);
        return;
    }
    answer_object(out);
    answer_put_text(out, "version", o->current.version);
    package_put_author(out, s, o->current.key);
    answer_end(out);
}

status package_put(answer *out, store *s, arena *a, const release *r, const char *language, fault *f) {
    install_outlook o;
    status result = plugin_install_outlook(s, a, r, &o, f);
    if (result != STATUS_OK)
        return result;
    json_t *about = json_loads(r->manifest, 0, NULL), *decided = grants_read(s, r->plugin, &result, f);
    answer_object(out);
    answer_put_text(out, "id", r->plugin);
    answer_put_text(out, "version", r->version);
    answer_put_text(out, "sha256", r->sha256);
    package_put_author(out, s, r->key);
    put_manifest(out, about, language);
    put_asked(out, about, &o.change, decided);
    put_outlook(out, s, &o);
    answer_put_raw(out, "findings", str_from(r->findings));
    answer_put_bool(out, "tried", r->tried);
    answer_put_time(out, "arrived_at", r->arrived);
    answer_end(out);
    json_decref(about);
    json_decref(decided);
    plugin_install_outlook_free(&o);
    return result;
}
