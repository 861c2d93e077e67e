// SPDX-License-Identifier: EUPL-1.2
#include "plugin/pool.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/memory.h"
#include "plugin/registry.h"
#include "plugin/supervisor.h"

enum { TICK_MS = 10, REST_MS = 10000, LEAVE_MS = 500 };

struct plugin_pool {
    loop *loop;
    supervisor_house house;
    plugin_supervisor **supervisors; // one for each plugin that was ever called: a few dozen
    size_t count, size;
    loop_timer *tick, *rest; // `tick` only while something must be watched
    bool pushing_soon;
    size_t busy;
    uint64_t seed[2];
};

static int64_t steady_ms(void) {
    return clock_steady() / 1000000;
}

// ---- time

static bool anything_watched(const plugin_pool *p) {
    for (size_t i = 0; i < p->count; i++)
        if (supervisor_watched(p->supervisors[i]))
            return true;
    return false;
}

static void on_tick(void *context) {
    plugin_pool *p = context;
    int64_t now = steady_ms();
    for (size_t i = 0; i < p->count; i++)
        supervisor_tick(p->supervisors[i], now);
    if (!anything_watched(p)) {
        loop_timer_remove(p->tick);
        p->tick = NULL;
    }
}

static void watch(plugin_pool *p) {
    if (!p->tick && anything_watched(p))
        p->tick = loop_timer_add(p->loop, TICK_MS, true, on_tick, p);
}

static void on_rest(void *context) {
    plugin_pool *p = context;
    int64_t now = steady_ms();
    for (size_t i = 0; i < p->count; i++)
        supervisor_rest(p->supervisors[i], now);
    watch(p);
}

// ---- calls

static void push_all(void *context) {
    plugin_pool *p = context;
    p->pushing_soon = false;
    for (size_t i = 0; i < p->count; i++)
        supervisor_push(p->supervisors[i]);
    watch(p);
}

static void push_soon(void *context) {
    plugin_pool *p = context;
    if (p->pushing_soon)
        return;
    p->pushing_soon = true;
    loop_put_off(p->loop, push_all, p);
}

static void call_done(void *context, plugin_call *call) {
    plugin_pool *p = context;
    p->busy--;
    call->slot = NULL;
    call->done(call);
}

static plugin_supervisor *find(plugin_pool *p, const char *plugin) {
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(supervisor_plugin(p->supervisors[i]), plugin) == 0)
            return p->supervisors[i];
    if (p->count == p->size) {
        p->size = p->size ? p->size * 2 : 16;
        p->supervisors = memory_resize(p->supervisors, p->size, sizeof(plugin_supervisor *));
    }
    return p->supervisors[p->count++] = supervisor_create(&p->house, plugin);
}

// xorshift128+ (Vigna 2014): a plugin's random numbers decide no secret, so no system call for each call is worth it.
static uint64_t next_seed(plugin_pool *p) {
    uint64_t a = p->seed[0], b = p->seed[1];
    p->seed[0] = b;
    a ^= a << 23;
    p->seed[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
    return p->seed[1] + b;
}

void plugin_pool_call(plugin_pool *p, plugin_call *call) {
    call_slot *slot = arena_alloc(call->arena, sizeof *slot);
    *slot = (call_slot){.call = call, .now = clock_now(), .seed = next_seed(p)};
    call->slot = slot;
    call->effects = NULL;
    call->effect_count = 0;
    p->busy++;
    supervisor_take(find(p, call->plugin), slot);
    push_soon(p);
}

size_t plugin_pool_busy(const plugin_pool *p) {
    return p->busy;
}

// ---- life

plugin_pool *plugin_pool_create(loop *l, plugin_registry *registry) {
    plugin_pool *p = memory_new(sizeof *p);
    p->loop = l;
    p->house = (supervisor_house){l, registry, NULL, p, push_soon, call_done};
    p->rest = loop_timer_add(l, REST_MS, true, on_rest, p);
    crypto_random(p->seed, sizeof p->seed);
    return p;
}

void plugin_pool_go_online(plugin_pool *p) {
    p->house.out_there = egress_create(p->loop);
}

void plugin_pool_destroy(plugin_pool *p) {
    if (!p)
        return;
    int64_t until = steady_ms() + LEAVE_MS;
    for (size_t i = 0; i < p->count; i++)
        supervisor_stop(p->supervisors[i]);
    // A call's end may make another call, also of another plugin: until there are none.
    do
        for (size_t i = 0; i < p->count; i++)
            supervisor_fail_all(p->supervisors[i], until);
    while (p->busy);
    for (size_t i = 0; i < p->count; i++)
        supervisor_destroy(p->supervisors[i]);
    egress_destroy(p->house.out_there);
    loop_put_off_cancel(p->loop, p);
    if (p->tick)
        loop_timer_remove(p->tick);
    loop_timer_remove(p->rest);
    free(p->supervisors);
    free(p);
}
