// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "domain/usage.h"
#include "domain/usage_export.h"
#include "domain/usage_row.h"

static void append(world *w, const person *who, const char *action, const char *process, const char *node,
                   const char *asset, int64_t at, const char *data) {
    usage_event e = {
        .action = action, .process = process, .node = node, .asset = asset, .at = at, .data = str_from(data)};
    if (who) {
        e.person = who->id;
        e.role = who->kind;
    }
    world_ok(w, usage_append(w->db, w->secret, &e, &w->fault));
}

static json_t *list(world *w, const usage_filter *filter, const char *after, int64_t limit) {
    world_ok(w, usage_list_write(w->db, w->arena, world_answer(w), filter, after, limit, &w->fault));
    return world_json(w);
}

static size_t count(world *w, usage_filter filter) {
    return json_array_size(json_object_get(list(w, &filter, NULL, 1000), "items"));
}

static void a_person_is_a_pseudonym(void **state) {
    world *w = *state;
    char ada[USAGE_PSEUDONYM_TEXT], again[USAGE_PSEUDONYM_TEXT], ben[USAGE_PSEUDONYM_TEXT], other[USAGE_PSEUDONYM_TEXT];
    uint8_t elsewhere[32] = {0};
    usage_pseudonym(w->secret, w->ada.id, ada);
    usage_pseudonym(w->secret, w->ada.id, again);
    usage_pseudonym(w->secret, w->ben.id, ben);
    usage_pseudonym(elsewhere, w->ada.id, other);
    assert_int_equal(strlen(ada), 32);
    assert_string_equal(ada, again);
    assert_string_not_equal(ada, ben);
    assert_string_not_equal(ada, other);
    append(w, &w->ada, "voted", NULL, NULL, NULL, 5, "{\"n\":1}");
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM usage WHERE person = ?", "t", ada), 1);
    assert_int_equal(
        store_count(w->db, 0, "SELECT COUNT(*) FROM usage WHERE data LIKE '%' || ? || '%'", "t", w->ada.id), 0);
    usage_filter all = {0};
    json_t *e = json_array_get(json_object_get(list(w, &all, NULL, 10), "items"), 0);
    assert_string_equal(json_text_at(e, "person"), ada);
    assert_true(json_is_null(json_object_get(e, "name")));
    assert_string_equal(json_text_at(e, "role"), "official");
    assert_int_equal(json_int_at(json_object_get(e, "data"), "n"), 1);
    assert_string_equal(json_text_at(e, "at"), "1970-01-01T00:00:00.005Z");
    assert_true(id_valid(json_text_at(e, "id")));
}

static void names_are_for_the_same_process_only(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    world_run(w, "DELETE FROM usage");
    append(w, &w->ada, "voted", process.text, NULL, NULL, 1, NULL);
    append(w, &w->cleo, "voted", process.text, NULL, NULL, 2, NULL);
    append(w, NULL, "voted", process.text, NULL, NULL, 3, NULL);
    usage_filter filter = {.process = process.text, .names_of = process.text, .secret = w->secret};
    json_t *items = json_object_get(list(w, &filter, NULL, 10), "items");
    assert_true(json_is_null(json_object_get(json_array_get(items, 0), "person")));
    assert_non_null(json_text_at(json_array_get(items, 1), "person"));
    assert_null(json_text_at(json_array_get(items, 1), "name")); // left the process, or was never in it
    assert_string_equal(json_text_at(json_array_get(items, 2), "name"), "Ada");
    filter.names_of = NULL;
    assert_null(strstr((list(w, &filter, NULL, 10), w->text.ptr), "Ada"));
}

