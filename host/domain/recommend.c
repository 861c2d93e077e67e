// SPDX-License-Identifier: EUPL-1.2
#include "domain/recommend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/language.h"
#include "domain/recommend_part.h"

enum { TEXT_HITS = 60, USED_TASKS = 500 };

candidate *recommend_candidate(recommender *r, const char *id) {
    const json_t *known = json_object_get(r->index, id);
    if (known != NULL) {
        return &r->items[json_integer_value(known)];
    }
    if (r->count == RECOMMEND_CANDIDATES) {
        return NULL;
    }
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        candidate *wider = arena_alloc(r->arena, r->room * sizeof *wider);
        if (r->count > 0) {
            memcpy(wider, r->items, r->count * sizeof *wider);
        }
        r->items = wider;
    }
    candidate *c = &r->items[r->count];
    *c = (candidate){.r.id = arena_text(r->arena, id)};
    json_object_set_new(r->index, c->r.id, json_integer((json_int_t)r->count++));
    return c;
}

typedef void need_found(candidate *c, const recommend_need *need);

static void need_explicit(candidate *c, const recommend_need *need) {
    c->r.need += need->weight * need->rarity;
    c->named[c->r.need_count++] = need->profile;
}

static void need_likely(candidate *c, const recommend_need *need) {
    double weight = need->weight * need->rarity;
    c->r.likely += weight;
    if (weight > c->best_likely) {
        c->best_likely = weight;
        c->r.likely_need = need->profile;
    }
}

// Who answers one need; how many they are tells how rare it is. Their ids are needed again before the next row, so they
// are kept first.
static status answers_add(recommender *r, recommend_need *need, need_found *found) {
    const char *ids[RECOMMEND_CANDIDATES];
    size_t count = 0;
    store_rows *rows = store_query(r->store, "SELECT interlinker FROM interlinker_need WHERE profile = ? LIMIT 400",
                                   "t", need->profile);
    while (store_next(rows) && count < RECOMMEND_CANDIDATES) {
        ids[count++] = arena_text(r->arena, store_text(rows, 0));
    }
    status result = store_end(rows, r->fault);
    need->rarity = count > 0 ? log(1 + r->total / (double)count) : 0;
    for (size_t i = 0; i < count; i++) {
        candidate *c = recommend_candidate(r, ids[i]);
        if (c != NULL) {
            found(c, need);
        }
    }
    return result;
}

static int by_rarity(const void *a, const void *b) {
    const recommend_need *x = a, *y = b;
    return (x->rarity < y->rarity) - (x->rarity > y->rarity);
}

static status needs_score(recommender *r) {
    double all = 0;
    status result = STATUS_OK;
    // Rarity first, so that each candidate's needs are named from the rarest on.
    for (size_t i = 0; i < r->needs.count; i++) {
        recommend_need *need = &r->needs.items[i];
        int64_t count =
            store_count(r->store, 0, "SELECT count(*) FROM interlinker_need WHERE profile = ?", "t", need->profile);
        need->rarity = count > 0 ? log(1 + r->total / (double)count) : 0;
        all += need->weight * need->rarity;
    }
    qsort(r->needs.items, r->needs.count, sizeof *r->needs.items, by_rarity);
    for (size_t i = 0; i < r->needs.count && result == STATUS_OK; i++) {
        result = answers_add(r, &r->needs.items[i], need_explicit);
    }
    for (size_t i = 0; i < r->count; i++) {
        r->items[i].r.need = all > 0 ? r->items[i].r.need / all : 0;
    }
    return result;
}

static status likely_score(recommender *r) {
    double best = 0;
    status result = recommend_likely_find(r);
    for (size_t i = 0; i < r->likely.count && result == STATUS_OK; i++) {
        result = answers_add(r, &r->likely.items[i], need_likely);
    }
    for (size_t i = 0; i < r->count; i++) {
        best = r->items[i].r.likely > best ? r->items[i].r.likely : best;
    }
    for (size_t i = 0; i < r->count && best > 0; i++) {
        r->items[i].r.likely /= best;
    }
    return result;
}

static void text_score(recommender *r) {
    const similar_list *list = &r->similar[SIMILAR_INTERLINKER];
    for (size_t i = 0; i < list->count && i < TEXT_HITS; i++) {
        candidate *c = recommend_candidate(r, list->items[i].id);
        if (c != NULL) {
            c->r.text = list->items[i].score / list->items[0].score;
        }
    }
}

