// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "http/guard.h"

typedef struct header {
    const char *name, *value;
} header;

// Why a request with these headers is refused, or NULL.
static const char *refused(const char *method, const char *version, const header *headers) {
    guard g = {0};
    const char *why = guard_start(&g, method, STR("/"), version);
    for (; why == NULL && headers->name; headers++) {
        why = guard_header(&g, str_from(headers->name), str_from(headers->value));
    }
    return why ? why : guard_end(&g, method);
}

#define GET(...) refused("GET", "HTTP/1.1", (const header[]){__VA_ARGS__, {0}})
#define POST(...) refused("POST", "HTTP/1.1", (const header[]){__VA_ARGS__, {0}})
#define HOST                                                                                                           \
    { "Host", "town.example:8080" }

static void honest_requests_pass(void **state) {
    (void)state;
    assert_null(GET(HOST));
    assert_null(GET(HOST, {"Accept", "*/*"}, {"X-Empty", ""}, {"Cookie", "a=b; c=\"d\""}));
    assert_null(GET(HOST, {"Content-Length", "0"}));
    assert_null(POST(HOST, {"Content-Length", "12"}, {"Expect", "100-continue"}));
    assert_null(POST({"host", "[::1]:80"}, {"Transfer-Encoding", "Chunked"}));
    assert_null(POST(HOST, {"X-Name", "caf\xc3\xa9"}, {"Content-Length", "3  "}));
    assert_null(refused("GET", "HTTP/1.0", (const header[]){HOST, {0}}));
}

static void one_host_one_length(void **state) {
    (void)state;
    assert_non_null(GET({"Accept", "*/*"}));
    assert_non_null(GET(HOST, HOST));
    assert_non_null(GET({"Host", ""}));
    assert_non_null(GET({"Host", "a/b"}));
    assert_non_null(GET({"Host", "a b"}));
    assert_non_null(POST(HOST, {"Content-Length", "1"}, {"Content-Length", "1"}));
    assert_non_null(POST(HOST, {"Content-Length", "1, 1"}));
    assert_non_null(POST(HOST, {"Content-Length", "-1"}));
    assert_non_null(POST(HOST, {"Content-Length", "+1"}));
    assert_non_null(POST(HOST, {"Content-Length", "0x10"}));
    assert_non_null(POST(HOST, {"Content-Length", ""}));
    assert_non_null(POST(HOST, {"Content-Length", "99999999999999999999"}));
}

