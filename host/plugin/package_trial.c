// SPDX-License-Identifier: EUPL-1.2
//
// Does the code of a package load in a jail, and does every capability answer? A whole small host is made for it: a
// database in a folder of its own, one project with one task, one asset.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/schema.h"
#include "plugin/effect.h"
#include "plugin/package_part.h"
#include "plugin/pool.h"
#include "plugin/sample.h"
#include "store/folder.h"

enum { TRIAL_MS = 30000 };

typedef struct trial {
    const package_check *check;
    const manifest *manifest;
    char folder[FOLDER_TEMPORARY];
    uint8_t secret[CRYPTO_KEY];
    store *store;
    loop *loop;
    plugin_registry *registry;
    plugin_pool *pool;
    arena *arena;
    char person[ID_TEXT], process[ID_TEXT], node[ID_TEXT], asset[ID_TEXT];
    bool done;
} trial;

// ---- the small host

static status fill_store(trial *t, fault *f) {
    int64_t now = clock_now();
    store *s = t->store;
    const char *id = t->manifest->id;
    status r =
        store_run(s, f, "INSERT INTO person (id, email, name, created) VALUES (?, 'check@localhost', 'Check', ?)", "ti",
                  t->person, now);
    if (r == STATUS_OK)
        r = store_run(
            s, f,
            "INSERT INTO interlinker (id, kind, subject, plugin, name, description, tags, instructions, constraints, "
            "regulations, uri, languages, licence, difficulty, details, created, updated) VALUES (?, 'plugin', "
            "'software', ?, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '[]', '', '', '{}', ?, ?)",
            "ttii", id, id, now, now);
    if (r == STATUS_OK)
        r = store_run(s, f,
                      "INSERT INTO process (id, name, description, language, creator, created, updated) "
                      "VALUES (?, 'Check', '', 'en', ?, ?, ?)",
                      "ttii", t->process, t->person, now, now);
    if (r == STATUS_OK)
        r = store_run(s, f, "INSERT INTO member (process, person, role, created) VALUES (?, ?, 'administrator', ?)",
                      "tti", t->process, t->person, now);
    if (r == STATUS_OK)
        r = store_run(
            s, f,
            "INSERT INTO node (id, process, kind, position, name, description) VALUES (?, ?, 'task', 0, 'Check', '')",
            "tt", t->node, t->process);
    if (r == STATUS_OK)
        r = store_run(s, f,
                      "INSERT INTO asset (id, process, node, interlinker, plugin, name, creator, created, updated) "
                      "VALUES (?, ?, ?, ?, ?, 'Check', ?, ?, ?)",
                      "ttttttii", t->asset, t->process, t->node, id, id, t->person, now, now);
    return r;
}

static void make_id(char out[ID_TEXT]) {
    memcpy(out, id_create().text, ID_TEXT);
}

static bool trial_open(trial *t) {
    fault why = {0};
    if (folder_temporary("interlink-check", t->folder, &why) != STATUS_OK) {
        package_fault(t->check, "The tool cannot be tried. %s", why.text);
        return false;
    }
    make_id(t->person);
    make_id(t->process);
    make_id(t->node);
    make_id(t->asset);
    crypto_random(t->secret, sizeof t->secret);
    t->arena = arena_create();
    t->loop = loop_create();
    t->registry = plugin_registry_create(t->check->program_folder, t->folder, t->secret);
    plugin_registry_set_groups(t->registry, t->check->groups);
    t->pool = plugin_pool_create(t->loop, t->registry);
    bool good = plugin_registry_enter(t->registry, t->check->folder, &why) == STATUS_OK &&
                store_open(t->folder, STORE_WRITE, &t->store, &why) == STATUS_OK &&
                store_migrate(t->store, &why) == STATUS_OK && fill_store(t, &why) == STATUS_OK;
    if (!good)
        package_fault(t->check, "The tool cannot be tried: %s", why.text);
    return good;
}

static void trial_close(trial *t) {
    plugin_pool_destroy(t->pool);
    plugin_registry_destroy(t->registry);
    if (t->loop)
        loop_destroy(t->loop);
    if (t->store)
        store_close(t->store);
    arena_destroy(t->arena);
    if (t->folder[0])
        folder_remove(t->folder);
}

// ---- calls

static void call_done(plugin_call *call) {
    ((trial *)call->context)->done = true;
}