// Finished tasks that share a need with this one, and what was used in them. Bounded, so that a large installation asks
// some hundred tasks and not all of them.
static status used_count(recommender *r) {
    store_rows *rows =
        store_query(r->store,
                    "SELECT a.interlinker, count(DISTINCT a.node) FROM "
                    "(SELECT DISTINCT w.node FROM node_need mine JOIN node_need w ON w.profile = mine.profile "
                    "JOIN node n ON n.id = w.node WHERE mine.node = ? AND n.id <> ? AND n.status = 'finished' "
                    "LIMIT ?) similar JOIN asset a ON a.node = similar.node GROUP BY a.interlinker",
                    "tti", r->task.node, r->task.node, (int64_t)USED_TASKS);
    while (store_next(rows)) {
        candidate *c = recommend_candidate(r, store_text(rows, 0));
        if (c != NULL) {
            c->r.used = store_int(rows, 1);
        }
    }
    return store_end(rows, r->fault);
}

static status facts_read(recommender *r, candidate *c) {
    store_rows *rows =
        store_query(r->store,
                    "SELECT i.kind, i.languages, i.missing, p.id IS NOT NULL, "
                    "(SELECT count(*) FROM interlinker_need n WHERE n.interlinker = i.id) FROM interlinker i "
                    "LEFT JOIN plugin p ON p.id = i.plugin AND p.enabled = 1 WHERE i.id = ?",
                    "t", c->r.id);
    if (store_next(rows)) {
        char wanted[20];
        snprintf(wanted, sizeof wanted, "\"%.12s\"", r->reader);
        bool tool = str_is(store_str(rows, 0), "plugin");
        c->r.language = strstr(store_text(rows, 1), wanted) != NULL;
        c->r.installed = tool && store_int(rows, 3) != 0;
        c->r.breadth = (double)store_int(rows, 4);
        c->r.available = tool ? c->r.installed : store_int(rows, 2) == 0;
    }
    return store_end(rows, r->fault);
}

static void score(recommender *r, candidate *c, double broadest) {
    recommendation *x = &c->r;
    x->breadth = broadest > 0 ? x->breadth / broadest : 0;
    x->relevance = r->needs.count > 0 ? 0.70 * x->need + 0.10 * x->likely + 0.20 * x->text
                                      : 0.60 * x->likely + 0.25 * x->text + 0.15 * x->breadth;
    double used = (double)x->used / (double)(x->used + 2);
    x->score = (x->relevance + 0.15 * used + 0.05 * x->language) * (x->available ? 1 : 0.8);
    x->needs = c->named;
}

// Something must speak for it besides a few words in common.
static bool is_worth_saying(const recommender *r, const recommendation *x) {
    bool says = r->needs.count > 0;
    return x->need > 0 || x->used > 0 || x->text >= 0.4 || x->likely >= (says ? 0.6 : 0.25);
}

static int by_score(const void *a, const void *b) {
    const recommendation *x = a, *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    return strcmp(x->id, y->id);
}

static status all_find(recommender *r, const char *node) {
    status result = recommend_task_read(r, node);
    if (result == STATUS_OK) {
        r->total = (double)store_count(r->store, 0, "SELECT count(*) FROM interlinker", "");
        result = recommend_needs_read(r);
    }
    if (result == STATUS_OK) {
        result = needs_score(r);
    }
    if (result == STATUS_OK) {
        result = likely_score(r);
    }
    if (result != STATUS_OK) {
        return result;
    }
    text_score(r);
    return used_count(r);
}

status recommend_find(store *s, arena *a, const char *node, const char *language, size_t limit, recommendation **out,
                      size_t *count, fault *f) {
    recommender r = {.store = s, .arena = a, .fault = f, .reader = language, .index = arena_json(a, json_object())};
    *count = 0;
    status result = all_find(&r, node);
    double broadest = 0;
    for (size_t i = 0; i < r.count && result == STATUS_OK; i++) {
        if (is_worth_saying(&r, &r.items[i].r)) {
            result = facts_read(&r, &r.items[i]);
            broadest = r.items[i].r.breadth > broadest ? r.items[i].r.breadth : broadest;
        }
    }
    *out = arena_alloc(a, (r.count + 1) * sizeof **out);
    for (size_t i = 0; i < r.count && result == STATUS_OK; i++) {
        if (is_worth_saying(&r, &r.items[i].r)) {
            score(&r, &r.items[i], broadest);
            (*out)[(*count)++] = r.items[i].r;
        }
    }
    if (*count > 1) {
        qsort(*out, *count, sizeof **out, by_score);
    }
    *count = *count < limit ? *count : limit;
    return result;
}
