// SPDX-License-Identifier: EUPL-1.2
//
// search_words: the words of what a person typed, or those of a long text that say most about it. Any bytes are
// safe: what comes out is valid UTF-8 of letters and digits (and whatever is not ASCII), never a quote or a NUL.
#ifndef INTERLINK_STORE_SEARCH_WORDS_H
#define INTERLINK_STORE_SEARCH_WORDS_H

#include "base/text.h"

enum { SEARCH_WORDS = 40, SEARCH_WORD_BYTES = 64 };

typedef struct search_words {
    str word[SEARCH_WORDS]; // borrowed from the text; the first SEARCH_WORD_BYTES bytes of each
    size_t count;
} search_words;

// In order; the first 16.
void search_words_all(search_words *out, str text);

// The distinct words (ASCII case apart) of three letters or more that tell most: long ones before short ones, and
// those that come often before those that come once.
void search_words_telling(search_words *out, str text);

#endif
