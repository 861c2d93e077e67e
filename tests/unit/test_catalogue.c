// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "domain/catalogue.h"
#include "domain/guide.h"
#include "domain/meta.h"

static void entry(world *w, const char *id, const char *kind, const char *name, const char *languages,
                  const char *need) {
    world_ok(
        w,
        store_run(
            w->db, &w->fault,
            "INSERT INTO interlinker VALUES (?, ?, 'knowledge', NULL, ?, "
            "'{\"en\":\"A **bold** [text](https://a.eu) about parks.\",\"it\":\"Un testo sui parchi.\"}', "
            "'{\"en\":[\"green\",\"city\"]}', '{\"en\":\"# Do it\"}', '{}', '{\"en\":\"\"}', "
            "'{\"en\":\"https://a.eu/\"}', ?, 'permissive', 'easy', NULL, NULL, 0, '{\"form\":\"canvas\"}', 0, 1, 1)",
            "tttt", id, kind, name, languages));
    if (need) {
        world_ok(w, store_run(w->db, &w->fault, "INSERT INTO interlinker_need VALUES (?, ?)", "tt", id, need));
    }
    world_ok(w, catalogue_index(w->db, id, &w->fault));
}

static int open_catalogue(void **state) {
    world_open(state);
    world *w = *state;
    entry(w, "a", "link", "{\"en\":\"Alpha map\",\"it\":\"Mappa alfa\"}", "[\"en\",\"it\"]", "listen");
    entry(w, "b", "template", "{\"en\":\"Beta plan\"}", "[\"en\"]", "decide");
    entry(w, "c", "plugin", "{\"en\":\"Café poll\"}", "[\"en\"]", "listen");
    entry(w, "d", "link", "{\"en\":\"Delta map\"}", "[\"en\"]", NULL);
    world_run(w, "INSERT INTO interlinker_need VALUES ('c', 'decide')");
    world_run(w, "INSERT INTO interlinker_file VALUES ('b', 'en', 'Beta plan.odt', 'application/x', 5, 'hash'), "
                 "('b', 'it', 'Piano.odt', 'application/x', 6, 'hash')");
    return 0;
}

static const json_t *list(world *w, catalogue_filter filter, const char *language) {
    filter.limit = filter.limit ? filter.limit : 20;
    world_ok(w, catalogue_list_write(w->db, w->arena, world_answer(w), &filter, language, &w->fault));
    return world_json(w);
}

// The ids of a list as one text.
static const char *ids(world *w, const json_t *page) {
    const char *all = "";
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(page, "items"), i, item) {
        all = arena_printf(w->arena, "%s%s", all, json_text_at(item, "id"));
    }
    return all;
}

static void items_show_what_the_reader_can_read(void **state) {
    world *w = *state;
    const json_t *page = list(w, (catalogue_filter){0}, "it");
    assert_string_equal(ids(w, page), "abcd");
    assert_true(json_is_null(json_object_get(page, "next")));
    const json_t *a = json_array_get(json_object_get(page, "items"), 0),
                 *c = json_array_get(json_object_get(page, "items"), 2);
    assert_string_equal(json_text_at(a, "name"), "Mappa alfa");
    assert_string_equal(json_text_at(a, "summary"), "Un testo sui parchi.");
    assert_string_equal(json_text_at(a, "language"), "it");
    assert_string_equal(json_string_value(json_array_get(json_object_get(a, "tags"), 0)), "green");
    assert_true(json_is_null(json_object_get(a, "installed")));
    assert_true(json_is_null(json_object_get(a, "logo")));
    assert_string_equal(json_text_at(c, "language"), "en");
    assert_true(json_is_false(json_object_get(c, "installed")));
    assert_int_equal(json_array_size(json_object_get(c, "problem_profiles")), 2);
    page = list(w, (catalogue_filter){0}, "en");
    assert_string_equal(json_text_at(json_array_get(json_object_get(page, "items"), 0), "summary"),
                        "A bold text about parks.");
}

static void filters_narrow_the_list(void **state) {
    world *w = *state;
    const char *listen[] = {"listen"}, *both[] = {"decide", "listen"}, *part[] = {"lis"};
    assert_string_equal(ids(w, list(w, (catalogue_filter){.kind = "link"}, "en")), "ad");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.language = "IT"}, "en")), "a");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.profiles = listen, .profile_count = 1}, "en")), "ac");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.profiles = both, .profile_count = 2}, "en")), "abc");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.profiles = part, .profile_count = 1}, "en")), "");
    assert_string_equal(
        ids(w, list(w, (catalogue_filter){.kind = "plugin", .profiles = listen, .profile_count = 1}, "en")), "c");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.language = "x%"}, "en")), "");
}

static void search_finds_by_words(void **state) {
    world *w = *state;
    assert_string_equal(ids(w, list(w, (catalogue_filter){.search = "cafe"}, "en")), "c");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.search = "bet"}, "en")), "b");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.search = "map", .kind = "plugin"}, "en")), "");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.search = "mappa"}, "it")), "a");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.search = "  "}, "en")), "abcd");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.search = "\" OR ( NEAR*"}, "en")), "");
    assert_int_equal(strlen(ids(w, list(w, (catalogue_filter){.search = "parks"}, "en"))), 4);
}

