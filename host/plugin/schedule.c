// SPDX-License-Identifier: EUPL-1.2
#include "plugin/schedule.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "domain/schedule.h"
#include "domain/snapshot.h"
#include "plugin/effect.h"
#include "plugin/notice.h"

enum { LOOK_MS = 1000, AT_ONCE = 16, TRIES = 5, POSTPONE_MS = 60000, TURN_MS = 10 };

// What becomes of the row in the end.
typedef enum waking_end { WAKING_COMMIT, WAKING_DROP, WAKING_POSTPONE } waking_end;

// One due row on its way: the call, then the write.
typedef struct waking {
    write_job job; // first: its letter is what comes back
    plugin_call call;
    plugin_schedule *schedule;
    struct waking *next;
    arena *arena;
    const char *id, *interlinker;
    waking_end end;
    int tries;
    live_list live;
} waking;

struct plugin_schedule {
    plugin_schedule_parts parts;
    loop_timer *timer; // NULL once it was stopped
    live_subscription *subscription;
    plugin_notices *notices;
    waking *all;
    size_t busy;
};

static void waking_start(waking *w);

static void waking_destroy(waking *w) {
    plugin_schedule *p = w->schedule;
    waking **at = &p->all;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    p->busy--;
    live_list_clear(&w->live);
    arena_destroy(w->arena);
    free(w);
}

// ---- the write

static status waking_run(write_job *job, store *s, fault *f) {
    waking *w = (waking *)job;
    live_list_clear(&w->live); // of an attempt whose batch was undone
    if (w->end == WAKING_POSTPONE)
        return store_run(s, f, "UPDATE schedule SET at = ? WHERE id = ?", "it", clock_now() + POSTPONE_MS, w->id);
    status result = snapshot_remember_told(s, w->id, f);
    if (result == STATUS_OK)
        result = store_run(s, f, "DELETE FROM schedule WHERE id = ?", "t", w->id);
    // Nothing deleted: the asset went meanwhile, and what it wanted with it.
    if (result != STATUS_OK || w->end == WAKING_DROP || store_changes(s) == 0)
        return result;
    effect_context context = {
        .registry = w->schedule->parts.registry,
        .by = {.secret = plugin_registry_secret(w->schedule->parts.registry), .role = "plugin"},
        .interlinker = w->interlinker,
    };
    return plugin_effects_commit(&w->call, s, &context, &w->live, f);
}

static void waking_kept(write_job *job) {
    waking *w = (waking *)job;
    live_hub_publish(w->schedule->parts.live, &w->live);
}

static void waking_submit(waking *w, waking_end end) {
    w->end = end;
    writer_submit(w->schedule->parts.writer, &w->job);
}

static void waking_written(letter *self) {
    waking *w = (waking *)self;
    status outcome = w->job.outcome;
    if (outcome == STATUS_OK || !w->schedule->timer) {
        waking_destroy(w); // when it failed at the end of the program, the row is still due at the next start
        return;
    }
    if (outcome == STATUS_RETRY && ++w->tries < TRIES) {
        waking_start(w);
        return;
    }
    if (w->end == WAKING_COMMIT && outcome != STATUS_STORE_FULL && outcome != STATUS_INTERNAL) {
        log_write(LOG_WARNING, "plugin", "what was scheduled was refused: %s plugin=%s asset=%s", w->job.fault.text,
                  w->call.plugin, w->call.asset);
        waking_submit(w, outcome == STATUS_RETRY ? WAKING_POSTPONE : WAKING_DROP);
        return;
    }
    waking_destroy(w); // a row that could not be written is still due, and found again
}

// ---- the call

static void waking_called(plugin_call *call) {
    waking *w = call->context;
    if (call->status == STATUS_OK) {
        waking_submit(w, WAKING_COMMIT);
    } else if (!w->schedule->timer) {
        waking_destroy(w);
    } else if (call->status == STATUS_UNAVAILABLE) {
        waking_submit(w, WAKING_POSTPONE);
    } else {
        log_write(LOG_WARNING, "plugin", "what was scheduled failed: %s plugin=%s asset=%s", call->fault.text,
                  call->plugin, call->asset);
        waking_submit(w, WAKING_DROP);
    }
}

