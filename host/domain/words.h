// SPDX-License-Identifier: EUPL-1.2
//
// words: a text as words that can be compared: lower case, without accents, without the words that every text of a
// language is full of ("the", "della"). Letters beyond the Latin alphabet are kept as they are.
#ifndef INTERLINK_DOMAIN_WORDS_H
#define INTERLINK_DOMAIN_WORDS_H

#include "base/arena.h"

enum { WORDS_BYTES = 40 }; // a longer word is cut

// How much a word weighs in a text, by the word.
typedef struct words_entry {
    const char *word;
    double weight;
} words_entry;

typedef struct words {
    arena *arena;
    words_entry *items; // a hash table with free places: word NULL
    size_t room, count;
    double length; // all weights together, also of words that are there already
} words;

// Adds each word of `text` (valid UTF-8) with `weight`. `language` chooses the words that are left out.
void words_add(words *w, str text, const char *language, double weight);

#endif
