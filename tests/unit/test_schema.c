// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/schema.h"
#include "base/text.h"

static json_t *json_of(const char *text) {
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!value)
        fail_msg("%s: %s", text, error.text);
    return value;
}

// Checks `value`; expects the codes and pointers in order, as "code pointer;", and the value afterwards if it is given.
static void checks(const char *schema, const char *value, const char *expected, const char *after) {
    json_t *s = json_of(schema), *v = json_of(value);
    fault f = {0};
    if (schema_usable(s, s, &f) != STATUS_OK)
        fail_msg("%s: %s", schema, f.text);
    f = (fault){0};
    status result = schema_check(s, s, v, "", &f);
    buffer got = {0};
    buffer_add(&got, "");
    for (size_t i = 0; i < f.field_count && i < FAULT_FIELDS; i++) {
        buffer_printf(&got, "%s %s;", f.fields[i].code, f.fields[i].pointer);
        assert_true(strlen(f.fields[i].text) > 10);
    }
    assert_string_equal(got.ptr, expected);
    assert_int_equal(result, *expected ? STATUS_INVALID : STATUS_OK);
    if (after) {
        json_t *wanted = json_of(after);
        if (!json_equal(wanted, v))
            fail_msg("%s became %s", value, json_dumps(v, JSON_ENCODE_ANY));
        json_decref(wanted);
    }
    buffer_free(&got);
    json_decref(s);
    json_decref(v);
}

static void types_are_checked(void **state) {
    (void)state;
    checks("{\"type\":\"string\"}", "\"x\"", "", NULL);
    checks("{\"type\":\"string\"}", "1", "type ;", NULL);
    checks("{\"type\":\"integer\"}", "7", "", NULL);
    checks("{\"type\":\"integer\"}", "7.0", "type ;", NULL);
    checks("{\"type\":\"number\"}", "7", "", NULL);
    checks("{\"type\":\"number\"}", "7.5", "", NULL);
    checks("{\"type\":\"boolean\"}", "false", "", NULL);
    checks("{\"type\":[\"string\",\"null\"]}", "null", "", NULL);
    checks("{\"type\":[\"string\",\"null\"]}", "[]", "type ;", NULL);
    checks("{\"type\":\"object\"}", "[]", "type ;", NULL);
    checks("{\"type\":\"array\"}", "{}", "type ;", NULL);
    checks("{}", "{\"anything\":1}", "", NULL);
}

static void objects_are_checked(void **state) {
    (void)state;
    const char *schema = "{\"type\":\"object\",\"required\":[\"name\",\"a/b~c\"],\"additionalProperties\":false,"
                         "\"properties\":{\"name\":{\"type\":\"string\"},\"a/b~c\":{\"type\":\"integer\"},"
                         "\"nested\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}}}";
    checks(schema, "{\"name\":\"x\",\"a/b~c\":1}", "", NULL);
    checks(schema, "{\"name\":1}", "required /a~1b~0c;type /name;", NULL);
    checks(schema, "{\"name\":\"x\",\"a/b~c\":\"1\",\"more\":1}", "type /a~1b~0c;unknown /more;", NULL);
    checks(schema, "{\"name\":\"x\",\"a/b~c\":1,\"nested\":{\"n\":\"x\"}}", "type /nested/n;", NULL);
    checks("{\"additionalProperties\":{\"type\":\"integer\"}}", "{\"a\":1,\"b\":\"x\"}", "type /b;", NULL);
    checks("{\"additionalProperties\":true}", "{\"a\":1}", "", NULL);
}

static void strings_are_checked(void **state) {
    (void)state;
    checks("{\"minLength\":2,\"maxLength\":3}", "\"\\u00e9\\u00e9\\u00e9\"", "", NULL); // code points, not bytes
    checks("{\"minLength\":2,\"maxLength\":3}", "\"abcd\"", "too_long ;", NULL);
    checks("{\"minLength\":2}", "\"a\"", "too_short ;", NULL);
    checks("{\"minLength\":1}", "\"\"", "too_short ;", NULL);
    checks("{\"pattern\":\"^[a-z]+$\"}", "\"abc\"", "", NULL);
    checks("{\"pattern\":\"^[a-z]+$\"}", "\"aBc\"", "pattern ;", NULL);
    checks("{\"pattern\":\"b\"}", "\"abc\"", "", NULL);
    checks("{\"type\":\"string\"}", "\"a\\u0000b\"", "control ;", NULL);
    checks("{\"enum\":[\"a\",\"b\",3]}", "\"b\"", "", NULL);
    checks("{\"enum\":[\"a\",\"b\",3]}", "\"c\"", "enum ;", NULL);
    checks("{\"enum\":[1]}", "1.0", "", NULL);
    checks("{\"const\":\"a\"}", "\"b\"", "const ;", NULL);
}

