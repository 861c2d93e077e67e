// SPDX-License-Identifier: EUPL-1.2
//
// What a task needs: what it says, and what its words point to.
#include <string.h>

#include "domain/language.h"
#include "domain/recommend_part.h"

// How many needs and tasks are asked at most, and how many tasks are looked at for that.
enum { LIKELY_PROFILES = 12, LIKELY_TASKS = 6, LIKELY_LOOKS = 24 };

// How much a word counts by where it stands.
static const double weight_name = 2, weight_text = 1, weight_around = 0.5;

static status needs_add_names(recommender *r) {
    store_rows *rows = store_query(r->store,
                                   "SELECT p.name FROM node_need w JOIN problem_profile p ON p.id = w.profile "
                                   "WHERE w.node = ? ORDER BY p.id",
                                   "t", r->task.node);
    while (store_next(rows)) {
        const char *name = language_pick_text(r->arena, store_str(rows, 0), r->task.language, NULL);
        words_add(&r->task.words, str_from(name), r->task.language, weight_around);
    }
    return store_end(rows, r->fault);
}

static void task_take(recommender *r, const char *node, store_rows *rows) {
    recommend_task *t = &r->task;
    t->node = arena_text(r->arena, node);
    t->language = arena_text(r->arena, store_text(rows, 3));
    t->parent = arena_text(r->arena, store_text(rows, 4));
    t->words = (words){.arena = r->arena};
    words_add(&t->words, store_str(rows, 0), t->language, weight_name);
    words_add(&t->words, store_str(rows, 1), t->language, weight_text);
    if (!store_is_null(rows, 2)) {
        words_add(&t->words, store_str(rows, 2), t->language, weight_around);
    }
}

status recommend_task_read(recommender *r, const char *node) {
    store_rows *rows =
        store_query(r->store,
                    "SELECT n.name, n.description, o.name, p.language, n.parent FROM node n "
                    "JOIN process p ON p.id = n.process LEFT JOIN node o ON o.id = n.parent WHERE n.id = ?",
                    "t", node);
    bool found = store_next(rows);
    if (found) {
        task_take(r, node, rows);
    }
    status result = store_end(rows, r->fault);
    if (result == STATUS_OK && !found) {
        result = fault_set(r->fault, STATUS_NOT_FOUND, "node.not_found", "There is no such task.");
    }
    if (result == STATUS_OK) {
        result = needs_add_names(r);
    }
    return result == STATUS_OK
               ? similar_find(r->store, r->arena, r->task.language, &r->task.words, r->similar, r->fault)
               : result;
}

static recommend_need *need_of(recommend_needs *needs, arena *a, const char *profile) {
    for (size_t i = 0; i < needs->count; i++) {
        if (strcmp(needs->items[i].profile, profile) == 0) {
            return &needs->items[i];
        }
    }
    if (needs->count == RECOMMEND_NEEDS) {
        return NULL;
    }
    recommend_need *need = &needs->items[needs->count++];
    *need = (recommend_need){.profile = arena_text(a, profile)};
    return need;
}

static status needs_of_node(recommender *r, const char *node, double weight) {
    store_rows *rows =
        store_query(r->store, "SELECT profile FROM node_need WHERE node = ? ORDER BY profile", "t", node);
    while (store_next(rows)) {
        recommend_need *need = need_of(&r->needs, r->arena, store_text(rows, 0));
        if (need != NULL) {
            need->weight = weight;
        }
    }
    return store_end(rows, r->fault);
}

status recommend_needs_read(recommender *r) {
    status result = needs_of_node(r, r->task.node, 1);
    if (result == STATUS_OK && r->needs.count == 0 && r->task.parent != NULL) {
        result = needs_of_node(r, r->task.parent, 1);
    }
    return result;
}

// Scores of one list are comparable with each other only; squared, what is far behind the best counts little.
static double share_of(double score, double best) {
    return best > 0 ? score / best * (score / best) : 0;
}

// Words in common with the text of a need say less than a whole task that is like ours.
static const double words_count = 0.4;

static void likely_by_words(recommender *r) {
    const similar_list *list = &r->similar[SIMILAR_PROFILE];
    for (size_t i = 0; i < list->count && i < LIKELY_PROFILES; i++) {
        recommend_need *need = need_of(&r->likely, r->arena, list->items[i].id);
        if (need != NULL) {
            need->weight += words_count * share_of(list->items[i].score, list->items[0].score);
        }
    }
}

// Needs of one task of a guide and of its objective, as ids in the arena.
static status needs_of_task(recommender *r, const char *guide, const char *node, const char *out[RECOMMEND_NEEDS],
                            size_t *count) {
    *count = 0;
    store_rows *rows =
        store_query(r->store,
                    "SELECT profile FROM guide_need WHERE guide = ? AND (node = ? OR node = "
                    "(SELECT parent FROM guide_node WHERE guide = ? AND id = ?)) GROUP BY profile ORDER BY profile",
                    "tttt", guide, node, guide, node);
    while (store_next(rows)) {
        if (*count < RECOMMEND_NEEDS) {
            out[(*count)++] = arena_text(r->arena, store_text(rows, 0));
        }
    }
    return store_end(rows, r->fault);
}

// The tasks of guides that are most like ours, of those that say what they need.
static status likely_by_tasks(recommender *r) {
    const similar_list *list = &r->similar[SIMILAR_TASK];
    recommend_needs sum = {0};
    double best = 0, most = 0;
    status result = STATUS_OK;
    for (size_t i = 0, taken = 0; i < list->count && taken < LIKELY_TASKS && i < LIKELY_LOOKS && result == STATUS_OK;
         i++) {
        const char *id = list->items[i].id, *slash = strchr(id, '/'), *needs[RECOMMEND_NEEDS];
        const char *guide = arena_copy(r->arena, id, slash ? (size_t)(slash - id) : 0);
        size_t count;
        result = needs_of_task(r, guide, slash ? slash + 1 : "", needs, &count);
        best = best > 0 || count == 0 ? best : list->items[i].score;
        taken += count > 0;
        for (size_t k = 0; k < count; k++) {
            recommend_need *need = need_of(&sum, r->arena, needs[k]);
            if (need != NULL) {
                need->weight += share_of(list->items[i].score, best);
                most = need->weight > most ? need->weight : most;
            }
        }
    }
    for (size_t i = 0; i < sum.count; i++) {
        recommend_need *need = need_of(&r->likely, r->arena, sum.items[i].profile);
        if (need != NULL) {
            need->weight += sum.items[i].weight / most;
        }
    }
    return result;
}

status recommend_likely_find(recommender *r) {
    likely_by_words(r);
    return likely_by_tasks(r);
}
