// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/clock.h"
#include "domain/document.h"
#include "domain/schedule.h"
#include "domain/snapshot.h"

typedef struct scene {
    world *world;
    const char *process, *node, *asset, *other;
} scene;

static void as_plugin(scene *s, const char *asset, const char *plugin) {
    world_ok(s->world, store_run(s->world->db, &s->world->fault, "UPDATE asset SET plugin = ? WHERE id = ?", "tt",
                                 plugin, asset));
}

static int setup(void **state) {
    scene *s = calloc(1, sizeof *s);
    world_open((void **)&s->world);
    id_value process = world_process(s->world, "en");
    s->process = arena_text(s->world->arena, process.text);
    s->node = world_node(s->world, s->process, "a");
    s->asset = world_asset(s->world, s->process, s->node, &s->world->ada);
    s->other = world_asset(s->world, s->process, s->node, &s->world->ada);
    as_plugin(s, s->asset, "walk");
    as_plugin(s, s->other, "talk");
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    world_close((void **)&s->world);
    free(s);
    return 0;
}

static void put(scene *s, const char *asset, const char *key, const char *value) {
    world_ok(s->world, document_put(s->world->db, asset, str_from(key), str_from(value), DOCUMENT_ANY, 16 << 20,
                                    &s->world->fault));
}

static document get(scene *s, const char *asset, const char *key) {
    document d = {.value = STR("")};
    document_get(s->world->db, s->world->arena, asset, str_from(key), &d, NULL);
    return d;
}

static void take(scene *s, const char *release) {
    world_ok(s->world, snapshot_take(s->world->db, "walk", release, &s->world->fault));
}

static void restore(scene *s, const char *release) {
    world_ok(s->world, snapshot_restore(s->world->db, "walk", release, &s->world->fault));
}

static int64_t count(scene *s, const char *what) {
    store_rows *rows = store_query(s->world->db, "SELECT event FROM schedule ORDER BY event, at", "");
    int64_t found = 0;
    while (store_next(rows))
        found += strcmp(store_text(rows, 0), what) == 0;
    store_end(rows, NULL);
    return found;
}

static void documents_come_back_byte_for_byte(void **state) {
    scene *s = *state;
    put(s, s->asset, "kept", "{\"a\" :  1}");
    put(s, s->asset, "changed", "\"è\\u0041\"");
    put(s, s->asset, "deleted", "[1, 2]");
    put(s, s->other, "changed", "\"somebody else's\"");
    document kept = get(s, s->asset, "kept"), changed = get(s, s->asset, "changed");
    int64_t bytes = store_count(s->world->db, 0, "SELECT bytes FROM document_use WHERE asset = ?", "t", s->asset);
    take(s, "1.0.0");
    put(s, s->asset, "changed", "\"new\"");
    put(s, s->asset, "added", "\"new\"");
    put(s, s->other, "changed", "\"also new\"");
    world_ok(s->world,
             document_delete(s->world->db, s->asset, STR("deleted"), DOCUMENT_ANY, &s->world->fault));
    uint64_t newer = get(s, s->asset, "changed").version;
    restore(s, "1.0.0");
    assert_true(str_is(get(s, s->asset, "kept").value, "{\"a\" :  1}"));
    assert_int_equal(get(s, s->asset, "kept").version, kept.version);
    assert_true(str_equal(get(s, s->asset, "changed").value, changed.value));
    assert_true(str_is(get(s, s->asset, "deleted").value, "[1, 2]"));
    assert_int_equal(get(s, s->asset, "added").version, 0);
    // Nobody who has seen the newer one may write over this one unnoticed.
    assert_true(get(s, s->asset, "changed").version > newer);
    assert_int_equal(document_put(s->world->db, s->asset, STR("changed"), STR("1"), newer, 16 << 20, NULL),
                     STATUS_RETRY);
    assert_int_equal(store_count(s->world->db, 0, "SELECT bytes FROM document_use WHERE asset = ?", "t", s->asset),
                     bytes);
    assert_true(str_is(get(s, s->other, "changed").value, "\"also new\""));
    assert_int_equal(snapshot_restore(s->world->db, "walk", "1.0.0", &s->world->fault), STATUS_NOT_FOUND);
}

