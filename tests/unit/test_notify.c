// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "domain/notify.h"

static json_t *list_in(world *w, const person *who, const char *language, const char *after, int64_t limit) {
    world_ok(w, notify_list_write(w->db, world_answer(w), who->id, language, false, after, limit, &w->fault));
    return world_json(w);
}

static json_t *list(world *w, const person *who) {
    return list_in(w, who, who->language, NULL, 100);
}

static size_t count(world *w, const person *who) {
    return json_array_size(json_object_get(list(w, who), "items"));
}

static json_t *first(world *w, const person *who) {
    return json_array_get(json_object_get(list(w, who), "items"), 0);
}

static void tell(world *w, live_list *live, const notify_event *e) {
    world_ok(w, notify_people(w->db, live, e, &w->fault));
}

static void each_audience_is_told(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    const char *node = world_node(w, process.text, "a");
    person vera = world_person(w, "v@example.org", "Vera", NULL, NULL);
    world_join(w, process.text, &w->ben, ROLE_CONTRIBUTOR);
    world_join(w, process.text, &vera, ROLE_VIEWER);
    const char *asset = world_asset(w, process.text, node, &w->ben);
    world_run(w, "UPDATE person SET admin = 1 WHERE name = 'Cleo'");
    const struct {
        notify_audience audience;
        const char *actor;
        size_t ada, ben, vera, cleo;
    } cases[] = {
        {NOTIFY_PROCESS, w->ada.id, 0, 1, 1, 0}, {NOTIFY_PROCESS, NULL, 1, 1, 1, 0},
        {NOTIFY_NODE, NULL, 1, 1, 0, 0},         {NOTIFY_CREATOR, w->ada.id, 0, 1, 0, 0},
        {NOTIFY_CREATOR, w->ben.id, 0, 0, 0, 0}, {NOTIFY_ADMINS, NULL, 0, 0, 0, 1},
        {NOTIFY_PERSON, NULL, 0, 0, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world_run(w, "DELETE FROM notification");
        notify_event e = {.event = "asset.created",
                          .audience = cases[i].audience,
                          .actor = cases[i].actor,
                          .person = vera.id,
                          .process = process.text,
                          .node = node,
                          .asset = asset};
        tell(w, NULL, &e);
        if (count(w, &w->ada) != cases[i].ada || count(w, &w->ben) != cases[i].ben ||
            count(w, &vera) != cases[i].vera || count(w, &w->cleo) != cases[i].cleo)
            fail_msg("case %zu", i);
    }
    // Who has left the process hears nothing more of it.
    world_run(w, "DELETE FROM notification");
    world_run(w, "DELETE FROM member WHERE role = 'contributor'");
    notify_event e = {.event = "asset.created", .audience = NOTIFY_CREATOR, .asset = asset};
    tell(w, NULL, &e);
    assert_int_equal(count(w, &w->ben), 0);
}

static void each_reads_it_in_their_language(void **state) {
    world *w = *state;
    json_t *params = arena_json(
        w->arena, json_pack("{s:s, s:s, s:s}", "person", "<b>Zoë</b>", "asset", "it's \"this\"", "node", "{person}"));
    notify_event e = {.event = "asset.created",
                      .audience = NOTIFY_PERSON,
                      .person = w->ada.id,
                      .params = params,
                      .process = "p",
                      .node = "n",
                      .asset = "a"};
    tell(w, NULL, &e);
    json_t *n = first(w, &w->ada);
    assert_string_equal(json_text_at(n, "text"), "<b>Zoë</b> ha aperto «it's \"this\"» in «{person}».");
    assert_string_equal(json_text_at(n, "url"), "/items/a");
    assert_string_equal(json_text_at(n, "event"), "asset.created");
    assert_string_equal(json_text_at(json_object_get(n, "params"), "asset"), "it's \"this\"");
    assert_true(json_is_false(json_object_get(n, "read")));
    n = json_array_get(json_object_get(list_in(w, &w->ada, "de", NULL, 1), "items"), 0);
    assert_string_equal(json_text_at(n, "text"), "<b>Zoë</b> hat „it's \"this\"“ in „{person}“ geöffnet.");
}

static void it_leads_to_what_is_still_there(void **state) {
    world *w = *state;
    notify_event e = {
        .event = "asset.deleted", .audience = NOTIFY_PERSON, .person = w->ada.id, .node = "n", .asset = "a"};
    tell(w, NULL, &e);
    assert_string_equal(json_text_at(first(w, &w->ada), "url"), "/tasks/n");
    e = (notify_event){.event = "never.heard", .audience = NOTIFY_PERSON, .person = w->ada.id, .process = "p"};
    tell(w, NULL, &e);
    assert_string_equal(json_text_at(first(w, &w->ada), "url"), "/projects/p");
    assert_string_equal(json_text_at(first(w, &w->ada), "text"), "Ci sono novità in «».");
    e = (notify_event){.event = "plugin.quarantined", .audience = NOTIFY_PERSON, .person = w->ada.id};
    tell(w, NULL, &e);
    assert_string_equal(json_text_at(first(w, &w->ada), "url"), "/admin/plugins");
    e.event = "task.done";
    tell(w, NULL, &e);
    assert_true(json_is_null(json_object_get(first(w, &w->ada), "url")));
}

static void a_plugin_brings_its_own_text(void **state) {
    world *w = *state;
    json_t *params = arena_json(
        w->arena, json_pack("{s:{s:s, s:s}, s:s}", "text", "en", "{who} voted", "it", "{who} ha votato", "who", "Zoë"));
    notify_event e = {
        .event = "poll:voted", .audience = NOTIFY_PERSON, .person = w->ada.id, .params = params, .asset = "a"};
    live_list live = {0};
    tell(w, &live, &e);
    assert_non_null(strstr(live.first->data.ptr, "\"text\":\"Zoë ha votato\""));
    live_list_clear(&live);
    json_t *n = first(w, &w->ada);
    assert_string_equal(json_text_at(n, "text"), "Zoë ha votato");
    assert_null(json_object_get(json_object_get(n, "params"), "text"));
    assert_string_equal(json_text_at(json_object_get(n, "params"), "who"), "Zoë");
    n = json_array_get(json_object_get(list_in(w, &w->ada, "lv", NULL, 1), "items"), 0);
    assert_string_equal(json_text_at(n, "text"), "Zoë voted");
}

static void open_pages_hear_it_at_once(void **state) {
    world *w = *state;
    notify_event e = {.event = "task.done", .audience = NOTIFY_PERSON, .person = w->ben.id, .process = "p"};
    live_list live = {0};
    tell(w, &live, &e);
    tell(w, &live, &e);
    assert_string_equal(live.first->topic, arena_printf(w->arena, "person/%s", w->ben.id));
    assert_string_equal(live.first->name, "notification");
    json_t *said = arena_json(w->arena, json_loads(live.first->data.ptr, 0, NULL));
    json_t *shown = json_array_get(json_object_get(list(w, &w->ben), "items"), 1);
    assert_true(json_equal(said, shown));
    // What was missed comes again as it was sent.
    live_list missed = {0};
    world_ok(w, notify_missed(w->db, w->ben.id, "en", live.first->id, 10, &missed, &w->fault));
    assert_string_equal(missed.first->id, live.first->next->id);
    assert_string_equal(missed.first->data.ptr, live.first->next->data.ptr);
    assert_null(missed.first->next);
    live_list_clear(&live);
    live_list_clear(&missed);
}

static void reading_marks_only_ones_own(void **state) {
    world *w = *state;
    notify_event e = {.event = "task.done", .audience = NOTIFY_PERSON};
    for (int i = 0; i < 3; i++) {
        e.person = w->ada.id;
        tell(w, NULL, &e);
        e.person = w->ben.id;
        tell(w, NULL, &e);
    }
    assert_int_equal(json_int_at(list(w, &w->ada), "unread"), 3);
    json_t *ids = arena_json(w->arena, json_array());
    json_array_append(ids, json_object_get(first(w, &w->ada), "id"));
    json_array_append(ids, json_object_get(first(w, &w->ben), "id"));
    world_ok(w, notify_mark_read(w->db, w->ada.id, ids, &w->fault));
    assert_int_equal(notify_unread(w->db, w->ada.id), 2);
    assert_int_equal(notify_unread(w->db, w->ben.id), 3);
    assert_true(json_is_true(json_object_get(first(w, &w->ada), "read")));
    world_ok(w, notify_list_write(w->db, world_answer(w), w->ada.id, "en", true, NULL, 10, &w->fault));
    assert_int_equal(json_array_size(json_object_get(world_json(w), "items")), 2);
    world_ok(w, notify_mark_read(w->db, w->ada.id, NULL, &w->fault));
    assert_int_equal(notify_unread(w->db, w->ada.id), 0);
    assert_int_equal(notify_unread(w->db, w->ben.id), 3);
}

static void pages_meet(void **state) {
    world *w = *state;
    for (int i = 0; i < 7; i++) {
        json_t *params = arena_json(w->arena, json_pack("{s:i}", "n", i));
        notify_event e = {.event = "task.done", .audience = NOTIFY_PERSON, .person = w->ada.id, .params = params};
        tell(w, NULL, &e);
    }
    const char *after = NULL;
    int wanted = 7;
    do {
        json_t *page = list_in(w, &w->ada, "en", after, 3), *item;
        size_t i;
        json_array_foreach(json_object_get(page, "items"), i, item)
            assert_int_equal(json_int_at(json_object_get(item, "params"), "n"), --wanted);
        after = json_text_at(page, "next");
    } while (after);
    assert_int_equal(wanted, 0);
    assert_int_equal(notify_list_write(w->db, world_answer(w), w->ada.id, "en", false, "x", 3, NULL), STATUS_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        TEST(each_audience_is_told),
        TEST(each_reads_it_in_their_language),
        TEST(it_leads_to_what_is_still_there),
        TEST(a_plugin_brings_its_own_text),
        TEST(open_pages_hear_it_at_once),
        TEST(reading_marks_only_ones_own),
        TEST(pages_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
