// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <math.h>

#include "base/answer.h"

static void commas_and_ends_fall_into_place(void **state) {
    (void)state;
    buffer out = {0};
    answer_json face;
    answer *a = answer_json_init(&face, &out);
    answer_object(a);
    answer_key(a, "items");
    answer_array(a);
    answer_array(a);
    answer_end(a);
    answer_object(a);
    answer_end(a);
    answer_int(a, 1);
    answer_end(a);
    answer_put_text(a, "text", "a\"b");
    answer_put_text(a, "none", NULL);
    answer_put_str(a, "str", STR(""));
    answer_put_str(a, "no_str", (str){NULL, 0});
    answer_put_int(a, "least", INT64_MIN);
    answer_put_int(a, "zero", 0);
    answer_put_bool(a, "yes", true);
    answer_put_time(a, "time", INT64_C(1772360430400));
    answer_put_time(a, "never", 0);
    answer_put_raw(a, "raw", STR("{\"en\":\"x\"}"));
    answer_put_raw(a, "no_raw", STR(""));
    answer_key(a, "null");
    answer_null(a);
    answer_end(a);
    assert_string_equal(out.ptr, "{\"items\":[[],{},1],\"text\":\"a\\\"b\",\"none\":null,\"str\":\"\",\"no_str\":null,"
                                 "\"least\":-9223372036854775808,\"zero\":0,\"yes\":true,"
                                 "\"time\":\"2026-03-01T10:20:30.400Z\",\"never\":null,"
                                 "\"raw\":{\"en\":\"x\"},\"no_raw\":null,\"null\":null}");
    buffer_free(&out);
}

static void numbers(double value, const char *expected) {
    buffer out = {0};
    answer_json face;
    answer_number(answer_json_init(&face, &out), value);
    assert_string_equal(out.ptr, expected);
    buffer_free(&out);
}

static void numbers_are_short_and_exact(void **state) {
    (void)state;
    numbers(0.1, "0.1");
    numbers(1.0 / 3, "0.3333333333333333");
    numbers(5, "5");
    numbers(-2.5e-300, "-2.5e-300");
    numbers(1e300, "1e+300");
    numbers(0.1 + 0.2, "0.30000000000000004");
    numbers((double)NAN, "null");
    numbers((double)INFINITY, "null");
}

static void jansson_values_are_written_alike(void **state) {
    (void)state;
    const char *text = "{\"a\":[1,-2,2.5,true,false,null,\"\\u00e9\\n\"],\"b\":{\"c\":{}},\"d\":[]}";
    json_t *value = json_loads(text, 0, NULL);
    buffer out = {0};
    answer_json face;
    answer_json_value(answer_json_init(&face, &out), value);
    json_t *back = json_loads(out.ptr, 0, NULL);
    assert_true(json_equal(value, back));
    json_decref(back);
    json_decref(value);
    buffer_clear(&out);
    answer_json_value(answer_json_init(&face, &out), NULL);
    assert_string_equal(out.ptr, "null");
    buffer_free(&out);
}

static void the_deepest_value_that_can_be_parsed_fits(void **state) {
    (void)state;
    enum { LEVELS = 2000 };
    buffer text = {0}, out = {0};
    for (int i = 0; i < LEVELS; i++)
        buffer_add(&text, i % 3 ? "[" : "{\"k\":");
    buffer_add(&text, "1");
    for (int i = LEVELS - 1; i >= 0; i--)
        buffer_add_char(&text, i % 3 ? ']' : '}');
    json_t *value = json_loads(text.ptr, 0, NULL);
    assert_non_null(value);
    answer_json face;
    answer *a = answer_json_init(&face, &out);
    answer_json_value(a, value);
    assert_string_equal(out.ptr, text.ptr);
    json_decref(value);
    buffer_free(&text);
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_ends_fall_into_place),
        cmocka_unit_test(numbers_are_short_and_exact),
        cmocka_unit_test(jansson_values_are_written_alike),
        cmocka_unit_test(the_deepest_value_that_can_be_parsed_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