// All pages one after the other hold everything once.
static void pages_hold_everything_once(void **state) {
    world *w = *state;
    const char *const searches[] = {NULL, "parks"};
    for (size_t n = 0; n < 2; n++) {
        const char *all = "", *after = NULL;
        size_t pages = 0;
        do {
            const json_t *page = list(w, (catalogue_filter){.search = searches[n], .after = after, .limit = 2}, "en");
            all = arena_printf(w->arena, "%s%s", all, ids(w, page));
            after = json_text_at(page, "next");
            pages++;
        } while (after && pages < 9);
        assert_int_equal(pages, 2);
        assert_int_equal(strlen(all), 4);
        for (const char *c = "abcd"; *c; c++)
            assert_non_null(strchr(all, *c));
    }
    // The last of a page is gone: the next page still comes.
    const char *after = json_text_at(list(w, (catalogue_filter){.limit = 2}, "en"), "next");
    world_run(w, "DELETE FROM interlinker WHERE id = 'b'");
    assert_string_equal(ids(w, list(w, (catalogue_filter){.after = after}, "en")), "cd");
    catalogue_filter bad = {.search = "parks", .after = "nonsense", .limit = 2};
    assert_int_equal(catalogue_list_write(w->db, w->arena, world_answer(w), &bad, "en", &w->fault), STATUS_INVALID);
    assert_string_equal(w->fault.fields[0].pointer, "query/after");
}

static const json_t *get(world *w, const char *id, const char *language, catalogue_entry *e) {
    answer *out = world_answer(w);
    world_ok(w, catalogue_entry_open(w->db, out, id, language, e, &w->fault));
    answer_end(out);
    return world_json(w);
}

static void one_entry_has_everything(void **state) {
    world *w = *state;
    catalogue_entry e;
    const json_t *b = get(w, "b", "fr", &e);
    assert_string_equal(e.kind, "template");
    assert_string_equal(e.plugin, "");
    assert_string_equal(json_text_at(b, "instructions"), "# Do it");
    assert_string_equal(json_text_at(b, "regulations"), "");
    assert_string_equal(json_text_at(json_object_get(b, "details"), "form"), "canvas");
    assert_string_equal(json_text_at(json_object_get(b, "names"), "en"), "Beta plan");
    const json_t *file = json_array_get(json_object_get(b, "files"), 1);
    assert_string_equal(json_text_at(file, "url"), "/files/interlinkers/b/it");
    assert_int_equal(json_int_at(file, "size"), 6);
    assert_int_equal(json_array_size(json_object_get(get(w, "c", "en", &e), "problem_profiles")), 2);
    assert_int_equal(catalogue_entry_open(w->db, world_answer(w), "nobody", "en", &e, &w->fault), STATUS_NOT_FOUND);
}

static void files_fit_the_reader(void **state) {
    world *w = *state;
    catalogue_file file;
    world_ok(w, catalogue_file_pick(w->db, w->arena, "b", "it", &file, &w->fault));
    assert_string_equal(file.name, "Piano.odt");
    world_ok(w, catalogue_file_pick(w->db, w->arena, "b", "lv", &file, &w->fault));
    assert_string_equal(file.language, "en");
    assert_int_equal(catalogue_file_get(w->db, w->arena, "b", "lv", &file, &w->fault), STATUS_NOT_FOUND);
    assert_int_equal(catalogue_logo_get(w->db, w->arena, "b", &file, &w->fault), STATUS_NOT_FOUND);
    world_run(w, "UPDATE interlinker SET logo = 'hash', logo_type = 'image/png' WHERE id = 'b'");
    world_ok(w, catalogue_logo_get(w->db, w->arena, "b", &file, &w->fault));
    assert_string_equal(file.type, "image/png");
}

static void a_tool_is_installed_when_its_plugin_is(void **state) {
    world *w = *state;
    catalogue_entry e;
    world_run(w, "INSERT INTO plugin (id, version, folder, manifest, installed) VALUES "
                 "('poll', '1.0.0', 'x', '{\"provides\":[\"c\",\"a\"]}', 1)");
    world_ok(w, catalogue_provide(w->db, &w->fault));
    const json_t *c = get(w, "c", "en", &e);
    assert_string_equal(json_text_at(c, "plugin"), "poll");
    assert_true(json_is_true(json_object_get(c, "installed")));
    assert_string_equal(e.plugin, "poll");
    assert_true(json_is_null(json_object_get(get(w, "a", "en", &e), "plugin"))); // a link stays a link
    world_run(w, "DELETE FROM plugin");
    world_ok(w, catalogue_provide(w->db, &w->fault));
    assert_true(json_is_false(json_object_get(get(w, "c", "en", &e), "installed")));
}

