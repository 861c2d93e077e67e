// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "worker/template.h"

static str text_of(void *context, const char *key) {
    (void)context;
    if (strcmp(key, "votes") == 0)
        return STR("{n} votes, {unknown}");
    if (strcmp(key, "mark.up") == 0)
        return STR("<b>");
    return str_from(key);
}

static char *render(const char *page, const char *data) {
    char sentence[SENTENCE_SIZE] = "";
    template *t = template_compile(str_from(page), sentence);
    assert_string_equal(sentence, "");
    assert_non_null(t);
    json_t *value = json_loads(data, 0, NULL);
    assert_non_null(value);
    template_source source = {NULL, text_of, STR("/view/t")};
    buffer out = {0};
    buffer_add(&out, "");
    assert_true(template_render(t, value, &source, &out, sentence));
    template_destroy(t);
    json_decref(value);
    return out.ptr;
}

static void expect(const char *page, const char *data, const char *wanted) {
    char *got = render(page, data);
    assert_string_equal(got, wanted);
    free(got);
}

static void values_are_found(void **state) {
    (void)state;
    expect("", "{}", "");
    expect("plain { } text", "{}", "plain { } text");
    expect("{{a}} {{ b.c }} {{missing}} {{b.missing.x}}", "{\"a\": 1, \"b\": {\"c\": \"x\"}}", "1 x  ");
    expect("{{f}} {{g}} {{yes}} {{no}} {{nil}}",
           "{\"f\": 1.5, \"g\": 2.0, \"yes\": true, \"no\": false, \"nil\": null}", "1.5 2 true false ");
    expect("{{list}}", "{\"list\": [1, \"a\"]}", "[1,&quot;a&quot;]");
    expect("a{{! a remark }}b", "{}", "ab");
    expect("{{#list}}{{.}},{{/list}}", "{\"list\": [1, 2]}", "1,2,");
    expect("{{#rows}}{{name}} of {{all}};{{/rows}}",
           "{\"all\": 2, \"rows\": [{\"name\": \"a\"}, {\"name\": \"b\", \"all\": 9}]}", "a of 2;b of 9;");
    expect("{{#a}}{{#b}}{{c}}{{/b}}{{/a}}", "{\"a\": {\"b\": {\"c\": 3}}}", "3");
    expect("{{#a.b}}{{.}}{{/a.b}}", "{\"a\": {\"b\": \"x\"}}", "x");
}

static void sections_show_or_not(void **state) {
    (void)state;
    static const char *const empty[] = {"false", "null", "0", "0.0", "\"\"", "[]", "{}"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        char data[40];
        snprintf(data, sizeof data, "{\"v\": %s}", empty[i]);
        expect("{{#v}}yes{{/v}}{{^v}}no{{/v}}", data, "no");
    }
    static const char *const full[] = {"true", "1", "-0.5", "\"x\"", "[0]", "{\"a\": 0}"};
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++) {
        char data[40];
        snprintf(data, sizeof data, "{\"v\": %s}", full[i]);
        expect("{{#v}}yes{{/v}}{{^v}}no{{/v}}", data, "yes");
    }
    expect("<input{{#on}} checked{{/on}} name=\"a\">", "{\"on\": true}", "<input checked name=\"a\">");
    expect("<option{{#on}} selected{{/on}}>a</option>", "{}", "<option>a</option>");
    expect("<p class=\"a{{#on}} b{{/on}}\">", "{\"on\": 1}", "<p class=\"a b\">");
}

static void texts_and_links(void **state) {
    (void)state;
    expect("{{t.votes}}", "{\"n\": \"<3>\"}", "&lt;3&gt; votes, {unknown}");
    expect("{{#rows}}{{t.votes}} {{/rows}}", "{\"n\": 1, \"rows\": [{\"n\": 2}, {}]}",
           "2 votes, {unknown} 1 votes, {unknown} ");
    expect("{{t.mark.up}}{{t.other}}", "{}", "&lt;b&gt;other");
    expect("<a href=\"{{link}}/results\">", "{}", "<a href=\"/view/t/results\">");
    expect("<a href=\"{{link}}{{path}}\">", "{\"path\": \"/a?b=1&c\"}", "<a href=\"/view/t/a?b=1&amp;c\">");
    buffer out = {0};
    json_t *params = json_pack("{s:s, s:i}", "name", "<Ada>", "n", 3);
    template_fill(&out, STR("{name} {n} {} {x} { n} {n"), params);
    assert_string_equal(out.ptr, "<Ada> 3 {} {x} { n} {n");
    buffer_free(&out);
    json_decref(params);
}

