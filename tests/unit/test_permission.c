// SPDX-License-Identifier: EUPL-1.2
//
// For each permission of the table: everything that needs it is refused where it is asked for but not granted,
// everything else is not, and granting it or taking it back is felt at the next call.
#include "world.h"

#include "domain/catalogue.h"
#include "domain/grant.h"
#include "package_folder.h"
#include "plugin/effect.h"
#include "plugin/fetch.h"
#include "plugin/request.h"

typedef struct scene {
    world *world;
    char *folder;
    plugin_registry *registry;
    const char *process, *node, *asset;
} scene;

static void reload(scene *s) {
    world_ok(s->world, plugin_registry_load(s->registry, s->world->db, &s->world->fault));
}

static int setup(void **state) {
    scene *s = calloc(1, sizeof *s);
    char folder[400], more[600] = ",\"permissions\":{";
    world_open((void **)&s->world);
    s->folder = unit_folder();
    s->registry = plugin_registry_create(s->folder, s->folder, s->world->secret);
    for (int i = 0; i < PERMISSION_COUNT; i++) {
        size_t len = strlen(more);
        const char *limits = permission_at(i) == PERMISSION_HTTP ? "{\"hosts\":[\"a.example\"]}" : "{}";
        snprintf(more + len, sizeof more - len, "%s\"%s\":%s", i ? "," : "", permission_name(permission_at(i)), limits);
    }
    strcat(more, "}");
    package_make(s->folder, "asks", more, folder);
    world_ok(s->world, store_run(s->world->db, &s->world->fault,
                                 "INSERT INTO plugin (id, version, folder, manifest, bundled, installed) "
                                 "VALUES ('asks', '1.0.0', ?, '{}', 0, 1)",
                                 "t", folder));
    s->process = arena_text(s->world->arena, world_process(s->world, "en").text);
    s->node = world_node(s->world, s->process, "c");
    s->asset = world_asset(s->world, s->process, s->node, &s->world->ada);
    reload(s);
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    plugin_registry_destroy(s->registry);
    world_close((void **)&s->world);
    unit_folder_remove(s->folder);
    free(s);
    return 0;
}

// Grants everything but one.
static void grant_all_but(scene *s, plugin_permission missing) {
    for (int i = 0; i < PERMISSION_COUNT; i++)
        world_ok(s->world, grant_set(s->world->db, "asks", permission_name(permission_at(i)),
                                     permission_at(i) != missing, s->world->ada.id, &s->world->fault));
    reload(s);
}

static unsigned granted(scene *s) {
    plugin_info info;
    assert_true(plugin_registry_get(s->registry, "asks", &info));
    unsigned all = info.granted;
    plugin_registry_release(s->registry, &info);
    return all;
}

// One good effect of each kind, by its number.
static const plugin_effect EFFECTS[] = {
    [EFFECT_PUT] = {.kind = EFFECT_PUT, .key = STR("k"), .value = STR("1"), .version = UINT64_MAX},
    [EFFECT_APPEND] = {.kind = EFFECT_APPEND, .key = STR("a/"), .value = STR("1")},
    [EFFECT_DELETE] = {.kind = EFFECT_DELETE, .key = STR("k"), .version = UINT64_MAX},
    [EFFECT_FILE_PUT] = {.kind = EFFECT_FILE_PUT, .key = STR("f.txt"), .type = STR("text/plain"), .value = STR("x")},
    [EFFECT_FILE_DELETE] = {.kind = EFFECT_FILE_DELETE, .key = STR("f.txt")},
    [EFFECT_LOG] = {.kind = EFFECT_LOG, .key = STR("done"), .value = STR("{}")},
    [EFFECT_NOTIFY] = {.kind = EFFECT_NOTIFY, .key = STR("hello"), .type = STR("process"), .value = STR("{}")},
    [EFFECT_PUBLISH] = {.kind = EFFECT_PUBLISH, .key = STR("changed"), .value = STR("{}")},
    [EFFECT_SCHEDULE] = {.kind = EFFECT_SCHEDULE, .at = 1, .value = STR("{}")},
    [EFFECT_COMPLETE] = {.kind = EFFECT_COMPLETE},
};
enum { EFFECT_KINDS = sizeof EFFECTS / sizeof *EFFECTS };

