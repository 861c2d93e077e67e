// SPDX-License-Identifier: EUPL-1.2
#include "scenario.h"

#include "base/clock.h"
#include "base/memory.h"
#include "plugin/catalogue.h"
#include "plugin/effect.h"
#include "plugin/request.h"

enum { PATIENCE_S = 60, RERUNS = 20 };

static const char view_base[] = "/view/TICKET";

static void ok(scenario *s, status st) {
    world_ok(s->world, st);
}

static void enter_plugin(scenario *s, const char *package) {
    world *w = s->world;
    char *folder = realpath(package, NULL);
    if (!folder)
        fail_msg("%s: there is no such package", package);
    ok(s, manifest_read(folder, &s->manifest, &w->fault));
    ok(s, store_begin(w->db, &w->fault));
    ok(s, plugin_catalogue_write(w->db, s->manifest, folder, folder, w->folder, true, &w->fault));
    ok(s, store_commit(w->db, &w->fault));
    ok(s, plugin_registry_load(s->registry, w->db, &w->fault));
    free(folder);
}

static const char *enter_asset(scenario *s) {
    id_value made = id_create();
    ok(s, store_run(s->world->db, &s->world->fault,
                    "INSERT INTO asset (id, process, node, interlinker, plugin, name, creator, created, updated) "
                    "VALUES (?, ?, ?, ?, ?, 'The asset', ?, 1, 1)",
                    "tttttt", made.text, s->process, s->node, s->manifest->id, s->manifest->id, s->world->ada.id));
    return arena_text(s->world->arena, made.text);
}

scenario *scenario_open(const char *program, const char *package) {
    scenario *s = memory_new(sizeof *s);
    world_open((void **)&s->world);
    s->loop = loop_create();
    s->registry = plugin_registry_create(program, s->world->folder, s->world->secret);
    s->pool = plugin_pool_create(s->loop, s->registry);
    enter_plugin(s, package);
    id_value process = world_process(s->world, "en");
    s->process = arena_text(s->world->arena, process.text);
    s->node = world_node(s->world, s->process, "a");
    s->asset = enter_asset(s);
    scenario_act(s, "ada", "administrator", "view", "en");
    return s;
}

void scenario_close(scenario *s) {
    plugin_pool_destroy(s->pool);
    plugin_registry_destroy(s->registry);
    manifest_free(s->manifest);
    loop_destroy(s->loop);
    world_close((void **)&s->world);
    free(s);
}

static scenario_actor *actor_named(scenario *s, const char *name) {
    for (size_t i = 0; i < s->actor_count; i++)
        if (strcmp(s->actors[i].name, name) == 0)
            return &s->actors[i];
    assert_true(s->actor_count < SCENARIO_ACTORS);
    scenario_actor *a = &s->actors[s->actor_count++];
    snprintf(a->name, sizeof a->name, "%s", name);
    a->id = id_create();
    return a;
}

void scenario_act(scenario *s, const char *name, const char *as, const char *capability, const char *language) {
    s->actor = actor_named(s, name);
    s->role = arena_text(s->world->arena, as);
    s->capability = arena_text(s->world->arena, capability);
    s->language = arena_text(s->world->arena, language);
}

const char *scenario_person(scenario *s, const char *name) {
    char pseudonym[REQUEST_PSEUDONYM];
    request_pseudonym(s->world->secret, s->asset, actor_named(s, name)->id.text, pseudonym);
    return arena_text(s->world->arena, pseudonym);
}

// ---- making calls ----

static void on_done(plugin_call *call) {
    scenario_call *c = call->context;
    c->scene->under_way--;
}

static void start(scenario_call *c) {
    c->scene->under_way++;
    plugin_pool_call(c->scene->pool, &c->call);
}

static void wait_for_all(scenario *s) {
    int64_t end = clock_steady() + PATIENCE_S * INT64_C(1000000000);
    while (s->under_way > 0 && clock_steady() < end)
        loop_turn(s->loop, 100);
    assert_int_equal(s->under_way, 0);
}

// The effects of an answered call; STATUS_RETRY when it must be made again.
static status commit(scenario_call *c) {
    scenario *s = c->scene;
    world *w = s->world;
    if (c->call.status != STATUS_OK)
        return c->call.status;
    live_list live = {0};
    effect_context context = {.registry = s->registry, .interlinker = s->manifest->id};
    context.by = usage_actor_system(w->secret);
    context.by.person = c->call.person;
    context.by.name = c->call.person_name;
    context.by.role = "citizen";
    ok(s, store_begin(w->db, &w->fault));
    status st = plugin_effects_commit(&c->call, w->db, &context, &live, &w->fault);
    if (st == STATUS_OK) {
        ok(s, store_commit(w->db, &w->fault));
    } else {
        store_rollback(w->db);
        c->call.status = st;
        c->call.fault = w->fault;
        w->fault = (fault){0};
    }
    live_list_clear(&live);
    return st;
}

static void finish(scenario *s) {
    s->reruns = 0;
    wait_for_all(s);
    for (size_t i = 0; i < s->waiting_count; i++) {
        scenario_call *c = s->waiting[i];
        for (int again = 0; commit(c) == STATUS_RETRY; again++) {
            assert_true(again < RERUNS);
            s->reruns++;
            c->call.effects = NULL;
            c->call.effect_count = 0;
            c->call.fault = (fault){0};
            start(c);
            wait_for_all(s);
        }
        s->last = c;
    }
    s->waiting_count = 0;
}

static void make(scenario *s, plugin_call asked) {
    world *w = s->world;
    scenario_call *c = arena_alloc(w->arena, sizeof *c);
    *c = (scenario_call){.call = asked, .scene = s};
    c->call.arena = w->arena;
    c->call.store = w->db;
    c->call.plugin = s->manifest->id;
    c->call.asset = s->asset;
    c->call.asset_name = "The asset";
    c->call.node = s->node;
    c->call.node_name = "The task";
    c->call.process = s->process;
    c->call.process_name = "The project";
    c->call.language = s->language;
    c->call.base = view_base;
    c->call.done = on_done;
    c->call.context = c;
    if (asked.function != FUNCTION_EVENT) {
        c->call.person = s->actor->id.text;
        c->call.person_name = s->actor->name;
        c->call.role = s->role;
        c->call.capability = s->capability;
    }
    assert_true(s->waiting_count < SCENARIO_TOGETHER);
    s->waiting[s->waiting_count++] = c;
    start(c);
    if (!s->together)
        finish(s);
}

void scenario_create(scenario *s, const char *params) {
    make(s, (plugin_call){.function = FUNCTION_CREATE, .params = str_from(arena_text(s->world->arena, params))});
}

void scenario_request(scenario *s, const char *method, const char *path, const char *query, const char *body) {
    arena *a = s->world->arena;
    plugin_call asked = {.function = FUNCTION_HANDLE, .method = arena_text(a, method), .path = arena_text(a, path)};
    asked.query = str_from(arena_text(a, query));
    asked.body = str_from(arena_text(a, body));
    if (*body)
        asked.body_type = str_from("application/x-www-form-urlencoded");
    make(s, asked);
}

void scenario_event(scenario *s, const char *event, const char *data) {
    arena *a = s->world->arena;
    make(s, (plugin_call){.function = FUNCTION_EVENT,
                          .event = str_from(arena_text(a, event)),
                          .data = str_from(arena_text(a, data))});
}

void scenario_together(scenario *s) {
    s->together = true;
}

void scenario_end(scenario *s) {
    s->together = false;
    finish(s);
}
