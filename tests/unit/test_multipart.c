// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "api/multipart.h"

static int setup(void **state) {
    *state = arena_create();
    return 0;
}

static int teardown(void **state) {
    arena_destroy(*state);
    return 0;
}

static status parse(arena *a, const char *body, multipart *m) {
    fault f = {0};
    status s = multipart_parse(a, str_from(body), "x", m, &f);
    assert_true(s == STATUS_OK || f.text[0]);
    return s;
}

#define FIELD(name, rest) "--x\r\nContent-Disposition: form-data; name=\"" name "\"" rest

static void what_browsers_send(void **state) {
    multipart m;
    const char *body = FIELD("_token", "\r\n\r\nabc\r\n")
        FIELD("file", "; filename=\"a%22b.zip\"\r\nContent-Type: application/zip\r\n\r\n\r\n-- x\r\n--y\r\n")
            FIELD("none", "; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n") "--x--\r\n";
    assert_int_equal(parse(*state, body, &m), STATUS_OK);
    assert_int_equal(m.count, 3);
    assert_true(str_is(multipart_find(&m, "_token")->bytes, "abc"));
    assert_null(multipart_find(&m, "_token")->filename.ptr);
    assert_true(str_is(multipart_find(&m, "file")->bytes, "\r\n-- x\r\n--y"));
    assert_true(str_is(multipart_find(&m, "file")->filename, "a\"b.zip"));
    assert_int_equal(multipart_find(&m, "none")->bytes.len, 0);
    assert_null(multipart_find(&m, "other"));
    assert_int_equal(parse(*state, "--x--", &m), STATUS_OK);
    assert_int_equal(m.count, 0);
}

static void what_is_refused(void **state) {
    static const char *const BODIES[] = {
        "",
        "x",
        "--x",
        "--x\r\n",
        "before" FIELD("a", "\r\n\r\n1\r\n") "--x--",
        FIELD("a", "\r\n\r\n1\r\n") "--x--after",
        FIELD("a", "\r\n\r\n1"),
        FIELD("a", "\r\n\r\n1\n--x--"),
        FIELD("a", "\n\n1\r\n") "--x--",
        FIELD("a", "\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n") "--x--",
        FIELD("a", "\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n") "--x--",
        FIELD("a", "; name=\"b\"\r\n\r\n1\r\n") "--x--",
        FIELD("", "\r\n\r\n1\r\n") "--x--",
        FIELD("a\x01", "\r\n\r\n1\r\n") "--x--",
        FIELD("a%00", "\r\n\r\n1\r\n") "--x--",
        FIELD("\xff", "\r\n\r\n1\r\n") "--x--",
        "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--",
        FIELD("a", "\r\n\r\n1\r\n") "--xy\r\n\r\n--x--",
    };
    multipart m;
    for (size_t i = 0; i < sizeof BODIES / sizeof *BODIES; i++)
        if (parse(*state, BODIES[i], &m) != STATUS_MALFORMED)
            fail_msg("%zu was taken: %s", i, BODIES[i]);
}

static void what_is_too_much(void **state) {
    multipart m;
    buffer body = {0};
    for (int i = 0; i < MULTIPART_PARTS + 1; i++) {
        if (i == MULTIPART_PARTS) {
            size_t len = body.len;
            buffer_add(&body, "--x--");
            assert_int_equal(parse(*state, body.ptr, &m), STATUS_OK);
            assert_int_equal(m.count, MULTIPART_PARTS);
            body.len = len;
            body.ptr[len] = '\0';
        }
        buffer_add(&body, FIELD("a", "\r\n\r\n1\r\n"));
    }
    buffer_add(&body, "--x--");
    assert_int_equal(parse(*state, body.ptr, &m), STATUS_TOO_LARGE);
    buffer_clear(&body);
    buffer_add(&body, FIELD("a", "\r\n"));
    for (int i = 0; i < MULTIPART_HEADERS; i++)
        buffer_add(&body, "X-A: b\r\n");
    buffer_add(&body, "\r\n1\r\n--x--");
    assert_int_equal(parse(*state, body.ptr, &m), STATUS_TOO_LARGE);
    buffer_clear(&body);
    buffer_add(&body, FIELD("a", "\r\nX-A: "));
    for (int i = 0; i < MULTIPART_HEADER_BYTES; i++)
        buffer_add(&body, "b");
    buffer_add(&body, "\r\n\r\n1\r\n--x--");
    assert_int_equal(parse(*state, body.ptr, &m), STATUS_TOO_LARGE);
    buffer_free(&body);
}

static void boundaries(void **state) {
    static const struct {
        const char *type, *boundary; // NULL: it is no such form
    } CASES[] = {
        {"multipart/form-data; boundary=abc", "abc"},
        {"Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", ""},
        {"multipart/form-data; boundary=\"a:b\"", "a:b"},
        {"multipart/form-data; boundary=a; x=y", "a"},
        {"multipart/form-data; xboundary=a", ""},
        {"multipart/form-data", ""},
        {"multipart/form-data; boundary=", ""},
        {"multipart/form-data; boundary=\"a", ""},
        {"multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789", NULL},
        {"multipart/form-datax; boundary=a", NULL},
        {"multipart/mixed; boundary=a", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    char boundary[MULTIPART_BOUNDARY];
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bool longest = i == 8;
        assert_int_equal(multipart_is(CASES[i].type, boundary), CASES[i].boundary != NULL || longest);
        if (CASES[i].boundary)
            assert_string_equal(boundary, CASES[i].boundary);
        else
            assert_int_equal(strlen(boundary), longest ? MULTIPART_BOUNDARY - 1 : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_browsers_send, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_too_much, setup, teardown),
        cmocka_unit_test(boundaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
