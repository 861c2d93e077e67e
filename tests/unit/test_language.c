// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/embed.h"
#include "domain/language.h"
#include "domain/meta.h"

extern const embed_file domain_texts[];

static void assert_pick(const char *json, const char *language, const char *wanted, const char *wanted_code) {
    const char *code = NULL;
    str got = language_pick(str_from(json), language, &code);
    if (!str_is(got, wanted) || strcmp(code, wanted_code) != 0)
        fail_msg("%s for %s: got %.*s in %s", json, language, STR_ARG(got), code);
}

static void the_reader_gets_the_best_text(void **state) {
    (void)state;
    assert_pick("{\"en\":\"a\",\"it\":\"b\"}", "it", "\"b\"", "it");
    assert_pick("{\"it\":\"b\",\"en\":\"a\"}", "de", "\"a\"", "en");
    assert_pick("{ \"lv\" : \"c\" , \"it\" : \"b\" }", "de", "\"c\"", "lv");
    assert_pick("{\"it\":\"\",\"en\":\"a\"}", "it", "\"a\"", "en");
    assert_pick("{\"it\":\"\"}", "it", "\"\"", "it");
    assert_pick("{\"pt\":\"x\"}", "it", "\"x\"", "pt");
    assert_pick("{\"xx\":\"x\"}", "it", "\"x\"", "und");
    assert_pick("{}", "it", "", "und");
    assert_pick("", "it", "", "und");
    assert_pick("{\"en\":[\"a, }\",{\"b\":\"]\"}],\"it\":[1]}", "it", "[1]", "it");
    assert_pick("{\"en\":[\"a, }\",{\"b\":\"]\"}],\"it\":[1]}", "en", "[\"a, }\",{\"b\":\"]\"}]", "en");
    assert_pick("{\"en\":\"say \\\"hi\\\" \\\\\",\"it\":\"b\"}", "it", "\"b\"", "it");
    assert_pick("{\"en\":12 ,\"it\":true}", "en", "12", "en");
    assert_pick("{\"en\":12 ,\"it\":true}", "it", "true", "it");
}

// What is stored was checked before; but a walk must stay inside whatever it gets.
static void broken_json_is_not_read_beyond(void **state) {
    (void)state;
    const char *whole = "{\"en\":[\"a\\\"\",{\"b\":\"c\"}],\"it\":\"d\\n\"}";
    for (size_t len = 0; len <= strlen(whole); len++) {
        char *part = malloc(len ? len : 1);
        memcpy(part, whole, len);
        language_pick((str){part, len}, "it", NULL);
        free(part);
    }
}

static void plain_text_is_decoded(void **state) {
    (void)state;
    arena *a = arena_create();
    const char *json = "{\"en\":\"two\\nlines \\u201cquoted\\u201d\",\"it\":\"è\"}";
    assert_string_equal(language_pick_text(a, str_from(json), "en", NULL), "two\nlines “quoted”");
    assert_string_equal(language_pick_text(a, str_from(json), "it", NULL), "è");
    assert_string_equal(language_pick_text(a, STR("{}"), "it", NULL), "");
    assert_string_equal(language_pick_text(a, STR("{\"en\":[1]}"), "it", NULL), "");
    arena_destroy(a);
}

static void accept_language_is_understood(void **state) {
    (void)state;
    assert_string_equal(language_accept("it-IT,it;q=0.9,en;q=0.8"), "it");
    assert_string_equal(language_accept("pt, de-CH;q=0.5, nl;q=0.75"), "nl");
    assert_string_equal(language_accept("EN"), "en");
    assert_string_equal(language_accept("fr;q=0, en;q=0.1"), "en");
    assert_string_equal(language_accept(" ,, es ; q=1.000 , de;q=0.999"), "es");
    assert_null(language_accept("pt"));
    assert_null(language_accept("*"));
    assert_null(language_accept("en;q=nonsense"));
    assert_null(language_accept(""));
    assert_null(language_accept(NULL));
    assert_string_equal(language_find("de-AT"), "de");
    assert_null(language_find("deu"));
    assert_null(language_find(NULL));
    assert_true(language_known("lv"));
    assert_false(language_known("pt"));
    assert_false(language_known(NULL));
}

// The names in braces of a text, sorted, so that translations can be compared.
static void names_of(const char *text, char out[200]) {
    const char *known[] = {"asset", "node", "person", "plugin", "process"};
    out[0] = '\0';
    for (size_t i = 0; i < 5; i++) {
        char name[20];
        snprintf(name, sizeof name, "{%s}", known[i]);
        if (strstr(text, name))
            strcat(out, name);
    }
}

static void every_text_is_there_in_every_language(void **state) {
    (void)state;
    json_t *english = json_loadb(domain_texts[0].bytes, *domain_texts[0].size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(english);
    for (size_t i = 1; i < LANGUAGE_COUNT; i++) {
        char file[16];
        snprintf(file, sizeof file, "%s.json", language_codes[i]);
        assert_string_equal(domain_texts[i].name, file);
        json_t *other = json_loadb(domain_texts[i].bytes, *domain_texts[i].size, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(other);
        assert_int_equal(json_object_size(other), json_object_size(english));
        const char *key;
        json_t *text;
        json_object_foreach(english, key, text) {
            const char *translated = json_string_value(json_object_get(other, key));
            char wanted[200], got[200];
            assert_non_null(translated);
            assert_string_not_equal(translated, json_string_value(text));
            names_of(json_string_value(text), wanted);
            names_of(translated, got);
            assert_string_equal(got, wanted);
        }
        json_decref(other);
    }
    json_decref(english);
}

static void texts_are_filled(void **state) {
    (void)state;
    buffer plain = {0}, out = {0};
    language_add_plain(&plain, language_text("it", "notification.task.done"));
    json_t *params = json_pack("{s:s, s:s, s:i, s:n}", "node", "{process}", "process", "Parco", "n", 3, "none");
    language_fill(&out, buffer_str(&plain), params);
    assert_string_equal(out.ptr, "«{process}» in «Parco» è stato completato.");
    buffer_clear(&out);
    language_fill(&out, STR("{n} of {none}{unknown}{ {"), params);
    assert_string_equal(out.ptr, "3 of { {");
    buffer_clear(&out);
    language_fill(&out, STR("{n}!"), NULL);
    assert_string_equal(out.ptr, "!");
    assert_ptr_equal(language_text("pt", "notification.other").ptr, language_text("en", "notification.other").ptr);
    assert_null(language_text("en", "notification.nothing").ptr);
    json_decref(params);
    buffer_free(&plain);
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_gets_the_best_text),
        cmocka_unit_test(broken_json_is_not_read_beyond),
        cmocka_unit_test(plain_text_is_decoded),
        cmocka_unit_test(accept_language_is_understood),
        cmocka_unit_test(every_text_is_there_in_every_language),
        cmocka_unit_test(texts_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
