// SPDX-License-Identifier: EUPL-1.2
//
// scenario: a house with one plugin and one asset of it, in which calls are made as the host makes them: through a
// jailed worker, with the effects committed, and made again when a document changed meanwhile.
#ifndef INTERLINK_TESTS_SCENARIO_H
#define INTERLINK_TESTS_SCENARIO_H

#include "world.h"

#include "plugin/pool.h"
#include "plugin/registry.h"

enum { SCENARIO_ACTORS = 16, SCENARIO_TOGETHER = 8, SCENARIO_WORD = 64 };

typedef struct scenario_actor {
    char name[SCENARIO_WORD];
    id_value id;
} scenario_actor;

typedef struct scenario_call {
    plugin_call call;
    struct scenario *scene;
} scenario_call;

typedef struct scenario {
    world *world;
    loop *loop;
    plugin_registry *registry;
    plugin_pool *pool;
    manifest *manifest;
    const char *process, *node, *asset;
    scenario_actor actors[SCENARIO_ACTORS];
    size_t actor_count;
    const scenario_actor *actor; // who acts now
    const char *role, *capability, *language;
    scenario_call *waiting[SCENARIO_TOGETHER]; // between "together" and "end"
    size_t waiting_count;
    bool together;
    scenario_call *last; // whose answer is looked at
    int reruns;          // of the last step
    int under_way;
} scenario;

// `program` is the folder with interlink-worker, `package` a package folder. Failures end the cmocka test.
scenario *scenario_open(const char *program, const char *package);
void scenario_close(scenario *s);

void scenario_act(scenario *s, const char *name, const char *role, const char *capability, const char *language);
const char *scenario_person(scenario *s, const char *name); // the pseudonym, in the arena

// Runs a call (or, between scenario_together and scenario_end, lets it wait), and commits what it asks for.
void scenario_create(scenario *s, const char *params);
void scenario_request(scenario *s, const char *method, const char *path, const char *query, const char *body);
void scenario_event(scenario *s, const char *event, const char *data);
void scenario_together(scenario *s);
void scenario_end(scenario *s);

#endif
