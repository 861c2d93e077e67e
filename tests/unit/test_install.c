// SPDX-License-Identifier: EUPL-1.2
//
// Packages from their files to what runs: who may follow whom, and what a decision does. With the real unpacker.
#include "world.h"

#include "base/clock.h"
#include "domain/document.h"
#include "package_folder.h"
#include "plugin/archive.h"
#include "plugin/arrival.h"
#include "plugin/file.h"
#include "plugin/install.h"
#include "plugin/package.h"
#include "plugin/registry.h"

typedef struct scene {
    world *world;
    char program[400], data[400];
    minisign_secret anna, berta;
    char anna_key[MINISIGN_KEY_TEXT], berta_key[MINISIGN_KEY_TEXT];
} scene;

static int setup(void **state) {
    scene *s = calloc(1, sizeof *s);
    world_open((void **)&s->world);
    snprintf(s->data, sizeof s->data, "%s/data", s->world->folder);
    mkdir(s->data, 0700);
    ssize_t len = readlink("/proc/self/exe", s->program, sizeof s->program - 1);
    assert_true(len > 0);
    s->program[len] = '\0';
    *strrchr(s->program, '/') = '\0';
    *strrchr(s->program, '/') = '\0';
    minisign_secret_create(&s->anna);
    minisign_secret_create(&s->berta);
    minisign_key_text(&s->anna.shown, s->anna_key);
    minisign_key_text(&s->berta.shown, s->berta_key);
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    world_close((void **)&s->world);
    free(s);
    return 0;
}

// ---- packages

typedef struct wanted {
    const char *id, *version, *more; // more: of the manifest
    const minisign_secret *by;       // NULL: unsigned, and --dev
    const char *code;
} wanted;

// The package file, as an author makes it.
static void make(scene *s, const wanted *w, buffer *bytes) {
    char folder[400], path[450], text[2000];
    buffer old = {0};
    package_make(s->world->folder, w->id, w->more ? w->more : "", folder);
    if (w->code)
        package_write(folder, "main.lua", w->code);
    assert_true(file_read(folder, "interlinker.json", 4000, &old));
    char *at = strstr(old.ptr, "1.0.0");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - old.ptr), old.ptr, w->version, at + 5);
    package_write(folder, "interlinker.json", text);
    buffer_free(&old);
    snprintf(path, sizeof path, "%s.interlinker", folder);
    unlink(path);
    world_ok(s->world, plugin_archive_pack(folder, path, &s->world->fault));
    assert_true(file_read(s->world->folder, strrchr(path, '/') + 1, 1 << 20, bytes));
}

// Through all three steps of an arrival; what it says.
static status bring(scene *s, const wanted *w) {
    buffer bytes = {0}, signature = {0};
    bool waits = false;
    make(s, w, &bytes);
    s->world->fault = (fault){0};
    plugin_arrival a = {
        .bytes = buffer_str(&bytes), .dev = !w->by, .data_folder = s->data, .program_folder = s->program};
    if (w->by) {
        manifest m = {.id = w->id, .version = w->version};
        plugin_signature_make(buffer_str(&bytes), &m, w->by, 1, &signature);
        a.signature = buffer_str(&signature);
    }
    status result = plugin_arrival_prepare(&a, s->world->db, &s->world->fault);
    if (result == STATUS_OK)
        result = plugin_arrival_open(&a, &s->world->fault);
    if (result == STATUS_OK)
        result = plugin_arrival_enter(&a, s->world->db, &waits, &s->world->fault);
    plugin_arrival_close(&a);
    buffer_free(&bytes);
    buffer_free(&signature);
    return result;
}

static status accept_with(scene *s, const char *plugin, json_t *granted, bool new_key) {
    s->world->fault = (fault){0};
    install_decision d = {.plugin = plugin,
                          .granted = granted,
                          .new_key = new_key,
                          .data_folder = s->data,
                          .by = usage_actor_of(&s->world->ada, s->world->secret)};
    status result = plugin_install_accept(s->world->db, &d, &s->world->fault);
    json_decref(granted);
    return result;
}

