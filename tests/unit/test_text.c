// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/text.h"

static void strs_compare_by_bytes(void **state) {
    (void)state;
    assert_true(str_equal(STR("abc"), str_from("abc")));
    assert_false(str_equal(STR("abc"), STR("abd")));
    assert_false(str_equal(STR("ab"), STR("abc")));
    assert_true(str_equal((str){NULL, 0}, STR("")));
    assert_int_equal(str_from(NULL).len, 0);
    assert_null(str_from(NULL).ptr);
    assert_true(str_is(STR("x\0y"), "x") == false);
    assert_true(str_starts(STR("/api/v1"), "/api/"));
    assert_false(str_starts(STR("/ap"), "/api/"));
    assert_true(str_starts((str){NULL, 0}, ""));
}

static void buffers_grow_and_end_with_nul(void **state) {
    (void)state;
    buffer b = {0};
    size_t expected = 0;
    for (int i = 0; i < 2000; i++) {
        buffer_add(&b, "0123456789");
        buffer_add_char(&b, '-');
        expected += 11;
    }
    assert_int_equal(b.len, expected);
    assert_int_equal(strlen(b.ptr), expected);
    buffer_clear(&b);
    assert_string_equal(b.ptr, "");
    buffer_printf(&b, "%s=%d", "n", 7);
    assert_string_equal(b.ptr, "n=7");
    char large[5000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    buffer_printf(&b, "[%s]", large);
    assert_int_equal(b.len, 3 + 2 + 4999);
    assert_int_equal(b.ptr[b.len - 1], ']');
    buffer_append(&b, NULL, 0);
    buffer_free(&b);
    assert_null(b.ptr);
}

static void html_is_escaped(void **state) {
    (void)state;
    buffer b = {0};
    const char text[] = "<a href='x' title=\"y\">T&C</a>";
    buffer_add_html(&b, text, strlen(text));
    assert_string_equal(b.ptr, "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;T&amp;C&lt;/a&gt;");
    buffer_free(&b);
}

static void json_text(const char *text, size_t len, const char *expected) {
    buffer b = {0};
    buffer_add_json(&b, text, len);
    assert_string_equal(b.ptr, expected);
    buffer_free(&b);
}

static void json_is_escaped_and_made_valid(void **state) {
    (void)state;
    json_text("", 0, "\"\"");
    json_text("caf\xC3\xA9 \xF0\x9F\x91\x8D", 10, "\"caf\xC3\xA9 \xF0\x9F\x91\x8D\"");
    json_text("a\"b\\c\n\r\t\b\x01\x00z", 12, "\"a\\\"b\\\\c\\n\\r\\t\\u0008\\u0001\\u0000z\"");
    // A lone byte, an overlong slash, a surrogate, and a sequence that is cut off.
    json_text("a\xFFz", 3, "\"a\xEF\xBF\xBDz\"");
    json_text("\xC0\xAF", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    json_text("\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    json_text("\xE2\x82", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void utf8_is_checked_strictly(void **state) {
    (void)state;
    assert_true(text_is_utf8("", 0));
    assert_true(text_is_utf8("z\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF", 14));
    static const char *const BROKEN[] = {
        "\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xC3", "\xC3z",    "\xE2\x82z"};
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++)
        assert_false(text_is_utf8(BROKEN[i], strlen(BROKEN[i])));
    assert_int_equal(text_length("z\xC3\xA9\xE2\x82\xAC", 6), 3);
}

static void decodes(const char *in, bool form, const char *out, int64_t expected) {
    char text[64];
    strcpy(text, in);
    assert_int_equal(text_decode_url(text, strlen(text), form), expected);
    if (expected >= 0)
        assert_memory_equal(text, out, expected);
}

static void urls_go_both_ways(void **state) {
    (void)state;
    decodes("a%20b+c", true, "a b c", 5);
    decodes("a%20b+c", false, "a b+c", 5);
    decodes("%C3%a9%00x", false, "\xC3\xA9\0x", 4);
    decodes("%", false, NULL, -1);
    decodes("%4", false, NULL, -1);
    decodes("%4g", false, NULL, -1);
    decodes("%41", false, "A", 1);
    buffer b = {0};
    buffer_add_url(&b, "a b/\xC3\xA9~-._", 10);
    assert_string_equal(b.ptr, "a%20b%2F%C3%A9~-._");
    buffer_free(&b);
}

static void what_leads_up_is_noticed(void **state) {
    (void)state;
    static const char *const UP[] = {
        "/..",    "/../x", "..",    ".",     "/./x",   "/x/..", "/x/../y",  "/%2e%2E/x",          "/.%2e/x",
        "/%2e./", "/%2e",  "/..?a", "/..#a", "/x\\..", "\\x",   "/x/..\\y", "/a/b/../../../items"};
    static const char *const NOT[] = {"",       "/",     "/x",      "/...",   "/.x",   "/x.", "/x..",  "/..x",
                                      "/a.b/c", "/x?..", "/x?/../", "/x#/..", "/%2ex", "/%2", "/x%2e", "/x%5c"};
    for (size_t i = 0; i < sizeof UP / sizeof *UP; i++)
        assert_true(text_climbs(str_from(UP[i])));
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        assert_false(text_climbs(str_from(NOT[i])));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strs_compare_by_bytes),    cmocka_unit_test(buffers_grow_and_end_with_nul),
        cmocka_unit_test(html_is_escaped),          cmocka_unit_test(json_is_escaped_and_made_valid),
        cmocka_unit_test(utf8_is_checked_strictly), cmocka_unit_test(urls_go_both_ways),
        cmocka_unit_test(what_leads_up_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
