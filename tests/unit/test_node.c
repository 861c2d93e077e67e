// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "domain/node.h"

typedef struct plan {
    world *w;
    id_value process;
    usage_actor by;
} plan;

static plan plan_of(void **state) {
    world *w = *state;
    return (plan){w, world_process(w, "en"), usage_actor_of(&w->ada, w->secret)};
}

static void set(plan *p, const char *origin, const char *wanted) {
    node_change change = {.status = wanted};
    world_ok(p->w,
             node_update(p->w->db, NULL, &p->by, world_node(p->w, p->process.text, origin), &change, &p->w->fault));
}

static json_t *get(plan *p, const char *origin) {
    const char *node = world_node(p->w, p->process.text, origin);
    world_ok(p->w, node_write(p->w->db, world_answer(p->w), node, "it", &p->w->fault));
    return world_json(p->w);
}

static void expect(plan *p, const char *origin, const char *wanted, int64_t progress) {
    json_t *node = get(p, origin);
    if (strcmp(json_text_at(node, "status"), wanted) != 0 || json_int_at(node, "progress") != progress)
        fail_msg("%s is %s %d", origin, json_text_at(node, "status"), (int)json_int_at(node, "progress"));
}

static void expect_process(plan *p, const char *wanted, int64_t progress) {
    world_ok(p->w, process_write(p->w->db, world_answer(p->w), p->process.text, &p->w->ada, "en", &p->w->fault));
    json_t *said = world_json(p->w);
    assert_string_equal(json_text_at(said, "status"), wanted);
    assert_int_equal(json_int_at(said, "progress"), progress);
}

static void status_and_progress_roll_up(void **state) {
    plan p = plan_of(state);
    set(&p, "a", "in_progress");
    expect(&p, "a", "in_progress", 50);
    expect(&p, "o", "in_progress", 16);
    expect(&p, "e", "awaiting", 0);
    expect(&p, "p", "in_progress", 16);
    expect_process(&p, "in_progress", 16);
    set(&p, "a", "finished");
    expect(&p, "o", "in_progress", 33);
    set(&p, "b", "finished");
    set(&p, "c", "finished");
    expect(&p, "o", "finished", 100);
    // An empty objective is not done, but there is nothing to do in it either.
    expect(&p, "e", "awaiting", 0);
    expect(&p, "p", "finished", 100);
    expect_process(&p, "finished", 100);
    set(&p, "b", "awaiting");
    expect(&p, "p", "in_progress", 66);
    set(&p, "a", "awaiting");
    set(&p, "c", "awaiting");
    expect(&p, "p", "awaiting", 0);
    expect_process(&p, "awaiting", 0);
}

static void dates_roll_up(void **state) {
    plan p = plan_of(state);
    world *w = p.w;
    const int64_t day = 86400000;
    node_change change = {.start_given = true, .start = 20 * day, .end_given = true, .end = 30 * day};
    world_ok(w, node_update(w->db, NULL, &p.by, world_node(w, p.process.text, "a"), &change, &w->fault));
    change = (node_change){.start_given = true, .start = 10 * day};
    world_ok(w, node_update(w->db, NULL, &p.by, world_node(w, p.process.text, "b"), &change, &w->fault));
    json_t *phase = get(&p, "p");
    assert_string_equal(json_text_at(phase, "start"), "1970-01-11T00:00:00.000Z");
    assert_string_equal(json_text_at(phase, "end"), "1970-01-31T00:00:00.000Z");
    assert_true(json_is_null(json_object_get(get(&p, "e"), "start")));
    change = (node_change){.start_given = true, .start = 0};
    world_ok(w, node_update(w->db, NULL, &p.by, world_node(w, p.process.text, "b"), &change, &w->fault));
    assert_string_equal(json_text_at(get(&p, "p"), "start"), "1970-01-21T00:00:00.000Z");
    fault f = {0};
    change = (node_change){.end_given = true, .end = 5 * day};
    assert_int_equal(node_update(w->db, NULL, &p.by, world_node(w, p.process.text, "a"), &change, &f), STATUS_INVALID);
    assert_string_equal(f.code, "node.dates");
    world_ok(w, process_write(w->db, world_answer(w), p.process.text, &w->ada, "en", &w->fault));
    assert_string_equal(json_text_at(world_json(w), "start"), "1970-01-21T00:00:00.000Z");
}

