// SPDX-License-Identifier: EUPL-1.2
//
// The HTML of older catalogues on its way to Markdown and from there to a page: nothing runs. Lists deep in lists may
// look like code, which is no harm.
#include "fuzz.h"
#include "html_reader.h"

#include "domain/markup.h"
#include "portal/markdown.h"

static void check_piece(void *context, const html_piece *p) {
    (void)context;
    static const char *const tags[] = {"p", "ul", "ol", "li", "br", "strong", "em", "a", "pre", "code"};
    static const char *const schemes[] = {"http://", "https://", "mailto:"};
    bool fine = p->kind == HTML_TEXT || (p->kind == HTML_ATTRIBUTE && html_is(p->text, "start"));
    if (p->kind == HTML_ATTRIBUTE && html_is(p->text, "href")) {
        char url[64];
        html_url(p->value, url, sizeof url);
        for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
            fine = fine || strncmp(url, schemes[i], strlen(schemes[i])) == 0;
    }
    for (size_t i = 0; (p->kind == HTML_TAG || p->kind == HTML_END_TAG) && i < sizeof tags / sizeof tags[0]; i++)
        fine = fine || html_is(p->text, tags[i]);
    if (!fine)
        fprintf(stderr, "piece %d: %.*s\n", (int)p->kind, (int)p->text.len, p->text.ptr);
    fuzz_claim(fine, "only what older catalogues may hold gets onto a page");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str html = fuzz_input(data, size);
    bool text = text_is_utf8(html.ptr, html.len) && !memchr(html.ptr ? html.ptr : "", 0, html.len);
    (void)markup_is_html(html);
    buffer markdown = {0}, line = {0}, page = {0};
    markup_to_markdown(&markdown, html);
    markup_to_line(&line, html);
    if (text && size < 20000) {
        fuzz_claim(text_is_utf8(markdown.ptr, markdown.len) && text_is_utf8(line.ptr, line.len), "text stays text");
        fuzz_claim(!line.len ||
                       (!memchr(line.ptr, '\n', line.len) && line.ptr[0] != ' ' && line.ptr[line.len - 1] != ' '),
                   "a line is one line");
        markdown_html(buffer_str(&markdown), 2, &page);
        html_read(buffer_str(&page), check_piece, NULL);
    }
    buffer_free(&markdown);
    buffer_free(&line);
    buffer_free(&page);
    return 0;
}