static void waking_start(waking *w) {
    w->job.fault = (fault){0};
    w->call.fault = (fault){0};
    plugin_pool_call(w->schedule->parts.pool, &w->call);
}

static void waking_create(plugin_schedule *p, store_rows *row) {
    waking *w = memory_new(sizeof *w);
    arena *a = arena_create();
    *w = (waking){
        .job = {.letter = {NULL, waking_written},
                .reply_to = loop_mailbox(p->parts.loop),
                .run = waking_run,
                .kept = waking_kept},
        .schedule = p,
        .next = p->all,
        .arena = a,
        .id = arena_text(a, store_text(row, 0)),
        .interlinker = arena_text(a, store_text(row, 8)),
    };
    w->call = (plugin_call){
        .arena = a,
        .store = p->parts.reader,
        .function = FUNCTION_EVENT,
        .asset = arena_text(a, store_text(row, 1)),
        .data = arena_str(a, store_str(row, 2)),
        .asset_name = arena_text(a, store_text(row, 3)),
        .node = arena_text(a, store_text(row, 4)),
        .node_name = arena_text(a, store_text(row, 5)),
        .process = arena_text(a, store_text(row, 6)),
        .process_name = arena_text(a, store_text(row, 7)),
        .plugin = arena_text(a, store_text(row, 9)),
        .language = arena_text(a, store_text(row, 10)),
        .event = arena_str(a, store_str(row, 11)),
        .done = waking_called,
        .context = w,
    };
    p->all = w;
    p->busy++;
}

static bool under_way(const plugin_schedule *p, const char *id) {
    for (const waking *w = p->all; w; w = w->next)
        if (strcmp(w->id, id) == 0)
            return true;
    return false;
}

static void look(void *context) {
    plugin_schedule *p = context;
    if (p->busy >= AT_ONCE)
        return;
    waking *before = p->all;
    store_rows *rows =
        store_query(p->parts.reader,
                    "SELECT s.id, s.asset, s.data, a.name, a.node, n.name, a.process, p.name, a.interlinker, "
                    "a.plugin, p.language, s.event FROM schedule s JOIN asset a ON a.id = s.asset "
                    "JOIN node n ON n.id = a.node JOIN process p ON p.id = a.process "
                    "WHERE s.at <= ? AND a.plugin IS NOT NULL ORDER BY s.at LIMIT ?",
                    "ii", clock_now(), 2 * (int64_t)AT_ONCE);
    while (p->busy < AT_ONCE && store_next(rows))
        if (!under_way(p, store_text(rows, 0)))
            waking_create(p, rows);
    fault why = {0};
    if (store_end(rows, &why) != STATUS_OK)
        log_write(LOG_ERROR, "plugin", "the schedule cannot be read: %s", why.text);
    for (waking *w = p->all; w != before; w = w->next)
        waking_start(w);
}

// A row is due now: some write has just said so.
static void due(void *context, const live_event *event) {
    (void)event;
    look(context);
}

// ---- life

plugin_schedule *plugin_schedule_create(const plugin_schedule_parts *parts) {
    plugin_schedule *p = memory_new(sizeof *p);
    p->parts = *parts;
    p->timer = loop_timer_add(parts->loop, LOOK_MS, true, look, p);
    p->subscription = live_subscribe(parts->live, parts->loop, SCHEDULE_TOPIC, due, p);
    p->notices = plugin_notices_create(parts->loop, parts->writer, parts->registry, parts->live);
    return p;
}

void plugin_schedule_stop(plugin_schedule *p) {
    if (!p->timer)
        return;
    loop_timer_remove(p->timer);
    p->timer = NULL;
    live_unsubscribe(p->subscription);
    plugin_notices_stop(p->notices);
}

size_t plugin_schedule_busy(const plugin_schedule *p) {
    return p->busy + plugin_notices_busy(p->notices);
}

void plugin_schedule_destroy(plugin_schedule *p) {
    if (!p)
        return;
    plugin_schedule_stop(p);
    while (plugin_schedule_busy(p))
        loop_turn(p->parts.loop, TURN_MS);
    plugin_notices_destroy(p->notices);
    free(p);
}
