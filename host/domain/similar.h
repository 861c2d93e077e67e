// SPDX-License-Identifier: EUPL-1.2
//
// similar: which Interlinkers, problem profiles and tasks of guides share words with a text. Okapi BM25 (k1 1.2, b
// 0.75) over the table `word`: a word that few texts have counts more, and again and again the same word counts less.
//
// store/search.h finds what a person typed; this compares whole texts, each word with its weight.
#ifndef INTERLINK_DOMAIN_SIMILAR_H
#define INTERLINK_DOMAIN_SIMILAR_H

#include "domain/words.h"
#include "store/store.h"

typedef enum similar_kind { SIMILAR_INTERLINKER, SIMILAR_PROFILE, SIMILAR_TASK, SIMILAR_KINDS } similar_kind;

// Replace what is known of one thing: similar_delete, then similar_put for each of its languages.
status similar_put(store *s, similar_kind kind, const char *id, const char *language, const words *w, fault *f);
status similar_delete(store *s, similar_kind kind, const char *id, fault *f);

typedef struct similar_hit {
    const char *id;
    double score; // above 0; comparable within one list only
} similar_hit;

typedef struct similar_list {
    similar_hit *items; // best first, in the arena
    size_t count;
} similar_list;

// Everything in `language` that shares a word with `query`, one list for each kind.
status similar_find(store *s, arena *a, const char *language, const words *query, similar_list out[SIMILAR_KINDS],
                    fault *f);

#endif