static void format(const char *name, const char *value, bool fits) {
    char schema[100], text[400];
    snprintf(schema, sizeof schema, "{\"format\":\"%s\"}", name);
    snprintf(text, sizeof text, "\"%s\"", value);
    checks(schema, text, fits ? "" : "format ;", NULL);
}

static void formats_are_checked(void **state) {
    (void)state;
    format("date", "2026-03-31", true);
    format("date", "2026-02-30", false);
    format("date", "2026-03-31T00:00:00Z", false);
    format("date-time", "2026-03-31T00:00:00Z", true);
    format("date-time", "2026-03-31", false);
    format("email", "a.b+c@example.org", true);
    format("email", "a@localhost", false);
    format("email", "a b@example.org", false);
    format("email", "@example.org", false);
    format("email", "a@example.org.", false);
    format("email", "a@-x.org", false);
    format("email", "a@b@example.org", false);
    format("email", "a@example.org\\n", false);
    format("uri", "https://example.org/a?b=c#d", true);
    format("uri", "mailto:x@example.org", true);
    format("uri", "/relative", false);
    format("uri", "https://example.org/a b", false);
    format("uri", "https://example.org/%zz", false);
    format("uri", "https://example.org/%4", false);
    format("uri", "http:", false);
    format("uuid", "01234567-89AB-7def-8123-456789abcdef", true);
    format("uuid", "01234567-89ab-7def-8123-456789abcdeg", false);
    format("language", "en", true);
    format("language", "zh-Hant-TW", true);
    format("language", "e", false);
    format("language", "en-", false);
    format("language", "english", false);
    format("language", "e1", false);
    format("language", "", false);
}

static void numbers_are_checked(void **state) {
    (void)state;
    checks("{\"minimum\":1,\"maximum\":3}", "1", "", NULL);
    checks("{\"minimum\":1,\"maximum\":3}", "3.5", "too_large ;", NULL);
    checks("{\"minimum\":1.5}", "1", "too_small ;", NULL);
    checks("{\"maximum\":9007199254740993}", "9007199254740993", "", NULL);
    checks("{\"maximum\":9007199254740993}", "9007199254740994", "too_large ;", NULL);
}