static void files_come_back(void **state) {
    scene *s = *state;
    world_run(s->world, "INSERT INTO asset_file (asset, name, type, size, blob, updated) "
                        "SELECT id, 'plan.txt', 'text/plain', 4, 'aa', 7 FROM asset WHERE plugin = 'walk'");
    take(s, "1.0.0");
    world_run(s->world, "UPDATE asset_file SET blob = 'bb', size = 5");
    world_run(s->world, "INSERT INTO asset_file (asset, name, type, size, blob, updated) "
                        "SELECT id, 'more.txt', 'text/plain', 4, 'cc', 7 FROM asset WHERE plugin = 'walk'");
    restore(s, "1.0.0");
    assert_int_equal(store_count(s->world->db, 0, "SELECT count(*) FROM asset_file", ""), 1);
    assert_int_equal(store_count(s->world->db, 0,
                                 "SELECT count(*) FROM asset_file WHERE blob = 'aa' AND size = 4 AND updated = 7", ""),
                     1);
}

static void what_the_host_told_is_told_again(void **state) {
    scene *s = *state;
    store *db = s->world->db;
    fault *f = &s->world->fault;
    world_ok(s->world, schedule_add(db, NULL, s->asset, "schedule", clock_now() + 100000, STR("{\"n\":1}"), f));
    world_ok(s->world, schedule_add(db, NULL, s->asset, "task.finished", 0, STR("{\"n\":2}"), f)); // still to be told
    take(s, "1.0.0");
    world_ok(s->world, schedule_add(db, NULL, s->asset, "clone", 0, STR("{\"n\":3}"), f));
    world_ok(s->world, schedule_add(db, NULL, s->asset, "schedule", clock_now() + 5, STR("{\"n\":4}"), f));
    // All are told now, and forgotten.
    store_rows *rows = store_query(db, "SELECT id FROM schedule ORDER BY id", "");
    const char *ids[8];
    size_t told = 0;
    while (store_next(rows))
        ids[told++] = arena_text(s->world->arena, store_text(rows, 0));
    store_end(rows, NULL);
    assert_int_equal(told, 4);
    for (size_t i = 0; i < told; i++) {
        world_ok(s->world, snapshot_remember_told(db, ids[i], f));
        world_ok(s->world, store_run(db, f, "DELETE FROM schedule WHERE id = ?", "t", ids[i]));
    }
    restore(s, "1.0.0");
    assert_int_equal(count(s, "schedule"), 1);
    assert_int_equal(count(s, "task.finished"), 1);
    assert_int_equal(count(s, "clone"), 1);
    assert_int_equal(store_count(db, 0, "SELECT count(*) FROM schedule WHERE data = '{\"n\":4}'", ""), 0);
}

static void assets_that_came_or_went_since(void **state) {
    scene *s = *state;
    const char *gone = world_asset(s->world, s->process, s->node, &s->world->ada);
    as_plugin(s, gone, "walk");
    put(s, gone, "a", "1");
    take(s, "1.0.0");
    world_ok(s->world, store_run(s->world->db, &s->world->fault, "DELETE FROM asset WHERE id = ?", "t", gone));
    const char *late = world_asset(s->world, s->process, s->node, &s->world->ada);
    as_plugin(s, late, "walk");
    put(s, late, "a", "\"since\"");
    restore(s, "1.0.0");
    assert_true(str_is(get(s, late, "a").value, "\"since\""));
    assert_int_equal(get(s, gone, "a").version, 0);
    assert_int_equal(store_count(s->world->db, 9, "SELECT count(*) FROM snapshot_document", ""), 0);
}

static void two_steps_back(void **state) {
    scene *s = *state;
    put(s, s->asset, "a", "1");
    take(s, "1.0.0");
    put(s, s->asset, "a", "2");
    take(s, "1.1.0");
    put(s, s->asset, "a", "3");
    restore(s, "1.1.0");
    assert_true(str_is(get(s, s->asset, "a").value, "2"));
    restore(s, "1.0.0");
    assert_true(str_is(get(s, s->asset, "a").value, "1"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(documents_come_back_byte_for_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(files_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_host_told_is_told_again, setup, teardown),
        cmocka_unit_test_setup_teardown(assets_that_came_or_went_since, setup, teardown),
        cmocka_unit_test_setup_teardown(two_steps_back, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
