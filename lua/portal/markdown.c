// SPDX-License-Identifier: EUPL-1.2
#include "markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char *const extension_names[] = {"table", "strikethrough", "autolink", "tagfilter"};
enum { EXTENSION_COUNT = sizeof extension_names / sizeof *extension_names };

static void extensions_register(void) {
    cmark_gfm_core_extensions_ensure_registered();
}

// The library's own would abort the process where there is no memory.
static void *zeroed(size_t count, size_t size) {
    return memset(memory_resize(NULL, count, size), 0, count * size);
}

static void *resized(void *old, size_t size) {
    return memory_resize(old, 1, size);
}

static cmark_node *text_parse(str text) {
    // The library keeps its list of extensions in a global, which must be filled once only.
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, extensions_register);
    static cmark_mem memory = {zeroed, resized, free}; // the library does not change it
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8, &memory);
    for (size_t i = 0; i < EXTENSION_COUNT; i++)
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extension_names[i]));
    cmark_parser_feed(parser, text.ptr ? text.ptr : "", text.len);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return document;
}

// The library's own safe mode refuses some schemes; only these are let through here.
static bool url_is_fine(const char *url) {
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return (url[0] == '/' && url[1] != '/' && url[1] != '\\') || url[0] == '#';
}

static int highest_heading(cmark_node *document) {
    int highest = 7;
    cmark_iter *walk = cmark_iter_new(document);
    while (cmark_iter_next(walk) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(walk);
        if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
            continue;
        int level = cmark_node_get_heading_level(node);
        if (level < highest)
            highest = level;
    }
    cmark_iter_free(walk);
    return highest;
}

static void heading_move(cmark_node *node, int shift, int heading, int *last) {
    int level = cmark_node_get_heading_level(node) + shift;
    if (level > *last + 1)
        level = *last + 1;
    if (level > 6)
        level = 6;
    if (level < heading)
        level = heading;
    cmark_node_set_heading_level(node, level);
    *last = level;
}

// What a link holds takes its place.
static void link_unwrap(cmark_node *link) {
    cmark_node *child;
    while ((child = cmark_node_first_child(link)) != NULL)
        cmark_node_insert_before(link, child);
    cmark_node_free(link);
}

static bool stands_in_link(cmark_node *node) {
    while ((node = cmark_node_parent(node)) != NULL)
        if (cmark_node_get_type(node) == CMARK_NODE_LINK)
            return true;
    return false;
}

// The iterator allows a change of a node when it leaves it, and of a leaf when it enters it.
static void node_tame(cmark_node *node, cmark_event_type event) {
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) {
        cmark_node_free(node);
    } else if (event == CMARK_EVENT_EXIT && (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)) {
        const char *url = cmark_node_get_url(node);
        bool fine = url && url_is_fine(url);
        if (type == CMARK_NODE_LINK && (!fine || stands_in_link(node)))
            link_unwrap(node);
        else if (type == CMARK_NODE_IMAGE && (!fine || stands_in_link(node)))
            cmark_node_set_url(node, "");
    }
}

static void document_tame(cmark_node *document, int heading) {
    int shift = heading - highest_heading(document), last = heading - 1;
    cmark_iter *walk = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(walk)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(walk);
        if (event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_HEADING)
            heading_move(node, shift, heading, &last);
        else
            node_tame(node, event);
    }
    cmark_iter_free(walk);
}

// <img src="URL" alt="TEXT" /> as the library writes it, once the document was made safe: a link to the picture.
static void image_to_link(const char *tag, const char *end, buffer *out) {
    const char *src = strstr(tag, "src=\""), *alt = strstr(tag, "alt=\"");
    if (!src || !alt || src > end || alt > end)
        return;
    src += 5, alt += 5;
    const char *src_end = strchr(src, '"'), *alt_end = strchr(alt, '"');
    if (src_end == src) {
        buffer_append(out, alt, (size_t)(alt_end - alt));
        return;
    }
    buffer_add(out, "<a href=\"");
    buffer_append(out, src, (size_t)(src_end - src));
    buffer_add(out, "\">");
    const char *label = alt_end > alt ? alt : src;
    buffer_append(out, label, (size_t)((alt_end > alt ? alt_end : src_end) - label));
    buffer_add(out, "</a>");
}

void markdown_html(str text, int heading, buffer *out) {
    cmark_node *document = text_parse(text);
    document_tame(document, heading);
    // Without CMARK_OPT_UNSAFE the library leaves raw HTML out, so the only tags in its text are its own.
    char *html = cmark_render_html(document, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8, NULL);
    const char *rest = html, *image;
    while ((image = strstr(rest, "<img ")) != NULL) {
        const char *end = strchr(image, '>');
        buffer_append(out, rest, (size_t)(image - rest));
        image_to_link(image, end, out);
        rest = end + 1;
    }
    buffer_add(out, rest);
    free(html);
    cmark_node_free(document);
}