static plugin_call call_of(trial *t, frame_function function, const char *capability, const char *language) {
    return (plugin_call){
        .arena = t->arena,
        .store = t->store,
        .plugin = t->manifest->id,
        .function = function,
        .asset = t->asset,
        .asset_name = "Check",
        .node = t->node,
        .node_name = "Check",
        .process = t->process,
        .process_name = "Check",
        .person = t->person,
        .person_name = "Check",
        .person_email = "check@example.org",
        .role = "administrator",
        .language = language,
        .capability = capability,
        .method = "GET",
        .path = "/",
        .base = "/view/check",
        .done = call_done,
        .context = t,
    };
}

static bool run(trial *t, plugin_call *call, const char *what) {
    int64_t end = clock_steady() / 1000000 + TRIAL_MS;
    t->done = false;
    plugin_pool_call(t->pool, call);
    while (!t->done && clock_steady() / 1000000 < end)
        loop_turn(t->loop, 100);
    if (!t->done)
        abort(); // the pool has deadlines of its own
    if (call->status == STATUS_OK)
        return true;
    plugin_info info;
    plugin_registry_get(t->registry, t->manifest->id, &info);
    health_report report;
    health_tell(info.health, clock_steady() / 1000000, &report);
    // What people read of a dead worker does not say why; the author wants to know.
    bool died = strcmp(call->fault.code, "plugin.crashed") == 0 || strcmp(call->fault.code, "plugin.late") == 0;
    package_fault(t->check, "%s failed: %s%s%s", what, call->fault.text, died && report.trouble[0] ? " " : "",
                  died ? report.trouble : "");
    plugin_registry_release(t->registry, &info);
    return false;
}

static bool commit(trial *t, const plugin_call *call, const char *what) {
    fault why = {0};
    live_list live = {0};
    effect_context context = {
        .registry = t->registry,
        .by = {.secret = t->secret, .person = t->person, .name = "Check", .role = "official"},
        .interlinker = t->manifest->id,
    };
    status s = store_begin(t->store, &why);
    if (s == STATUS_OK)
        s = plugin_effects_commit(call, t->store, &context, &live, &why);
    if (s == STATUS_OK)
        s = store_commit(t->store, &why);
    if (s != STATUS_OK)
        store_rollback(t->store);
    live_list_clear(&live);
    if (s != STATUS_OK)
        package_fault(t->check, "What %s asks for is refused: %s", what, why.text);
    return s == STATUS_OK;
}

// ---- what is tried

// JSON text of values for the form, in the arena; NULL if none could be made.
static const char *make_params(trial *t) {
    const json_t *schema = t->manifest->params;
    fault why = {0};
    if (!schema)
        return "{}";
    json_t *values = arena_json(t->arena, sample_create(schema, schema));
    if (schema_check(schema, schema, values, "", &why) != STATUS_OK) {
        package_fault(t->check,
                      "No values for the form can be guessed (%s: %s). Give \"examples\" to this part of \"params\".",
                      why.fields[0].pointer, why.fields[0].text);
        return NULL;
    }
    char *text = json_dumps(values, JSON_COMPACT), *kept = arena_text(t->arena, text);
    free(text);
    return kept;
}

static bool try_create(trial *t) {
    const char *params = make_params(t);
    if (!params)
        return false;
    plugin_call call = call_of(t, FUNCTION_CREATE, NULL, "en");
    call.params = str_from(params);
    return run(t, &call, "\"create\"") && commit(t, &call, "\"create\"");
}

// False if there is no use in trying other languages.
static bool try_page(trial *t, const char *capability, const char *language) {
    char what[120];
    snprintf(what, sizeof what, "The page for \"%.20s\" in \"%.16s\"", capability, language);
    plugin_call call = call_of(t, FUNCTION_HANDLE, capability, language);
    if (!run(t, &call, what) || !commit(t, &call, what))
        return false;
    if (call.http_status == 303)
        return true;
    if (!call.answer_body.len)
        package_fault(t->check, "%s is empty.", what);
    else if (strncmp(call.answer_type.ptr, "text/html", 9) == 0 &&
             !text_is_utf8(call.answer_body.ptr, call.answer_body.len))
        package_fault(t->check, "%s is no valid UTF-8.", what);
    return true;
}

void package_check_trial(const package_check *c, const manifest *m) {
    trial t = {.check = c, .manifest = m};
    const json_t *capability, *language;
    size_t i, j;
    if (trial_open(&t) && try_create(&t)) {
        json_array_foreach(m->capabilities, i, capability) {
            // A clone is made by the host alone.
            if (strcmp(json_string_value(capability), "clone") == 0)
                continue;
            json_array_foreach(m->languages, j, language)
                if (!try_page(&t, json_string_value(capability), json_string_value(language)))
                    break;
        }
    }
    trial_close(&t);
}