static void install(scene *s, const wanted *w) {
    world_ok(s->world, bring(s, w));
    world_ok(s->world, accept_with(s, w->id, json_pack("[s]", "documents"), false));
}

static void assert_refused(scene *s, const wanted *w, status wanted_status, const char *code) {
    status result = bring(s, w);
    if (result != wanted_status || strcmp(s->world->fault.code, code) != 0)
        fail_msg("%d %s: %s", result, s->world->fault.code, s->world->fault.text);
}

static const char *version_of(scene *s, const char *plugin) {
    store_rows *row;
    if (store_one(s->world->db, &row, "SELECT version FROM plugin WHERE id = ?", "t", plugin) != STATUS_OK)
        return "none";
    const char *version = arena_text(s->world->arena, store_text(row, 0));
    store_end(row, NULL);
    return version;
}

static status roll_back(scene *s, const char *plugin, const char *from, const char **to) {
    s->world->fault = (fault){0};
    install_decision d = {
        .plugin = plugin, .data_folder = s->data, .by = usage_actor_of(&s->world->ada, s->world->secret)};
    return plugin_install_roll_back(s->world->db, s->world->arena, &d, from, NULL, to, &s->world->fault);
}

// ---- tests

static void nothing_runs_before_a_decision(void **state) {
    scene *s = *state;
    wanted w = {"walk", "1.0.0", ",\"permissions\":[\"notify\"]", &s->anna, NULL};
    plugin_registry *r = plugin_registry_create(s->program, s->data, s->world->secret);
    world_ok(s->world, bring(s, &w));
    world_ok(s->world, plugin_registry_load(r, s->world->db, &s->world->fault));
    plugin_info info;
    assert_false(plugin_registry_get(r, "walk", &info));
    assert_string_equal(version_of(s, "walk"), "none");
    assert_int_equal(accept_with(s, "walk", NULL, false), STATUS_CONFLICT); // nobody has said what is granted
    assert_string_equal(s->world->fault.code, "package.undecided");
    assert_int_equal(accept_with(s, "walk", json_pack("[s]", "files"), false), STATUS_INVALID); // it never asked
    world_ok(s->world, accept_with(s, "walk", json_pack("[s]", "documents"), false));
    world_ok(s->world, plugin_registry_load(r, s->world->db, &s->world->fault));
    assert_true(plugin_registry_get(r, "walk", &info));
    assert_int_equal(info.state, PLUGIN_READY);
    assert_int_equal(info.granted, PERMISSION_DOCUMENTS); // and not notify
    assert_string_equal(info.key, s->anna_key);
    plugin_registry_release(r, &info);
    plugin_registry_destroy(r);
}

static void a_decision_is_about_what_was_seen(void **state) {
    scene *s = *state;
    world_ok(s->world, bring(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL}));
    install_decision d = {.plugin = "walk",
                          .version = "1.0.0",
                          .sha256 = "00",
                          .granted = json_array(),
                          .data_folder = s->data,
                          .by = usage_actor_of(&s->world->ada, s->world->secret)};
    assert_int_equal(plugin_install_accept(s->world->db, &d, &s->world->fault), STATUS_CONFLICT);
    assert_string_equal(s->world->fault.code, "package.not_that");
    json_decref((json_t *)d.granted);
}

static void not_back_and_not_sideways(void **state) {
    scene *s = *state;
    install(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, NULL});
    install(s, &(wanted){"talk", "1.0.0", NULL, &s->berta, NULL});
    assert_refused(s, &(wanted){"walk", "1.0.9", NULL, &s->anna, NULL}, STATUS_CONFLICT, "package.older");
    assert_refused(s, &(wanted){"walk", "1.1.0-rc.1", NULL, &s->anna, NULL}, STATUS_CONFLICT, "package.older");
    assert_refused(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, "return {}"}, STATUS_CONFLICT, "package.changed");
    assert_refused(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, NULL}, STATUS_CONFLICT, "package.installed");
    assert_refused(s, &(wanted){"walk", "1.2.0", NULL, &s->berta, NULL}, STATUS_FORBIDDEN, "package.other_author");
    assert_refused(s, &(wanted){"walk", "1.2.0", NULL, NULL, NULL}, STATUS_FORBIDDEN, "package.unsigned");
    assert_string_equal(version_of(s, "walk"), "1.1.0");
    assert_int_equal(store_count(s->world->db, 9, "SELECT count(*) FROM plugin_release WHERE state = 'waiting'", ""),
                     0);
}

