// SPDX-License-Identifier: EUPL-1.2
//
// What search finds, and which plugin runs what.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/catalogue.h"
#include "domain/language.h"
#include "domain/meta.h"
#include "domain/similar.h"
#include "store/search.h"

status catalogue_changed(store *s, fault *f) {
    char version[24];
    snprintf(
        version, sizeof version, "%lld",
        (long long)store_count(s, 0, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'catalogue.version'", "") +
            1);
    return meta_set(s, "catalogue.version", version, f);
}

static json_t *parse(str text) {
    json_t *value = text.ptr != NULL ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;
    return value != NULL ? value : json_object();
}

// --- Plugins that stand for entries of an older catalogue

typedef struct provision {
    struct provision *next;
    const char *plugin, *entry;
} provision;

static provision *provisions_add(arena *a, provision *list, const char *plugin, str manifest) {
    json_t *json = parse(manifest);
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(json, "provides"), i, entry) {
        if (json_is_string(entry)) {
            provision *p = arena_alloc(a, sizeof *p);
            *p = (provision){list, arena_text(a, plugin), arena_text(a, json_string_value(entry))};
            list = p;
        }
    }
    json_decref(json);
    return list;
}

status catalogue_provide(store *s, fault *f) {
    arena *a = arena_create();
    provision *list = NULL;
    store_rows *r = store_query(s, "SELECT id, manifest FROM plugin ORDER BY id DESC", "");
    while (store_next(r)) {
        list = provisions_add(a, list, store_text(r, 0), store_str(r, 1));
    }
    status result = store_end(r, f);
    if (result == STATUS_OK) {
        result = store_run(s, f,
                           "UPDATE interlinker SET plugin = NULL WHERE plugin IS NOT NULL AND (kind <> 'plugin' OR "
                           "(plugin <> id AND NOT EXISTS (SELECT 1 FROM plugin p WHERE p.id = interlinker.plugin)))",
                           "");
    }
    for (; list != NULL && result == STATUS_OK; list = list->next) {
        result = store_run(
            s, f,
            "UPDATE interlinker SET plugin = ? WHERE id = ? AND kind = 'plugin' "
            "AND (plugin IS NULL OR plugin <> ?) AND NOT EXISTS (SELECT 1 FROM plugin p WHERE p.id = interlinker.id)",
            "ttt", list->plugin, list->entry, list->plugin);
    }
    arena_destroy(a);
    return result;
}

// --- Search

static const char *text_of(const json_t *texts, const char *language) {
    const char *text = json_string_value(json_object_get(texts, language));
    return text != NULL ? text : "";
}

static void add_words(buffer *out, const char *text) {
    if (text[0] != 0) {
        buffer_add(out, text);
        buffer_add_char(out, '\n');
    }
}

static void add_tags(buffer *out, const json_t *tags, const char *language) {
    size_t i;
    json_t *word;
    json_array_foreach(json_object_get(tags, language), i, word) {
        add_words(out, json_is_string(word) ? json_string_value(word) : "");
    }
}

static str buffer_words(const buffer *b) {
    return b->len > 0 ? buffer_str(b) : STR("");
}

typedef struct entry_texts {
    json_t *name, *description, *instructions, *tags, *languages;
    json_t *needs; // list of names by language
} entry_texts;

static status entry_read(store *s, const char *id, entry_texts *e, fault *f) {
    store_rows *r = store_query(
        s, "SELECT name, description, instructions, tags, languages FROM interlinker WHERE id = ?", "t", id);
    if (!store_next(r)) {
        status result = store_end(r, f);
        return result != STATUS_OK
                   ? result
                   : fault_set(f, STATUS_NOT_FOUND, "interlinker.not_found", "There is no Interlinker %s.", id);
    }
    e->name = parse(store_str(r, 0));
    e->description = parse(store_str(r, 1));
    e->instructions = parse(store_str(r, 2));
    e->tags = parse(store_str(r, 3));
    e->languages = parse(store_str(r, 4));
    e->needs = json_array();
    status result = store_end(r, f);
    r = store_query(s,
                    "SELECT p.name FROM interlinker_need n JOIN problem_profile p ON p.id = n.profile "
                    "WHERE n.interlinker = ? ORDER BY p.id",
                    "t", id);
    while (store_next(r)) {
        json_array_append_new(e->needs, parse(store_str(r, 0)));
    }
    status ended = store_end(r, f);
    return result != STATUS_OK ? result : ended;
}

// How much a word counts by where it stands.
static const double weight_name = 3, weight_tag = 2, weight_text = 1, weight_instructions = 0.5;

static status entry_words(store *s, const char *id, const entry_texts *e, const char *language, str tags, fault *f) {
    arena *a = arena_create();
    words w = {.arena = a};
    words_add(&w, str_from(text_of(e->name, language)), language, weight_name);
    words_add(&w, tags, language, weight_tag);
    words_add(&w, str_from(text_of(e->description, language)), language, weight_text);
    words_add(&w, str_from(text_of(e->instructions, language)), language, weight_instructions);
    size_t i;
    json_t *need;
    json_array_foreach(e->needs, i, need) {
        words_add(&w, str_from(text_of(need, language)), language, weight_text);
    }
    status result = similar_put(s, SIMILAR_INTERLINKER, id, language, &w, f);
    arena_destroy(a);
    return result;
}