static void filters_narrow(void **state) {
    world *w = *state;
    append(w, &w->ada, "voted", "p1", "n1", "a1", 100, NULL);
    append(w, &w->ben, "voted", "p1", "n1", "a2", 200, NULL);
    append(w, &w->ben, "opened", "p1", "n2", NULL, 300, NULL);
    append(w, &w->ben, "voted", "p2", NULL, NULL, 400, NULL);
    usage_event e = {.action = "voted", .interlinker = "poll", .plugin = "poll@1.0.0", .process = "p2", .at = 500};
    world_ok(w, usage_append(w->db, w->secret, &e, &w->fault));
    char ben[USAGE_PSEUDONYM_TEXT];
    usage_pseudonym(w->secret, w->ben.id, ben);
    assert_int_equal(count(w, (usage_filter){0}), 5);
    assert_int_equal(count(w, (usage_filter){.process = "p1"}), 3);
    assert_int_equal(count(w, (usage_filter){.process = "p1", .node = "n1"}), 2);
    assert_int_equal(count(w, (usage_filter){.asset = "a2"}), 1);
    assert_int_equal(count(w, (usage_filter){.asset = "a2", .process = "p1"}), 1);
    assert_int_equal(count(w, (usage_filter){.asset = "a2", .process = "p2"}), 0);
    assert_int_equal(count(w, (usage_filter){.person = ben}), 3);
    assert_int_equal(count(w, (usage_filter){.person = ben, .process = "p1"}), 2);
    assert_int_equal(count(w, (usage_filter){.action = "opened"}), 1);
    assert_int_equal(count(w, (usage_filter){.interlinker = "poll"}), 1);
    assert_int_equal(count(w, (usage_filter){.from = 200, .to = 400}), 2);
    assert_int_equal(count(w, (usage_filter){.from = 501}), 0);
}

static void pages_meet_without_gap_or_double(void **state) {
    world *w = *state;
    for (int i = 1; i <= 25; i++)
        append(w, &w->ada, "voted", "p", NULL, NULL, i, arena_printf(w->arena, "{\"n\":%d}", i));
    usage_filter filter = {.process = "p"};
    const char *after = NULL;
    int wanted = 25;
    do {
        json_t *page = list(w, &filter, after, 7), *item;
        size_t i;
        json_array_foreach(json_object_get(page, "items"), i, item)
            assert_int_equal(json_int_at(json_object_get(item, "data"), "n"), wanted--);
        after = json_text_at(page, "next");
        append(w, &w->ada, "voted", "p", NULL, NULL, 99, NULL); // what comes later disturbs no page
    } while (after);
    assert_int_equal(wanted, 0);
    const char *bad[] = {"", "1", "AAAA", "!!!!!!!!!!!", "AAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < 5; i++) {
        fault f = {0};
        assert_int_equal(usage_list_write(w->db, w->arena, world_answer(w), &filter, bad[i], 7, &f), STATUS_INVALID);
        assert_string_equal(f.fields[0].pointer, "query/after");
    }
}

// What is rare in a long log is found page by page, each of them after a bounded look.
static void rare_things_are_found_in_short_pages(void **state) {
    world *w = *state;
    world_ok(w, store_begin(w->db, &w->fault));
    append(w, &w->ada, "rare", "p", "n", "a", 1, NULL);
    for (int i = 0; i < 2 * USAGE_ROWS_LOOKED_AT; i++)
        append(w, &w->ada, "common", "p", "n", "a", 2, NULL);
    world_ok(w, store_commit(w->db, &w->fault));
    usage_filter places[] = {{.process = "p"}, {.node = "n"}, {.asset = "a"}, {0}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        places[i].action = "rare";
        const char *after = NULL;
        size_t pages = 0, found = 0;
        do {
            json_t *page = list(w, &places[i], after, 10);
            found += json_array_size(json_object_get(page, "items"));
            after = json_text_at(page, "next");
            pages++;
        } while (after && pages < 10);
        assert_int_equal(found, 1);
        assert_int_equal(pages, 2);
    }
}