static void arrays_are_checked(void **state) {
    (void)state;
    checks("{\"items\":{\"type\":\"integer\"}}", "[1,\"a\",2,[]]", "type /1;type /3;", NULL);
    checks("{\"minItems\":1}", "[]", "too_few ;", NULL);
    checks("{\"maxItems\":1}", "[1,2]", "too_many ;", NULL);
    checks("{\"uniqueItems\":true}", "[1,2,\"1\",[1],{\"a\":1}]", "", NULL);
    checks("{\"uniqueItems\":true}", "[1,2,1.0]", "duplicate ;", NULL);
    checks("{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "duplicate ;", NULL);
    checks("{\"uniqueItems\":true}", "[null,null]", "duplicate ;", NULL);
}

static void defaults_are_filled_in(void **state) {
    (void)state;
    const char *schema = "{\"properties\":{\"limit\":{\"type\":\"integer\",\"default\":20},\"o\":{\"type\":\"object\","
                         "\"default\":{},\"properties\":{\"deep\":{\"default\":[1]}}},\"r\":{\"$ref\":\"#/$defs/r\"}},"
                         "\"required\":[\"limit\"],\"$defs\":{\"r\":{\"type\":\"string\",\"default\":\"ref\"}}}";
    checks(schema, "{}", "", "{\"limit\":20,\"o\":{\"deep\":[1]},\"r\":\"ref\"}");
    checks(schema, "{\"limit\":5,\"o\":{\"deep\":2},\"r\":\"x\"}", "", "{\"limit\":5,\"o\":{\"deep\":2},\"r\":\"x\"}");
}

static void references_are_followed(void **state) {
    (void)state;
    const char *tree = "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":{"
                       "\"name\":{\"type\":\"string\"},\"children\":{\"type\":\"array\",\"items\":{\"$ref\":"
                       "\"#/$defs/node\"}}}}}}";
    checks(tree, "{\"name\":\"a\",\"children\":[{\"name\":\"b\",\"children\":[{\"name\":1}]}]}",
           "type /children/0/children/0/name;", NULL);
    checks("{\"$ref\":\"#/$defs/a~1b%20c\",\"maxLength\":2,\"$defs\":{\"a/b c\":{\"type\":\"string\"}}}", "\"abc\"",
           "too_long ;", NULL);
    // A value that is nested without end stops the check, not the program.
    buffer deep = {0};
    for (int i = 0; i < 500; i++)
        buffer_add(&deep, "{\"children\":[");
    for (int i = 0; i < 500; i++)
        buffer_add(&deep, "]}");
    json_t *s = json_of(tree), *v = json_of(deep.ptr);
    fault f = {0};
    assert_int_equal(schema_check(s, s, v, "", &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].code, "too_deep");
    json_decref(s);
    json_decref(v);
    buffer_free(&deep);
}

static void the_place_is_put_before_the_pointer(void **state) {
    (void)state;
    json_t *s = json_of("{\"properties\":{\"n\":{\"type\":\"integer\"}}}"), *v = json_of("{\"n\":\"x\"}");
    fault f = {0};
    assert_int_equal(schema_check(s, s, v, "/params", &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/params/n");
    assert_string_equal(f.fields[0].text, "This must be a whole number.");
    assert_int_equal(schema_check(s, s, v, "", NULL), STATUS_INVALID);
    json_decref(s);
    json_decref(v);
}

static void unusable(const char *schema, const char *word) {
    json_t *s = json_of(schema);
    fault f = {0};
    if (schema_usable(s, s, &f) == STATUS_OK)
        fail_msg("%s was accepted", schema);
    assert_string_equal(f.code, "schema.unusable");
    if (!strstr(f.text, word))
        fail_msg("%s: %s", schema, f.text);
    json_decref(s);
}

static void what_is_not_known_is_refused(void **state) {
    (void)state;
    unusable("{\"oneOf\":[]}", "oneOf");
    unusable("{\"properties\":{\"a\":{\"multipleOf\":2}}}", "multipleOf");
    unusable("{\"items\":{\"additionalProperties\":{\"minProperties\":1}}}", "minProperties");
    unusable("[]", "schema");
    unusable("{\"type\":\"text\"}", "type");
    unusable("{\"type\":[]}", "type");
    unusable("{\"enum\":[]}", "enum");
    unusable("{\"required\":\"a\"}", "required");
    unusable("{\"minLength\":-1}", "minLength");
    unusable("{\"maxLength\":1.5}", "maxLength");
    unusable("{\"minimum\":\"1\"}", "minimum");
    unusable("{\"uniqueItems\":1}", "uniqueItems");
    unusable("{\"format\":\"phone\"}", "format");
    unusable("{\"items\":[]}", "items");
    unusable("{\"properties\":{\"a\":true}}", "a");
    unusable("{\"type\":\"integer\",\"default\":\"x\"}", "default");
    unusable("{\"$ref\":\"#/$defs/none\"}", "none");
    unusable("{\"$ref\":\"https://example.org/s\"}", "example.org");
    unusable("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
             "circle");
    unusable("{\"$ref\":\"#\"}", "circle");
}

static void patterns_of_strangers_are_read(void **state) {
    (void)state;
    unusable("{\"pattern\":\"(\"}", "pattern");
    unusable("{\"pattern\":\"a\\\\\"}", "cannot be read");
    buffer schema = {0};
    buffer_add(&schema, "{\"properties\":{");
    for (int i = 0; i <= 100; i++)
        buffer_printf(&schema, "%s\"p%d\":{\"pattern\":\"a%d\"}", i ? "," : "", i, i);
    buffer_add(&schema, "}}");
    unusable(schema.ptr, "hundred");
    buffer_clear(&schema);
    buffer_add(&schema, "{\"pattern\":\"");
    for (int i = 0; i < 250; i++)
        buffer_add_char(&schema, 'a');
    buffer_add(&schema, "\"}");
    unusable(schema.ptr, "longer");
    checks("{\"pattern\":\"^[a-z][a-z0-9_.-]{0,63}$\"}", "\"host.made\"", "", NULL);
    checks("{\"pattern\":\"^\\\\w+\\\\.(js|css)$\"}", "\"view.js\"", "", NULL);
    checks("{\"pattern\":\"^[a-z]{1,63}([.][a-z]{1,63}){1,3}$\"}", "\"org.example.poll\"", "", NULL);
    checks("{\"pattern\":\"^[]{}()[:digit:]+*]{2}$\"}", "\"{7\"", "", NULL);
    checks("{\"pattern\":\"^\\\\d+$\"}", "\"42\"", "", NULL);
    buffer_clear(&schema);
    for (int i = 0; i < 5000; i++)
        buffer_add_char(&schema, i == 0 || i == 4999 ? '"' : 'a');
    checks("{\"pattern\":\"a\"}", schema.ptr, "too_long ;", NULL);
    checks("{\"items\":{\"pattern\":\"^a$\"}}", "[\"a\",\"b\",\"a\"]", "pattern /1;", NULL);
    buffer_free(&schema);
}

static void annotations_are_allowed(void **state) {
    (void)state;
    checks("{\"$schema\":\"s\",\"$id\":\"i\",\"$comment\":\"c\",\"title\":{\"en\":\"T\"},\"description\":\"d\","
           "\"examples\":[1],\"deprecated\":true,\"x-widget\":\"area\"}",
           "1", "", NULL);
}

static void coerces(const char *schema, const char *text, const char *expected) {
    json_t *s = json_of(schema), *got = schema_coerce(s, s, text), *wanted = json_of(expected);
    if (!json_equal(got, wanted))
        fail_msg("%s with %s gave %s", text, schema, json_dumps(got, JSON_ENCODE_ANY));
    json_decref(s);
    json_decref(got);
    json_decref(wanted);
}

static void texts_become_values(void **state) {
    (void)state;
    coerces("{\"type\":\"integer\"}", "7", "7");
    coerces("{\"type\":\"integer\"}", "-7", "-7");
    coerces("{\"type\":\"integer\"}", "7x", "\"7x\"");
    coerces("{\"type\":\"integer\"}", " 7", "\" 7\"");
    coerces("{\"type\":\"integer\"}", "", "\"\"");
    coerces("{\"type\":\"integer\"}", "99999999999999999999", "\"99999999999999999999\"");
    coerces("{\"type\":\"number\"}", "2.5", "2.5");
    coerces("{\"type\":\"number\"}", "2", "2");
    coerces("{\"type\":\"number\"}", "0x10", "\"0x10\"");
    coerces("{\"type\":\"number\"}", "nan", "\"nan\"");
    coerces("{\"type\":\"boolean\"}", "true", "true");
    coerces("{\"type\":\"boolean\"}", "on", "true");
    coerces("{\"type\":\"boolean\"}", "maybe", "\"maybe\"");
    coerces("{\"type\":\"string\"}", "7", "\"7\"");
    coerces("{\"type\":[\"string\",\"integer\"]}", "7", "7");
    coerces("{\"type\":[\"string\",\"null\"]}", "", "null");
    coerces("{}", "7", "\"7\"");
    coerces("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "7", "[7]");
    coerces("{\"type\":\"array\"}", "[1,2]", "[1,2]");
    coerces("{\"type\":\"object\"}", "{\"a\":1}", "{\"a\":1}");
    coerces("{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"integer\"}}}", "7", "7");
    coerces("{\"type\":\"string\"}", "\xFF", "null");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_checked),
        cmocka_unit_test(objects_are_checked),
        cmocka_unit_test(strings_are_checked),
        cmocka_unit_test(formats_are_checked),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(arrays_are_checked),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(references_are_followed),
        cmocka_unit_test(the_place_is_put_before_the_pointer),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(patterns_of_strangers_are_read),
        cmocka_unit_test(annotations_are_allowed),
        cmocka_unit_test(texts_become_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