static status entry_index(store *s, const char *id, const entry_texts *e, const char *language, fault *f) {
    buffer tags = {0}, body = {0};
    add_tags(&tags, e->tags, language);
    add_words(&body, text_of(e->description, language));
    add_words(&body, text_of(e->instructions, language));
    size_t i;
    json_t *need;
    json_array_foreach(e->needs, i, need) {
        add_words(&body, text_of(need, language));
    }
    status result = search_put(s, "interlinker", id, language, str_from(text_of(e->name, language)),
                               buffer_words(&tags), buffer_words(&body), f);
    if (result == STATUS_OK) {
        result = entry_words(s, id, e, language, buffer_words(&tags), f);
    }
    buffer_free(&tags);
    buffer_free(&body);
    return result;
}

status catalogue_index(store *s, const char *interlinker, fault *f) {
    entry_texts e = {0};
    status result = entry_read(s, interlinker, &e, f);
    if (result == STATUS_OK) {
        result = search_delete(s, "interlinker", interlinker, f);
    }
    if (result == STATUS_OK) {
        result = similar_delete(s, SIMILAR_INTERLINKER, interlinker, f);
    }
    size_t i;
    json_t *language;
    json_array_foreach(e.languages, i, language) {
        if (result == STATUS_OK && json_is_string(language)) {
            result = entry_index(s, interlinker, &e, json_string_value(language), f);
        }
    }
    json_decref(e.name);
    json_decref(e.description);
    json_decref(e.instructions);
    json_decref(e.tags);
    json_decref(e.languages);
    json_decref(e.needs);
    return result;
}

status catalogue_index_all(store *s, fault *f) {
    arena *a = arena_create();
    typedef struct name {
        struct name *next;
        const char *id;
    } name;
    name *list = NULL;
    store_rows *r = store_query(s, "SELECT id FROM interlinker", "");
    while (store_next(r)) {
        name *n = arena_alloc(a, sizeof *n);
        *n = (name){list, arena_text(a, store_text(r, 0))};
        list = n;
    }
    status result = store_end(r, f);
    for (; list != NULL && result == STATUS_OK; list = list->next) {
        result = catalogue_index(s, list->id, f);
    }
    arena_destroy(a);
    return result;
}

// A name and two texts, once for each language of the name.
typedef struct weighed {
    const json_t *texts;
    double weight;
} weighed;

static status texts_index(store *s, similar_kind kind, const char *id, const weighed parts[3], fault *f) {
    status result = similar_delete(s, kind, id, f);
    const char *language;
    json_t *title;
    json_object_foreach((json_t *)parts[0].texts, language, title) {
        arena *a = arena_create();
        words w = {.arena = a};
        for (size_t i = 0; i < 3; i++) {
            words_add(&w, str_from(text_of(parts[i].texts, language)), language, parts[i].weight);
        }
        if (result == STATUS_OK) {
            result = similar_put(s, kind, id, language, &w, f);
        }
        arena_destroy(a);
    }
    return result;
}

status catalogue_profile_index(store *s, const char *profile, fault *f) {
    store_rows *r;
    status result =
        store_one(s, &r, "SELECT name, description, functionality FROM problem_profile WHERE id = ?", "t", profile);
    if (result != STATUS_OK) {
        return fault_set(f, result, "profile.not_found", "There is no problem profile %s.", profile);
    }
    json_t *name = parse(store_str(r, 0)), *description = parse(store_str(r, 1)),
           *functionality = parse(store_str(r, 2));
    result = store_end(r, f);
    if (result == STATUS_OK) {
        result =
            texts_index(s, SIMILAR_PROFILE, profile,
                        (weighed[3]){{name, weight_name}, {description, weight_text}, {functionality, weight_text}}, f);
    }
    json_decref(name);
    json_decref(description);
    json_decref(functionality);
    return result;
}

// A task is found by its own words and by the name of its objective, which often says what it is about.
static status task_index(store *s, const char *guide, const char *id, const json_t *name, const json_t *description,
                         const json_t *objective, fault *f) {
    char key[300];
    snprintf(key, sizeof key, "%s/%s", guide, id);
    return texts_index(s, SIMILAR_TASK, key, (weighed[3]){{name, 2}, {description, weight_text}, {objective, 0.5}}, f);
}

status catalogue_guide_index(store *s, const char *guide, fault *f) {
    typedef struct task {
        struct task *next;
        const char *id;
        json_t *name, *description, *objective;
    } task;
    arena *a = arena_create();
    task *list = NULL;
    store_rows *r = store_query(s,
                                "SELECT t.id, t.name, t.description, o.name FROM guide_node t "
                                "LEFT JOIN guide_node o ON o.guide = t.guide AND o.id = t.parent "
                                "WHERE t.guide = ? AND t.kind = 'task'",
                                "t", guide);
    while (store_next(r)) {
        task *t = arena_alloc(a, sizeof *t);
        *t = (task){list, arena_text(a, store_text(r, 0)), arena_json(a, parse(store_str(r, 1))),
                    arena_json(a, parse(store_str(r, 2))), arena_json(a, parse(store_str(r, 3)))};
        list = t;
    }
    status result = store_end(r, f);
    for (; list != NULL && result == STATUS_OK; list = list->next) {
        result = task_index(s, guide, list->id, list->name, list->description, list->objective, f);
    }
    arena_destroy(a);
    return result;
}

status catalogue_task_unindex(store *s, const char *guide, const char *node, fault *f) {
    char key[300];
    snprintf(key, sizeof key, "%s/%s", guide, node);
    return similar_delete(s, SIMILAR_TASK, key, f);
}