static void values_are_escaped_where_they_stand(void **state) {
    (void)state;
    const char *evil = "{\"v\": \"<script>\\\"'&\"}";
    expect("<p>{{v}}</p>", evil, "<p>&lt;script&gt;&quot;&#39;&amp;</p>");
    expect("<p title=\"{{v}}\" lang='{{v}}'>", evil,
           "<p title=\"&lt;script&gt;&quot;&#39;&amp;\" lang='&lt;script&gt;&quot;&#39;&amp;'>");
    expect("<textarea>{{v}}</textarea>{{v}}", evil,
           "<textarea>&lt;script&gt;&quot;&#39;&amp;</textarea>&lt;script&gt;&quot;&#39;&amp;");
    expect("<a href=\"/x?q={{v}}\">", "{\"v\": \"a b&c=d/\"}", "<a href=\"/x?q=a%20b%26c%3Dd%2F\">");
    expect("<a href=\"/x/{{v}}\">", "{\"v\": \"a b/?\"}", "<a href=\"/x/a%20b/%3F\">");
    expect("<p style=\"width: {{v}}%\">", "{\"v\": 12.5}", "<p style=\"width: 12.5%\">");
    expect("<p style=\"width: {{v}}\">", "{\"v\": \"1;background:url(x)\"}", "<p style=\"width: \">");
}

static void dangerous_urls_become_nothing(void **state) {
    (void)state;
    static const struct {
        const char *value, *shown;
    } cases[] = {
        {"https://example.org/?a", "https://example.org/?a"},
        {"HTTP://example.org", "HTTP://example.org"},
        {"mailto:a@example.org", "mailto:a@example.org"},
        {"/local:8", "/local:8"},
        {"#there", "#there"},
        {"?a:b", "?a:b"},
        {"javascript:alert(1)", "#"},
        {"  JavaScript:alert(1)", "#"},
        {"java\\tscript:alert(1)", "#"},
        {"\\u0001javascript:alert(1)", "#"},
        {"data:text/html,x", "#"},
        {"vbscript:x", "#"},
        {":x", "#"},
    };
    static const char *const attributes[] = {"href", "SRC", "action", "formaction"};
    for (size_t a = 0; a < sizeof attributes / sizeof attributes[0]; a++) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char page[80], data[120], wanted[120];
            snprintf(page, sizeof page, "<x %s = \"{{v}}\">", attributes[a]);
            snprintf(data, sizeof data, "{\"v\": \"%s\"}", cases[i].value);
            snprintf(wanted, sizeof wanted, "<x %s = \"%s\">", attributes[a], cases[i].shown);
            expect(page, data, wanted);
        }
    }
    // A scheme cannot be put together from pieces.
    expect("<a href=\"{{a}}{{b}}\">", "{\"a\": \"java\", \"b\": \"script:x\"}", "<a href=\"javascript%3Ax\">");
    expect("<a href=\"{{#a}}/x{{/a}}{{b}}\">", "{\"b\": \"javascript:x\"}", "<a href=\"javascript%3Ax\">");
    expect("<a href=\"{{#a}}{{.}}{{/a}}\">", "{\"a\": [\"javascript\", \":x\"]}", "<a href=\"javascript#\">");
}

static void refuse(const char *page, const char *part) {
    char sentence[SENTENCE_SIZE] = "";
    template *t = template_compile(str_from(page), sentence);
    if (t)
        fail_msg("this was compiled: %s", page);
    if (!strstr(sentence, part))
        assert_string_equal(sentence, part);
}

static void impossible_places_are_refused(void **state) {
    (void)state;
    refuse("\n<script>var a = {{a}};</script>", "Line 2 of the page: {{a}} stands inside a script");
    refuse("<SCRIPT type=x >{{a}}", "inside a script");
    refuse("<script></scriptx>{{a}}</script>", "inside a script");
    refuse("<noscript><style>{{a}}</style></noscript>", "style or noscript");
    refuse("<style>{{a}}</style>", "inside a script, style");
    refuse("<a onclick=\"{{a}}\">", "runs as code");
    refuse("<iframe srcdoc=\"{{a}}\">", "runs as code");
    refuse("<a href={{a}}>", "without quotes");
    refuse("<a href=x{{a}}>", "without quotes");
    refuse("<a {{a}}>", "inside a tag");
    refuse("<a data-{{a}}=\"x\">", "inside a tag");
    refuse("<{{a}}>", "inside a tag");
    refuse("<h{{a}}>", "inside a tag");
    refuse("<!-- {{a}} -->", "inside an HTML comment");
    refuse("<p title=\"a\"{{a}}>", "inside a tag");
    refuse("{{#a}}<p title=\"{{/a}}{{b}}\">", "begins and ends in different places");
    refuse("{{#a}}<script>{{/a}}", "begins and ends in different places");
}

