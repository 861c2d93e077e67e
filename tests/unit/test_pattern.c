// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/pattern.h"

static void fits(const char *text, const char *subject, bool expected) {
    char trouble[PATTERN_TROUBLE];
    int steps = PATTERN_STEPS;
    pattern *p = pattern_create(text, trouble);
    if (!p)
        fail_msg("%s %s", text, trouble);
    if (pattern_fits(p, str_from(subject), &steps) != expected)
        fail_msg("%s and %s", text, subject);
    assert_true(steps > 0);
    pattern_destroy(p);
}

static void refused(const char *text, const char *why) {
    char trouble[PATTERN_TROUBLE];
    assert_null(pattern_create(text, trouble));
    if (!strstr(trouble, why))
        fail_msg("%s: %s", text, trouble);
}

static void what_authors_know_is_read(void **state) {
    (void)state;
    fits("^[a-z]+$", "abc", true);
    fits("^[a-z]+$", "abC", false);
    fits("^[a-z]+$", "abc\n", false); // $ is the end, not before a last line feed
    fits("b", "abc", true);
    fits("^\\d{4}-\\d\\d$", "2026-11", true);
    fits("^caf\\u00e9$", "caf\xc3\xa9", true);
    fits("^.{4}$", "caf\xc3\xa9", true); // signs, not bytes
    fits("^(?=.*\\d)[a-z0-9]+$", "abc1", true);
    fits("^(?=.*\\d)[a-z0-9]+$", "abcd", false);
    fits("^(a|b)\\1$", "aa", true);
    fits("^(a|b)\\1$", "ab", false);
    fits("^[[:digit:]]+$", "12", true);
    fits("^a+?b?$", "aab", true);
    fits("", "", true);
}

static void what_cannot_be_read_is_refused(void **state) {
    (void)state;
    refused("(", "parenthesis");
    refused("a\\", "cannot be read");
    refused("a**", "cannot be read");
    refused("((((((((((((((((((a))))))))))))))))))", "nested");
    refused("((a{200}){200}){200}", "too large");
    refused("\xff", "cannot be read");
    char longer[PATTERN_LENGTH + 2];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    refused(longer, "longer than 200");
}

// Each of these would take from seconds to the end of the world without a bound.
static void none_takes_long(void **state) {
    (void)state;
    static const char *const SLOW[] = {"(a+)+$",           "(a|a)*[bd]",   "^(a?){50}a{50}[bd]",
                                       "(a*a*)*(a*)*[bd]", "((a*)*)*[bd]", "a{0,900}a{0,900}[bd]"};
    char trouble[PATTERN_TROUBLE], text[PATTERN_TEXT + 1];
    memset(text, 'a', PATTERN_TEXT);
    text[PATTERN_TEXT - 1] = 'c';
    text[PATTERN_TEXT] = '\0';
    for (size_t i = 0; i < sizeof SLOW / sizeof *SLOW; i++) {
        int steps = PATTERN_STEPS;
        pattern *p = pattern_create(SLOW[i], trouble);
        assert_non_null(p);
        assert_false(pattern_fits(p, str_from(text), &steps));
        assert_true(steps <= 0);
        assert_false(pattern_fits(p, str_from("aab"), &steps)); // none are left for what comes after
        pattern_destroy(p);
    }
}

static void a_text_that_is_too_long_does_not_fit(void **state) {
    (void)state;
    char trouble[PATTERN_TROUBLE], *text = calloc(1, PATTERN_TEXT + 2);
    int steps = PATTERN_STEPS;
    memset(text, 'a', PATTERN_TEXT + 1);
    pattern *p = pattern_create("a", trouble);
    assert_false(pattern_fits(p, (str){text, PATTERN_TEXT + 1}, &steps));
    assert_true(pattern_fits(p, (str){text, PATTERN_TEXT}, &steps));
    pattern_destroy(p);
    pattern_destroy(NULL);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_authors_know_is_read),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(none_takes_long),
        cmocka_unit_test(a_text_that_is_too_long_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