static void ids_of_what_ships_are_taken(void **state) {
    scene *s = *state;
    world_run(s->world, "INSERT INTO plugin (id, version, folder, manifest, bundled, installed) "
                        "VALUES ('survey', '1.0.0', 'plugins/survey', '{}', 1, 1)");
    assert_refused(s, &(wanted){"survey", "2.0.0", NULL, &s->anna, NULL}, STATUS_FORBIDDEN, "package.bundled");
}

static void a_new_key_needs_a_word(void **state) {
    scene *s = *state;
    minisign_secret carla;
    minisign_secret_create(&carla);
    install(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL});
    world_ok(s->world, bring(s, &(wanted){"walk", "1.1.0", NULL, &carla, NULL}));
    assert_int_equal(accept_with(s, "walk", json_pack("[s]", "documents"), false), STATUS_CONFLICT);
    assert_string_equal(s->world->fault.code, "package.new_key");
    assert_string_equal(version_of(s, "walk"), "1.0.0");
    world_ok(s->world, accept_with(s, "walk", json_pack("[s]", "documents"), true));
    assert_string_equal(version_of(s, "walk"), "1.1.0");
    // Anna's key is not the author's any more.
    world_ok(s->world, bring(s, &(wanted){"walk", "1.2.0", NULL, &s->anna, NULL}));
    assert_int_equal(accept_with(s, "walk", json_pack("[s]", "documents"), false), STATUS_CONFLICT);
}

static void what_is_new_needs_a_person(void **state) {
    static const struct {
        const char *before, *after;
        bool decision;
    } CASES[] = {
        {"", "", false},
        {",\"permissions\":[\"notify\",\"publish\"]", ",\"permissions\":[\"publish\"]", false},
        {",\"permissions\":[\"publish\"]", ",\"permissions\":[\"publish\",\"notify\"]", true},
        {",\"permissions\":{\"notify\":{\"per_day\":5}}", ",\"permissions\":{\"notify\":{\"per_day\":4}}", false},
        {",\"permissions\":{\"notify\":{\"per_day\":5}}", ",\"permissions\":{\"notify\":{\"per_day\":6}}", true},
        {",\"permissions\":{\"notify\":{\"per_day\":5}}", ",\"permissions\":[\"notify\"]", true},
        {",\"permissions\":{\"documents\":{\"mb\":1}}", "", true},
        {",\"data\":{\"personal\":[\"names\"]}", ",\"data\":{\"personal\":[\"names\"]}", false},
        {",\"data\":{\"personal\":[\"names\"]}", ",\"data\":{\"personal\":[\"names\",\"answers\"]}", true},
    };
    scene *s = *state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char id[20];
        snprintf(id, sizeof id, "walk%zu", i);
        install(s, &(wanted){id, "1.0.0", CASES[i].before, &s->anna, NULL});
        world_ok(s->world, bring(s, &(wanted){id, "1.1.0", CASES[i].after, &s->anna, NULL}));
        status result = accept_with(s, id, NULL, false); // one click
        if ((result == STATUS_CONFLICT) != CASES[i].decision)
            fail_msg("case %zu: %d %s", i, result, s->world->fault.text);
        assert_string_equal(version_of(s, id), CASES[i].decision ? "1.0.0" : "1.1.0");
    }
}

