// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "store/search.h"
#include "store/search_words.h"

typedef struct fixture {
    char *folder;
    store *db;
    arena *a;
    search_hit *hits;
    size_t count;
} fixture;

static int setup(void **state) {
    fixture *x = calloc(1, sizeof *x);
    fault f = {0};
    x->folder = unit_folder();
    x->a = arena_create();
    if (store_open(x->folder, STORE_WRITE, &x->db, &f) != STATUS_OK || store_migrate(x->db, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    *state = x;
    return 0;
}

static int teardown(void **state) {
    fixture *x = *state;
    store_close(x->db);
    arena_destroy(x->a);
    unit_folder_remove(x->folder);
    free(x);
    return 0;
}

static void put(fixture *x, const char *id, const char *language, const char *title, const char *tags,
                const char *body) {
    fault f = {0};
    if (search_put(x->db, "interlinker", id, language, str_from(title), str_from(tags), str_from(body), &f) !=
        STATUS_OK)
        fail_msg("%s", f.text);
}

static void find(fixture *x, const char *language, const char *words, search_mode mode) {
    fault f = {0};
    if (search_find(x->db, x->a, "interlinker", language, str_from(words), mode, 10, &x->hits, &x->count, &f) !=
        STATUS_OK)
        fail_msg("%s: %s", words, f.text);
}

static void titles_come_before_tags_before_texts(void **state) {
    fixture *x = *state;
    put(x, "body", "en", "Other", "", "a survey is named somewhere in the text");
    put(x, "tags", "en", "Other", "survey", "nothing");
    put(x, "title", "en", "Survey", "", "nothing");
    put(x, "none", "en", "Forum", "talk", "nothing");
    find(x, "en", "survey", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 3);
    assert_string_equal(x->hits[0].id, "title");
    assert_string_equal(x->hits[1].id, "tags");
    assert_string_equal(x->hits[2].id, "body");
    assert_true(x->hits[0].score > x->hits[1].score && x->hits[1].score > x->hits[2].score);
}

static void accents_case_and_beginnings(void **state) {
    fixture *x = *state;
    put(x, "es", "es", "Participaci\xC3\xB3n ciudadana", "", "");
    find(x, "es", "PARTICIPACION ciud", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 1);
    find(x, "es", "participaci\xC3\xB3n", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 1);
    find(x, "es", "ciud participacion", SEARCH_ALL_WORDS); // only the last word may be a beginning
    assert_int_equal(x->count, 0);
    find(x, "es", "participacion missing", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 0);
}

static void the_reader_s_language_comes_first(void **state) {
    fixture *x = *state;
    put(x, "both", "en", "Canvas", "", "");
    put(x, "both", "it", "Canvas", "", "");
    put(x, "english", "en", "Canvas canvas", "canvas", "canvas");
    put(x, "italian", "it", "Altro", "", "un testo lungo che nomina il canvas una volta sola");
    find(x, "it", "canvas", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 3);
    assert_string_equal(x->hits[0].id, "both");
    assert_string_equal(x->hits[1].id, "italian");
    assert_string_equal(x->hits[2].id, "english");
}

static void replacing_and_deleting(void **state) {
    fixture *x = *state;
    fault f = {0};
    put(x, "one", "en", "Survey", "", "");
    put(x, "one", "lv", "Aptauja", "", "");
    put(x, "one", "en", "Questionnaire", "", "");
    find(x, "en", "survey", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 0);
    find(x, "en", "questionnaire", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 1);
    assert_int_equal(store_count(x->db, -1, "SELECT count(*) FROM search_document", ""), 2);
    assert_int_equal(search_delete(x->db, "interlinker", "one", &f), STATUS_OK);
    find(x, "en", "questionnaire", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 0);
    find(x, "lv", "aptauja", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 0);
    assert_int_equal(store_count(x->db, -1, "SELECT count(*) FROM search_document", ""), 0);
}

static void kinds_are_apart_and_limits_hold(void **state) {
    fixture *x = *state;
    fault f = {0};
    char id[16];
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof id, "i%d", i);
        put(x, id, "en", "Survey", "", "");
    }
    assert_int_equal(search_put(x->db, "node", "n", "en", STR("Survey"), STR(""), STR(""), &f), STATUS_OK);
    find(x, "en", "survey", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 10);
    assert_int_equal(
        search_find(x->db, x->a, "node", "en", STR("survey"), SEARCH_ALL_WORDS, 10, &x->hits, &x->count, &f),
        STATUS_OK);
    assert_int_equal(x->count, 1);
    assert_int_equal(
        search_find(x->db, x->a, "node", "en", STR("survey"), SEARCH_ALL_WORDS, 0, &x->hits, &x->count, &f), STATUS_OK);
    assert_int_equal(x->count, 0);
}

