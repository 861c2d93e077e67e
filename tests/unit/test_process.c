// SPDX-License-Identifier: EUPL-1.2
//
// Processes made from guides, and who is in them.
#include "world.h"

static json_t *tree(world *w, const char *process) {
    world_ok(w, process_tree_write(w->db, w->arena, world_answer(w), process, &w->fault));
    return json_object_get(world_json(w), "nodes");
}

static json_t *child(json_t *node, size_t i) {
    return json_array_get(json_object_get(node, "children"), i);
}

static void assert_texts(const json_t *list, const char *wanted) {
    char got[200] = "";
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry) {
        strcat(got, json_string_value(entry));
        strcat(got, " ");
    }
    assert_string_equal(got, wanted);
}

static void a_guide_is_copied_in_the_language_of_the_process(void **state) {
    world *w = *state;
    id_value process = world_process(w, "it");
    json_t *nodes = tree(w, process.text);
    assert_int_equal(json_array_size(nodes), 1);
    json_t *phase = json_array_get(nodes, 0), *objective = child(phase, 0), *empty = child(phase, 1);
    assert_string_equal(json_text_at(phase, "name"), "Fase");
    assert_string_equal(json_text_at(phase, "kind"), "phase");
    assert_string_equal(json_text_at(objective, "name"), "Obiettivo");
    assert_string_equal(json_text_at(empty, "name"), "Vuoto");
    assert_int_equal(json_array_size(json_object_get(objective, "children")), 3);
    // b comes after c; what has no Italian text is in English.
    assert_string_equal(json_text_at(child(objective, 0), "name"), "A it");
    assert_string_equal(json_text_at(child(objective, 0), "description"), "How");
    assert_string_equal(json_text_at(child(objective, 1), "name"), "C");
    assert_string_equal(json_text_at(child(objective, 2), "name"), "B it");
    assert_texts(json_object_get(child(objective, 2), "prerequisites"),
                 arena_printf(w->arena, "%s ", json_text_at(child(objective, 1), "id")));
    // A task needs what its objective needs.
    assert_texts(json_object_get(child(objective, 0), "problem_profiles"), "listen ");
    assert_texts(json_object_get(child(objective, 2), "problem_profiles"), "decide listen ");
    assert_texts(json_object_get(objective, "problem_profiles"), "listen ");
    assert_texts(json_object_get(phase, "problem_profiles"), "");
    assert_string_equal(json_text_at(empty, "status"), "awaiting");
    assert_int_equal(json_int_at(empty, "progress"), 0);
    assert_true(json_is_null(json_object_get(phase, "start")));
    const char *keys[] = {"id",       "kind",   "name",   "description",      "status",
                          "progress", "start",  "end",    "problem_profiles", "prerequisites",
                          "children", "assets", "version"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!json_object_get(phase, keys[i]))
            fail_msg("%s is missing", keys[i]);
}

// Circles cannot be imported, but nothing may be lost or hang if one is there.
static void a_circle_loses_nothing(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    world_ok(w, store_run(w->db, &w->fault, "INSERT INTO node_prerequisite VALUES (?, ?, ?), (?, ?, ?)", "tttttt",
                          process.text, world_node(w, process.text, "c"), world_node(w, process.text, "b"),
                          process.text, world_node(w, process.text, "a"), world_node(w, process.text, "a")));
    json_t *objective = child(json_array_get(tree(w, process.text), 0), 0);
    assert_int_equal(json_array_size(json_object_get(objective, "children")), 3);
    assert_string_equal(json_text_at(child(objective, 0), "name"), "A");
}

static void a_process_without_a_guide_is_empty(void **state) {
    world *w = *state;
    process_draft draft = {.name = "Own", .by = usage_actor_of(&w->ada, w->secret)};
    id_value made;
    world_ok(w, process_create(w->db, &draft, &made, &w->fault));
    assert_int_equal(json_array_size(tree(w, made.text)), 0);
    world_ok(w, process_write(w->db, world_answer(w), made.text, &w->ada, "en", &w->fault));
    json_t *said = world_json(w);
    assert_string_equal(json_text_at(said, "language"), "en");
    assert_string_equal(json_text_at(said, "status"), "awaiting");
    assert_true(json_is_null(json_object_get(said, "guide")));
}

