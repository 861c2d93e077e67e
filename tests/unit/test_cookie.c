// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/compress.h"
#include "http/cookie.h"
#include "http/session.h"

static void assert_cookie(const char *header, const char *name, const char *wanted) {
    str found = cookie_find(header, name);
    if (wanted == NULL) {
        assert_null(found.ptr);
    } else {
        assert_non_null(found.ptr);
        assert_true(str_is(found, wanted));
    }
}

static void finds_the_named_one(void **state) {
    (void)state;
    assert_cookie("a=1; interlink=token; b=2", "interlink", "token");
    assert_cookie("interlink=token", "interlink", "token");
    assert_cookie("x=1;interlink=token", "interlink", "token");
    assert_cookie("interlink=\"token\"", "interlink", "token");
    assert_cookie("interlink=first; interlink=second", "interlink", "first");
    assert_cookie("interlink=", "interlink", "");
}

static void is_not_fooled(void **state) {
    (void)state;
    assert_cookie(NULL, "interlink", NULL);
    assert_cookie("", "interlink", NULL);
    assert_cookie(";;; ;", "interlink", NULL);
    assert_cookie("xinterlink=1", "interlink", NULL);
    assert_cookie("interlinkx=1", "interlink", NULL);
    assert_cookie("interlink", "interlink", NULL);
    assert_cookie("a=interlink=1", "interlink", NULL);
}

static void session_cookie_is_guarded(void **state) {
    (void)state;
    buffer out = {0};
    cookie_session_write(&out, true, "t0ken", 60);
    assert_string_equal(out.ptr, "__Host-interlink=t0ken; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
    buffer_clear(&out);
    cookie_session_write(&out, false, "", 60);
    assert_string_equal(out.ptr, "interlink=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    buffer_free(&out);
}

static void knows_other_sites(void **state) {
    (void)state;
    const char *own = "https://town.example";
    assert_false(session_from_elsewhere("same-origin", "https://evil.example", own, false));
    assert_false(session_from_elsewhere("none", NULL, own, false));
    assert_true(session_from_elsewhere("cross-site", own, own, true));
    assert_true(session_from_elsewhere("same-site", own, own, true));
    assert_false(session_from_elsewhere(NULL, "https://town.example", own, false));
    assert_true(session_from_elsewhere(NULL, "https://town.example.evil.example", own, true));
    assert_true(session_from_elsewhere(NULL, "null", own, true));
    assert_true(session_from_elsewhere(NULL, NULL, own, false));
    assert_false(session_from_elsewhere(NULL, NULL, own, true));
}

static void knows_who_takes_gzip(void **state) {
    (void)state;
    assert_true(compress_accepted("gzip, deflate, br"));
    assert_true(compress_accepted("br;q=1, gzip;q=0.5"));
    assert_true(compress_accepted("*"));
    assert_false(compress_accepted("gzip;q=0"));
    assert_false(compress_accepted("br"));
    assert_false(compress_accepted("xgzip"));
    assert_false(compress_accepted(NULL));
    assert_true(compress_worth("application/problem+json", 5000));
    assert_false(compress_worth("image/png", 5000));
    assert_false(compress_worth("text/html", 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_named_one),       cmocka_unit_test(is_not_fooled),
        cmocka_unit_test(session_cookie_is_guarded), cmocka_unit_test(knows_other_sites),
        cmocka_unit_test(knows_who_takes_gzip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
