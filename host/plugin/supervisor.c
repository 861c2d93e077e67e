// SPDX-License-Identifier: EUPL-1.2
#include "plugin/supervisor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "plugin/call.h"
#include "plugin/result.h"
#include "plugin/worker.h"

struct plugin_supervisor {
    supervisor_house house;
    char *plugin;
    plugin_info info;            // what the worker runs; held
    bool known;                  // is `info` held
    uint64_t generation;         // of the registry when `info` was read
    call_queue waiting, refused; // refused: one too many, told when the pool next pushes
    plugin_worker *worker;
    bool one_alone;   // what was sent last is to have the worker for itself
    uint64_t numbers; // of frames, so far
};

static int64_t steady_ms(void) {
    return clock_steady() / 1000000;
}

// ---- ends of calls

static void slot_fail(plugin_supervisor *s, call_slot *slot, const fault *why) {
    plugin_call *call = slot->call;
    call->status = why->status;
    call->fault = *why;
    call->http_status = status_http(why->status);
    call->answer_type = call->answer_body = call->answer_location = call->answer_filename = (str){0};
    call->effects = NULL;
    call->effect_count = 0;
    if (!call->fault.about[0])
        snprintf(call->fault.about, sizeof call->fault.about, "%s", s->plugin);
    s->house.done(s->house.context, call);
}

// Those that are in the queue now, not those that come while these are told.
static void fail_all(plugin_supervisor *s, call_queue *queue, const fault *why) {
    call_queue failed = *queue;
    *queue = (call_queue){0};
    for (call_slot *slot; (slot = call_queue_take(&failed)) != NULL;)
        slot_fail(s, slot, why);
}

// ---- the death of a worker

static void tell_crash(const plugin_supervisor *s, const plugin_worker_end *end) {
    const plugin_call *call = end->to_blame ? end->to_blame->call : NULL;
    log_write(LOG_WARNING, "plugin", "a worker ended: %s plugin=%s asset=%s call=%s", end->trouble,
              s->info.manifest->label, call && call->asset ? call->asset : "-", call && call->path ? call->path : "-");
}

static void blame(plugin_supervisor *s, const plugin_worker_end *end) {
    fault why = {0};
    if (!end->to_blame)
        return;
    if (end->late)
        fault_set(&why, STATUS_PLUGIN_LATE, "plugin.late", RESULT_LATE);
    else
        fault_set(&why, STATUS_PLUGIN_FAILED, "plugin.crashed",
                  "The tool broke down while it worked on this. Nothing was changed. Try again, and tell the "
                  "administrator if it happens again.");
    slot_fail(s, end->to_blame, &why);
}

// Calls that were only waiting behind the one to blame are made again: nothing of them has happened yet.
static void replay(plugin_supervisor *s, call_queue *others) {
    for (call_slot *slot = others->first; slot; slot = slot->next)
        slot->replays++;
    call_queue_put_first(&s->waiting, others);
}

static void start_failed(plugin_supervisor *s, const char *trouble) {
    fault why = {0};
    log_write(LOG_WARNING, "plugin", "a worker could not start: %s plugin=%s", trouble, s->plugin);
    fault_set(&why, STATUS_PLUGIN_FAILED, "plugin.start_failed", "The tool \"%.40s\" cannot be started: %.200s",
              s->plugin, trouble);
    fail_all(s, &s->waiting, &why);
}

static void on_gone(void *context, plugin_worker *w) {
    plugin_supervisor *s = context;
    plugin_worker_end end;
    bool stopped = plugin_worker_stopping(w);
    plugin_worker_tell_end(w, &end);
    plugin_worker_destroy(w);
    s->worker = NULL;
    if (stopped) {
        replay(s, &end.others);
    } else if (!end.was_ready) {
        if (health_bad_start(s->info.health, steady_ms(), end.trouble))
            plugin_registry_tell_quarantine(s->house.registry, s->plugin, end.trouble);
        start_failed(s, end.trouble);
    } else {
        tell_crash(s, &end);
        if (end.to_blame)
            health_called(s->info.health);
        if (end.late)
            health_late(s->info.health);
        if (health_crash(s->info.health, steady_ms(), end.trouble))
            plugin_registry_tell_quarantine(s->house.registry, s->plugin, end.trouble);
        replay(s, &end.others);
        blame(s, &end);
    }
    if (!stopped && health_failing(s->info.health))
        plugin_registry_tell_failing(s->house.registry, s->plugin, s->info.manifest->version, end.trouble);
    if (s->waiting.first)
        s->house.soon(s->house.context);
}

// ---- sending

static void on_ready(void *context) {
    plugin_supervisor *s = context;
    health_ready(s->info.health);
    supervisor_push(s);
}

static void on_answered(void *context, call_slot *slot) {
    plugin_supervisor *s = context;
    health_called(s->info.health);
    if (slot->call->status == STATUS_PLUGIN_LATE)
        health_late(s->info.health);
    s->house.done(s->house.context, slot->call);
    if (s->waiting.first)
        s->house.soon(s->house.context);
}

static bool runs(plugin_state state) {
    return state == PLUGIN_READY || state == PLUGIN_BACKING_OFF;
}

// Take note of changes in the registry. False while calls in flight still need what was there before.
static bool refresh(plugin_supervisor *s) {
    uint64_t generation = plugin_registry_generation(s->house.registry);
    if (s->generation == generation)
        return true;
    plugin_info info;
    bool found = plugin_registry_get(s->house.registry, s->plugin, &info);
    bool same = found && s->known && info.entry == s->info.entry && runs(info.state);
    if (s->worker && !same) {
        // The old one finishes what it has; the new one starts when it is gone.
        if (!plugin_worker_flying(s->worker))
            plugin_worker_stop(s->worker);
        if (found)
            plugin_registry_release(s->house.registry, &info);
        return false;
    }
    if (s->known && !same)
        plugin_registry_release(s->house.registry, &s->info);
    else if (same)
        plugin_registry_release(s->house.registry, &info);
    if (!same) {
        s->info = info;
        s->known = found;
    }
    s->generation = generation;
    return true;
}

