// SPDX-License-Identifier: EUPL-1.2
#include "domain/process_guide.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "domain/language.h"

typedef struct guide_copy guide_copy;

// A node of the guide and what it becomes.
typedef struct copied_node {
    char *origin, *parent; // ids in the guide; no parent: NULL
    char *kind;
    const char *name, *description;
    int64_t position;
    id_value made;
    struct copied_node *above;
    bool stored;
} copied_node;

struct guide_copy {
    store *store;
    const char *guide, *language, *process;
    copied_node *nodes;
    size_t count;
};

static status unknown_guide(const char *guide, fault *f) {
    return fault_add_field(f, "/guide", "unknown", "There is no guide %.60s. Choose one of the list of guides.", guide);
}

status process_guide_find(store *s, arena *a, const char *guide, const char *language, const char **description,
                          fault *f) {
    store_rows *rows = store_query(s, "SELECT description FROM guide WHERE id = ?", "t", guide);
    bool found = store_next(rows);
    if (found)
        *description = language_pick_text(a, store_str(rows, 0), language, NULL);
    status st = store_end(rows, f);
    return st == STATUS_OK && !found ? unknown_guide(guide, f) : st;
}

// Nodes come sorted by their id in the guide, so that they are found by halving.
static copied_node *find(const guide_copy *c, const char *origin) {
    size_t low = 0, high = c->count;
    while (origin && low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(c->nodes[middle].origin, origin);
        if (order == 0)
            return &c->nodes[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int by_origin(const void *a, const void *b) {
    return strcmp(((const copied_node *)a)->origin, ((const copied_node *)b)->origin);
}

static status load_nodes(guide_copy *c, arena *a, fault *f) {
    int64_t count = store_count(c->store, 0, "SELECT COUNT(*) FROM guide_node WHERE guide = ?", "t", c->guide);
    c->nodes = arena_alloc(a, (size_t)(count + 1) * sizeof *c->nodes);
    store_rows *rows = store_query(c->store,
                                   "SELECT id, parent, kind, position, name, description FROM guide_node "
                                   "WHERE guide = ?",
                                   "t", c->guide);
    while (c->count < (size_t)count && store_next(rows)) {
        copied_node *n = &c->nodes[c->count++];
        n->origin = arena_text(a, store_text(rows, 0));
        n->parent = arena_text(a, store_text(rows, 1));
        n->kind = arena_text(a, store_text(rows, 2));
        n->position = store_int(rows, 3);
        n->name = language_pick_text(a, store_str(rows, 4), c->language, NULL);
        n->description = language_pick_text(a, store_str(rows, 5), c->language, NULL);
        n->made = id_create();
    }
    // The database's order of texts may be another than strcmp's.
    qsort(c->nodes, c->count, sizeof *c->nodes, by_origin);
    for (size_t i = 0; i < c->count; i++)
        c->nodes[i].above = find(c, c->nodes[i].parent);
    return store_end(rows, f);
}

// A node after the one above it. `depth` stops a circle, which no import lets in.
static status store_node(const guide_copy *c, copied_node *n, int depth, fault *f) {
    if (n->stored || depth > 16)
        return STATUS_OK;
    n->stored = true;
    status st = n->above ? store_node(c, n->above, depth + 1, f) : STATUS_OK;
    if (st != STATUS_OK)
        return st;
    return store_run(c->store, f,
                     "INSERT INTO node (id, process, parent, kind, position, name, description, origin) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     "ttttittt", n->made.text, c->process, n->above ? n->above->made.text : NULL, n->kind, n->position,
                     n->name, n->description, n->origin);
}

static status store_need(const guide_copy *c, const copied_node *n, const char *profile, fault *f) {
    return store_run(
        c->store, f,
        "INSERT INTO node_need (process, node, profile) VALUES (?, ?, ?) ON CONFLICT (node, profile) DO NOTHING", "ttt",
        c->process, n->made.text, profile);
}

static bool is_below(const copied_node *n, const copied_node *above) {
    for (int depth = 0; n && depth < 16; depth++, n = n->above)
        if (n->above == above)
            return true;
    return false;
}

// What an objective needs, each of its tasks needs too: the tools are looked for in tasks.
static status store_need_below(const guide_copy *c, const copied_node *n, const char *profile, fault *f) {
    status st = store_need(c, n, profile, f);
    if (strcmp(n->kind, "objective") != 0)
        return st;
    for (size_t i = 0; st == STATUS_OK && i < c->count; i++)
        if (!strcmp(c->nodes[i].kind, "task") && is_below(&c->nodes[i], n))
            st = store_need(c, &c->nodes[i], profile, f);
    return st;
}

static status copy_needs(const guide_copy *c, fault *f) {
    store_rows *rows = store_query(c->store, "SELECT node, profile FROM guide_need WHERE guide = ?", "t", c->guide);
    status st = STATUS_OK;
    while (st == STATUS_OK && store_next(rows)) {
        const copied_node *n = find(c, store_text(rows, 0));
        if (n)
            st = store_need_below(c, n, store_text(rows, 1), f);
    }
    status ended = store_end(rows, st == STATUS_OK ? f : NULL);
    return st != STATUS_OK ? st : ended;
}

static status copy_prerequisites(const guide_copy *c, fault *f) {
    store_rows *rows =
        store_query(c->store, "SELECT node, after FROM guide_prerequisite WHERE guide = ?", "t", c->guide);
    status st = STATUS_OK;
    while (st == STATUS_OK && store_next(rows)) {
        const copied_node *n = find(c, store_text(rows, 0)), *after = find(c, store_text(rows, 1));
        if (n && after)
            st = store_run(c->store, f, "INSERT INTO node_prerequisite (process, node, after) VALUES (?, ?, ?)", "ttt",
                           c->process, n->made.text, after->made.text);
    }
    status ended = store_end(rows, st == STATUS_OK ? f : NULL);
    return st != STATUS_OK ? st : ended;
}

status process_guide_copy(store *s, arena *a, const char *guide, const char *language, const char *process, fault *f) {
    guide_copy c = {.store = s, .guide = guide, .language = language, .process = process};
    status st = load_nodes(&c, a, f);
    for (size_t i = 0; st == STATUS_OK && i < c.count; i++)
        st = store_node(&c, &c.nodes[i], 0, f);
    if (st == STATUS_OK)
        st = copy_needs(&c, f);
    if (st == STATUS_OK)
        st = copy_prerequisites(&c, f);
    return st;
}
