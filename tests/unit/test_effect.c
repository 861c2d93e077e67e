// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/clock.h"
#include "domain/document.h"
#include "domain/notify.h"
#include "package_folder.h"
#include "plugin/effect.h"
#include "store/blob.h"

typedef struct scene {
    world *world;
    char *folder;
    plugin_registry *registry;
    const char *process, *node, *asset;
    live_list live;
} scene;

static void make_package(scene *s, const char *id, const char *permissions) {
    char folder[400], more[200];
    fault f = {0};
    snprintf(more, sizeof more, ",\"permissions\":[%s]", permissions);
    package_make(s->folder, id, more, folder);
    if (plugin_registry_enter(s->registry, folder, &f) != STATUS_OK)
        fail_msg("%s", f.text);
}

static int setup(void **state) {
    scene *s = calloc(1, sizeof *s);
    world_open((void **)&s->world);
    s->folder = unit_folder();
    s->registry = plugin_registry_create(s->folder, s->folder, s->world->secret);
    make_package(s, "all", "\"person.name\",\"notify\",\"publish\",\"schedule\",\"complete\",\"files\"");
    make_package(s, "none", "");
    s->process = arena_text(s->world->arena, world_process(s->world, "en").text);
    world_join(s->world, s->process, &s->world->ben, ROLE_CONTRIBUTOR);
    s->node = world_node(s->world, s->process, "c");
    s->asset = world_asset(s->world, s->process, s->node, &s->world->ada);
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    live_list_clear(&s->live);
    plugin_registry_destroy(s->registry);
    world_close((void **)&s->world);
    unit_folder_remove(s->folder);
    free(s);
    return 0;
}

// Commits as the writer does: what is refused leaves nothing.
static status commit(scene *s, const char *plugin, const plugin_effect *effects, size_t count) {
    world *w = s->world;
    plugin_call call = {
        .arena = w->arena,
        .plugin = plugin,
        .function = FUNCTION_HANDLE,
        .asset = s->asset,
        .node = s->node,
        .process = s->process,
        .effects = (plugin_effect *)effects,
        .effect_count = count,
        .plugin_version = "all@1.0.0",
    };
    effect_context context = {.registry = s->registry, .by = usage_actor_of(&w->ada, w->secret), .interlinker = "map"};
    fault ignored = {0};
    w->fault = (fault){0};
    assert_int_equal(store_savepoint(w->db, &ignored), STATUS_OK);
    status result = plugin_effects_commit(&call, w->db, &context, &s->live, &w->fault);
    if (result == STATUS_OK)
        assert_int_equal(store_release(w->db, &ignored), STATUS_OK);
    else
        store_rollback_to(w->db);
    return result;
}

static int64_t count(scene *s, const char *sql) {
    return store_count(s->world->db, 0, sql, "t", s->asset);
}

#define COMMIT(scene, plugin, ...)                                                                                     \
    commit(scene, plugin, (plugin_effect[]){__VA_ARGS__},                                                              \
           sizeof((plugin_effect[]){__VA_ARGS__}) / sizeof(plugin_effect))

static void documents_are_written_or_the_call_is_made_again(void **state) {
    scene *s = *state;
    plugin_effect put = {.kind = EFFECT_PUT, .key = STR("poll"), .value = STR("{\"n\":1}")};
    plugin_effect add = {.kind = EFFECT_APPEND, .key = STR("vote/"), .value = STR("1")};
    assert_int_equal(COMMIT(s, "none", put, add, add), STATUS_OK);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM document WHERE asset = ?"), 3);
    assert_int_equal(COMMIT(s, "none", add, put), STATUS_RETRY);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM document WHERE asset = ?"), 3);
    plugin_effect gone = {.kind = EFFECT_DELETE, .key = STR("poll"), .version = DOCUMENT_ANY};
    assert_int_equal(COMMIT(s, "none", gone), STATUS_OK);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM document WHERE asset = ?"), 2);
}