static void what_is_wrong_is_said(void **state) {
    world *w = *state;
    id_value made;
    process_draft draft = {.name = "Park", .guide = "none", .by = usage_actor_of(&w->ada, w->secret)};
    fault f = {0};
    assert_int_equal(process_create(w->db, &draft, &made, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/guide");
    draft.guide = NULL;
    draft.name = " \t";
    f = (fault){0};
    assert_int_equal(process_create(w->db, &draft, &made, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/name");
    draft.name = "Park";
    draft.language = "tlh";
    f = (fault){0};
    assert_int_equal(process_create(w->db, &draft, &made, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/language");
    assert_int_equal(store_count(w->db, -1, "SELECT COUNT(*) FROM process", ""), 0);
}

static void one_process_as_its_members_see_it(void **state) {
    world *w = *state;
    id_value process = world_process(w, "it");
    usage_actor by = usage_actor_of(&w->ada, w->secret);
    member_added added;
    world_ok(w, member_add(w->db, NULL, &by, process.text, "ben@example.org", ROLE_VIEWER, &added, &w->fault));
    world_ok(w, member_add(w->db, NULL, &by, process.text, "new@example.org", ROLE_VIEWER, &added, &w->fault));
    world_ok(w, process_write(w->db, world_answer(w), process.text, &w->ada, "en", &w->fault));
    json_t *said = world_json(w);
    assert_string_equal(json_text_at(said, "description"), "Una guida");
    assert_string_equal(json_text_at(said, "guide"), "small");
    assert_string_equal(json_text_at(said, "role"), "administrator");
    assert_int_equal(json_int_at(json_object_get(said, "counts"), "tasks"), 3);
    json_t *members = json_object_get(said, "members");
    assert_int_equal(json_array_size(members), 3);
    assert_string_equal(json_text_at(json_array_get(members, 0), "name"), "Ada");
    assert_string_equal(json_text_at(json_array_get(members, 1), "kind"), "citizen");
    assert_string_equal(json_text_at(json_array_get(members, 2), "email"), "new@example.org");
    assert_true(json_is_true(json_object_get(json_array_get(members, 2), "invited")));
    // A viewer sees no e-mail addresses.
    world_ok(w, process_write(w->db, world_answer(w), process.text, &w->ben, "en", &w->fault));
    assert_null(strstr(w->text.ptr, "@example.org"));
    assert_int_equal(json_array_size(json_object_get(world_json(w), "members")), 2);
    assert_int_equal(process_write(w->db, world_answer(w), process.text, &w->cleo, "en", NULL), STATUS_NOT_FOUND);
}

static void the_list_is_mine_and_pages(void **state) {
    world *w = *state;
    id_value made[5];
    for (int i = 0; i < 5; i++)
        made[i] = world_process(w, "en");
    world_ok(w, process_list_write(w->db, world_answer(w), &w->cleo, NULL, 20, &w->fault));
    assert_int_equal(json_array_size(json_object_get(world_json(w), "items")), 0);
    const char *after = NULL;
    int seen = 5;
    do {
        world_ok(w, process_list_write(w->db, world_answer(w), &w->ada, after, 2, &w->fault));
        json_t *page = world_json(w), *item;
        size_t i;
        json_array_foreach(json_object_get(page, "items"), i, item)
            assert_string_equal(json_text_at(item, "id"), made[--seen].text);
        after = json_text_at(page, "next");
    } while (after);
    assert_int_equal(seen, 0);
    assert_int_equal(process_list_write(w->db, world_answer(w), &w->ada, "x", 2, NULL), STATUS_INVALID);
}

static void a_change_needs_the_newest_version(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    usage_actor by = usage_actor_of(&w->ada, w->secret);
    process_change change = {.name = "Garden", .status = "finished", .version = 1};
    world_ok(w, process_update(w->db, &by, process.text, &change, &w->fault));
    fault f = {0};
    assert_int_equal(process_update(w->db, &by, process.text, &change, &f), STATUS_CONFLICT);
    assert_string_equal(f.code, "version.conflict");
    assert_string_equal(f.about, "2");
    change.version = 0;
    change.name = NULL;
    world_ok(w, process_update(w->db, &by, process.text, &change, &w->fault));
    world_ok(w, process_write(w->db, world_answer(w), process.text, &w->ada, "en", &w->fault));
    assert_string_equal(json_text_at(world_json(w), "name"), "Garden");
    assert_int_equal(json_int_at(world_json(w), "version"), 3);
    assert_int_equal(process_update(w->db, &by, id_create().text, &change, NULL), STATUS_NOT_FOUND);
    change = (process_change){.name = "", .version = 3};
    assert_int_equal(process_update(w->db, &by, process.text, &change, NULL), STATUS_INVALID);
    change = (process_change){.status = "paused"};
    assert_int_equal(process_update(w->db, &by, process.text, &change, NULL), STATUS_INVALID);
    assert_int_equal(store_count(w->db, -1, "SELECT COUNT(*) FROM usage WHERE action = 'process.updated'", ""), 2);
}

static void a_known_person_is_added_and_told(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    usage_actor by = usage_actor_of(&w->ada, w->secret);
    member_added added;
    live_list live = {0};
    world_ok(w, member_add(w->db, &live, &by, process.text, " CLEO@example.org", ROLE_VIEWER, &added, &w->fault));
    assert_false(added.invited);
    assert_string_equal(added.person, w->cleo.id);
    assert_string_equal(live.first->name, "notification");
    json_t *said = arena_json(w->arena, json_loads(live.first->data.ptr, 0, NULL));
    assert_string_equal(json_text_at(said, "text"), "Ada hat Sie zu „Park“ hinzugefügt.");
    assert_string_equal(json_text_at(said, "url"), arena_printf(w->arena, "/projects/%s", process.text));
    live_list_clear(&live);
    // Once more with the same role: nothing; with another: the role changes.
    world_ok(w, member_add(w->db, &live, &by, process.text, "cleo@example.org", ROLE_VIEWER, &added, &w->fault));
    assert_null(live.first);
    world_ok(w, member_add(w->db, &live, &by, process.text, "cleo@example.org", ROLE_CONTRIBUTOR, &added, &w->fault));
    assert_non_null(live.first);
    live_list_clear(&live);
    fault f = {0};
    assert_int_equal(member_add(w->db, NULL, &by, process.text, "cleo", ROLE_VIEWER, &added, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/email");
    assert_int_equal(member_add(w->db, NULL, &by, process.text, "a@b.de", ROLE_NONE, &added, NULL), STATUS_INVALID);
}

static void an_administrator_is_always_left(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    usage_actor by = usage_actor_of(&w->ada, w->secret);
    world_join(w, process.text, &w->ben, ROLE_CONTRIBUTOR);
    fault f = {0};
    assert_int_equal(member_remove(w->db, &by, process.text, w->ada.id, &f), STATUS_CONFLICT);
    assert_string_equal(f.code, "member.last_administrator");
    assert_int_equal(member_set_role(w->db, &by, process.text, w->ada.id, ROLE_VIEWER, NULL), STATUS_CONFLICT);
    member_added added;
    assert_int_equal(member_add(w->db, NULL, &by, process.text, "ada@example.org", ROLE_VIEWER, &added, NULL),
                     STATUS_CONFLICT);
    world_ok(w, member_set_role(w->db, &by, process.text, w->ben.id, ROLE_ADMINISTRATOR, &w->fault));
    world_ok(w, member_remove(w->db, &by, process.text, w->ada.id, &w->fault));
    assert_int_equal(member_remove(w->db, &by, process.text, w->ben.id, NULL), STATUS_CONFLICT);
    assert_int_equal(member_remove(w->db, &by, process.text, w->cleo.id, NULL), STATUS_NOT_FOUND);
    assert_int_equal(member_set_role(w->db, &by, process.text, w->cleo.id, ROLE_VIEWER, NULL), STATUS_NOT_FOUND);
    // An old invitation takes no role away.
    world_join(w, process.text, &w->ben, ROLE_VIEWER);
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM member WHERE role = 'administrator'", ""), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        TEST(a_guide_is_copied_in_the_language_of_the_process),
        TEST(a_circle_loses_nothing),
        TEST(a_process_without_a_guide_is_empty),
        TEST(what_is_wrong_is_said),
        TEST(one_process_as_its_members_see_it),
        TEST(the_list_is_mine_and_pages),
        TEST(a_change_needs_the_newest_version),
        TEST(a_known_person_is_added_and_told),
        TEST(an_administrator_is_always_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
