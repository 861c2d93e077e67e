// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "domain/catalogue.h"
#include "domain/recommend.h"
#include "domain/similar.h"
#include "domain/words.h"

static void entry(world *w, const char *id, const char *kind, const char *languages, const char *name,
                  const char *description, const char *need) {
    world_ok(w, store_run(w->db, &w->fault,
                          "INSERT INTO interlinker VALUES (?, ?, 'knowledge', NULL, ?, ?, '{}', '{}', '{}', '{}', "
                          "'{}', ?, 'permissive', 'easy', NULL, NULL, 0, '{}', 0, 1, 1)",
                          "ttttt", id, kind, name, description, languages));
    if (need) {
        world_ok(w, store_run(w->db, &w->fault, "INSERT INTO interlinker_need VALUES (?, ?)", "tt", id, need));
    }
    world_ok(w, catalogue_index(w->db, id, &w->fault));
}

#define BOTH "[\"en\",\"it\"]"

typedef struct project {
    world *w;
    const char *process, *task, *other; // other: of another process, the same task of the guide
} project;

static int open_project(void **state) {
    project *p = calloc(1, sizeof *p);
    void *w = NULL;
    world_open(&w);
    p->w = w;
    world_run(w, "INSERT INTO problem_profile VALUES ('garden', '{\"en\":\"Plant a garden\"}', "
                 "'{\"en\":\"Trees, flowers and soil for a garden of the neighbourhood\"}', '{}')");
    entry(w, "ear", "link", BOTH, "{\"en\":\"Ear\"}", "{\"en\":\"To hear what people say\"}", "listen");
    entry(w, "vote", "plugin", BOTH, "{\"en\":\"Vote\"}", "{\"en\":\"Count hands\"}", "decide");
    entry(w, "talk", "template", "[\"en\"]", "{\"en\":\"Talk\"}", "{\"en\":\"A circle of chairs\"}", "listen");
    entry(w, "spade", "template", BOTH, "{\"en\":\"Spade\"}", "{\"en\":\"For digging\"}", "garden");
    entry(w, "trees", "link", BOTH, "{\"en\":\"Trees of the neighbourhood\"}",
          "{\"en\":\"Which trees grow on which soil\"}", NULL);
    entry(w, "noise", "link", BOTH, "{\"en\":\"Something else\"}", "{\"en\":\"About tax law\"}", NULL);
    world_run(w, "UPDATE guide_node SET name = '{\"en\":\"Choose trees\"}', description = "
                 "'{\"en\":\"Which trees fit the soil of the garden?\"}' WHERE id = 'c'");
    const char *const profiles[] = {"listen", "decide", "garden"};
    for (size_t i = 0; i < 3; i++)
        world_ok(w, catalogue_profile_index(p->w->db, profiles[i], &p->w->fault));
    world_ok(w, catalogue_guide_index(p->w->db, "small", &p->w->fault));
    p->process = arena_text(p->w->arena, world_process(w, "en").text);
    p->task = world_node(w, p->process, "b");
    id_value other = world_process(w, "en");
    p->other = world_node(w, other.text, "b");
    *state = p;
    return 0;
}

static int close_project(void **state) {
    project *p = *state;
    void *w = p->w;
    free(p);
    return world_close(&w);
}

static const char *found(project *p, const char *node, const char *language, recommendation **out, size_t *count) {
    const char *all = "";
    world *w = p->w;
    world_ok(w, recommend_find(w->db, w->arena, node, language, 20, out, count, &w->fault));
    for (size_t i = 0; i < *count; i++)
        all = arena_printf(w->arena, "%s %s", all, (*out)[i].id);
    return all;
}

static void a_rare_need_says_more(void **state) {
    project *p = *state;
    recommendation *r;
    size_t count;
    // The task needs "listen" (two answer it) and "decide" (one does).
    found(p, p->task, "en", &r, &count);
    assert_string_equal(r[0].id, "vote");
    assert_true(r[0].need > r[1].need);
    assert_int_equal(r[0].need_count, 1);
    assert_string_equal(r[0].needs[0], "decide");
    assert_false(r[0].available); // no plugin runs it
    assert_true(r[0].score <= 1);
}

