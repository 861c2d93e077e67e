// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/clock.h"
#include "fake_worker.h"
#include "package_folder.h"
#include "plugin/schedule.h"

// A loop with its own reader, the writer's thread, and a pool whose workers are this program. A scheduled call has no
// path, so the package's name says how its worker answers an event.
typedef struct scene {
    world *world;
    writer *writer;
    store *reader;
    loop *loop;
    plugin_registry *registry;
    plugin_pool *pool;
    live_hub *live;
    plugin_schedule *schedule;
    const char *asset;
} scene;

static int setup(void **state) {
    char self[400], link[400], folder[400];
    scene *s = calloc(1, sizeof *s);
    world_open((void **)&s->world);
    world *w = s->world;
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(len > 0);
    self[len] = '\0';
    snprintf(link, sizeof link, "%s/interlink-worker", w->folder);
    assert_int_equal(symlink(self, link), 0);
    s->registry = plugin_registry_create(w->folder, w->folder, w->secret);
    static const char *const NAMES[] = {"writes", "crashes", "sleeps"};
    for (size_t i = 0; i < 3; i++) {
        package_make(w->folder, NAMES[i], "", folder);
        world_ok(w, plugin_registry_enter(s->registry, folder, &w->fault));
    }
    id_value process = world_process(w, "en");
    s->asset = world_asset(w, process.text, world_node(w, process.text, "a"), &w->ada);
    world_ok(w, writer_start(w->folder, &s->writer, &w->fault));
    world_ok(w, store_open(w->folder, STORE_READ, &s->reader, &w->fault));
    s->loop = loop_create();
    s->live = live_hub_create();
    live_hub_join(s->live, s->loop);
    s->pool = plugin_pool_create(s->loop, s->registry);
    plugin_schedule_parts parts = {s->loop, s->reader, s->writer, s->pool, s->registry, s->live};
    s->schedule = plugin_schedule_create(&parts);
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    plugin_schedule_stop(s->schedule);
    plugin_pool_destroy(s->pool);
    plugin_schedule_destroy(s->schedule);
    plugin_registry_destroy(s->registry);
    live_hub_leave(s->live, s->loop);
    live_hub_destroy(s->live);
    loop_destroy(s->loop);
    store_close(s->reader);
    writer_stop(s->writer);
    world_close((void **)&s->world);
    free(s);
    return 0;
}

static void schedule(scene *s, const char *id, const char *plugin, int64_t at) {
    world *w = s->world;
    world_ok(w, store_run(w->db, &w->fault, "UPDATE asset SET plugin = ? WHERE id = ?", "tt", plugin, s->asset));
    world_ok(w, store_run(w->db, &w->fault, "INSERT INTO schedule VALUES (?, ?, 'schedule', ?, '{}')", "tti", id,
                          s->asset, at));
}

// Turns the loop until `sql` counts `wanted`.
static void wait_for(scene *s, const char *sql, int64_t wanted) {
    int64_t end = clock_steady() + 20000000000, count;
    while ((count = store_count(s->world->db, -1, sql, "")) != wanted && clock_steady() < end)
        loop_turn(s->loop, 100);
    assert_int_equal(count, wanted);
}

static void what_is_due_happens_once(void **state) {
    scene *s = *state;
    schedule(s, "later", "writes", clock_now() + 3600000);
    schedule(s, "due", "writes", clock_now() - 1);
    wait_for(s, "SELECT COUNT(*) FROM schedule WHERE id = 'due'", 0);
    assert_int_equal(store_count(s->world->db, 0, "SELECT COUNT(*) FROM document WHERE key LIKE 'woken/%'", ""), 1);
    assert_int_equal(
        store_count(s->world->db, 0, "SELECT COUNT(*) FROM usage WHERE action = 'woke' AND person IS NULL", ""), 1);
    assert_int_equal(store_count(s->world->db, 0, "SELECT COUNT(*) FROM schedule", ""), 1);
}

static void what_fails_is_not_tried_for_ever(void **state) {
    scene *s = *state;
    schedule(s, "due", "crashes", clock_now() - 1);
    wait_for(s, "SELECT COUNT(*) FROM schedule", 0);
    assert_int_equal(store_count(s->world->db, 0, "SELECT COUNT(*) FROM document", ""), 0);
}

static void what_cannot_be_asked_now_is_asked_later(void **state) {
    scene *s = *state;
    schedule(s, "due", "absent", clock_now() - 1);
    wait_for(s, "SELECT COUNT(*) FROM schedule WHERE at > 1000 + (SELECT MAX(created) FROM process)", 1);
}

static void administrators_are_told_of_a_quarantine(void **state) {
    scene *s = *state;
    world_run(s->world, "UPDATE person SET admin = 1 WHERE email = 'ada@example.org'");
    plugin_registry_tell_quarantine(s->registry, "crashes", "It was ended by signal 9 (Killed).");
    wait_for(s, "SELECT COUNT(*) FROM notification WHERE event = 'plugin.quarantined'", 1);
    assert_int_equal(
        store_count(s->world->db, 0, "SELECT COUNT(*) FROM notification WHERE person = ?", "t", s->world->ada.id), 1);
}

static void it_can_end_at_any_moment(void **state) {
    scene *s = *state;
    schedule(s, "due", "sleeps", clock_now() - 1);
    while (!plugin_schedule_busy(s->schedule))
        loop_turn(s->loop, 100);
    // The teardown ends the pool under the call.
}

int main(int argc, char **argv) {
    if (strstr(argv[0], "interlink-worker"))
        return fake_worker_run(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_due_happens_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_fails_is_not_tried_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(administrators_are_told_of_a_quarantine, setup, teardown),
        cmocka_unit_test_setup_teardown(it_can_end_at_any_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_asked_now_is_asked_later, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
