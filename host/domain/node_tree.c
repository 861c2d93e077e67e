// SPDX-License-Identifier: EUPL-1.2
#include "domain/node_tree.h"

#include <string.h>

bool tree_node_is_task(const tree_node *n) {
    return str_is(n->kind, "task");
}

// ---- Finding by id: open addressing, at most half full

// An id ends in random bits: its last sixteen bytes are all that a hash needs.
static size_t hash_of(str key) {
    uint64_t words[2] = {key.len, 0};
    size_t take = key.len < sizeof words ? key.len : sizeof words;
    memcpy(words, key.ptr + key.len - take, take);
    uint64_t h = (words[0] * 0x9E3779B97F4A7C15u) ^ words[1];
    h *= 0xC2B2AE3D27D4EB4Fu;
    return (size_t)(h ^ h >> 32);
}

static void index_build(node_tree *t, arena *a) {
    size_t size = 16;
    while (size < t->count * 2)
        size *= 2;
    t->slots = arena_alloc(a, size * sizeof *t->slots);
    t->slot_mask = size - 1;
    for (size_t i = 0; i < t->count; i++) {
        size_t slot = hash_of(t->nodes[i].id) & t->slot_mask;
        while (t->slots[slot])
            slot = (slot + 1) & t->slot_mask;
        t->slots[slot] = &t->nodes[i];
    }
}

tree_node *node_tree_find(const node_tree *t, str id) {
    if (!id.ptr)
        return NULL;
    size_t slot = hash_of(id) & t->slot_mask;
    while (t->slots[slot] && !str_equal(t->slots[slot]->id, id))
        slot = (slot + 1) & t->slot_mask;
    return t->slots[slot];
}

// ---- Loading

#define COLUMNS "SELECT id, parent, kind, status, position, progress, start_at, end_at, version, assets"

// The few words of kinds and statuses are not worth a copy each.
static str word(arena *a, str text) {
    static const char *const known[] = {"task", "objective", "phase", "awaiting", "in_progress", "finished"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_is(text, known[i]))
            return str_from(known[i]);
    return arena_str(a, text);
}

static void read_node(arena *a, store_rows *rows, node_tree_parts parts, tree_node *n) {
    n->id = arena_str(a, store_str(rows, 0));
    n->parent_id = arena_str(a, store_str(rows, 1));
    n->kind = word(a, store_str(rows, 2));
    n->status = word(a, store_str(rows, 3));
    n->position = store_int(rows, 4);
    n->progress = store_int(rows, 5);
    n->start = store_int(rows, 6);
    n->end = store_int(rows, 7);
    n->version = store_int(rows, 8);
    n->assets = store_int(rows, 9);
    if (parts == NODE_TREE_TEXTS) {
        n->name = arena_str(a, store_str(rows, 10));
        n->description = arena_str(a, store_str(rows, 11));
    }
}

// Rows come in the order of their position.
static status load_nodes(store *s, arena *a, const char *process, node_tree_parts parts, node_tree *t, fault *f) {
    store_rows *rows =
        parts == NODE_TREE_TEXTS
            ? store_query(s, COLUMNS ", name, description FROM node WHERE process = ? ORDER BY position", "t", process)
            : store_query(s, COLUMNS " FROM node WHERE process = ? ORDER BY position", "t", process);
    size_t capacity = 0;
    while (store_next(rows)) {
        if (t->count == capacity) {
            capacity = capacity ? capacity * 4 : 128;
            tree_node *more = arena_alloc(a, capacity * sizeof *more);
            if (t->count)
                memcpy(more, t->nodes, t->count * sizeof *more);
            t->nodes = more;
        }
        read_node(a, rows, parts, &t->nodes[t->count++]);
    }
    return store_end(rows, f);
}

// From the last to the first, so that each list is in the order of position.
static void link_children(node_tree *t) {
    for (size_t i = t->count; i-- > 0;) {
        tree_node *n = &t->nodes[i], *parent = node_tree_find(t, n->parent_id);
        tree_node **list = parent ? &parent->children : &t->roots;
        n->parent = parent;
        n->next = *list;
        *list = n;
    }
}

