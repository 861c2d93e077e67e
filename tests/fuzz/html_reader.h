// SPDX-License-Identifier: EUPL-1.2
//
// html_reader: reads a page as a browser with scripts on does, by the tokenizer of the HTML standard (section 13.2.5)
// and by nothing of ours, so that it can judge what our own code makes of a page. Not what is inside svg and math.
#ifndef INTERLINK_TESTS_HTML_READER_H
#define INTERLINK_TESTS_HTML_READER_H

#include "base/text.h"

typedef enum html_kind {
    HTML_TEXT, // also of a title or textarea
    HTML_RAW,  // script, style and the like
    HTML_COMMENT,
    HTML_TAG, // text: the name
    HTML_END_TAG,
    HTML_ATTRIBUTE, // text: the name, value and quote (0 without)
} html_kind;

typedef struct html_piece {
    html_kind kind;
    str text, value; // as they stand in the page
    char quote;
} html_piece;

typedef void html_sink(void *context, const html_piece *piece);

// Attributes come after the tag that holds them.
void html_read(str page, html_sink *sink, void *context);

bool html_is(str name, const char *lower); // ASCII letters of any case

// Where an attribute's value leads: entities of one ASCII character decoded, what browsers drop left out, small
// letters. Cut to `size`, NUL-terminated.
void html_url(str value, char *out, size_t size);

#endif