// Pages that a browser reads otherwise than one would think. Each was once a way out for a value.
static void browsers_are_taken_at_their_word(void **state) {
    (void)state;
    static const char *const schemes[] = {"<a href=\"javascript:f('{{a}}')\">", "<iframe src=\"data:text/html,{{a}}\">",
                                          "<a href=\"{{a}}:{{b}}\">", "<a href=\"java&#115;cript:{{a}}\">",
                                          "<a href=\"javascript&colon;{{a}}\">"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        refuse(schemes[i], "whose scheme is not http");
    refuse("<a href / =\"{{a}}\">", "inside a tag");
    refuse("<a href/=\"{{a}}\">", "inside a tag");
    refuse("<script><!--<script></script>{{a}}", "a script with <!--");
    refuse("<a href{{#on}} x{{/on}}=\"{{a}}\">", "half a name");
    refuse("<a onclick{{#on}} title{{/on}}=\"{{a}}\">", "half a name");
    static const char *const parts[] = {
        "<script{{#on}}x{{/on}}>{{a}}",        "<{{#on}}/{{/on}}script>{{a}}", "<script>a<{{#on}}/{{/on}}script>{{a}}",
        "<script {{#on}}><b {{/on}}>{{a}}",    "<!-{{#on}}-{{/on}}->{{a}}",    "<a t{{#rows}}=\"{{a}}\" href{{/rows}}>",
        "<a {{#rows}}x=\"{{a}}\" on{{/rows}}>"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        refuse(parts[i], "begins and ends in different places");
    refuse("<?-- ><script>-->{{a}}</script>", "inside a script");
    expect("</?--x><a title=\"--><script>{{v}}\">", "{\"v\": \"<\"}", "</?--x><a title=\"--><script>&lt;\">");
    refuse("<!-- --!-><a title=\"--><script>{{a}}</script>", "inside a script");
    expect("<noscript><p title=\"</noscript>{{v}}", "{\"v\": \"<\"}", "<noscript><p title=\"</noscript>&lt;");
    // A value, or its absence, could finish the end tag.
    refuse("<textarea><{{v}}", "behind a <");
    refuse("<textarea></te{{v}}xtarea>", "the beginning of an end tag");
    refuse("<textarea></textarea{{v}}</textarea>", "the beginning of an end tag");
    refuse("<title>a <{{#v}}b{{/v}}{{v}}</title>", "begins and ends in different places");
    expect("<textarea></texts{{v}}</textarea>{{v}}", "{\"v\": \"<\"}", "<textarea></texts&lt;</textarea>&lt;");
    static const char unnamed[] = "<title\0></title><script>{{a}}";
    char sentence[SENTENCE_SIZE] = "";
    assert_null(template_compile((str){unnamed, sizeof unnamed - 1}, sentence));
    assert_non_null(strstr(sentence, "inside a script"));
    // And what is fine stays fine.
    expect("<a href=\"https://a.eu/{{v}}\" title=\"a: {{v}}\">", "{\"v\": 1}",
           "<a href=\"https://a.eu/1\" title=\"a: 1\">");
    expect("<a href=\"mailto:{{v}}\"><a href=\"{{v}}/a:{{v}}\"><a href=\"?a=1&amp;b={{v}}\">", "{\"v\": 1}",
           "<a href=\"mailto:1\"><a href=\"1/a:1\"><a href=\"?a=1&amp;b=1\">");
    expect("<input {{#on}}checked {{/on}}name=\"{{v}}\"{{#on}} required{{/on}}/>{{v}}", "{\"v\": 1, \"on\": true}",
           "<input checked name=\"1\" required/>1");
    expect("<p{{#rows}} data-x=\"{{n}}\"{{/rows}} id=\"{{v}}\">", "{\"v\": 1, \"rows\": [{\"n\": 2}]}",
           "<p data-x=\"2\" id=\"1\">");
    expect("<option {{#on}}selected{{/on}} value=\"{{v}}\">", "{\"v\": 1, \"on\": true}",
           "<option selected value=\"1\">");
    expect("<script>if (a<!b) c = \"<!-\";</script>{{v}}", "{\"v\": 1}", "<script>if (a<!b) c = \"<!-\";</script>1");
}

static void broken_pages_are_refused(void **state) {
    (void)state;
    refuse("a\n{{name", "Line 2 of the page: {{ has no }}");
    refuse("{{{a}}}", "cannot be put in unescaped");
    refuse("{{&a}}", "cannot be put in unescaped");
    refuse("{{>part}}", "no name of a value");
    refuse("{{}}", "no name of a value");
    refuse("{{a b}}", "no name of a value");
    refuse("{{a..b}}", "no name of a value");
    refuse("{{#a}}", "The section a of the page is not closed");
    refuse("{{/a}}", "closes nothing");
    refuse("{{#a}}{{/b}}", "does not close the section a");
    buffer deep = {0};
    for (int i = 0; i < 40; i++)
        buffer_add(&deep, "{{#a}}");
    refuse(deep.ptr, "more than 32 sections");
    buffer_free(&deep);
}

static void comments_and_raw_text_end(void **state) {
    (void)state;
    expect("<!-- a -- b --->{{v}}", "{\"v\": 1}", "<!-- a -- b --->1");
    expect("<!doctype html>{{v}}", "{\"v\": 1}", "<!doctype html>1");
    expect("<script src=\"a.js\"></script>{{v}}", "{\"v\": 1}", "<script src=\"a.js\"></script>1");
    expect("<script>a</b></SCRIPT >{{v}}", "{\"v\": 1}", "<script>a</b></SCRIPT >1");
    expect("a < b {{v}} <3", "{\"v\": 1}", "a < b 1 <3");
    expect("<br/>{{v}}<p>{{v}}", "{\"v\": 1}", "<br/>1<p>1");
    expect("<svg><rect width=\"{{v}}\" x='{{v}}'/></svg>", "{\"v\": 1}", "<svg><rect width=\"1\" x='1'/></svg>");
}

static void pages_without_end_are_stopped(void **state) {
    (void)state;
    char sentence[SENTENCE_SIZE] = "";
    template *t = template_compile(STR("{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{b}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}"), sentence);
    assert_non_null(t);
    json_t *data = json_object(), *items = json_array();
    for (int i = 0; i < 100; i++)
        json_array_append_new(items, json_object());
    json_object_set_new(data, "a", items);
    json_object_set_new(data, "b", json_string("0123456789012345678901234567890123456789"));
    template_source source = {NULL, text_of, STR("/")};
    buffer out = {0};
    assert_false(template_render(t, data, &source, &out, sentence));
    assert_non_null(strstr(sentence, "larger than 12 MB"));
    buffer_free(&out);
    json_decref(data);
    template_destroy(t);
}

static void compiled_pages_are_kept(void **state) {
    (void)state;
    char sentence[SENTENCE_SIZE] = "", page[40];
    template_cache *cache = template_cache_create();
    const template *first = template_cache_get(cache, STR("<p>{{a}}"), sentence);
    assert_non_null(first);
    strcpy(page, "<p>{{a}}");
    assert_ptr_equal(template_cache_get(cache, str_from(page), sentence), first);
    for (int i = 0; i < 200; i++) {
        snprintf(page, sizeof page, "%d {{a}}", i); // the same place in memory, another text
        const template *t = template_cache_get(cache, str_from(page), sentence);
        assert_non_null(t);
        assert_ptr_equal(template_cache_get(cache, str_from(page), sentence), t);
    }
    assert_null(template_cache_get(cache, STR("{{"), sentence));
    template_cache_destroy(cache);
}

// No text may lead the compiler out of its memory.
static void noise_does_no_harm(void **state) {
    (void)state;
    char nuls[100] = "<xmp></xmp", said[SENTENCE_SIZE]; // NUL bytes are no part of the name of a tag
    template_destroy(template_compile((str){nuls, sizeof nuls}, said));
    static const char alphabet[] = "{}#^/!.at<>\"'= -\n\0s";
    uint32_t seed = 12345;
    for (int round = 0; round < 20000; round++) {
        char page[40], sentence[SENTENCE_SIZE];
        size_t len = (size_t)round % sizeof page;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525u + 1013904223u;
            page[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        char *exact = malloc(len ? len : 1);
        memcpy(exact, page, len);
        template_destroy(template_compile((str){exact, len}, sentence));
        free(exact);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(sections_show_or_not),
        cmocka_unit_test(texts_and_links),
        cmocka_unit_test(values_are_escaped_where_they_stand),
        cmocka_unit_test(dangerous_urls_become_nothing),
        cmocka_unit_test(impossible_places_are_refused),
        cmocka_unit_test(browsers_are_taken_at_their_word),
        cmocka_unit_test(broken_pages_are_refused),
        cmocka_unit_test(comments_and_raw_text_end),
        cmocka_unit_test(pages_without_end_are_stopped),
        cmocka_unit_test(compiled_pages_are_kept),
        cmocka_unit_test(noise_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
