// SPDX-License-Identifier: EUPL-1.2
//
// recommend_part: what the files of the recommender share. Nobody else includes it.
#ifndef INTERLINK_DOMAIN_RECOMMEND_PART_H
#define INTERLINK_DOMAIN_RECOMMEND_PART_H

#include <jansson.h>

#include "domain/recommend.h"
#include "domain/similar.h"

enum { RECOMMEND_NEEDS = 40, RECOMMEND_CANDIDATES = 400 };

// The task, in the language of its process.
typedef struct recommend_task {
    const char *node, *parent, *language;
    words words; // of its name, description, objective and needs
} recommend_task;

// A need and how much it counts.
typedef struct recommend_need {
    const char *profile;
    double weight, rarity;
} recommend_need;

typedef struct recommend_needs {
    recommend_need items[RECOMMEND_NEEDS];
    size_t count;
} recommend_needs;

typedef struct candidate {
    recommendation r;
    const char *named[RECOMMEND_NEEDS]; // behind r.needs
    double best_likely;
} candidate;

typedef struct recommender {
    store *store;
    arena *arena;
    fault *fault;
    const char *reader; // language
    recommend_task task;
    recommend_needs needs, likely;
    similar_list similar[SIMILAR_KINDS]; // what shares words with the task
    double total;                        // Interlinkers in the catalogue
    candidate *items;
    size_t count, room;
    json_t *index; // id to position
} recommender;

// Reads the task, and what shares words with it.
status recommend_task_read(recommender *r, const char *node);
// What the task says that it needs; else what its objective says.
status recommend_needs_read(recommender *r);
// What its words point to.
status recommend_likely_find(recommender *r);

// The candidate of that id, a new one if there is none; NULL when there are too many.
candidate *recommend_candidate(recommender *r, const char *id);

#endif