static void words_find_what_needs_do_not_say(void **state) {
    project *p = *state;
    recommendation *r;
    size_t count;
    const char *garden = world_node(p->w, p->process, "c");
    world_run(p->w, "DELETE FROM node_need");
    world_run(p->w, "DELETE FROM guide_need");
    found(p, garden, "en", &r, &count);
    assert_true(count >= 2);
    // By the words of a need, and by its own words.
    const recommendation *spade = NULL, *trees = NULL;
    for (size_t i = 0; i < count; i++) {
        spade = strcmp(r[i].id, "spade") ? spade : &r[i];
        trees = strcmp(r[i].id, "trees") ? trees : &r[i];
        assert_string_not_equal(r[i].id, "noise");
    }
    assert_non_null(spade);
    assert_string_equal(spade->likely_need, "garden");
    assert_non_null(trees);
    assert_true(trees->text == 1);
}

static void tasks_of_guides_that_are_alike_help(void **state) {
    project *p = *state;
    recommendation *r;
    size_t count;
    const char *task = world_node(p->w, p->process, "c");
    world_run(p->w, "DELETE FROM node_need");
    world_run(p->w, "DELETE FROM guide_need");
    world_run(p->w, "INSERT INTO guide_need VALUES ('small', 'c', 'decide')");
    found(p, task, "en", &r, &count);
    const recommendation *vote = NULL;
    for (size_t i = 0; i < count; i++)
        vote = strcmp(r[i].id, "vote") ? vote : &r[i];
    assert_non_null(vote);
    assert_string_equal(vote->likely_need, "decide");
}

static void what_was_used_to_the_end_comes_first(void **state) {
    project *p = *state;
    recommendation *r;
    size_t count;
    found(p, p->task, "en", &r, &count);
    double before = 0, after = 0;
    for (size_t i = 0; i < count; i++)
        before = strcmp(r[i].id, "ear") ? before : r[i].score;
    world_ok(p->w, store_run(p->w->db, &p->w->fault,
                             "INSERT INTO asset (id, process, node, interlinker, name, created, updated) "
                             "SELECT 'x', process, id, 'ear', 'Ear', 1, 1 FROM node WHERE id = ?",
                             "t", p->other));
    found(p, p->task, "en", &r, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(r[i].id, "ear") == 0)
            assert_int_equal(r[i].used, 0); // that task is not finished
    world_ok(p->w,
             store_run(p->w->db, &p->w->fault, "UPDATE node SET status = 'finished' WHERE id = ?", "t", p->other));
    found(p, p->task, "en", &r, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(r[i].id, "ear") == 0) {
            after = r[i].score;
            assert_int_equal(r[i].used, 1);
        }
    assert_true(after > before);
}