// Commits as the writer does; what it did is undone in any case, so that every kind meets the same world.
static status commit(scene *s, const plugin_effect *effect) {
    world *w = s->world;
    live_list live = {0};
    plugin_call call = {.arena = w->arena,
                        .plugin = "asks",
                        .asset = s->asset,
                        .node = s->node,
                        .process = s->process,
                        .effects = (plugin_effect *)effect,
                        .effect_count = 1,
                        .plugin_version = "asks@1.0.0"};
    effect_context context = {.registry = s->registry, .by = usage_actor_of(&w->ada, w->secret), .interlinker = "map"};
    w->fault = (fault){0};
    assert_int_equal(store_savepoint(w->db, NULL), STATUS_OK);
    status result = plugin_effects_commit(&call, w->db, &context, &live, &w->fault);
    store_rollback_to(w->db);
    live_list_clear(&live);
    return result;
}

static void nothing_is_granted_until_a_person_does(void **state) {
    scene *s = *state;
    assert_int_equal(granted(s), 0);
    assert_int_equal(commit(s, &EFFECTS[EFFECT_PUT]), STATUS_FORBIDDEN);
    assert_int_equal(commit(s, &EFFECTS[EFFECT_LOG]), STATUS_OK);
}

static void effects_need_their_permission(void **state) {
    scene *s = *state;
    assert_int_equal(EFFECT_KINDS, EFFECT_COMPLETE + 1); // a new kind stands here, too
    for (int i = 0; i < PERMISSION_COUNT; i++) {
        grant_all_but(s, permission_at(i));
        for (int kind = EFFECT_PUT; kind < EFFECT_KINDS; kind++) {
            status result = commit(s, &EFFECTS[kind]);
            bool needs = permission_of_effect((frame_effect)kind) == permission_at(i);
            if (result != (needs ? STATUS_FORBIDDEN : STATUS_OK))
                fail_msg("effect %d without %s: %d, %s", kind, permission_name(permission_at(i)), result,
                         s->world->fault.text);
            if (needs)
                assert_non_null(strstr(s->world->fault.text, permission_name(permission_at(i))));
        }
    }
}

static void what_was_taken_back_is_refused_at_the_next_call(void **state) {
    scene *s = *state;
    grant_all_but(s, PERMISSION_NOTHING);
    assert_int_equal(commit(s, &EFFECTS[EFFECT_NOTIFY]), STATUS_OK);
    world_ok(s->world, grant_set(s->world->db, "asks", "notify", false, NULL, &s->world->fault));
    world_ok(s->world, catalogue_changed(s->world->db, &s->world->fault));
    world_ok(s->world, plugin_registry_follow(s->registry, s->world->db, &s->world->fault));
    assert_int_equal(commit(s, &EFFECTS[EFFECT_NOTIFY]), STATUS_FORBIDDEN);
    assert_int_equal(commit(s, &EFFECTS[EFFECT_PUBLISH]), STATUS_OK);
}

// The status that a fetch is answered with; 0: it was done.
static uint64_t fetch(scene *s, frame_fetch kind, unsigned allowed) {
    buffer in = {0}, out = {0};
    frame request, given;
    size_t used;
    size_t mark = frame_begin(&in, FRAME_FETCH, 1);
    frame_number(&in, TAG_FETCH, kind);
    frame_text(&in, TAG_KEY, "k");
    frame_text(&in, TAG_PREFIX, "");
    frame_text(&in, TAG_NAME, "f.txt");
    frame_text(&in, TAG_ID, s->asset);
    frame_finish(&in, mark);
    assert_int_equal(frame_take(buffer_str(&in), &request, &used), 1);
    plugin_call call = {.arena = s->world->arena, .store = s->world->db, .asset = s->asset, .node = ""};
    fetch_context context = {.granted = allowed, .data_folder = s->folder};
    assert_int_equal(fetch_needs(&request), permission_of_fetch(kind));
    assert_true(fetch_answer(&out, &call, &request, &context));
    assert_int_equal(frame_take(buffer_str(&out), &given, &used), 1);
    str value;
    frame_tag tag;
    uint64_t result = 0;
    bool broken = false;
    while (frame_field(&given.payload, &tag, &value, &broken))
        result = tag == TAG_STATUS ? frame_value(value) : result;
    buffer_free(&in);
    buffer_free(&out);
    return result;
}

static void fetches_need_their_permission(void **state) {
    scene *s = *state;
    enum { ALL = (1 << PERMISSION_COUNT) - 1, FORBIDDEN = 2 };
    for (int kind = FETCH_DOCUMENT; kind <= FETCH_HTTP; kind++)
        for (int i = 0; i < PERMISSION_COUNT; i++) {
            bool needs = permission_of_fetch((frame_fetch)kind) == permission_at(i);
            if (kind == FETCH_HTTP && !needs)
                continue; // that is not answered here but asked of a server
            assert_int_equal(fetch(s, (frame_fetch)kind, ALL & ~permission_at(i)), needs ? FORBIDDEN : 0);
        }
}

