// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "domain/catalogue.h"
#include "domain/import_part.h"

// One guide on its way into the database.
typedef struct guide_writing {
    const import *import;
    const import_guide *guide;
    store *store;
    fault *fault;
    bool changed; // anything at all
} guide_writing;

static status note_change(guide_writing *w, status result) {
    w->changed = w->changed || (result == STATUS_OK && store_changes(w->store) > 0);
    return result;
}

static status guide_row(guide_writing *w) {
    const import_guide *g = w->guide;
    return note_change(
        w, store_run(w->store, w->fault,
                     "INSERT INTO guide (id, name, description, tags, languages, licence, author, created, updated) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
                     "description = excluded.description, tags = excluded.tags, languages = excluded.languages, "
                     "licence = excluded.licence, author = excluded.author "
                     "WHERE guide.name <> excluded.name OR guide.description <> excluded.description "
                     "OR guide.tags <> excluded.tags OR guide.languages <> excluded.languages "
                     "OR guide.licence <> excluded.licence OR guide.author <> excluded.author",
                     "tssssttii", g->id, g->name, g->description, g->tags, g->languages, g->licence ? g->licence : "",
                     g->author ? g->author : "", w->import->now, w->import->now));
}

// Nodes that the guide no longer has, and the ties of those that it has: read first, then removed.
typedef struct gone {
    struct gone *next;
    const char *node, *other;
} gone;

static gone *gone_add(arena *a, gone *list, const char *node, const char *other) {
    gone *g = arena_alloc(a, sizeof *g);
    *g = (gone){list, arena_text(a, node), arena_text(a, other)};
    return g;
}

static const import_node *node_find(const import_guide *g, const char *id) {
    const json_t *index = json_object_get(g->index, id);
    return index != NULL ? &g->nodes[json_integer_value(index)] : NULL;
}

static status nodes_remove(guide_writing *w) {
    gone *list = NULL;
    arena *a = w->import->arena;
    store_rows *r = store_query(w->store, "SELECT id FROM guide_node WHERE guide = ?", "t", w->guide->id);
    while (store_next(r)) {
        if (node_find(w->guide, store_text(r, 0)) == NULL) {
            list = gone_add(a, list, store_text(r, 0), NULL);
        }
    }
    status result = store_end(r, w->fault);
    for (; list != NULL && result == STATUS_OK; list = list->next) {
        result = note_change(w, store_run(w->store, w->fault, "DELETE FROM guide_node WHERE guide = ? AND id = ?", "tt",
                                          w->guide->id, list->node));
        if (result == STATUS_OK) {
            result = catalogue_task_unindex(w->store, w->guide->id, list->node, w->fault);
        }
    }
    return result;
}

static bool has_need(const import_node *n, const char *profile) {
    for (size_t i = 0; i < n->needs.count; i++) {
        if (strcmp(n->needs.items[i], profile) == 0) {
            return true;
        }
    }
    return false;
}

static status needs_remove(guide_writing *w) {
    gone *list = NULL;
    arena *a = w->import->arena;
    store_rows *r = store_query(w->store, "SELECT node, profile FROM guide_need WHERE guide = ?", "t", w->guide->id);
    while (store_next(r)) {
        const import_node *n = node_find(w->guide, store_text(r, 0));
        if (n == NULL || !has_need(n, store_text(r, 1))) {
            list = gone_add(a, list, store_text(r, 0), store_text(r, 1));
        }
    }
    status result = store_end(r, w->fault);
    for (; list != NULL && result == STATUS_OK; list = list->next) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "DELETE FROM guide_need WHERE guide = ? AND node = ? AND profile = ?", "ttt",
                                          w->guide->id, list->node, list->other));
    }
    return result;
}

static bool comes_after(const import_guide *g, const import_node *n, const char *before) {
    for (size_t i = 0; i < n->after_count; i++) {
        if (strcmp(g->nodes[n->after[i]].id, before) == 0) {
            return true;
        }
    }
    return false;
}

