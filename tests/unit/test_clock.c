// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <time.h>

#include "base/clock.h"

static void formats(int64_t milliseconds, const char *expected) {
    char text[CLOCK_TEXT];
    clock_format(milliseconds, text);
    assert_string_equal(text, expected);
}

static void known_times(void **state) {
    (void)state;
    formats(0, "1970-01-01T00:00:00.000Z");
    formats(-1, "1969-12-31T23:59:59.999Z");
    formats(INT64_C(1772360430400), "2026-03-01T10:20:30.400Z");
    formats(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    formats(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
    formats(INT64_MAX, "9999-12-31T23:59:59.999Z");
    formats(INT64_MIN, "0000-01-01T00:00:00.000Z");
}

// Compared with the C library on days that are spread over eight centuries.
static void the_c_library_agrees(void **state) {
    (void)state;
    for (int64_t day = -140000; day < 140000; day += 37) {
        time_t seconds = (time_t)(day * 86400 + 3661);
        struct tm parts;
        char expected[CLOCK_TEXT], text[CLOCK_TEXT];
        gmtime_r(&seconds, &parts);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
        clock_format(seconds * INT64_C(1000), text);
        assert_string_equal(text, expected);
        int64_t back;
        assert_true(clock_parse(text, strlen(text), &back));
        assert_int_equal(back, seconds * INT64_C(1000));
    }
}

static void parses(const char *text, int64_t expected) {
    int64_t got = 0;
    if (!clock_parse(text, strlen(text), &got))
        fail_msg("%s was refused", text);
    assert_int_equal(got, expected);
}

static void reads_what_rfc_3339_allows(void **state) {
    (void)state;
    parses("2026-03-01T10:20:30.400Z", INT64_C(1772360430400));
    parses("2026-03-01t10:20:30.4z", INT64_C(1772360430400));
    parses("2026-03-01 12:20:30.4009999+02:00", INT64_C(1772360430400));
    parses("2026-03-01T04:50:30-05:30", INT64_C(1772360430000));
    parses("1970-01-02", INT64_C(86400000));
    parses("2024-02-29", INT64_C(1709164800000));
    parses("2016-12-31T23:59:60Z", INT64_C(1483228800000));
}

static void refuses_everything_else(void **state) {
    (void)state;
    static const char *const WRONG[] = {"",
                                        "2026",
                                        "2026-3-1",
                                        "2026-13-01",
                                        "2026-00-01",
                                        "2026-02-29",
                                        "1900-02-29",
                                        "2026-04-31",
                                        "2026-03-01T",
                                        "2026-03-01T10:20Z",
                                        "2026-03-01T10:20:30",
                                        "2026-03-01T24:00:00Z",
                                        "2026-03-01T10:60:00Z",
                                        "2026-03-01T10:20:30.Z",
                                        "2026-03-01T10:20:30Zx",
                                        "2026-03-01T10:20:30+2:00",
                                        "2026-03-01T10:20:30+24:00",
                                        " 2026-03-01",
                                        "2026-03-01 ",
                                        "20260301",
                                        "+026-03-01"};
    int64_t got;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        if (clock_parse(WRONG[i], strlen(WRONG[i]), &got))
            fail_msg("%s was accepted", WRONG[i]);
    assert_false(clock_parse("2026-03-01\0Z", 12, &got));
    assert_false(clock_parse("2026-03-01", 9, &got));
}

static void the_clocks_run(void **state) {
    (void)state;
    int64_t steady = clock_steady(), now = clock_now();
    assert_true(now > INT64_C(1700000000000));
    for (int i = 0; i < 1000; i++) {
        int64_t next = clock_steady();
        assert_true(next >= steady);
        steady = next;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times),
        cmocka_unit_test(the_c_library_agrees),
        cmocka_unit_test(reads_what_rfc_3339_allows),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(the_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
