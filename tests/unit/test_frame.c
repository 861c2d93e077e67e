// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/frame.h"

// The tests hand over heap copies of exactly the right size, so that AddressSanitizer sees one byte too far.
static char *exact(const char *bytes, size_t len) {
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    buffer b = {0};
    size_t mark = frame_begin(&b, FRAME_CALL, 7);
    frame_number(&b, TAG_FUNCTION, FUNCTION_HANDLE);
    frame_text(&b, TAG_PATH, "/results");
    frame_text(&b, TAG_QUERY, NULL);
    frame_str(&b, TAG_BODY, (str){0});
    frame_str(&b, TAG_BODY, STR(""));
    size_t document = frame_nest(&b, TAG_DOCUMENT);
    frame_text(&b, TAG_KEY, "poll");
    frame_number(&b, TAG_DOCUMENT_VERSION, UINT64_MAX);
    frame_unnest(&b, document);
    frame_finish(&b, mark);
    mark = frame_begin(&b, FRAME_STOP, 0);
    frame_finish(&b, mark);

    frame f;
    size_t used = 0;
    assert_int_equal(frame_take(buffer_str(&b), &f, &used), 1);
    assert_int_equal(f.type, FRAME_CALL);
    assert_int_equal(f.call, 7);
    frame_tag tag;
    str value, rest = f.payload;
    bool broken = false;
    assert_true(frame_field(&rest, &tag, &value, &broken));
    assert_int_equal(tag, TAG_FUNCTION);
    assert_int_equal(frame_value(value), FUNCTION_HANDLE);
    assert_true(frame_field(&rest, &tag, &value, &broken));
    assert_int_equal(tag, TAG_PATH);
    assert_true(str_is(value, "/results"));
    assert_true(frame_field(&rest, &tag, &value, &broken));
    assert_int_equal(tag, TAG_BODY);
    assert_int_equal(value.len, 0);
    assert_int_equal(frame_value(value), 0);
    assert_true(frame_field(&rest, &tag, &value, &broken));
    assert_int_equal(tag, TAG_DOCUMENT);
    assert_true(frame_field(&value, &tag, &(str){0}, &broken));
    assert_int_equal(tag, TAG_KEY);
    str number;
    assert_true(frame_field(&value, &tag, &number, &broken));
    assert_true(frame_value(number) == UINT64_MAX);
    assert_false(frame_field(&value, &tag, &number, &broken));
    assert_false(frame_field(&rest, &tag, &value, &broken));
    assert_false(broken);

    assert_int_equal(frame_take((str){b.ptr + used, b.len - used}, &f, &used), 1);
    assert_int_equal(f.type, FRAME_STOP);
    assert_int_equal(f.payload.len, 0);
    buffer_free(&b);
}

static void a_frame_that_is_not_all_there_needs_more(void **state) {
    (void)state;
    buffer b = {0};
    size_t mark = frame_begin(&b, FRAME_LOG, 3);
    frame_text(&b, TAG_TEXT, "a line");
    frame_finish(&b, mark);
    frame f;
    size_t used = 99;
    for (size_t len = 0; len < b.len; len++) {
        char *part = exact(b.ptr, len);
        assert_int_equal(frame_take((str){part, len}, &f, &used), 0);
        assert_int_equal(used, 99);
        free(part);
    }
    assert_int_equal(frame_take(buffer_str(&b), &f, &used), 1);
    assert_int_equal(used, b.len);
    buffer_free(&b);
}

static void impossible_headers_are_refused(void **state) {
    (void)state;
    struct {
        uint32_t size;
        uint16_t type, zero;
    } cases[] = {{FRAME_LIMIT + 1, FRAME_CALL, 0}, {UINT32_MAX, FRAME_CALL, 0}, {0, 0, 0}, {0, FRAME_CALL, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[FRAME_HEADER] = {0};
        memcpy(bytes, &cases[i], 8);
        frame f;
        size_t used;
        assert_int_equal(frame_take((str){bytes, sizeof bytes}, &f, &used), -1);
    }
}

// Cuts and flips every byte of a good payload: a walk must end, stay inside, and say when something is broken.
static size_t walk(str rest, bool *broken) {
    size_t fields = 0;
    frame_tag tag;
    str value;
    while (frame_field(&rest, &tag, &value, broken)) {
        fields++;
        unsigned sum = 0;
        for (size_t i = 0; i < value.len; i++)
            sum += (unsigned char)value.ptr[i];
        assert_true(sum < UINT32_MAX);
    }
    return fields;
}

static void hostile_payloads_stay_inside(void **state) {
    (void)state;
    buffer b = {0};
    frame_text(&b, TAG_KEY, "vote/1");
    frame_number(&b, TAG_DOCUMENT_VERSION, 4);
    frame_text(&b, TAG_VALUE, "{\"option\": 2}");
    for (size_t len = 0; len < b.len; len++) {
        char *part = exact(b.ptr, len);
        bool broken = false;
        size_t fields = walk((str){part, len}, &broken);
        bool edge = len == 0 || len == FRAME_FIELD + 6 || len == 2 * FRAME_FIELD + 14;
        assert_int_equal(broken, !edge);
        assert_true(fields <= 2);
        free(part);
    }
    for (size_t at = 0; at < b.len; at++) {
        for (unsigned flip = 1; flip < 256; flip += 7) {
            char *copy = exact(b.ptr, b.len);
            copy[at] = (char)((unsigned char)copy[at] ^ flip);
            bool broken = false;
            walk((str){copy, b.len}, &broken);
            free(copy);
        }
    }
    buffer_free(&b);
}

static void a_length_beyond_the_end_is_broken(void **state) {
    (void)state;
    char bytes[FRAME_FIELD] = {TAG_KEY, 0, 0, 0, (char)0xff, (char)0xff, (char)0xff, (char)0xff};
    str rest = {bytes, sizeof bytes}, value;
    frame_tag tag;
    bool broken = false;
    assert_false(frame_field(&rest, &tag, &value, &broken));
    assert_true(broken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),           cmocka_unit_test(a_frame_that_is_not_all_there_needs_more),
        cmocka_unit_test(impossible_headers_are_refused),    cmocka_unit_test(hostile_payloads_stay_inside),
        cmocka_unit_test(a_length_beyond_the_end_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