static bool sent(scene *s, frame_tag wanted, unsigned allowed) {
    buffer out = {0};
    frame call_frame;
    size_t used;
    manifest m = {.json = NULL};
    plugin_call call = {.arena = s->world->arena,
                        .store = s->world->db,
                        .asset = s->asset,
                        .person = s->world->ada.id,
                        .person_name = "Ada",
                        .person_email = "ada@example.org",
                        .function = FUNCTION_HANDLE};
    request_context context = {.manifest = &m, .granted = allowed, .secret = s->world->secret, .number = 1};
    assert_int_equal(request_write(&out, &call, &context, NULL), STATUS_OK);
    assert_int_equal(frame_take(buffer_str(&out), &call_frame, &used), 1);
    str value;
    frame_tag tag;
    bool broken = false, found = false;
    while (frame_field(&call_frame.payload, &tag, &value, &broken))
        found = found || tag == wanted;
    buffer_free(&out);
    return found;
}

static void fields_need_their_permission(void **state) {
    scene *s = *state;
    static const frame_tag FIELDS[] = {
#define FIELD(tag, permission) TAG_##tag,
#include "plugin/permission.def"
    };
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        unsigned needed = permission_of_field(FIELDS[i]);
        assert_true(sent(s, FIELDS[i], needed));
        assert_false(sent(s, FIELDS[i], ~needed));
    }
}

static void its_last_use_is_told(void **state) {
    scene *s = *state;
    grant_all_but(s, PERMISSION_NOTHING);
    assert_int_equal(commit(s, &EFFECTS[EFFECT_PUBLISH]), STATUS_OK);
    world_ok(s->world, use_list_write(plugin_registry_uses(s->registry), s->world->db, &s->world->fault));
    assert_true(store_count(s->world->db, 0, "SELECT used FROM plugin_grant WHERE permission = 'publish'", "") > 0);
    assert_int_equal(store_count(s->world->db, 0, "SELECT used FROM plugin_grant WHERE permission = 'notify'", ""), 0);
}

static void people_are_told_so_often_a_day(void **state) {
    scene *s = *state;
    world *w = s->world;
    int64_t today = 0;
    world_join(w, s->process, &w->ben, ROLE_CONTRIBUTOR);
    world_run(w, "DELETE FROM notification");
    grant_all_but(s, PERMISSION_NOTHING);
    for (int i = 0; i < 19; i++)
        world_ok(w, grant_count_today(w->db, s->asset, "notify", &today, &w->fault));
    assert_int_equal(today, 19);
    assert_int_equal(store_count(w->db, 0, "SELECT count(*) FROM notification", ""), 0);
    plugin_effect tell = EFFECTS[EFFECT_NOTIFY];
    for (int i = 0; i < 3; i++) { // the twentieth is the last one; what the others did is kept all the same
        live_list live = {0};
        plugin_call call = {.arena = w->arena,
                            .plugin = "asks",
                            .asset = s->asset,
                            .node = s->node,
                            .process = s->process,
                            .effects = (plugin_effect[]){tell, EFFECTS[EFFECT_APPEND]},
                            .effect_count = 2,
                            .plugin_version = "asks@1.0.0"};
        effect_context context = {
            .registry = s->registry, .by = usage_actor_of(&w->ada, w->secret), .interlinker = "m"};
        world_ok(w, plugin_effects_commit(&call, w->db, &context, &live, &w->fault));
        live_list_clear(&live);
    }
    assert_int_equal(store_count(w->db, 0, "SELECT count(*) FROM notification", ""), 1);
    assert_int_equal(store_count(w->db, 0, "SELECT count(*) FROM document", ""), 3);
    world_run(w, "UPDATE grant_use SET day = day - 1");
    world_ok(w, grant_count_today(w->db, s->asset, "notify", &today, &w->fault));
    assert_int_equal(today, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_granted_until_a_person_does, setup, teardown),
        cmocka_unit_test_setup_teardown(effects_need_their_permission, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_taken_back_is_refused_at_the_next_call, setup, teardown),
        cmocka_unit_test_setup_teardown(fetches_need_their_permission, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_need_their_permission, setup, teardown),
        cmocka_unit_test_setup_teardown(its_last_use_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(people_are_told_so_often_a_day, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