static void the_language_of_the_reader_counts(void **state) {
    project *p = *state;
    recommendation *r;
    size_t count;
    found(p, p->task, "it", &r, &count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(r[i].language, strcmp(r[i].id, "talk") != 0);
}

static void each_has_reasons_in_words(void **state) {
    project *p = *state;
    world *w = p->w;
    for (size_t n = 0; n < 2; n++) {
        world_ok(w, recommend_write(w->db, w->arena, world_answer(w), p->task, n ? "it" : "en", 20, &w->fault));
        const json_t *items = json_object_get(world_json(w), "items"), *first = json_array_get(items, 0);
        assert_string_equal(json_text_at(json_object_get(first, "interlinker"), "id"), "vote");
        const json_t *reason = json_array_get(json_object_get(first, "reasons"), 0);
        assert_string_equal(json_text_at(reason, "code"), "need");
        assert_string_equal(json_text_at(reason, "text"),
                            n ? "Risponde al bisogno «Decide»." : "Answers the need “Decide”.");
        assert_string_equal(json_string_value(json_array_get(
                                json_object_get(json_object_get(reason, "params"), "problem_profiles"), 0)),
                            "decide");
        size_t i, k;
        json_t *item, *one;
        json_array_foreach(items, i, item) {
            assert_true(json_array_size(json_object_get(item, "reasons")) > 0);
            json_array_foreach(json_object_get(item, "reasons"), k, one) {
                assert_true(strlen(json_text_at(one, "text")) > 5);
                assert_null(strchr(json_text_at(one, "text"), '{'));
            }
        }
    }
    assert_int_equal(recommend_write(w->db, w->arena, world_answer(w), "nobody", "en", 20, &w->fault),
                     STATUS_NOT_FOUND);
}

static double weight_of(const words *w, const char *word) {
    for (size_t i = 0; i < w->room; i++)
        if (w->items[i].word && !strcmp(w->items[i].word, word))
            return w->items[i].weight;
    return 0;
}

static void words_are_folded(void **state) {
    (void)state;
    arena *a = arena_create();
    words w = {.arena = a};
    words_add(&w, STR("The Café's CAFE, œuvre Straße ŠĶĒRSIELA ação—ação x2 1999"), "en", 1);
    assert_true(weight_of(&w, "cafe") == 2);
    assert_true(weight_of(&w, "the") == 0);
    assert_true(weight_of(&w, "oeuvre") == 1);
    assert_true(weight_of(&w, "strasse") == 1);
    assert_true(weight_of(&w, "skersiela") == 1);
    assert_true(weight_of(&w, "acao") == 2);
    assert_true(weight_of(&w, "x2") == 0); // too short to say anything
    assert_true(weight_of(&w, "1999") == 1);
    words_add(&w, STR("кафе the \xe2\x80\x9cthe\xe2\x80\x9d"), "fr", 0.5);
    assert_true(weight_of(&w, "кафе") == 0.5);
    assert_true(weight_of(&w, "the") == 1);
    char text[400];
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "word%d", i);
        words_add(&w, str_from(text), "en", 1);
    }
    assert_true(weight_of(&w, "word0") == 1 && weight_of(&w, "word299") == 1);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    words_add(&w, str_from(text), "en", 1);
    text[WORDS_BYTES] = 0;
    assert_true(weight_of(&w, text) == 1);
    arena_destroy(a);
}

static void texts_are_compared_by_rare_words(void **state) {
    project *p = *state;
    world *w = p->w;
    similar_list lists[SIMILAR_KINDS];
    words query = {.arena = w->arena};
    words_add(&query, STR("trees and hands"), "en", 1);
    world_ok(w, similar_find(w->db, w->arena, "en", &query, lists, &w->fault));
    assert_int_equal(lists[SIMILAR_INTERLINKER].count, 2);
    assert_string_equal(lists[SIMILAR_INTERLINKER].items[0].id, "trees");
    assert_string_equal(lists[SIMILAR_PROFILE].items[0].id, "garden");
    assert_string_equal(lists[SIMILAR_TASK].items[0].id, "small/c");
    world_ok(w, similar_delete(w->db, SIMILAR_INTERLINKER, "trees", &w->fault));
    world_ok(w, similar_find(w->db, w->arena, "en", &query, lists, &w->fault));
    assert_int_equal(lists[SIMILAR_INTERLINKER].count, 1);
    words nothing = {.arena = w->arena};
    world_ok(w, similar_find(w->db, w->arena, "en", &nothing, lists, &w->fault));
    assert_int_equal(lists[SIMILAR_TASK].count, 0);
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rare_need_says_more, open_project, close_project),
        cmocka_unit_test_setup_teardown(words_find_what_needs_do_not_say, open_project, close_project),
        cmocka_unit_test_setup_teardown(tasks_of_guides_that_are_alike_help, open_project, close_project),
        cmocka_unit_test_setup_teardown(what_was_used_to_the_end_comes_first, open_project, close_project),
        cmocka_unit_test_setup_teardown(the_language_of_the_reader_counts, open_project, close_project),
        cmocka_unit_test_setup_teardown(each_has_reasons_in_words, open_project, close_project),
        cmocka_unit_test(words_are_folded),
        cmocka_unit_test_setup_teardown(texts_are_compared_by_rare_words, open_project, close_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