static void any_bytes_are_safe(void **state) {
    fixture *x = *state;
    fault f = {0};
    put(x, "one", "en", "Survey AND forum", "", "near title");
    static const char *const WORDS[] = {"",
                                        " ",
                                        "\"",
                                        "survey\"",
                                        "survey AND",
                                        "NOT survey OR",
                                        "title:survey",
                                        "survey*",
                                        "^survey",
                                        "(survey",
                                        "NEAR(survey forum, 2)",
                                        "-survey +forum",
                                        "'; DROP TABLE search_text; --",
                                        "{title body}: survey",
                                        "\xE2\x80\x94 survey",
                                        "survey \xE2\x80\x94",
                                        "\xE2\x80\x94",
                                        "\xFF\xFE",
                                        "sur\xFFvey",
                                        "*",
                                        "a*b*c"};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        find(x, "en", WORDS[i], SEARCH_ALL_WORDS);
        find(x, "en", WORDS[i], SEARCH_ANY_WORD);
    }
    find(x, "en", "\xE2\x80\x94 survey", SEARCH_ALL_WORDS);
    assert_int_equal(x->count, 1);
    assert_int_equal(search_find(x->db, x->a, "interlinker", "en", (str){"sur\0vey", 7}, SEARCH_ALL_WORDS, 10, &x->hits,
                                 &x->count, &f),
                     STATUS_OK);
    // Every single byte, and pseudo-random ones, the same in each run.
    uint32_t seed = 42;
    for (int round = 0; round < 400; round++) {
        char bytes[40];
        size_t len = round < 256 ? 1 : sizeof bytes;
        for (size_t i = 0; i < len; i++)
            bytes[i] = round < 256 ? (char)round : (char)((seed = seed * 1103515245 + 12345) >> 16);
        assert_int_equal(search_find(x->db, x->a, "interlinker", "en", (str){bytes, len}, (search_mode)(round % 2), 10,
                                     &x->hits, &x->count, &f),
                         STATUS_OK);
    }
}

static void a_whole_text_finds_what_shares_its_words(void **state) {
    fixture *x = *state;
    put(x, "personas", "en", "Personas", "users citizens",
        "Describe the citizens and stakeholders who use the public service and what they need from it.");
    put(x, "budget", "en", "Budget sheet", "money", "Plan the costs, income and investments of an organisation.");
    put(x, "licence", "en", "Licence chooser", "law", "Choose an open source licence for your software.");
    find(x, "en",
         "In this task the team finds out who the stakeholders of the public service are, which citizens use it, and "
         "what each of them needs. It is of no use to talk to only some of them.",
         SEARCH_ANY_WORD);
    assert_true(x->count >= 1);
    assert_string_equal(x->hits[0].id, "personas");
}

static void telling_words_are_chosen(void **state) {
    (void)state;
    search_words words;
    search_words_telling(&words, STR("an of it Stakeholders and STAKEHOLDERS, the the the the map"));
    assert_int_equal(words.count, 4);
    assert_true(str_equal(words.word[0], STR("Stakeholders")));
    buffer text = {0};
    for (int i = 0; i < 3000; i++)
        buffer_printf(&text, "w%05d ", i);
    buffer_add(&text, "extraordinarily");
    search_words_telling(&words, buffer_str(&text));
    assert_int_equal(words.count, SEARCH_WORDS);
    buffer_clear(&text);
    for (int i = 0; i < 200; i++)
        buffer_add(&text, "\xC3\xA9");
    search_words_all(&words, buffer_str(&text));
    assert_int_equal(words.count, 1);
    assert_int_equal(words.word[0].len, 64);
    assert_true(text_is_utf8(words.word[0].ptr, words.word[0].len));
    search_words_all(&words, STR("a b c d e f g h i j k l m n o p q r s t"));
    assert_int_equal(words.count, 16);
    buffer_free(&text);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        WITH_STORE(titles_come_before_tags_before_texts),     WITH_STORE(accents_case_and_beginnings),
        WITH_STORE(the_reader_s_language_comes_first),        WITH_STORE(replacing_and_deleting),
        WITH_STORE(kinds_are_apart_and_limits_hold),          WITH_STORE(any_bytes_are_safe),
        WITH_STORE(a_whole_text_finds_what_shares_its_words), cmocka_unit_test(telling_words_are_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
