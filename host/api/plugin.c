// SPDX-License-Identifier: EUPL-1.2
//
// The administrator's plugins: how they fare, the switch, their settings.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/input.h"
#include "api/manifest_text.h"
#include "api/operations.h"
#include "api/package_text.h"
#include "base/schema.h"
#include "plugin/registry.h"

// ---- Writing one

// A text by language, as the reader gets it.
static void put_by_language(answer *out, const char *key, const json_t *texts, const char *language) {
    const json_t *text = json_object_get(texts, language);
    if (!text)
        text = json_object_get(texts, "en");
    if (!text)
        text = json_object_iter_value(json_object_iter((json_t *)texts));
    answer_key(out, key);
    if (text)
        answer_json_value(out, text);
    else
        answer_null(out);
}

static void put_value(answer *out, const char *key, const json_t *value) {
    answer_key(out, key);
    if (value)
        answer_json_value(out, value);
    else
        answer_null(out);
}

static void put_list(answer *out, const char *key, const json_t *list) {
    answer_key(out, key);
    if (list) {
        answer_json_value(out, list);
    } else {
        answer_array(out);
        answer_end(out);
    }
}

static void put_permissions(answer *out, const manifest *m) {
    answer_key(out, "permissions");
    answer_array(out);
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (m->permissions & permission_at(i) & ~PERMISSION_DOCUMENTS)
            answer_text(out, permission_name(permission_at(i)));
    answer_end(out);
}

static void put_manifest(answer *out, arena *a, const manifest *m, const char *language) {
    put_by_language(out, "name", m->name, language);
    put_by_language(out, "description", m->description, language);
    answer_put_text(out, "version", m->version);
    answer_put_text(out, "runtime", m->runtime);
    answer_put_text(out, "licence", m->licence);
    put_list(out, "languages", m->languages);
    put_list(out, "needs", m->needs);
    put_list(out, "capabilities", m->capabilities);
    put_permissions(out, m);
    put_value(out, "settings_schema", manifest_schema_text(a, m->settings, language));
    put_value(out, "data", json_object_get(m->json, "data"));
}

