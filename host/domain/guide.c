// SPDX-License-Identifier: EUPL-1.2
#include "domain/guide.h"

#include <stdio.h>
#include <string.h>

#include "domain/language.h"

static void text_put(answer *out, const char *key, str texts, const char *language) {
    str value = language_pick(texts, language, NULL);
    answer_put_raw(out, key, value.len > 0 ? value : STR("\"\""));
}

// Columns: id, name, description, languages, tags, licence, then how many of each kind.
#define GUIDE_COLUMNS                                                                                                  \
    "g.id, g.name, g.description, g.languages, g.tags, g.licence, "                                                    \
    "(SELECT count(*) FROM guide_node n WHERE n.guide = g.id AND n.kind = 'phase'), "                                  \
    "(SELECT count(*) FROM guide_node n WHERE n.guide = g.id AND n.kind = 'objective'), "                              \
    "(SELECT count(*) FROM guide_node n WHERE n.guide = g.id AND n.kind = 'task') "

static void guide_open(answer *out, store_rows *r, const char *language) {
    answer_object(out);
    answer_put_str(out, "id", store_str(r, 0));
    text_put(out, "name", store_str(r, 1), language);
    text_put(out, "description", store_str(r, 2), language);
    answer_put_raw(out, "languages", store_str(r, 3));
    str tags = language_pick(store_str(r, 4), language, NULL);
    answer_put_raw(out, "tags", tags.len > 0 ? tags : STR("[]"));
    answer_put_str(out, "licence", store_str(r, 5));
    answer_key(out, "counts");
    answer_object(out);
    answer_put_int(out, "phases", store_int(r, 6));
    answer_put_int(out, "objectives", store_int(r, 7));
    answer_put_int(out, "tasks", store_int(r, 8));
    answer_end(out);
}

status guide_list_write(store *s, answer *out, const char *language, const char *after, int64_t limit, fault *f) {
    char last[256] = "";
    int64_t count = 0;
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    store_rows *r = store_query(s, "SELECT " GUIDE_COLUMNS "FROM guide g WHERE g.id > ? ORDER BY g.id LIMIT ?", "ti",
                                after ? after : "", limit);
    while (store_next(r)) {
        count++;
        snprintf(last, sizeof last, "%s", store_text(r, 0));
        guide_open(out, r, language);
        answer_end(out);
    }
    status result = store_end(r, f);
    answer_end(out);
    bool more = count == limit && store_count(s, 0, "SELECT 1 FROM guide WHERE id > ? LIMIT 1", "t", last) != 0;
    answer_put_text(out, "next", more ? last : NULL);
    answer_end(out);
    return result;
}

// Ids that belong to nodes, in the order of the nodes: (node, id).
typedef struct tie {
    const char *node, *id;
} tie;

typedef struct ties {
    tie *items;
    size_t count, at; // `at`: the first one that no node has taken yet
} ties;

static status ties_read(store *s, arena *a, const char *sql, const char *guide, ties *out, fault *f) {
    size_t room = 0;
    *out = (ties){0};
    store_rows *r = store_query(s, sql, "t", guide);
    while (store_next(r)) {
        if (out->count == room) {
            room = room ? room * 2 : 128;
            tie *wider = arena_alloc(a, room * sizeof *wider);
            if (out->count > 0) {
                memcpy(wider, out->items, out->count * sizeof *wider);
            }
            out->items = wider;
        }
        out->items[out->count++] = (tie){arena_text(a, store_text(r, 0)), arena_text(a, store_text(r, 1))};
    }
    return store_end(r, f);
}

static void ties_put(answer *out, const char *key, ties *t, str node) {
    answer_key(out, key);
    answer_array(out);
    for (; t->at < t->count && str_is(node, t->items[t->at].node); t->at++) {
        answer_text(out, t->items[t->at].id);
    }
    answer_end(out);
}

enum { LEVELS = 16 };

// Nodes come parents first, each with all that is below it behind it: an open object for each level is all it takes.
static status nodes_write(store *s, answer *out, const char *guide, const char *language, ties *needs, ties *before,
                          fault *f) {
    char open[LEVELS][256];
    size_t depth = 0;
    store_rows *r = store_query(
        s, "SELECT id, parent, kind, name, description FROM guide_node WHERE guide = ? ORDER BY position, id", "t",
        guide);
    while (store_next(r)) {
        str parent = store_str(r, 1);
        while (depth > 0 && !str_is(parent, open[depth - 1])) {
            answer_end(out);
            answer_end(out);
            depth--;
        }
        if (depth == LEVELS) {
            continue;
        }
        snprintf(open[depth++], sizeof open[0], "%s", store_text(r, 0));
        answer_object(out);
        answer_put_str(out, "id", store_str(r, 0));
        answer_put_str(out, "kind", store_str(r, 2));
        text_put(out, "name", store_str(r, 3), language);
        text_put(out, "description", store_str(r, 4), language);
        ties_put(out, "problem_profiles", needs, store_str(r, 0));
        ties_put(out, "prerequisites", before, store_str(r, 0));
        answer_key(out, "children");
        answer_array(out);
    }
    for (; depth > 0; depth--) {
        answer_end(out);
        answer_end(out);
    }
    return store_end(r, f);
}

status guide_write(store *s, arena *a, answer *out, const char *id, const char *language, fault *f) {
    ties needs, before;
    store_rows *r = store_query(s, "SELECT " GUIDE_COLUMNS "FROM guide g WHERE g.id = ?", "t", id);
    if (!store_next(r)) {
        status result = store_end(r, f);
        return result != STATUS_OK ? result
                                   : fault_set(f, STATUS_NOT_FOUND, "guide.not_found", "There is no such guide.");
    }
    guide_open(out, r, language);
    status result = store_end(r, f);
    if (result == STATUS_OK) {
        result = ties_read(s, a,
                           "SELECT w.node, w.profile FROM guide_need w JOIN guide_node n ON n.guide = w.guide "
                           "AND n.id = w.node WHERE w.guide = ? ORDER BY n.position, n.id, w.profile",
                           id, &needs, f);
    }
    if (result == STATUS_OK) {
        result = ties_read(s, a,
                           "SELECT w.node, w.after FROM guide_prerequisite w JOIN guide_node n ON n.guide = w.guide "
                           "AND n.id = w.node WHERE w.guide = ? ORDER BY n.position, n.id, w.after",
                           id, &before, f);
    }
    if (result == STATUS_OK) {
        answer_key(out, "nodes");
        answer_array(out);
        result = nodes_write(s, out, id, language, &needs, &before, f);
        answer_end(out);
    }
    answer_end(out);
    return result;
}