static void profiles_are_listed(void **state) {
    world *w = *state;
    world_ok(w, catalogue_profiles_write(w->db, world_answer(w), "it", NULL, 1, &w->fault));
    const json_t *page = world_json(w);
    assert_string_equal(ids(w, page), "decide");
    world_ok(w, catalogue_profiles_write(w->db, world_answer(w), "it", json_text_at(page, "next"), 5, &w->fault));
    page = world_json(w);
    assert_string_equal(json_text_at(json_array_get(json_object_get(page, "items"), 0), "name"), "Ascoltare");
    assert_true(json_is_null(json_object_get(page, "next")));
}

static void a_change_is_noticed(void **state) {
    world *w = *state;
    buffer before = {0}, after = {0};
    world_ok(w, catalogue_changed(w->db, &w->fault));
    world_ok(w, meta_get(w->db, "catalogue.version", &before, &w->fault));
    world_ok(w, catalogue_changed(w->db, &w->fault));
    world_ok(w, meta_get(w->db, "catalogue.version", &after, &w->fault));
    assert_int_equal(atoi(after.ptr), atoi(before.ptr) + 1);
    buffer_free(&before);
    buffer_free(&after);
}

static void check_summary(const char *markdown, const char *wanted) {
    buffer out = {0};
    catalogue_summary(&out, str_from(markdown));
    assert_string_equal(out.len ? out.ptr : "", wanted);
    buffer_free(&out);
}

static void summaries_are_plain_and_short(void **state) {
    (void)state;
    check_summary("", "");
    check_summary("# Title\n\n- one\n- *two*\n1. three", "Title one two 1. three");
    check_summary("snake_case and _this_ 2\\*3 \\[x\\]", "snake_case and this 2*3 [x]");
    check_summary("a [link](https://a.eu/x) b", "a link b");
    buffer text = {0}, out = {0};
    for (int i = 0; i < 100; i++)
        buffer_add(&text, "ābols ");
    catalogue_summary(&out, buffer_str(&text));
    assert_true(text_length(out.ptr, out.len) <= CATALOGUE_SUMMARY);
    assert_true(text_length(out.ptr, out.len) > CATALOGUE_SUMMARY - 8);
    assert_string_equal(out.ptr + out.len - strlen("ābols…"), "ābols…");
    buffer_clear(&text);
    buffer_clear(&out);
    for (int i = 0; i < 300; i++)
        buffer_add(&text, "ā");
    catalogue_summary(&out, buffer_str(&text));
    assert_int_equal(text_length(out.ptr, out.len), CATALOGUE_SUMMARY);
    assert_true(text_is_utf8(out.ptr, out.len));
    buffer_free(&text);
    buffer_free(&out);
}

static void guides_are_listed_and_nested(void **state) {
    world *w = *state;
    world_ok(w, guide_list_write(w->db, world_answer(w), "it", NULL, 20, &w->fault));
    const json_t *item = json_array_get(json_object_get(world_json(w), "items"), 0);
    assert_string_equal(json_text_at(item, "description"), "Una guida");
    assert_int_equal(json_int_at(json_object_get(item, "counts"), "tasks"), 3);
    // As an import writes them: parents first.
    world_run(
        w, "UPDATE guide_node SET position = CASE id WHEN 'p' THEN 0 WHEN 'o' THEN 1 WHEN 'c' THEN 2 WHEN 'a' THEN 3 "
           "WHEN 'b' THEN 4 ELSE 5 END");
    world_ok(w, guide_write(w->db, w->arena, world_answer(w), "small", "it", &w->fault));
    const json_t *guide = world_json(w), *nodes = json_object_get(guide, "nodes");
    assert_int_equal(json_array_size(nodes), 1);
    const json_t *objectives = json_object_get(json_array_get(nodes, 0), "children");
    assert_int_equal(json_array_size(objectives), 2);
    const json_t *tasks = json_object_get(json_array_get(objectives, 0), "children");
    assert_int_equal(json_array_size(tasks), 3);
    const json_t *b = json_array_get(tasks, 2);
    assert_string_equal(json_text_at(b, "name"), "B it");
    assert_int_equal(json_array_size(json_object_get(b, "problem_profiles")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(b, "prerequisites"), 0)), "c");
    assert_int_equal(json_array_size(json_object_get(json_array_get(tasks, 1), "prerequisites")), 0);
    assert_int_equal(json_array_size(json_object_get(json_array_get(objectives, 1), "children")), 0);
    assert_int_equal(guide_write(w->db, w->arena, world_answer(w), "none", "it", &w->fault), STATUS_NOT_FOUND);
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(items_show_what_the_reader_can_read, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(filters_narrow_the_list, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(search_finds_by_words, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(pages_hold_everything_once, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(one_entry_has_everything, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(files_fit_the_reader, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(a_tool_is_installed_when_its_plugin_is, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(profiles_are_listed, open_catalogue, world_close),
        cmocka_unit_test_setup_teardown(a_change_is_noticed, open_catalogue, world_close),
        cmocka_unit_test(summaries_are_plain_and_short),
        cmocka_unit_test_setup_teardown(guides_are_listed_and_nested, open_catalogue, world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