static status order_remove(guide_writing *w) {
    gone *list = NULL;
    arena *a = w->import->arena;
    store_rows *r =
        store_query(w->store, "SELECT node, after FROM guide_prerequisite WHERE guide = ?", "t", w->guide->id);
    while (store_next(r)) {
        const import_node *n = node_find(w->guide, store_text(r, 0));
        if (n == NULL || !comes_after(w->guide, n, store_text(r, 1))) {
            list = gone_add(a, list, store_text(r, 0), store_text(r, 1));
        }
    }
    status result = store_end(r, w->fault);
    for (; list != NULL && result == STATUS_OK; list = list->next) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "DELETE FROM guide_prerequisite WHERE guide = ? AND node = ? AND after = ?",
                                          "ttt", w->guide->id, list->node, list->other));
    }
    return result;
}

static status node_row(guide_writing *w, size_t position) {
    const import_guide *g = w->guide;
    const import_node *n = &g->nodes[position];
    return note_change(
        w, store_run(w->store, w->fault,
                     "INSERT INTO guide_node (guide, id, parent, kind, position, name, description) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guide, id) DO UPDATE SET parent = excluded.parent, "
                     "kind = excluded.kind, position = excluded.position, name = excluded.name, "
                     "description = excluded.description "
                     "WHERE coalesce(guide_node.parent, '') <> coalesce(excluded.parent, '') "
                     "OR guide_node.kind <> excluded.kind OR guide_node.position <> excluded.position "
                     "OR guide_node.name <> excluded.name OR guide_node.description <> excluded.description",
                     "ttttiss", g->id, n->id, n->parent == IMPORT_NO_NODE ? NULL : g->nodes[n->parent].id, n->kind,
                     (int64_t)position, n->name, n->description));
}

static status node_ties(guide_writing *w, const import_node *n) {
    const import_guide *g = w->guide;
    status result = STATUS_OK;
    for (size_t i = 0; i < n->needs.count && result == STATUS_OK; i++) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "INSERT INTO guide_need (guide, node, profile) VALUES (?, ?, ?) "
                                          "ON CONFLICT (guide, node, profile) DO NOTHING",
                                          "ttt", g->id, n->id, n->needs.items[i]));
    }
    for (size_t i = 0; i < n->after_count && result == STATUS_OK; i++) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "INSERT INTO guide_prerequisite (guide, node, after) VALUES (?, ?, ?) "
                                          "ON CONFLICT (guide, node, after) DO NOTHING",
                                          "ttt", g->id, n->id, g->nodes[n->after[i]].id));
    }
    return result;
}

static status guide_write(guide_writing *w) {
    status result = guide_row(w);
    if (result == STATUS_OK) {
        result = nodes_remove(w);
    }
    for (size_t i = 0; i < w->guide->node_count && result == STATUS_OK; i++) {
        result = node_row(w, i);
    }
    if (result == STATUS_OK) {
        result = needs_remove(w);
    }
    if (result == STATUS_OK) {
        result = order_remove(w);
    }
    for (size_t i = 0; i < w->guide->node_count && result == STATUS_OK; i++) {
        result = node_ties(w, &w->guide->nodes[i]);
    }
    if (result == STATUS_OK && w->changed) {
        result = catalogue_guide_index(w->store, w->guide->id, w->fault);
    }
    if (result == STATUS_OK && w->changed) {
        result = store_run(w->store, w->fault, "UPDATE guide SET updated = ? WHERE id = ?", "it", w->import->now,
                           w->guide->id);
    }
    return result;
}

status import_guides_write(import *i, store *s, fault *f) {
    status result = STATUS_OK;
    for (const import_guide *g = i->guides; g != NULL && result == STATUS_OK; g = g->next) {
        bool fresh = store_count(s, 0, "SELECT 1 FROM guide WHERE id = ?", "t", g->id) == 0;
        guide_writing w = {i, g, s, f, false};
        result = guide_write(&w);
        import_tally_add(&i->summary.guides, fresh, w.changed);
    }
    return result;
}
