// SPDX-License-Identifier: EUPL-1.2
//
// Texts of authors as pages show them: only known tags, attributes and addresses, and headings in order.
#include "fuzz.h"
#include "html_reader.h"

#include "portal/markdown.h"

enum { HEADING = 3 };

static bool is_one_of(str name, const char *const *names) {
    for (; *names; names++)
        if (html_is(name, *names))
            return true;
    return false;
}

static void check_attribute(const html_piece *p) {
    static const char *const names[] = {"href", "title", "start", "align", "lang", "class", NULL};
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:", "/", "#"};
    fuzz_claim(is_one_of(p->text, names), "an attribute is a known one");
    fuzz_claim(p->quote == '"', "an attribute has quotes");
    if (!html_is(p->text, "href"))
        return;
    char url[64];
    bool fine = false;
    html_url(p->value, url, sizeof url);
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        fine = fine || strncmp(url, schemes[i], strlen(schemes[i])) == 0;
    fuzz_claim(fine && strncmp(url, "//", 2) != 0 && strncmp(url, "/\\", 2) != 0,
               "an address is one that is let through");
}

typedef struct seen {
    int heading;
    int links;
} seen;

static void check_piece(void *context, const html_piece *p) {
    static const char *const tags[] = {"p",    "ul",  "ol",         "li", "br",    "strong", "em",    "a",
                                       "code", "pre", "blockquote", "hr", "table", "thead",  "tbody", "tr",
                                       "th",   "td",  "del",        "h3", "h4",    "h5",     "h6",    NULL};
    seen *s = context;
    fuzz_claim(p->kind != HTML_RAW && p->kind != HTML_COMMENT, "there are no scripts, styles and comments");
    if (p->kind == HTML_ATTRIBUTE)
        check_attribute(p);
    if (p->kind != HTML_TAG && p->kind != HTML_END_TAG)
        return;
    fuzz_claim(is_one_of(p->text, tags), "a tag is a known one");
    if (html_is(p->text, "a")) {
        s->links += p->kind == HTML_TAG ? 1 : -1;
        fuzz_claim(s->links == 0 || s->links == 1, "no link is in a link");
    }
    if (p->kind == HTML_TAG && p->text.len == 2 && p->text.ptr[0] == 'h' && p->text.ptr[1] != 'r') {
        int level = p->text.ptr[1] - '0';
        fuzz_claim(level >= HEADING && level <= s->heading + 1, "no heading is skipped");
        s->heading = level;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    buffer out = {0};
    seen s = {.heading = HEADING - 1};
    markdown_html(fuzz_input(data, size), HEADING, &out);
    fuzz_claim(text_is_utf8(out.ptr, out.len), "a page is text");
    html_read(buffer_str(&out), check_piece, &s);
    fuzz_claim(s.links == 0, "links are closed");
    buffer_free(&out);
    return 0;
}