static void an_action_is_a_word(void **state) {
    world *w = *state;
    const char *good[] = {"a", "asset.opened", "x_1-2"}, *bad[] = {"", "A", "1a", "a b", "ä", "a\n", NULL};
    for (size_t i = 0; i < 3; i++)
        assert_true(usage_action_valid(good[i]));
    for (size_t i = 0; i < 7; i++)
        assert_false(usage_action_valid(bad[i]));
    char longest[66];
    memset(longest, 'a', 65);
    longest[65] = '\0';
    assert_false(usage_action_valid(longest));
    assert_true(usage_action_valid(longest + 1));
    usage_event e = {.action = "No"};
    assert_int_equal(usage_append(w->db, w->secret, &e, NULL), STATUS_INVALID);
}

static char *export_all(world *w, const usage_filter *filter, usage_format format, int *parts) {
    usage_export *e;
    world_ok(w, usage_export_begin(w->db, w->arena, filter, format, &e, &w->fault));
    buffer out = {0};
    bool more = true;
    for (*parts = 0; more; (*parts)++)
        world_ok(w, usage_export_next(e, w->db, &out, &more, &w->fault));
    char *text = arena_copy(w->arena, out.ptr ? out.ptr : "", out.len);
    buffer_free(&out);
    return text;
}

static void csv_is_safe_to_open(void **state) {
    world *w = *state;
    usage_filter all = {0};
    int parts;
    assert_string_equal(export_all(w, &all, USAGE_CSV, &parts),
                        "id,at,person,name,role,action,process,node,asset,interlinker,plugin,data\r\n");
    usage_event e = {.id = "=1+1",
                     .at = 1,
                     .action = "voted",
                     .process = "+p",
                     .node = "-n",
                     .asset = "@a",
                     .interlinker = "a \"b\", c",
                     .plugin = "=HYPERLINK(\"x\")",
                     .data = STR("{\"a\":\"b\"}")};
    world_ok(w, usage_append(w->db, w->secret, &e, &w->fault));
    const char *text = export_all(w, &all, USAGE_CSV, &parts);
    assert_string_equal(strchr(text, '\n') + 1,
                        "'=1+1,1970-01-01T00:00:00.001Z,,,,voted,'+p,'-n,'@a,\"a \"\"b\"\", c\","
                        "\"'=HYPERLINK(\"\"x\"\")\",\"{\"\"a\"\":\"\"b\"\"}\"\r\n");
}

static void json_lines_hold_every_event_oldest_first(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    world_run(w, "DELETE FROM usage");
    for (int i = 0; i < 1203; i++)
        append(w, &w->ada, "voted", process.text, NULL, NULL, i + 1, arena_printf(w->arena, "{\"n\":%d}", i));
    append(w, &w->ada, "voted", "other", NULL, NULL, 1, NULL);
    usage_filter filter = {.process = process.text, .names_of = process.text, .secret = w->secret};
    int parts, n = 0;
    char *text = export_all(w, &filter, USAGE_JSON_LINES, &parts), *line = strtok(text, "\n");
    for (; line; line = strtok(NULL, "\n"), n++) {
        json_t *e = json_loads(line, 0, NULL);
        assert_int_equal(json_int_at(json_object_get(e, "data"), "n"), n);
        assert_string_equal(json_text_at(e, "name"), "Ada");
        json_decref(e);
    }
    assert_int_equal(n, 1203);
    assert_int_equal(parts, 3);
    assert_non_null(strstr(usage_format_type(USAGE_CSV), "text/csv"));
    assert_non_null(strstr(usage_format_type(USAGE_JSON_LINES), "jsonl"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        TEST(a_person_is_a_pseudonym),
        TEST(names_are_for_the_same_process_only),
        TEST(filters_narrow),
        TEST(pages_meet_without_gap_or_double),
        TEST(rare_things_are_found_in_short_pages),
        TEST(an_action_is_a_word),
        TEST(csv_is_safe_to_open),
        TEST(json_lines_hold_every_event_oldest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