typedef enum link_kind { LINK_NEED, LINK_AFTER } link_kind;

// From the last to the first, and those of one node behind each other, so that each list is in the order of the ids.
static status load_links(store *s, arena *a, const char *process, link_kind kind, node_tree *t, fault *f) {
    store_rows *rows =
        kind == LINK_NEED
            ? store_query(s, "SELECT node, profile FROM node_need WHERE process = ? ORDER BY node DESC, profile DESC",
                          "t", process)
            : store_query(s,
                          "SELECT node, after FROM node_prerequisite WHERE process = ? ORDER BY node DESC, after DESC",
                          "t", process);
    tree_node *n = NULL;
    while (store_next(rows)) {
        str of = store_str(rows, 0);
        if (!n || !str_equal(n->id, of))
            n = node_tree_find(t, of);
        if (!n)
            continue;
        tree_link **list = kind == LINK_NEED ? &n->needs : &n->after, *link = arena_alloc(a, sizeof *link);
        link->id = arena_str(a, store_str(rows, 1));
        link->node = kind == LINK_AFTER ? node_tree_find(t, link->id) : NULL;
        link->next = *list;
        *list = link;
    }
    return store_end(rows, f);
}

// ---- Order

static bool may_come_now(const tree_node *n) {
    for (const tree_link *l = n->after; l; l = l->next)
        if (l->node && l->node->parent == n->parent && !l->node->placed && l->node != n)
            return false;
    return true;
}

// Takes from `list`, which is in the order of position, always the first whose predecessors are placed. A circle cannot
// come from an import, but if there is one its first node goes next, so that nothing is ever lost.
static tree_node *in_order(tree_node *list) {
    tree_node *first = NULL, **tail = &first;
    while (list) {
        tree_node **pick = &list;
        while (*pick && !may_come_now(*pick))
            pick = &(*pick)->next;
        if (!*pick)
            pick = &list;
        tree_node *n = *pick;
        *pick = n->next;
        n->next = NULL;
        n->placed = true;
        *tail = n;
        tail = &n->next;
    }
    return first;
}

status node_tree_load(store *s, arena *a, const char *process, node_tree_parts parts, node_tree **out, fault *f) {
    node_tree *t = arena_alloc(a, sizeof *t);
    *out = t;
    status st = load_nodes(s, a, process, parts, t, f);
    if (st != STATUS_OK)
        return st;
    index_build(t, a);
    link_children(t);
    if (parts == NODE_TREE_SHAPE)
        return STATUS_OK;
    if ((st = load_links(s, a, process, LINK_NEED, t, f)) != STATUS_OK ||
        (st = load_links(s, a, process, LINK_AFTER, t, f)) != STATUS_OK)
        return st;
    t->roots = in_order(t->roots);
    for (size_t i = 0; i < t->count; i++)
        t->nodes[i].children = in_order(t->nodes[i].children);
    return STATUS_OK;
}

// ---- Writing

static void put_links(answer *out, const char *key, const tree_link *first) {
    answer_key(out, key);
    answer_array(out);
    for (; first; first = first->next)
        answer_str(out, first->id);
    answer_end(out);
}

void tree_node_put(answer *out, const tree_node *n) {
    answer_put_str(out, "id", n->id);
    answer_put_str(out, "kind", n->kind);
    answer_put_str(out, "name", n->name);
    answer_put_str(out, "description", n->description);
    answer_put_str(out, "status", n->status);
    answer_put_int(out, "progress", n->progress);
    answer_put_time(out, "start", n->start);
    answer_put_time(out, "end", n->end);
    put_links(out, "problem_profiles", n->needs);
    put_links(out, "prerequisites", n->after);
    answer_put_int(out, "assets", n->assets);
    answer_put_int(out, "version", n->version);
    answer_key(out, "children");
    tree_node_write_list(out, n->children);
}

void tree_node_write_list(answer *out, const tree_node *first) {
    answer_array(out);
    for (; first; first = first->next) {
        answer_object(out);
        tree_node_put(out, first);
        answer_end(out);
    }
    answer_end(out);
}