static void the_log_says_who_or_nobody(void **state) {
    scene *s = *state;
    plugin_effect log = {.kind = EFFECT_LOG, .key = STR("voted"), .value = STR("{\"option\":2}")}, secret = log;
    secret.anonymous = true;
    world_run(s->world, "DELETE FROM usage");
    assert_int_equal(COMMIT(s, "none", log, secret), STATUS_OK);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM usage WHERE asset = ? AND action = 'voted' AND person IS NOT NULL "
                              "AND plugin = 'all@1.0.0' AND interlinker = 'map' AND data = '{\"option\":2}'"),
                     1);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM usage WHERE asset = ? AND person IS NULL"), 1);
    plugin_effect bad = {.kind = EFFECT_LOG, .key = STR("Voted!"), .value = STR("{}")};
    assert_int_equal(COMMIT(s, "none", bad), STATUS_INVALID);
    bad = (plugin_effect){.kind = EFFECT_LOG, .key = STR("voted"), .value = STR("[]")};
    assert_int_equal(COMMIT(s, "none", bad), STATUS_INVALID);
}

static void what_was_not_asked_for_is_refused(void **state) {
    scene *s = *state;
    static const struct {
        plugin_effect effect;
        const char *permission;
    } EFFECTS[] = {
        {{.kind = EFFECT_NOTIFY, .key = {"closed", 6}, .type = {"process", 7}}, "\"notify\""},
        {{.kind = EFFECT_PUBLISH, .key = {"vote", 4}}, "\"publish\""},
        {{.kind = EFFECT_SCHEDULE, .at = 1}, "\"schedule\""},
        {{.kind = EFFECT_COMPLETE}, "\"complete\""},
        {{.kind = EFFECT_FILE_PUT, .key = {"a", 1}, .type = {"a/b", 3}, .value = {"x", 1}}, "\"files\""},
        {{.kind = EFFECT_FILE_DELETE, .key = {"a", 1}}, "\"files\""},
    };
    plugin_effect put = {.kind = EFFECT_PUT, .key = STR("k"), .value = STR("1")};
    for (size_t i = 0; i < sizeof EFFECTS / sizeof EFFECTS[0]; i++) {
        assert_int_equal(COMMIT(s, "none", put, EFFECTS[i].effect), STATUS_FORBIDDEN);
        assert_non_null(strstr(s->world->fault.text, EFFECTS[i].permission));
        assert_int_equal(COMMIT(s, "all", EFFECTS[i].effect), STATUS_OK);
    }
    assert_int_equal(count(s, "SELECT COUNT(*) FROM document WHERE asset = ?"), 0);
}

static void people_are_told_in_their_language(void **state) {
    scene *s = *state;
    plugin_effect tell = {
        .kind = EFFECT_NOTIFY, .key = STR("closed"), .type = STR("process"), .value = STR("{\"n\":3}")};
    assert_int_equal(COMMIT(s, "all", tell), STATUS_OK);
    assert_int_equal(store_count(s->world->db, 0,
                                 "SELECT COUNT(*) FROM notification WHERE event = 'all:closed' AND person = ?", "t",
                                 s->world->ben.id),
                     1);
    assert_int_equal(store_count(s->world->db, 0,
                                 "SELECT COUNT(*) FROM notification WHERE event = 'all:closed' AND person = ?", "t",
                                 s->world->ada.id),
                     0);
    world_ok(s->world, notify_list_write(s->world->db, world_answer(s->world), s->world->ben.id, "it", false, NULL, 10,
                                         &s->world->fault));
    assert_non_null(strstr(s->world->text.ptr, "Ada ha chiuso dopo 3 voti"));
    tell.key = STR("unknown");
    assert_int_equal(COMMIT(s, "all", tell), STATUS_INVALID);
    tell.key = STR("closed");
    tell.type = STR("world");
    assert_int_equal(COMMIT(s, "all", tell), STATUS_INVALID);
}