static void only_tasks_have_a_status_of_their_own(void **state) {
    plan p = plan_of(state);
    world *w = p.w;
    const char *phase = world_node(w, p.process.text, "p");
    node_change change = {.status = "finished"};
    fault f = {0};
    assert_int_equal(node_update(w->db, NULL, &p.by, phase, &change, &f), STATUS_INVALID);
    assert_string_equal(f.code, "node.rolls_up");
    change = (node_change){.end_given = true, .end = 5};
    assert_int_equal(node_update(w->db, NULL, &p.by, phase, &change, NULL), STATUS_INVALID);
    change = (node_change){.name = "Better"};
    world_ok(w, node_update(w->db, NULL, &p.by, phase, &change, &w->fault));
    assert_string_equal(json_text_at(get(&p, "p"), "name"), "Better");
    change = (node_change){.status = "paused"};
    f = (fault){0};
    assert_int_equal(node_update(w->db, NULL, &p.by, world_node(w, p.process.text, "a"), &change, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/status");
    change = (node_change){.name = " "};
    assert_int_equal(node_update(w->db, NULL, &p.by, phase, &change, NULL), STATUS_INVALID);
    assert_int_equal(node_update(w->db, NULL, &p.by, id_create().text, &change, NULL), STATUS_NOT_FOUND);
}

static void the_second_of_two_is_told(void **state) {
    plan p = plan_of(state);
    world *w = p.w;
    const char *node = world_node(w, p.process.text, "a");
    node_change change = {.name = "Mine", .version = 1};
    world_ok(w, node_update(w->db, NULL, &p.by, node, &change, &w->fault));
    fault f = {0};
    change.name = "No, mine";
    assert_int_equal(node_update(w->db, NULL, &p.by, node, &change, &f), STATUS_CONFLICT);
    assert_string_equal(f.about, "2");
    assert_string_equal(json_text_at(get(&p, "a"), "name"), "Mine");
    // What follows from tasks does not count as a change of the objective.
    set(&p, "a", "finished");
    assert_int_equal(json_int_at(get(&p, "o"), "version"), 1);
    // Nothing new is no change.
    change = (node_change){.name = "Mine"};
    int64_t version = json_int_at(get(&p, "a"), "version");
    world_ok(w, node_update(w->db, NULL, &p.by, node, &change, &w->fault));
    assert_int_equal(json_int_at(get(&p, "a"), "version"), version);
}

static int64_t logged(world *w, const char *action) {
    return store_count(w->db, -1, "SELECT COUNT(*) FROM usage WHERE action = ?", "t", action);
}

static void changes_are_logged_and_told(void **state) {
    plan p = plan_of(state);
    world *w = p.w;
    world_join(w, p.process.text, &w->ben, ROLE_VIEWER);
    world_run(w, "DELETE FROM notification");
    const char *node = world_node(w, p.process.text, "a");
    live_list live = {0};
    world_ok(w, node_started(w->db, &live, &p.by, node, &w->fault));
    world_ok(w, node_started(w->db, &live, &p.by, node, &w->fault));
    assert_int_equal(logged(w, "node.started"), 1);
    assert_null(live.first);
    usage_actor plugin = usage_actor_system(w->secret);
    plugin.plugin = "survey@1.0.0";
    world_ok(w, node_complete(w->db, &live, &plugin, node, &w->fault));
    assert_int_equal(logged(w, "node.finished"), 1);
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM notification", ""), 2);
    assert_non_null(strstr(live.first->data.ptr, "A"));
    live_list_clear(&live);
    world_ok(w, node_complete(w->db, &live, &plugin, node, &w->fault));
    world_ok(w, node_started(w->db, &live, &p.by, node, &w->fault));
    assert_null(live.first);
    expect(&p, "a", "finished", 100);
    set(&p, "a", "in_progress");
    assert_int_equal(logged(w, "node.updated"), 1);
    assert_int_equal(logged(w, "node.started"), 1);
    // By a person: everybody but that person is told, by name.
    node_change change = {.status = "finished"};
    world_ok(w, node_update(w->db, &live, &p.by, node, &change, &w->fault));
    json_t *said = arena_json(w->arena, json_loads(live.first->data.ptr, 0, NULL));
    assert_string_equal(json_text_at(said, "text"), "Ada finished “A” in “Park”.");
    assert_string_equal(json_text_at(said, "node"), node);
    assert_null(live.first->next);
    live_list_clear(&live);
}

static void one_node_with_where_it_stands(void **state) {
    plan p = plan_of(state);
    world *w = p.w;
    world_asset(w, p.process.text, world_node(w, p.process.text, "b"), &w->ada);
    json_t *node = get(&p, "b");
    assert_int_equal(json_int_at(node, "assets"), 1);
    assert_string_equal(json_text_at(json_object_get(node, "process"), "name"), "Park");
    json_t *path = json_object_get(node, "path");
    assert_int_equal(json_array_size(path), 2);
    assert_string_equal(json_text_at(json_array_get(path, 0), "kind"), "phase");
    assert_string_equal(json_text_at(json_array_get(path, 1), "name"), "Objective");
    json_t *needs = json_object_get(node, "needs");
    assert_string_equal(json_text_at(json_array_get(needs, 0), "name"), "Decide");
    assert_string_equal(json_text_at(json_array_get(needs, 1), "name"), "Ascoltare");
    json_t *after = json_object_get(node, "after");
    assert_string_equal(json_text_at(json_array_get(after, 0), "name"), "C");
    assert_string_equal(json_text_at(json_array_get(after, 0), "status"), "awaiting");
    assert_int_equal(json_array_size(json_object_get(get(&p, "o"), "children")), 3);
    assert_int_equal(node_write(w->db, world_answer(w), id_create().text, "en", NULL), STATUS_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        TEST(status_and_progress_roll_up),           TEST(dates_roll_up),
        TEST(only_tasks_have_a_status_of_their_own), TEST(the_second_of_two_is_told),
        TEST(changes_are_logged_and_told),           TEST(one_node_with_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
