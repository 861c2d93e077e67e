// SPDX-License-Identifier: EUPL-1.2
//
// world: a database in a folder of its own with a few people, two needs and a small guide, for the tests of the domain.
#ifndef INTERLINK_TESTS_WORLD_H
#define INTERLINK_TESTS_WORLD_H

#include "unit.h"

#include <jansson.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/crypto.h"
#include "domain/account.h"
#include "domain/member.h"
#include "domain/process.h"
#include "store/store.h"

typedef struct world {
    char *folder;
    store *db;
    arena *arena;
    uint8_t secret[32];
    person ada, ben, cleo; // an official who reads Italian, a citizen, and somebody who takes part in nothing
    fault fault;
    buffer text;
    answer_json face;
} world;

static inline void world_ok(world *w, status st) {
    if (st != STATUS_OK)
        fail_msg("%s: %s", w->fault.code, w->fault.text);
}

static inline void world_run(world *w, const char *sql) {
    world_ok(w, store_run(w->db, &w->fault, sql, ""));
}

static inline person world_person(world *w, const char *email, const char *name, const char *kind,
                                  const char *language) {
    person made;
    account_draft draft = {.email = email, .name = name, .kind = kind, .language = language};
    world_ok(w, account_create(w->db, &draft, &made, &w->fault));
    return made;
}

// Phase "p" with objective "o" (needs "listen") of tasks "a", "b" (after "c"; needs "decide") and "c", and an empty
// objective "e"; the names are in English and Italian, but for "c", which has only English.
static inline void world_guide(world *w) {
    world_run(w,
              "INSERT INTO problem_profile VALUES ('listen', '{\"en\":\"Listen\",\"it\":\"Ascoltare\"}', '{}', '{}'), "
              "('decide', '{\"en\":\"Decide\"}', '{}', '{}')");
    world_run(w,
              "INSERT INTO guide VALUES ('small', '{\"en\":\"Small\"}', '{\"en\":\"A guide\",\"it\":\"Una guida\"}', "
              "'{}', '[\"en\",\"it\"]', 'EUPL-1.2', '', 1, 1)");
    world_run(w, "INSERT INTO guide_node VALUES "
                 "('small', 'p', NULL, 'phase', 0, '{\"en\":\"Phase\",\"it\":\"Fase\"}', '{}'), "
                 "('small', 'o', 'p', 'objective', 0, '{\"en\":\"Objective\",\"it\":\"Obiettivo\"}', '{}'), "
                 "('small', 'e', 'p', 'objective', 1, '{\"en\":\"Empty\",\"it\":\"Vuoto\"}', '{}'), "
                 "('small', 'a', 'o', 'task', 0, '{\"en\":\"A\",\"it\":\"A it\"}', '{\"en\":\"How\"}'), "
                 "('small', 'b', 'o', 'task', 1, '{\"en\":\"B\",\"it\":\"B it\"}', '{}'), "
                 "('small', 'c', 'o', 'task', 2, '{\"en\":\"C\"}', '{}')");
    world_run(w, "INSERT INTO guide_need VALUES ('small', 'o', 'listen'), ('small', 'b', 'decide'), "
                 "('small', 'b', 'listen')");
    world_run(w, "INSERT INTO guide_prerequisite VALUES ('small', 'b', 'c')");
}

static inline int world_open(void **state) {
    world *w = calloc(1, sizeof *w);
    w->folder = unit_folder();
    w->arena = arena_create();
    memset(w->secret, 7, sizeof w->secret);
    world_ok(w, store_open(w->folder, STORE_WRITE, &w->db, &w->fault));
    world_ok(w, store_migrate(w->db, &w->fault));
    w->ada = world_person(w, "ada@example.org", "Ada", "official", "it");
    w->ben = world_person(w, "ben@example.org", "Ben", "citizen", "en");
    w->cleo = world_person(w, "cleo@example.org", "Cleo", "company", "de");
    world_guide(w);
    *state = w;
    return 0;
}

static inline int world_close(void **state) {
    world *w = *state;
    store_close(w->db);
    arena_destroy(w->arena);
    buffer_free(&w->text);
    unit_folder_remove(w->folder);
    free(w);
    return 0;
}

// The answer to write the next result into.
static inline answer *world_answer(world *w) {
    buffer_clear(&w->text);
    return answer_json_init(&w->face, &w->text);
}

// What was written, freed with the world.
static inline json_t *world_json(world *w) {
    json_error_t e;
    json_t *value = json_loadb(w->text.ptr ? w->text.ptr : "", w->text.len, 0, &e);
    if (!value)
        fail_msg("%s in %s", e.text, w->text.ptr ? w->text.ptr : "");
    return arena_json(w->arena, value);
}

static inline const char *json_text_at(const json_t *value, const char *key) {
    return json_string_value(json_object_get(value, key));
}

static inline int64_t json_int_at(const json_t *value, const char *key) {
    return json_integer_value(json_object_get(value, key));
}

// A process of the small guide whose administrator is Ada.
static inline id_value world_process(world *w, const char *language) {
    process_draft draft = {
        .name = "Park", .language = language, .guide = "small", .by = usage_actor_of(&w->ada, w->secret)};
    id_value made;
    world_ok(w, process_create(w->db, &draft, &made, &w->fault));
    return made;
}

static inline void world_join(world *w, const char *process, const person *who, role wanted) {
    usage_actor by = usage_actor_system(w->secret);
    world_ok(w, member_join(w->db, NULL, &by, process, who->id, wanted, &w->fault));
}

// The id of the process's node that came from `origin` of the guide.
static inline const char *world_node(world *w, const char *process, const char *origin) {
    store_rows *rows;
    if (store_one(w->db, &rows, "SELECT id FROM node WHERE process = ? AND origin = ?", "tt", process, origin) !=
        STATUS_OK)
        fail_msg("no node %s", origin);
    const char *found = arena_text(w->arena, store_text(rows, 0));
    store_end(rows, NULL);
    return found;
}

// One asset of a link in a node, made by `who`.
static inline const char *world_asset(world *w, const char *process, const char *node, const person *who) {
    world_ok(w, store_run(w->db, &w->fault,
                          "INSERT INTO interlinker VALUES ('map', 'link', 'software', NULL, '{}', '{}', '{}', '{}', "
                          "'{}', '{}', '{}', '[]', '', '', NULL, NULL, 0, '{}', 0, 1, 1) ON CONFLICT (id) DO NOTHING",
                          ""));
    id_value made = id_create();
    world_ok(w, store_run(w->db, &w->fault,
                          "INSERT INTO asset (id, process, node, interlinker, name, creator, created, updated) "
                          "VALUES (?, ?, ?, 'map', 'Map', ?, 1, 1)",
                          "tttt", made.text, process, node, who->id));
    world_ok(w, store_run(w->db, &w->fault, "UPDATE node SET assets = assets + 1 WHERE id = ?", "t", node));
    return arena_text(w->arena, made.text);
}

#endif
