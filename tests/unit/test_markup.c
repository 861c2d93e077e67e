// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "domain/entity.h"
#include "domain/markup.h"

static void check(const char *html, const char *wanted) {
    buffer out = {0};
    markup_to_markdown(&out, str_from(html));
    assert_string_equal(out.len > 0 ? out.ptr : "", wanted);
    buffer_free(&out);
}

static void blocks_become_markdown(void **state) {
    (void)state;
    check("<p>One.</p><p>Two.</p>", "One.\n\nTwo.");
    check("<p>With it:</p><ul><li>create;</li><li>  manage</li></ul><p>End</p>",
          "With it:\n\n- create;\n- manage\n\nEnd");
    check("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1. a\n2. b\n  - c");
    check("a<br>b<BR/>c", "a\n\nb\n\nc");
    check("<ul><li>a<br>b</li></ul>", "- a\n  b");
    check("<li>alone</li >next", "alone\nnext");
    check("<div><p>  one\n two </p></div>", "one two");
}

static void emphasis_hugs_its_words(void **state) {
    (void)state;
    check("a <b> bold </b> b", "a **bold** b");
    check("<strong>x</strong><em>y</em>", "**x***y*");
    check("<b></b><i> </i>nothing", "nothing");
    check("<b>open", "**open**");
    check("<p><b>a</p><p>b</b></p>", "**a**\n\nb");
}

static void only_links_to_pages_survive(void **state) {
    (void)state;
    check("<a href=\"https://a.eu/x?a=1&amp;b=2\">A page</a>.", "[A page](https://a.eu/x?a=1&b=2).");
    check("<a class=c href='mailto:a@b.eu'>write</a>", "[write](mailto:a@b.eu)");
    check("<a href=http://a.eu/(b)>x</a>", "[x](http://a.eu/%28b%29)");
    check("<a href=\"javascript:alert(1)\">x</a>", "x");
    check("<a href=\" JaVaScRiPt:alert(1)\">x</a>", "x");
    check("<a href=\"/local\">x</a>", "x");
    check("<a href=\"https://a.eu\">open", "[open](https://a.eu)");
    check("<a data-href=\"https://a.eu\">x</a>", "x");
}

static void nothing_that_runs_survives(void **state) {
    (void)state;
    check("a<script>alert('<b>')</script>b", "ab");
    check("a<STYLE>p{}</STYLE >b", "ab");
    check("<img src=x onerror=alert(1)>text", "text");
    check("a<!-- <script> -->b", "ab");
    check("<p title=\"a>b\">c", "c");
    check("a<script>never closed", "a");
    check("&lt;script&gt;", "\\<script>");
    check("broken <", "broken \\<");
    check("1 < 2 and <3", "1 \\< 2 and \\<3");
    check("<p", "");
}

static void signs_of_markdown_lose_their_meaning(void **state) {
    (void)state;
    check("<p># no title</p><p>- no list</p>", "\\# no title\n\n\\- no list");
    check("<i>a*b_c[d]</i>", "*a\\*b\\_c\\[d\\]*");
    check("<p>a\\b`c`</p>", "a\\\\b\\`c\\`");
}

static void entities_are_read(void **state) {
    (void)state;
    check("caf&eacute; &#233; &#xE9; &amp;&nbsp;&euro;", "café é é & €");
    check("AT&T &unknown; &#0; &#xD800; &#99999999;", "AT&T &unknown; &#0; &#xD800; &#99999999;");
    assert_true(markup_is_html(STR("a &amp; b")));
    assert_true(markup_is_html(STR("a<br>")));
    assert_false(markup_is_html(STR("a & b < c > d; AT&T")));
}

static void lines_are_words_alone(void **state) {
    (void)state;
    buffer out = {0};
    markup_to_line(&out, STR("  <b>A</b>\n <i>name</i> *with*\tmarks <br> &amp; more "));
    assert_string_equal(out.ptr, "A name *with* marks & more");
    buffer_free(&out);
}

// Whatever stands in a file, the result is UTF-8 and holds no tag.
static void any_bytes_are_safe(void **state) {
    (void)state;
    static const char pieces[][12] = {"<",         ">",    "<b>",  "</b>", "<a href=", "\"",      "<ul>", "<li>",
                                      "</ul>",     "&",    "&lt;", "é",    "x",        " ",       "\n",   "<script",
                                      "</script>", "<!--", "-->",  "#",    "](",       "https://"};
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        buffer html = {0}, out = {0};
        for (int i = 0; i < 20; i++) {
            seed = seed * 1664525u + 1013904223u;
            buffer_add(&html, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        markup_to_markdown(&out, buffer_str(&html));
        assert_true(text_is_utf8(out.ptr ? out.ptr : "", out.len));
        for (size_t i = 0; i < out.len; i++) {
            if (out.ptr[i] == '<' && (i == 0 || out.ptr[i - 1] != '\\'))
                fail_msg("a bare < in \"%s\" from \"%s\"", out.ptr, html.ptr);
        }
        buffer_free(&html);
        buffer_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_become_markdown),
        cmocka_unit_test(emphasis_hugs_its_words),
        cmocka_unit_test(only_links_to_pages_survive),
        cmocka_unit_test(nothing_that_runs_survives),
        cmocka_unit_test(signs_of_markdown_lose_their_meaning),
        cmocka_unit_test(entities_are_read),
        cmocka_unit_test(lines_are_words_alone),
        cmocka_unit_test(any_bytes_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
