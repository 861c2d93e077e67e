// SPDX-License-Identifier: EUPL-1.2
#include "domain/similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// More than a long how-to text has; what is beyond adds work and nothing else.
enum { QUERY_WORDS = 96 };
static const double query_most = 3, k1 = 1.2, b = 0.75;

static const char *const kind_names[SIMILAR_KINDS] = {"interlinker", "profile", "task"};

status similar_put(store *s, similar_kind kind, const char *id, const char *language, const words *w, fault *f) {
    status result = STATUS_OK;
    for (size_t i = 0; i < w->room && result == STATUS_OK; i++) {
        if (w->items[i].word != NULL) {
            result =
                store_run(s, f, "INSERT INTO word (language, word, kind, id, weight, length) VALUES (?, ?, ?, ?, ?, ?)",
                          "ttttdd", language, w->items[i].word, kind_names[kind], id, w->items[i].weight, w->length);
        }
    }
    return result;
}

status similar_delete(store *s, similar_kind kind, const char *id, fault *f) {
    return store_run(s, f, "DELETE FROM word WHERE kind = ? AND id = ?", "tt", kind_names[kind], id);
}

// A text that shares at least one word with the query.
typedef struct text {
    similar_kind kind;
    const char *id;
    double length, score;
} text;

// A word of the query in one of the texts.
typedef struct meeting {
    size_t text, word;
    double weight;
} meeting;

typedef struct finding {
    arena *arena;
    text *texts;
    size_t text_count, text_room;
    size_t *table, table_room; // hash table of texts: index + 1, 0 is free
    meeting *meetings;
    size_t meeting_count, meeting_room;
    double query[QUERY_WORDS];                 // weight of each word
    double having[QUERY_WORDS][SIMILAR_KINDS]; // texts that have it
} finding;

static void *widen(arena *a, void *old, size_t used, size_t *room, size_t size) {
    *room = *room > 0 ? *room * 2 : 256;
    void *wider = arena_alloc(a, *room * size);
    if (used > 0) {
        memcpy(wider, old, used * size);
    }
    return wider;
}

static size_t table_place(const finding *x, similar_kind kind, str id) {
    uint64_t hash = 14695981039346656037u + (uint64_t)kind;
    for (size_t i = 0; i < id.len; i++) {
        hash = (hash ^ (unsigned char)id.ptr[i]) * 1099511628211u;
    }
    size_t at = (size_t)(hash >> 20) & (x->table_room - 1);
    for (;; at = (at + 1) & (x->table_room - 1)) {
        size_t known = x->table[at];
        if (known == 0 || (x->texts[known - 1].kind == kind && str_is(id, x->texts[known - 1].id))) {
            return at;
        }
    }
}

static void table_grow(finding *x) {
    x->table_room = x->table_room > 0 ? x->table_room * 2 : 512;
    x->table = arena_alloc(x->arena, x->table_room * sizeof *x->table);
    for (size_t i = 0; i < x->text_count; i++) {
        x->table[table_place(x, x->texts[i].kind, str_from(x->texts[i].id))] = i + 1;
    }
}

static size_t text_of(finding *x, similar_kind kind, str id, double length) {
    if (x->text_count * 2 >= x->table_room) {
        table_grow(x);
    }
    size_t at = table_place(x, kind, id);
    if (x->table[at] == 0) {
        if (x->text_count == x->text_room) {
            x->texts = widen(x->arena, x->texts, x->text_count, &x->text_room, sizeof *x->texts);
        }
        x->texts[x->text_count++] = (text){kind, arena_copy(x->arena, id.ptr, id.len), length, 0};
        x->table[at] = x->text_count;
    }
    return x->table[at] - 1;
}

static similar_kind kind_of(str name) {
    return name.ptr[0] == 'i' ? SIMILAR_INTERLINKER : name.ptr[0] == 'p' ? SIMILAR_PROFILE : SIMILAR_TASK;
}

static status word_meet(finding *x, store *s, const char *language, const char *word, size_t index, fault *f) {
    store_rows *r = store_query(s, "SELECT kind, id, weight, length FROM word WHERE language = ? AND word = ?", "tt",
                                language, word);
    while (store_next(r)) {
        similar_kind kind = kind_of(store_str(r, 0));
        if (x->meeting_count == x->meeting_room) {
            x->meetings = widen(x->arena, x->meetings, x->meeting_count, &x->meeting_room, sizeof *x->meetings);
        }
        size_t t = text_of(x, kind, store_str(r, 1), store_double(r, 3));
        x->meetings[x->meeting_count++] = (meeting){t, index, store_double(r, 2)};
        x->having[index][kind]++;
    }
    return store_end(r, f);
}

static void score(finding *x) {
    double count[SIMILAR_KINDS] = {0}, length[SIMILAR_KINDS] = {0};
    for (size_t i = 0; i < x->text_count; i++) {
        count[x->texts[i].kind]++;
        length[x->texts[i].kind] += x->texts[i].length;
    }
    for (size_t i = 0; i < x->meeting_count; i++) {
        const meeting *m = &x->meetings[i];
        text *t = &x->texts[m->text];
        double having = x->having[m->word][t->kind], average = length[t->kind] / count[t->kind];
        double rarity = log(1 + (count[t->kind] - having + 0.5) / (having + 0.5));
        double often = m->weight * (k1 + 1) / (m->weight + k1 * (1 - b + b * t->length / average));
        t->score += x->query[m->word] * rarity * often;
    }
}

static int by_score(const void *one, const void *other) {
    const similar_hit *x = one, *y = other;
    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    return strcmp(x->id, y->id);
}

static void lists_make(const finding *x, similar_list out[SIMILAR_KINDS]) {
    for (size_t k = 0; k < SIMILAR_KINDS; k++) {
        out[k] = (similar_list){arena_alloc(x->arena, (x->text_count + 1) * sizeof *out[k].items), 0};
    }
    for (size_t i = 0; i < x->text_count; i++) {
        similar_list *list = &out[x->texts[i].kind];
        list->items[list->count++] = (similar_hit){x->texts[i].id, x->texts[i].score};
    }
    for (size_t k = 0; k < SIMILAR_KINDS; k++) {
        if (out[k].count > 1) {
            qsort(out[k].items, out[k].count, sizeof *out[k].items, by_score);
        }
    }
}

static int by_weight(const void *one, const void *other) {
    const words_entry *x = one, *y = other;
    if (x->weight != y->weight) {
        return x->weight < y->weight ? 1 : -1;
    }
    return strcmp(x->word, y->word);
}

status similar_find(store *s, arena *a, const char *language, const words *query, similar_list out[SIMILAR_KINDS],
                    fault *f) {
    finding x = {.arena = a};
    status result = STATUS_OK;
    words_entry *asked = arena_alloc(a, (query->count + 1) * sizeof *asked);
    size_t count = 0;
    for (size_t i = 0; i < query->room; i++) {
        if (query->items[i].word != NULL) {
            asked[count++] = query->items[i];
        }
    }
    if (count > 1) {
        qsort(asked, count, sizeof *asked, by_weight);
    }
    for (size_t i = 0; i < count && i < QUERY_WORDS && result == STATUS_OK; i++) {
        x.query[i] = asked[i].weight < query_most ? asked[i].weight : query_most;
        result = word_meet(&x, s, language, asked[i].word, i, f);
    }
    score(&x);
    lists_make(&x, out);
    return result;
}