static void one_way_to_say_where_it_ends(void **state) {
    (void)state;
    assert_non_null(POST(HOST, {"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}));
    assert_non_null(POST(HOST, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}));
    assert_non_null(POST(HOST, {"Transfer-Encoding", "gzip, chunked"}));
    assert_non_null(POST(HOST, {"Transfer-Encoding", "xchunked"}));
    assert_non_null(refused("POST", "HTTP/1.0", (const header[]){HOST, {"Transfer-Encoding", "chunked"}, {0}}));
    assert_non_null(GET(HOST, {"Content-Length", "5"}));
    assert_non_null(GET(HOST, {"Transfer-Encoding", "chunked"}));
    assert_non_null(refused("DELETE", "HTTP/1.1", (const header[]){HOST, {"Content-Length", "5"}, {0}}));
}

static void names_are_tokens_and_values_text(void **state) {
    (void)state;
    assert_non_null(GET(HOST, {"Content-Length ", "5"}));
    assert_non_null(GET(HOST, {"", "x"}));
    assert_non_null(GET(HOST, {"A(b)", "x"}));
    assert_non_null(GET(HOST, {"A", "x\x01y"}));
    assert_non_null(GET(HOST, {"A", "x\ry"}));
    assert_non_null(GET(HOST, {"A", "x\x7f"}));
    assert_non_null(POST(HOST, {"Content-Length", "1"}, {"Expect", "200-ok"}));
    assert_non_null(refused("G ET", "HTTP/1.1", (const header[]){HOST, {0}}));
    assert_non_null(refused("GET", "HTTP/2.0", (const header[]){HOST, {0}}));
    assert_non_null(refused("GET", "HTTP/1.1x", (const header[]){HOST, {0}}));
}

static void headers_are_counted(void **state) {
    (void)state;
    guard g = {0};
    const char *why = guard_start(&g, "GET", STR("/"), "HTTP/1.1");
    for (int i = 0; i < GUARD_HEADERS; i++) {
        assert_null(why);
        why = guard_header(&g, STR("A"), STR("b"));
    }
    assert_null(why);
    assert_non_null(guard_header(&g, STR("A"), STR("b")));
}

static void targets_are_plain(void **state) {
    (void)state;
    static const char *const good[] = {"/", "/api/v1/me", "/a?b=c%2Fd&e=%5C", "/x/%C3%A9", "/a..b/.c", "/a?../x=%2e"};
    static const char *const bad[] = {"",       "a",      "*",      "/../x",     "/a/..",    "/a/./b", "/.",   "/a%2fb",
                                      "/a%2Fb", "/a%5cb", "/a%00",  "/%2e%2e/x", "/a?x=%00", "/a%",    "/a%2", "/a%zz",
                                      "/a b",   "/a\\b",  "/a\x01", "/\xc3\xa9", "/a#b",     "/a?%"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_null(guard_target(str_from(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_non_null(guard_target(str_from(bad[i])));
    }
    assert_non_null(guard_target((str){"/a\0b", 4}));
}

// The library's memory after it has read a request: NULs where line ends and separators were.
static const char *layout_refused(const char *memory, size_t target_at, size_t version_at, const size_t *at) {
    guard g = {.layout = true};
    str target = str_from(memory + target_at);
    const char *why = guard_start(&g, memory, target, memory + version_at);
    for (; why == NULL && at[0] != 0; at += 2) {
        why = guard_header(&g, str_from(memory + at[0]), str_from(memory + at[1]));
    }
    return why ? why : guard_end(&g, "GET");
}

static void traces_in_memory_are_seen(void **state) {
    (void)state;
    //                               0    4  6         16    22    28 29
    static const char good[] = "GET\0/\0HTTP/1.1\0\0Host\0 a.b\0\0A\0 x\0\0\0\0";
    static const char bare_line_feed[] = "GET\0/\0HTTP/1.1\0\0Host\0 a.b\0A\0 x\0\0\0\0";
    static const char nul_in_value[] = "GET\0/\0HTTP/1.1\0\0Host\0 a.b\0c\0\0A\0 x\0\0\0\0";
    static const char nul_in_target[] = "GET\0/\0b\0HTTP/1.1\0\0Host\0 a.b\0\0A\0 x\0\0\0\0";
    static const char folded_last[] = "GET\0/\0HTTP/1.1\0\0Host\0 a.b\0\0A\0 x\0\0 y\0\0\0\0";
    assert_null(layout_refused(good, 4, 6, (const size_t[]){16, 22, 27, 30, 0}));
    assert_non_null(layout_refused(bare_line_feed, 4, 6, (const size_t[]){16, 22, 26, 29, 0}));
    assert_non_null(layout_refused(nul_in_value, 4, 6, (const size_t[]){16, 22, 29, 32, 0}));
    assert_non_null(layout_refused(nul_in_target, 4, 8, (const size_t[]){18, 24, 29, 32, 0}));
    assert_non_null(layout_refused(folded_last, 4, 6, (const size_t[]){16, 22, 27, 30, 0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_requests_pass),         cmocka_unit_test(one_host_one_length),
        cmocka_unit_test(one_way_to_say_where_it_ends), cmocka_unit_test(names_are_tokens_and_values_text),
        cmocka_unit_test(headers_are_counted),          cmocka_unit_test(targets_are_plain),
        cmocka_unit_test(traces_in_memory_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