static bool start_worker(plugin_supervisor *s) {
    fault why = {0};
    int64_t wait;
    if (plugin_registry_usable(s->house.registry, s->plugin, &why) != STATUS_OK) {
        fail_all(s, &s->waiting, &why);
        return false;
    }
    if (!s->known) { // it came between two looks at the registry
        s->house.soon(s->house.context);
        return false;
    }
    if (!health_may_start(s->info.health, steady_ms(), &wait)) {
        fault_set(&why, STATUS_UNAVAILABLE, "plugin.backing_off",
                  "The tool \"%.40s\" broke down and is started again in a moment. Try again then.", s->plugin);
        fail_all(s, &s->waiting, &why);
        return false;
    }
    plugin_worker_owner owner = {s, on_ready, on_answered, on_gone};
    status started = plugin_worker_create(s->house.loop, s->house.registry, s->house.out_there, &s->info, &owner, &s->worker, &why);
    if (started != STATUS_OK) {
        health_not_started(s->info.health, steady_ms(), why.text);
        start_failed(s, why.text);
    }
    return started == STATUS_OK;
}

static void fail_refused(plugin_supervisor *s) {
    fault why = {0};
    if (!s->refused.first)
        return;
    fault_set(&why, STATUS_UNAVAILABLE, "plugin.busy",
              "Too many people use the tool \"%.40s\" at this moment. Try again in a few seconds.", s->plugin);
    fail_all(s, &s->refused, &why);
}

// A call that went down with others' crashes again and again is sent alone, so that the next crash can only be its own.
// Thus every crash fails the call that crashed, and nobody else's for good.
static bool goes_alone(const call_slot *slot) {
    return slot->replays >= WORKER_REPLAYS;
}

static bool may_send(const plugin_supervisor *s) {
    if (!s->waiting.first || plugin_worker_room(s->worker) == 0)
        return false;
    return plugin_worker_flying(s->worker) == 0 || (!s->one_alone && !goes_alone(s->waiting.first));
}

// The documents of all calls that are sent now are read in one transaction: the database is locked once and not for
// each document. NULL: there is nothing to send, or each document is read by itself.
static store *reading_begin(const plugin_supervisor *s) {
    store *reader = may_send(s) ? s->waiting.first->call->store : NULL;
    return reader && !store_in_transaction(reader) && store_begin(reader, NULL) == STATUS_OK ? reader : NULL;
}

void supervisor_push(plugin_supervisor *s) {
    fail_refused(s);
    if (!s->waiting.first || !refresh(s))
        return;
    if (!s->worker && !start_worker(s))
        return;
    bool any = false;
    store *reader = reading_begin(s);
    while (may_send(s)) {
        fault why;
        fault_clear(&why);
        call_slot *slot = call_queue_take(&s->waiting);
        s->one_alone = goes_alone(slot);
        if (plugin_worker_send(s->worker, slot, ++s->numbers, &why) == STATUS_OK)
            any = true;
        else
            slot_fail(s, slot, &why);
    }
    if (reader && store_commit(reader, NULL) != STATUS_OK)
        store_rollback(reader);
    if (any)
        plugin_worker_flush(s->worker);
}

void supervisor_take(plugin_supervisor *s, call_slot *slot) {
    call_queue_add(s->waiting.count < SUPERVISOR_WAITING ? &s->waiting : &s->refused, slot);
}

// ---- time

bool supervisor_watched(const plugin_supervisor *s) {
    return s->worker && plugin_worker_watched(s->worker);
}

void supervisor_tick(plugin_supervisor *s, int64_t now) {
    if (s->worker)
        plugin_worker_tick(s->worker, now);
}

void supervisor_rest(plugin_supervisor *s, int64_t now) {
    if (!s->worker || plugin_worker_flying(s->worker) || s->waiting.first)
        return;
    if (now - plugin_worker_idle_since(s->worker) > SUPERVISOR_IDLE_MS || !refresh(s))
        plugin_worker_stop(s->worker);
}

// ---- life

plugin_supervisor *supervisor_create(const supervisor_house *house, const char *plugin) {
    plugin_supervisor *s = memory_new(sizeof *s);
    s->house = *house;
    s->plugin = memory_text(plugin);
    s->generation = UINT64_MAX; // nothing was read yet
    return s;
}

void supervisor_stop(plugin_supervisor *s) {
    if (s->worker)
        plugin_worker_stop(s->worker);
}

void supervisor_fail_all(plugin_supervisor *s, int64_t until) {
    fault why = {0};
    fault_set(&why, STATUS_UNAVAILABLE, "plugin.stopping", "The server is stopping. Try again in a moment.");
    if (s->worker) {
        plugin_worker_end end;
        plugin_worker_wait(s->worker, until);
        plugin_worker_tell_end(s->worker, &end);
        plugin_worker_destroy(s->worker);
        s->worker = NULL;
        if (end.to_blame)
            call_queue_add(&s->waiting, end.to_blame);
        call_queue_put_first(&s->waiting, &end.others);
    }
    fail_all(s, &s->waiting, &why);
    fail_all(s, &s->refused, &why);
}

void supervisor_destroy(plugin_supervisor *s) {
    if (!s)
        return;
    plugin_worker_destroy(s->worker);
    if (s->known)
        plugin_registry_release(s->house.registry, &s->info);
    free(s->plugin);
    free(s);
}

const char *supervisor_plugin(const plugin_supervisor *s) {
    return s->plugin;
}