static void hosts_that_were_not_named(void **state) {
    (void)state;
    static const struct {
        const char *before, *after;
        bool more;
    } CASES[] = {
        {"{\"permissions\":{\"files\":{\"hosts\":[\"a\",\"b\"]}}}", "{\"permissions\":{\"files\":{\"hosts\":[\"b\"]}}}",
         false},
        {"{\"permissions\":{\"files\":{\"hosts\":[\"a\"]}}}", "{\"permissions\":{\"files\":{\"hosts\":[\"a\",\"b\"]}}}",
         true},
        {"{\"permissions\":{\"files\":{\"hosts\":[\"a\"]}}}", "{\"permissions\":{\"files\":{\"hosts\":\"a\"}}}", true},
        {"{\"runtime\":\"lua\"}", "{\"runtime\":\"native\"}", true},
        {"{\"runtime\":\"native\"}", "{\"runtime\":\"native\"}", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        json_t *old = json_loads(CASES[i].before, 0, NULL), *now = json_loads(CASES[i].after, 0, NULL);
        plugin_change c = plugin_change_find(old, now);
        assert_int_equal(plugin_change_any(&c), CASES[i].more);
        plugin_change_free(&c);
        json_decref(old);
        json_decref(now);
    }
}

static void rolling_back(void **state) {
    scene *s = *state;
    const char *to = NULL;
    world *w = s->world;
    install(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL});
    assert_int_equal(roll_back(s, "walk", NULL, &to), STATUS_CONFLICT); // nothing before it
    id_value process = world_process(w, "en");
    const char *asset = world_asset(w, process.text, world_node(w, process.text, "a"), &w->ada);
    world_ok(w, store_run(w->db, &w->fault, "UPDATE asset SET plugin = 'walk' WHERE id = ?", "t", asset));
    world_ok(w, document_put(w->db, asset, STR("a"), STR("[1,  2]"), DOCUMENT_ANY, 1 << 20, &w->fault));
    install(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, NULL});
    world_ok(w, document_put(w->db, asset, STR("a"), STR("{}"), DOCUMENT_ANY, 1 << 20, &w->fault));
    assert_int_equal(roll_back(s, "walk", "1.0.0", &to), STATUS_CONFLICT); // that was not what was seen
    world_ok(w, roll_back(s, "walk", "1.1.0", &to));
    assert_string_equal(to, "1.0.0");
    assert_string_equal(version_of(s, "walk"), "1.0.0");
    document d;
    world_ok(w, document_get(w->db, w->arena, asset, STR("a"), &d, &w->fault));
    assert_true(str_is(d.value, "[1,  2]"));
    // An older one that was never there does not come in by this door; the same bytes may be tried again.
    assert_refused(s, &(wanted){"walk", "1.0.5", NULL, &s->anna, NULL}, STATUS_CONFLICT, "package.older");
    world_ok(w, bring(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, NULL}));
    world_ok(w, accept_with(s, "walk", NULL, false));
    assert_string_equal(version_of(s, "walk"), "1.1.0");
}

static void three_versions_are_kept(void **state) {
    scene *s = *state;
    world *w = s->world;
    const char *to = NULL;
    for (int i = 0; i < 5; i++) {
        char version[20];
        snprintf(version, sizeof version, "1.%d.0", i);
        install(s, &(wanted){"walk", version, NULL, &s->anna, NULL});
        plugin_install_tidy(w->db, s->data);
    }
    for (int i = 0; i < 5; i++) {
        char version[20], package[4096];
        snprintf(version, sizeof version, "1.%d.0", i);
        plugin_install_package_path(s->data, "walk", version, true, package);
        const char *folder = arena_printf(w->arena, "%s/plugins/walk/%s", s->data, version);
        assert_int_equal(access(folder, F_OK) == 0, i >= 2);
        assert_int_equal(access(package, F_OK) == 0, i >= 2);
    }
    assert_int_equal(store_count(w->db, 0, "SELECT count(*) FROM plugin_snapshot", ""), 2);
    world_ok(w, roll_back(s, "walk", NULL, &to));
    world_ok(w, roll_back(s, "walk", NULL, &to));
    assert_string_equal(version_of(s, "walk"), "1.2.0");
    assert_int_equal(roll_back(s, "walk", NULL, &to), STATUS_CONFLICT);
    assert_refused(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, "return {}"}, STATUS_CONFLICT, "package.older");
}

