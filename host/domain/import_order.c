// SPDX-License-Identifier: EUPL-1.2
//
// What comes before what in a guide: the order of siblings, and circles.
#include <string.h>

#include "domain/import_part.h"

// Is every sibling that this one waits for placed already?
static bool is_ready(const json_t *sibling, const json_t *index, const bool *placed) {
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(sibling, "prerequisites"), i, entry) {
        const char *id = json_string_value(json_object_get(entry, "item"));
        const json_t *before = id != NULL ? json_object_get(index, id) : NULL;
        if (before != NULL && !placed[json_integer_value(before)]) {
            return false;
        }
    }
    return true;
}

void import_siblings_order(arena *a, const json_t *const *siblings, size_t count, size_t *order) {
    json_t *index = json_object();
    bool *placed = arena_alloc(a, count * sizeof *placed + 1);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_object_get(siblings[i], "id"));
        if (id != NULL) {
            json_object_set_new(index, id, json_integer((json_int_t)i));
        }
    }
    // The first of those that may come next keeps the order of the file wherever nothing speaks against it. In a circle
    // nobody may: then the file's order is as good as any, since the import fails anyway.
    for (size_t done = 0; done < count; done++) {
        size_t next = count;
        for (size_t i = 0; i < count && (next == count || !is_ready(siblings[next], index, placed)); i++) {
            if (!placed[i] && (next == count || is_ready(siblings[i], index, placed))) {
                next = i;
            }
        }
        placed[next] = true;
        order[done] = next;
    }
    json_decref(index);
}

// Each node begins and ends. A node begins after those before it have ended and after its parent has begun; it ends
// after it has begun and after all of its children have ended. A circle among these 2n moments is a guide that nobody
// can follow, also where it leads through a parent. Moment 2i is the beginning of node i, 2i + 1 its end.
typedef struct moments {
    size_t count;
    size_t *waits;         // how many others it waits for that are not settled
    size_t *edges, *first; // first[m] .. first[m + 1] in `edges`: those that wait for m
} moments;

static void each_wait(const import_guide *g, size_t node, void (*say)(void *, size_t from, size_t to), void *context) {
    const import_node *n = &g->nodes[node];
    say(context, 2 * node, 2 * node + 1);
    if (n->parent != IMPORT_NO_NODE) {
        say(context, 2 * n->parent, 2 * node);
        say(context, 2 * node + 1, 2 * n->parent + 1);
    }
    for (size_t i = 0; i < n->after_count; i++) {
        say(context, 2 * n->after[i] + 1, 2 * node);
    }
}

static void wait_count(void *context, size_t from, size_t to) {
    moments *m = context;
    m->first[from + 1]++;
    m->waits[to]++;
}

typedef struct filling {
    moments *m;
    size_t *next;
} filling;

static void wait_enter(void *context, size_t from, size_t to) {
    filling *fill = context;
    fill->m->edges[fill->next[from]++] = to;
}

// Settles every moment that can be settled; those with `waits` left are in a circle or behind one.
static void settle(arena *a, moments *m) {
    size_t *queue = arena_alloc(a, m->count * sizeof *queue);
    size_t head = 0, tail = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (m->waits[i] == 0) {
            queue[tail++] = i;
        }
    }
    while (head < tail) {
        size_t at = queue[head++];
        for (size_t e = m->first[at]; e < m->first[at + 1]; e++) {
            if (--m->waits[m->edges[e]] == 0) {
                queue[tail++] = m->edges[e];
            }
        }
    }
}

typedef struct walk {
    const moments *m;
    size_t *before; // for each moment one unsettled moment that it waits for
} walk;

static void wait_note(void *context, size_t from, size_t to) {
    walk *w = context;
    if (w->m->waits[from] > 0 && w->m->waits[to] > 0) {
        w->before[to] = from;
    }
}

// From any unsettled moment backwards one comes into a circle; walk it once and name its nodes.
static void circle_say(arena *a, const import_guide *g, const moments *m, size_t from) {
    walk w = {m, arena_alloc(a, m->count * sizeof *w.before)};
    for (size_t i = 0; i < g->node_count; i++) {
        each_wait(g, i, wait_note, &w);
    }
    size_t at = from;
    for (size_t i = 0; i < m->count; i++) {
        at = w.before[at];
    }
    buffer names = {0};
    size_t last = IMPORT_NO_NODE, start = at, begin = IMPORT_NO_NODE;
    do {
        size_t node = at / 2;
        // The circle goes through the beginning of at least one node that has prerequisites: its place says most.
        if (at % 2 == 0 && w.before[at] % 2 == 1 && begin == IMPORT_NO_NODE) {
            begin = node;
        }
        if (node != last && names.len < 300) {
            buffer_printf(&names, "%s\"%s\"", last == IMPORT_NO_NODE ? "" : " waits for ", g->nodes[node].id);
        }
        last = node;
        at = w.before[at];
    } while (at != start);
    const import_node *blamed = &g->nodes[begin != IMPORT_NO_NODE ? begin : last];
    import_place place = import_member(&blamed->place, "prerequisites");
    if (last != start / 2) {
        buffer_printf(&names, " waits for \"%s\"", g->nodes[start / 2].id);
    }
    import_fault(&place, "what comes before what goes in a circle: %s", names.ptr);
    buffer_free(&names);
}

void import_circle_check(arena *a, const import_guide *g) {
    moments m = {.count = 2 * g->node_count};
    m.waits = arena_alloc(a, (m.count + 1) * sizeof *m.waits);
    m.first = arena_alloc(a, (m.count + 2) * sizeof *m.first);
    for (size_t i = 0; i < g->node_count; i++) {
        each_wait(g, i, wait_count, &m);
    }
    for (size_t i = 0; i < m.count; i++) {
        m.first[i + 1] += m.first[i];
    }
    m.edges = arena_alloc(a, (m.first[m.count] + 1) * sizeof *m.edges);
    filling fill = {&m, arena_alloc(a, (m.count + 1) * sizeof *fill.next)};
    memcpy(fill.next, m.first, m.count * sizeof *fill.next);
    for (size_t i = 0; i < g->node_count; i++) {
        each_wait(g, i, wait_enter, &fill);
    }
    settle(a, &m);
    for (size_t i = 0; i < m.count; i++) {
        if (m.waits[i] > 0) {
            circle_say(a, g, &m, i);
            return;
        }
    }
}