// Its files are gone or do not fit: nothing is known but its row.
static void put_no_manifest(answer *out, const plugin_info *p) {
    answer_put_text(out, "name", p->id);
    static const char *const unknown[] = {"description", "version", "runtime", "licence", "settings_schema", "data"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        answer_put_text(out, unknown[i], NULL);
    static const char *const lists[] = {"languages", "needs", "capabilities", "permissions"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        put_list(out, lists[i], NULL);
}

// What waits to take its place, and what it could go back to.
static status put_releases(answer *out, store *s, arena *a, const plugin_info *p, fault *f) {
    release_list all;
    const char *waiting = NULL, *earlier = NULL;
    status st = release_list_read(s, a, p->id, -1, &all, f);
    for (size_t i = 0; i < all.count && st == STATUS_OK; i++) {
        const release *r = &all.all[i];
        if (r->state == RELEASE_WAITING)
            waiting = r->version;
        if (r->state == RELEASE_EARLIER && (!earlier || manifest_version_compare(r->version, earlier) > 0))
            earlier = r->version;
    }
    answer_put_text(out, "waiting", waiting);
    answer_put_text(out, "earlier", earlier);
    return st;
}

static status plugin_write(answer *out, store *s, arena *a, const plugin_info *p, const char *language, fault *f) {
    answer_object(out);
    answer_put_text(out, "id", p->id);
    if (p->manifest)
        put_manifest(out, a, p->manifest, language);
    else
        put_no_manifest(out, p);
    answer_put_bool(out, "bundled", p->bundled);
    answer_put_bool(out, "enabled", p->enabled);
    answer_put_text(out, "state", plugin_state_text(p->state));
    answer_put_text(out, "trouble", p->trouble);
    answer_put_raw(out, "settings", str_from(p->settings));
    answer_put_int(out, "calls", (int64_t)p->calls);
    answer_put_int(out, "crashes", (int64_t)p->crashes);
    answer_put_int(out, "late", (int64_t)p->late);
    answer_put_text(out, "refusal", plugin_refusal_text(p->refusal));
    answer_put_bool(out, "unsigned", !p->bundled && !p->key);
    package_put_author(out, s, p->key);
    status st = put_releases(out, s, a, p, f);
    if (st == STATUS_OK)
        st = package_put_grants(out, s, p, f);
    answer_end(out);
    return st;
}

// ---- The list

typedef struct page {
    answer *out;
    arena *arena;
    store *store;
    fault *fault;
    status status;
    const char *language, *after;
    int64_t left;
    char last[128];
    bool more;
} page;

static bool list_one(const plugin_info *p, void *context) {
    page *at = context;
    if (at->after && strcmp(p->id, at->after) <= 0)
        return true;
    if (at->left-- == 0) {
        at->more = true;
        return false;
    }
    snprintf(at->last, sizeof at->last, "%s", p->id);
    at->status = plugin_write(at->out, at->store, at->arena, p, at->language, at->fault);
    return at->status == STATUS_OK;
}

static status plugins_list_read(operation_call *c) {
    page at = {.out = c->answer,
               .arena = c->arena,
               .store = c->store,
               .fault = &c->fault,
               .language = c->language,
               .after = input_text(c->query, "after")};
    at.left = input_int(c->query, "limit", 20);
    answer_object(c->answer);
    answer_key(c->answer, "items");
    answer_array(c->answer);
    plugin_registry_each(c->services->registry, list_one, &at);
    answer_end(c->answer);
    answer_put_text(c->answer, "next", at.more ? at.last : NULL);
    answer_end(c->answer);
    return at.status;
}

// ---- Changing one

static status unknown_plugin(fault *f) {
    return fault_set(f, STATUS_NOT_FOUND, "plugin.not_found", "There is no such tool installed.");
}

static status check_settings(const plugin_info *p, json_t *settings, fault *f) {
    if (!settings)
        return STATUS_OK;
    const json_t *schema = p->manifest ? p->manifest->settings : NULL;
    if (!schema)
        return fault_add_field(f, "/settings", "unknown", "This tool has no settings. Leave them out.");
    return schema_check(schema, schema, settings, "/settings", f);
}

static status plugins_update_read(operation_call *c) {
    plugin_info p;
    if (!plugin_registry_get(c->services->registry, c->id, &p))
        return unknown_plugin(&c->fault);
    status st = check_settings(&p, json_object_get(c->body, "settings"), &c->fault);
    plugin_registry_release(c->services->registry, &p);
    return st;
}

static status log_change(operation_call *c) {
    usage_actor by = input_actor(c);
    usage_event e = usage_event_by(&by);
    const json_t *enabled = json_object_get(c->body, "enabled");
    json_t *data = json_pack("{s:s, s:b}", "plugin", c->id, "settings", json_object_get(c->body, "settings") != NULL);
    if (enabled)
        json_object_set(data, "enabled", (json_t *)enabled);
    char *text = json_dumps(data, JSON_COMPACT);
    e.action = "plugin.updated";
    e.data = str_from(text);
    status st = usage_append(c->store, by.secret, &e, &c->fault);
    free(text);
    json_decref(data);
    return st;
}

static status plugins_update_write(operation_call *c) {
    const json_t *enabled = json_object_get(c->body, "enabled");
    const json_t *settings = json_object_get(c->body, "settings");
    status st = STATUS_OK;
    if (enabled)
        st = store_run(c->store, &c->fault, "UPDATE plugin SET enabled = ? WHERE id = ?", "it",
                       (int64_t)json_is_true(enabled), c->id);
    if (st == STATUS_OK && settings) {
        char *text = json_dumps(settings, JSON_COMPACT);
        st = store_run(c->store, &c->fault, "UPDATE plugin SET settings = ? WHERE id = ?", "tt", text, c->id);
        free(text);
    }
    return st == STATUS_OK ? log_change(c) : st;
}

// The registry reads what is committed now; the answer shows the plugin as it is then.
static status plugins_update_after(operation_call *c) {
    status st = plugin_registry_load(c->services->registry, c->store, &c->fault);
    if (st != STATUS_OK)
        return st;
    if (input_flag(c->body, "enabled"))
        plugin_registry_forgive(c->services->registry, c->id);
    plugin_info p;
    if (!plugin_registry_get(c->services->registry, c->id, &p))
        return unknown_plugin(&c->fault);
    st = plugin_write(c->answer, c->store, c->arena, &p, c->language, &c->fault);
    plugin_registry_release(c->services->registry, &p);
    return st;
}

const operation_steps plugin_operations[] = {
    {.id = "plugins.list", .read = plugins_list_read},
    {.id = "plugins.update", .read = plugins_update_read, .write = plugins_update_write, .after = plugins_update_after},
    {0},
};
