// SPDX-License-Identifier: EUPL-1.2
//
// recommend: Interlinkers that fit a task, best first, each with its reasons. The formula is public; every part of it
// is between 0 and 1:
//
//   score     = (relevance + 0.15 used + 0.05 language) * availability
//   relevance = 0.70 need + 0.10 likely + 0.20 text     where the task says what it needs
//             =             0.60 likely + 0.25 text + 0.15 breadth    where it does not
//   need          which share of the task's needs it answers; a need that few Interlinkers answer weighs more:
//                 ln(1 + all Interlinkers / those that answer it)
//   likely        the same for needs that the task's words point to: words that it shares with a need, and needs of
//                 tasks in guides that share its words. The best one is 1
//   text          words that the task shares with the Interlinker's texts. The best one is 1
//   breadth       how many needs it answers at all; the one with most is 1. Without better knowledge, what helps with
//   much
//                 is a fair guess
//   used          n / (n + 2) for n finished tasks with the same needs in which it was used
//   language      1 if it has the reader's language
//   availability  0.8 for what cannot be opened here (a tool that is not installed, a template without files), else 1
#ifndef INTERLINK_DOMAIN_RECOMMEND_H
#define INTERLINK_DOMAIN_RECOMMEND_H

#include "base/answer.h"
#include "base/arena.h"
#include "store/store.h"

// What speaks for one Interlinker. Texts are in the arena.
typedef struct recommendation {
    const char *id;
    double score, relevance;
    double need, likely, text, breadth;
    int64_t used;   // finished tasks with the same needs
    bool language;  // has the reader's language
    bool installed; // a tool whose plugin is here
    bool available;
    const char *const *needs; // ids of the task's needs that it answers, the rarest first
    size_t need_count;
    const char *likely_need; // the need that speaks most for it, or NULL
} recommendation;

// At most `limit`, best first. STATUS_NOT_FOUND for an unknown node.
status recommend_find(store *s, arena *a, const char *node, const char *language, size_t limit, recommendation **out,
                      size_t *count, fault *f);

// The same as {"items": [{interlinker, score, reasons: [{code, text, params}]}]}, texts in `language`.
status recommend_write(store *s, arena *a, answer *out, const char *node, const char *language, size_t limit, fault *f);

#endif
