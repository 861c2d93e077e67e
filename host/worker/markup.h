// SPDX-License-Identifier: EUPL-1.2
//
// markup: where in a page of HTML we are, so that a value is escaped for the place where it stands. It follows the
// tokenizer of the HTML standard as far as that is needed, and refuses the places where no escaping helps.
#ifndef INTERLINK_WORKER_MARKUP_H
#define INTERLINK_WORKER_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

typedef enum markup_place {
    PLACE_TEXT,      // between tags, in a textarea or a plain quoted attribute: & < > " ' are escaped
    PLACE_URL,       // the start of a URL: its scheme is looked at
    PLACE_URL_PATH,  // further on in a URL: percent-encoded, but for /
    PLACE_URL_QUERY, // behind ? or #: percent-encoded
    PLACE_STYLE,     // in a style attribute: only plain words and numbers
    PLACE_NONE,      // impossible
} markup_place;

typedef enum markup_state {
    MARKUP_TEXT,
    MARKUP_LESS,
    MARKUP_TAG_NAME,
    MARKUP_TAG,
    MARKUP_NAME,
    MARKUP_AFTER_NAME,
    MARKUP_BEFORE_VALUE,
    MARKUP_DOUBLE,
    MARKUP_SINGLE,
    MARKUP_BARE,
    MARKUP_DECLARATION,
    MARKUP_COMMENT,
    MARKUP_RAW,
    MARKUP_PLAIN,
    MARKUP_JOINED, // in a tag, where two ways met that end in different words
    MARKUP_LOST,   // no telling where we are; there is no way out of this
} markup_state;

typedef enum markup_attribute {
    ATTRIBUTE_PLAIN,
    ATTRIBUTE_URL,
    ATTRIBUTE_STYLE,
    ATTRIBUTE_CODE,
    ATTRIBUTE_SCHEME, // a URL with a scheme that may run what is in it, or one that values have a part in
} markup_attribute;
typedef enum markup_url { URL_START, URL_AFTER_LINK, URL_PATH, URL_QUERY } markup_url;

enum { MARKUP_NAME_SIZE = 24 };

// Zero-initialise: the start of a page.
typedef struct markup {
    markup_state state;
    markup_attribute attribute;
    markup_url url;
    bool closing;                  // </...
    unsigned matched;              // of "</script", or dashes that may end a comment; or what was joined
    unsigned opened;               // of "<!--" in a script
    char tag[MARKUP_NAME_SIZE];    // lower case, cut
    char name[MARKUP_NAME_SIZE];   // of the attribute
    bool scheme_over;              // of a URL: what comes now is no part of its scheme
    char scheme[MARKUP_NAME_SIZE]; // of a URL, so far
} markup;

void markup_read(markup *m, const char *text, size_t len); // the page's own text

// Where a value would stand now. PLACE_NONE: *why says where that is.
markup_place markup_value(const markup *m, const char **why);
void markup_passed(markup *m, bool link); // a value was put here; `link`: one that the host made

// A section that may be left out or repeated must end where it began. False if it does not; if it does, *m becomes a
// state that is right for both ways.
bool markup_join(markup *m, const markup *before);

#endif