static void distrust_and_no_signature(void **state) {
    scene *s = *state;
    world *w = s->world;
    plugin_info info;
    plugin_registry *r = plugin_registry_create(s->program, s->data, w->secret);
    install(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL});
    install(s, &(wanted){"talk", "1.0.0", NULL, NULL, NULL});
    world_ok(w, author_key_decide(w->db, s->anna_key, AUTHOR_DISTRUSTED, "Anna", NULL, &w->fault));
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    for (int i = 0; i < 2; i++) {
        assert_true(plugin_registry_get(r, i ? "walk" : "talk", &info));
        assert_int_equal(info.state, PLUGIN_REFUSED);
        assert_int_equal(info.refusal, i ? PLUGIN_DISTRUSTED : PLUGIN_UNSIGNED);
        assert_true(info.trouble[0] != '\0');
        plugin_registry_release(r, &info);
    }
    assert_int_equal(plugin_registry_usable(r, "walk", &w->fault), STATUS_UNAVAILABLE);
    assert_refused(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, NULL}, STATUS_FORBIDDEN, "package.distrusted");
    world_ok(w, author_key_decide(w->db, s->anna_key, AUTHOR_FIRST, NULL, NULL, &w->fault));
    plugin_registry_set_dev(r, true);
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    assert_int_equal(plugin_registry_usable(r, "walk", &w->fault), STATUS_OK);
    assert_int_equal(plugin_registry_usable(r, "talk", &w->fault), STATUS_OK);
    plugin_registry_destroy(r);
}

static void a_jail_with_holes(void **state) {
    scene *s = *state;
    world *w = s->world;
    plugin_registry *r = plugin_registry_create(s->program, s->data, w->secret);
    plugin_registry_set_weak(r, "files closed", false);
    install(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL});
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    plugin_info info;
    assert_true(plugin_registry_get(r, "walk", &info));
    assert_int_equal(info.refusal, PLUGIN_UNJAILED);
    plugin_registry_release(r, &info);
    world_ok(w, plugin_admission_jail_accept(w->db, "files closed", true, &w->fault));
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    assert_int_equal(plugin_registry_usable(r, "walk", &w->fault), STATUS_OK);
    plugin_registry_set_weak(r, "files closed, network empty", false); // more is missing than was accepted
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    assert_int_equal(plugin_registry_usable(r, "walk", &w->fault), STATUS_UNAVAILABLE);
    plugin_registry_destroy(r);
}

static void what_was_waiting_gives_way(void **state) {
    scene *s = *state;
    world *w = s->world;
    world_ok(w, bring(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL}));
    world_ok(w, bring(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL})); // the same: nothing happens
    world_ok(w, bring(s, &(wanted){"walk", "1.1.0", NULL, &s->anna, NULL}));
    assert_refused(s, &(wanted){"walk", "1.0.5", NULL, &s->anna, NULL}, STATUS_CONFLICT, "package.newer_waits");
    assert_int_equal(store_count(w->db, 0, "SELECT count(*) FROM plugin_release", ""), 1);
    install_decision d = {.plugin = "walk", .data_folder = s->data, .by = usage_actor_of(&w->ada, w->secret)};
    world_ok(w, plugin_install_dismiss(w->db, &d, &w->fault));
    assert_int_equal(plugin_install_dismiss(w->db, &d, &w->fault), STATUS_NOT_FOUND);
    install(s, &(wanted){"walk", "1.0.0", NULL, &s->anna, NULL});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_runs_before_a_decision, setup, teardown),
        cmocka_unit_test_setup_teardown(a_decision_is_about_what_was_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(not_back_and_not_sideways, setup, teardown),
        cmocka_unit_test_setup_teardown(ids_of_what_ships_are_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_key_needs_a_word, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_new_needs_a_person, setup, teardown),
        cmocka_unit_test(hosts_that_were_not_named),
        cmocka_unit_test_setup_teardown(rolling_back, setup, teardown),
        cmocka_unit_test_setup_teardown(three_versions_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(distrust_and_no_signature, setup, teardown),
        cmocka_unit_test_setup_teardown(a_jail_with_holes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_waiting_gives_way, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