static void open_views_hear_of_it(void **state) {
    scene *s = *state;
    plugin_effect publish = {.kind = EFFECT_PUBLISH, .key = STR("vote"), .value = STR("{\"n\":\n1}")};
    char topic[80];
    snprintf(topic, sizeof topic, "asset/%s", s->asset);
    assert_int_equal(COMMIT(s, "all", publish), STATUS_OK);
    assert_non_null(s->live.first);
    assert_string_equal(s->live.first->topic, topic);
    assert_string_equal(s->live.first->name, "vote");
    assert_string_equal(s->live.first->data.ptr, "{\"n\":1}");
    publish.key = STR("two\nlines");
    assert_int_equal(COMMIT(s, "all", publish), STATUS_INVALID);
    publish = (plugin_effect){.kind = EFFECT_PUBLISH, .key = STR("vote"), .value = STR("{")};
    assert_int_equal(COMMIT(s, "all", publish), STATUS_INVALID);
}

static void schedules_have_a_bound(void **state) {
    scene *s = *state;
    plugin_effect wake = {.kind = EFFECT_SCHEDULE, .at = clock_now() + 1000, .value = STR("{\"close\":true}")};
    for (int i = 0; i < 100; i++)
        assert_int_equal(COMMIT(s, "all", wake), STATUS_OK);
    assert_int_equal(COMMIT(s, "all", wake), STATUS_TOO_LARGE);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM schedule WHERE asset = ?"), 100);
    wake.at = INT64_MAX;
    assert_int_equal(COMMIT(s, "all", wake), STATUS_INVALID);
}

static void a_task_is_done(void **state) {
    scene *s = *state;
    plugin_effect done = {.kind = EFFECT_COMPLETE};
    assert_int_equal(COMMIT(s, "all", done), STATUS_OK);
    assert_int_equal(
        store_count(s->world->db, 0, "SELECT COUNT(*) FROM node WHERE id = ? AND status = 'finished'", "t", s->node),
        1);
}

static void files_are_kept(void **state) {
    scene *s = *state;
    plugin_effect put = {
        .kind = EFFECT_FILE_PUT, .key = STR("plan.txt"), .type = STR("text/plain"), .value = STR("abc")};
    assert_int_equal(COMMIT(s, "all", put), STATUS_OK);
    put.value = STR("abcd");
    assert_int_equal(COMMIT(s, "all", put), STATUS_OK);
    assert_int_equal(count(s, "SELECT size FROM asset_file WHERE asset = ?"), 4);
    char hash[BLOB_HASH_TEXT];
    buffer out = {0};
    assert_int_equal(blob_put(s->folder, STR("abcd"), hash, NULL), STATUS_OK);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM asset_file WHERE asset = ?"), 1);
    assert_int_equal(blob_read(s->folder, hash, 10, &out, NULL), STATUS_OK);
    buffer_free(&out);
    put.key = STR("../plan.txt");
    assert_int_equal(COMMIT(s, "all", put), STATUS_INVALID);
    plugin_effect gone = {.kind = EFFECT_FILE_DELETE, .key = STR("plan.txt")};
    assert_int_equal(COMMIT(s, "all", gone), STATUS_OK);
    assert_int_equal(count(s, "SELECT COUNT(*) FROM asset_file WHERE asset = ?"), 0);
}

static void a_tool_that_is_gone_changes_nothing(void **state) {
    scene *s = *state;
    plugin_effect put = {.kind = EFFECT_PUT, .key = STR("k"), .value = STR("1")};
    assert_int_equal(COMMIT(s, "gone", put), STATUS_UNAVAILABLE);
    assert_int_equal(commit(s, "gone", NULL, 0), STATUS_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(documents_are_written_or_the_call_is_made_again, setup, teardown),
        cmocka_unit_test_setup_teardown(the_log_says_who_or_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_not_asked_for_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(people_are_told_in_their_language, setup, teardown),
        cmocka_unit_test_setup_teardown(open_views_hear_of_it, setup, teardown),
        cmocka_unit_test_setup_teardown(schedules_have_a_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(a_task_is_done, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tool_that_is_gone_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
