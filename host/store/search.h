// SPDX-License-Identifier: EUPL-1.2
//
// search: ranked full-text search, the one thing whose SQL differs between databases. Accents do not
// matter, words match by their beginning, and each language of a thing is a document of its own.
#ifndef INTERLINK_STORE_SEARCH_H
#define INTERLINK_STORE_SEARCH_H

#include "base/arena.h"
#include "store/store.h"

// Replace what is searchable of one thing in one language. `kind` is "interlinker" or "node" ... On the writer's
// connection; the texts are borrowed for the call.
status search_put(store *s, const char *kind, const char *id, const char *language, str title, str tags, str body,
                  fault *f);
// All languages of one thing. What is not there is no failure.
status search_delete(store *s, const char *kind, const char *id, fault *f);

typedef struct search_hit {
    const char *id; // in the arena
    double score;   // larger is better; comparable within one answer, and there within one language
} search_hit;

typedef enum search_mode {
    SEARCH_ALL_WORDS, // what a person typed: every word, the last by its beginning
    SEARCH_ANY_WORD,  // a whole text: how much do they share (its 40 most telling words of three letters or more)
} search_mode;

// Best first. `language` first, the others after it where it gives no hit for a thing; so each thing is at most once
// in the answer. A title weighs ten times as much as the body, tags five times. Any bytes are safe as `words`; if they
// hold no word, there are no hits. `*hits` is in the arena.
status search_find(store *s, arena *a, const char *kind, const char *language, str words, search_mode mode,
                   size_t limit, search_hit **hits, size_t *count, fault *f);

#endif
