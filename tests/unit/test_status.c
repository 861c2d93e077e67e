// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/status.h"
#include "base/text.h"

static void every_status_has_its_http_code(void **state) {
    (void)state;
    static const int EXPECTED[] = {200, 200, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 507, 409};
    for (int s = STATUS_OK; s <= STATUS_RETRY; s++)
        assert_int_equal(status_http((status)s), EXPECTED[s]);
    assert_int_equal(status_http((status)999), 500);
}

static void faults_say_what_happened(void **state) {
    (void)state;
    fault f = {0};
    assert_int_equal(fault_set(&f, STATUS_NOT_FOUND, "process.not_found", "There is no project %d.", 7),
                     STATUS_NOT_FOUND);
    assert_int_equal(f.status, STATUS_NOT_FOUND);
    assert_string_equal(f.code, "process.not_found");
    assert_string_equal(f.text, "There is no project 7.");
    assert_int_equal(fault_set(NULL, STATUS_LIMITED, "x", "y"), STATUS_LIMITED);
    assert_int_equal(fault_add_field(NULL, "/a", "x", "y"), STATUS_INVALID);
}

static void fields_are_counted_beyond_what_is_kept(void **state) {
    (void)state;
    fault f = {0};
    for (int i = 0; i < FAULT_FIELDS + 5; i++)
        assert_int_equal(fault_add_field(&f, "/name", "required", "Field %d is needed.", i), STATUS_INVALID);
    assert_int_equal(f.field_count, FAULT_FIELDS + 5);
    assert_string_equal(f.code, "input.invalid");
    assert_string_equal(f.fields[FAULT_FIELDS - 1].pointer, "/name");
    assert_string_equal(f.fields[FAULT_FIELDS - 1].text, "Field 15 is needed.");
}

// Whatever place a long text is cut at, it stays valid UTF-8.
static void long_sentences_are_cut_between_letters(void **state) {
    (void)state;
    for (int shift = 0; shift < 5; shift++) {
        char text[1200] = "";
        memset(text, 'x', (size_t)shift);
        for (int i = 0; i < 250; i++)
            strcat(text, i % 3 == 0 ? "\xF0\x9F\x98\x80" : i % 3 == 1 ? "\xC3\xA9" : "\xE2\x82\xAC");
        fault f = {0};
        fault_set(&f, STATUS_INVALID, "long", "%s", text);
        assert_true(strlen(f.text) > sizeof f.text - 5);
        assert_true(text_is_utf8(f.text, strlen(f.text)));
        fault_add_field(&f, text, text, "%s", text);
        assert_true(text_is_utf8(f.fields[0].pointer, strlen(f.fields[0].pointer)));
        assert_true(text_is_utf8(f.fields[0].code, strlen(f.fields[0].code)));
        assert_true(text_is_utf8(f.fields[0].text, strlen(f.fields[0].text)));
    }
}

static void sentences_are_text(void **state) {
    (void)state;
    fault f = {0};
    fault_set(&f, STATUS_INVALID, "a", "near '%s'", "\xE4\x8A\xC3\xA9\xFF");
    assert_string_equal(f.text, "near '??\xC3\xA9?'");
    fault_add_field(&f, "/\xFF", "b", "%s", "\xC3");
    assert_string_equal(f.fields[0].pointer, "/?");
    assert_string_equal(f.fields[0].text, "?");
}

// What stood in the fields before stays where it is, but nothing of it counts any more.
static void a_cleared_fault_says_nothing(void **state) {
    (void)state;
    fault f;
    memset(&f, 0x5a, sizeof f);
    fault_clear(&f);
    assert_int_equal(f.status, STATUS_OK);
    assert_string_equal(f.code, "");
    assert_string_equal(f.text, "");
    assert_string_equal(f.about, "");
    assert_int_equal(f.field_count, 0);
    fault_add_field(&f, "/name", "required", "Give a name.");
    assert_int_equal(f.status, STATUS_INVALID);
    assert_int_equal(f.field_count, 1);
    assert_string_equal(f.fields[0].pointer, "/name");
    assert_string_equal(f.fields[0].code, "required");
    assert_string_equal(f.fields[0].text, "Give a name.");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cleared_fault_says_nothing),
        cmocka_unit_test(sentences_are_text),
        cmocka_unit_test(every_status_has_its_http_code),
        cmocka_unit_test(faults_say_what_happened),
        cmocka_unit_test(fields_are_counted_beyond_what_is_kept),
        cmocka_unit_test(long_sentences_are_cut_between_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
