// SPDX-License-Identifier: EUPL-1.2
#include "plugin/worker.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "plugin/channel.h"
#include "plugin/fetch.h"
#include "plugin/outgoing.h"
#include "plugin/process.h"
#include "plugin/request.h"
#include "plugin/result.h"

enum {
    START_WALL_MS = 10000, // to become ready: much, because the machine may be busy
    START_CPU_MS = 2000,
    STOP_WALL_MS = 2000,
    LOGS_A_CALL = 200,       // lines for the author's log
    PENDING_BYTES = 1 << 20, // unsent: no further call is written before the worker has read
};

typedef enum worker_phase { PHASE_STARTING, PHASE_READY, PHASE_STOPPING, PHASE_KILLED } worker_phase;

struct plugin_worker {
    loop *loop;
    plugin_registry *registry;
    const plugin_info *info;
    plugin_worker_owner owner;
    plugin_process *process;
    plugin_channel *channel;
    plugin_outgoing outgoing;
    worker_phase phase;
    bool was_ready;
    call_queue flight;
    int64_t since; // steady milliseconds: when this phase, or idleness, began
    // The call that was running at the last tick, and what had been used when it was first seen.
    uint64_t watched;
    int64_t watched_cpu, watched_since;
    bool late;
    char trouble[WORKER_TROUBLE];
};

static int64_t steady_ms(void) {
    return clock_steady() / 1000000;
}

static void worker_kill(plugin_worker *w, const char *trouble) {
    if (w->phase == PHASE_KILLED)
        return;
    w->phase = PHASE_KILLED;
    snprintf(w->trouble, sizeof w->trouble, "%s", trouble);
    outgoing_cancel(&w->outgoing, 0);
    plugin_process_kill(w->process);
}

// ---- what comes from the worker

static void read_texts(str payload, str *text, str *name, str *version, uint64_t *level) {
    str value;
    frame_tag tag;
    bool broken = false;
    while (frame_field(&payload, &tag, &value, &broken)) {
        switch (tag) {
        case TAG_TEXT:
            *text = value;
            break;
        case TAG_NAME:
            *name = value;
            break;
        case TAG_VERSION:
            *version = value;
            break;
        case TAG_LEVEL:
            *level = frame_value(value);
            break;
        default:
            break;
        }
    }
}

static bool take_ready(plugin_worker *w, str payload) {
    str text = {0}, name = {0}, version = {0};
    uint64_t level = 0;
    if (w->phase != PHASE_STARTING)
        return false;
    read_texts(payload, &text, &name, &version, &level);
    if (version.ptr && !str_is(version, w->info->manifest->version)) {
        char trouble[WORKER_TROUBLE];
        snprintf(trouble, sizeof trouble, "Its code says version %.*s, its manifest %.40s. Build it again.",
                 version.len < 40 ? (int)version.len : 40, version.ptr, w->info->manifest->version);
        worker_kill(w, trouble);
        return true;
    }
    w->phase = PHASE_READY;
    w->was_ready = true;
    w->since = steady_ms();
    w->owner.ready(w->owner.context);
    return true;
}

static void take_failed(plugin_worker *w, str payload) {
    str text = STR("It gave no reason."), name, version;
    uint64_t level;
    char trouble[WORKER_TROUBLE];
    read_texts(payload, &text, &name, &version, &level);
    size_t len = text.len < sizeof trouble - 1 ? text.len : sizeof trouble - 1;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xC0) == 0x80)
        len--;
    snprintf(trouble, sizeof trouble, "%.*s", (int)len, text.ptr);
    worker_kill(w, trouble);
}

// Milliseconds of the clock until this call is too late.
static uint32_t time_left(const plugin_worker *w, const call_slot *slot) {
    int64_t gone = slot->number == w->watched ? steady_ms() - w->watched_since : 0;
    return gone < w->info->manifest->wall_ms ? (uint32_t)(w->info->manifest->wall_ms - gone) : 0;
}

static bool take_fetch(plugin_worker *w, call_slot *slot, const frame *in) {
    fetch_context c = {
        .granted = w->info->granted,
        .data_folder = plugin_registry_data_folder(w->registry),
        .too_many = ++slot->fetches > FETCH_LIMIT,
    };
    plugin_permission needed = fetch_needs(in);
    if (needed & w->info->granted)
        use_mark(w->info->uses, needed);
    if (outgoing_asked(in) && needed & w->info->granted && !c.too_many)
        return outgoing_start(&w->outgoing, slot, in, time_left(w, slot));
    bool good = fetch_answer(plugin_channel_out(w->channel), slot->call, in, &c);
    plugin_channel_flush(w->channel);
    return good;
}

static bool take_result(plugin_worker *w, call_slot *slot, const frame *in) {
    if (!result_read(slot->call, in->payload))
        return false;
    outgoing_cancel(&w->outgoing, slot->number);
    call_queue_remove(&w->flight, slot);
    slot->call->plugin_version = arena_text(slot->call->arena, w->info->manifest->label);
    if (!w->flight.first)
        w->since = steady_ms();
    w->owner.answered(w->owner.context, slot);
    return true;
}

static bool take_log(plugin_worker *w, call_slot *slot, const frame *in) {
    str text = STR(""), name, version;
    uint64_t level = 0;
    if (slot && ++slot->logs > LOGS_A_CALL)
        return slot->logs < 100 * LOGS_A_CALL; // that much is an attack on the host's time
    read_texts(in->payload, &text, &name, &version, &level);
    log_write(level ? LOG_WARNING : LOG_INFO, "plugin", "plugin=%s says: %.*s", w->info->manifest->label,
              text.len < 1000 ? (int)text.len : 1000, text.ptr);
    return true;
}

static bool take_frame(void *context, const frame *in) {
    plugin_worker *w = context;
    call_slot *slot = in->call ? call_queue_find(&w->flight, in->call) : NULL;
    bool good;
    if (w->phase == PHASE_KILLED && in->type != FRAME_RESULT)
        return true; // results that were already sent are still good
    switch (in->type) {
    case FRAME_READY:
        good = take_ready(w, in->payload);
        break;
    case FRAME_FAILED:
        take_failed(w, in->payload);
        return true;
    case FRAME_FETCH:
        good = slot && take_fetch(w, slot, in);
        break;
    case FRAME_RESULT:
        good = slot && take_result(w, slot, in);
        break;
    case FRAME_LOG:
        good = (slot || w->phase == PHASE_STARTING) && take_log(w, slot, in);
        break;
    default:
        good = false;
        break;
    }
    if (!good)
        worker_kill(w, "It sent a message that no worker may send.");
    return good;
}

static void channel_ended(void *context, bool broken) {
    // Closing the channel without dying is no way for a worker to live on.
    plugin_worker *w = context;
    if (broken)
        worker_kill(w, "It sent something that is no message.");
    plugin_process_kill(w->process);
}

static void process_ended(void *context, int signal, int code) {
    plugin_worker *w = context;
    if (!w->channel)
        return;
    plugin_channel_drain(w->channel);
    if (!w->trouble[0] && signal) {
        const char *name = sigdescr_np(signal);
        snprintf(w->trouble, sizeof w->trouble, "It was ended by signal %d (%s).", signal, name ? name : "unknown");
    } else if (!w->trouble[0]) {
        snprintf(w->trouble, sizeof w->trouble, "It ended by itself with code %d.", code);
    }
    w->owner.gone(w->owner.context, w);
}

void plugin_worker_tell_end(plugin_worker *w, plugin_worker_end *out) {
    *out = (plugin_worker_end){.was_ready = w->was_ready, .late = w->late};
    snprintf(out->trouble, sizeof out->trouble, "%s", w->trouble);
    uint64_t suspect = w->late ? w->watched : plugin_process_call(w->process);
    out->to_blame = call_queue_find(&w->flight, suspect);
    if (!out->to_blame && !w->late)
        out->to_blame = w->flight.first;
    if (out->to_blame)
        call_queue_remove(&w->flight, out->to_blame);
    out->others = w->flight;
    w->flight = (call_queue){0};
}

// ---- what goes to the worker

size_t plugin_worker_room(const plugin_worker *w) {
    if (w->phase != PHASE_READY || plugin_channel_pending(w->channel) > PENDING_BYTES)
        return 0;
    return WORKER_IN_FLIGHT - w->flight.count;
}

status plugin_worker_send(plugin_worker *w, call_slot *slot, uint64_t number, fault *f) {
    request_context c = {
        .manifest = w->info->manifest,
        .granted = w->info->granted,
        .secret = plugin_registry_secret(w->registry),
        .number = number,
        .now = slot->now,
        .seed = slot->seed,
    };
    status s = request_write(plugin_channel_out(w->channel), slot->call, &c, f);
    if (s != STATUS_OK)
        return s;
    if (slot->call->person_name)
        use_mark(w->info->uses, (plugin_permission)(w->info->granted & PERMISSION_PERSON_NAME));
    if (slot->call->person_email)
        use_mark(w->info->uses, (plugin_permission)(w->info->granted & PERMISSION_PERSON_CONTACT));
    slot->number = number;
    slot->fetches = slot->logs = slot->outgoing = 0;
    call_queue_add(&w->flight, slot);
    return STATUS_OK;
}

void plugin_worker_flush(plugin_worker *w) {
    if (w->phase != PHASE_KILLED)
        plugin_channel_flush(w->channel);
}

void plugin_worker_stop(plugin_worker *w) {
    if (w->phase == PHASE_KILLED || w->phase == PHASE_STOPPING)
        return;
    w->phase = PHASE_STOPPING;
    w->since = steady_ms();
    frame_finish(plugin_channel_out(w->channel), frame_begin(plugin_channel_out(w->channel), FRAME_STOP, 0));
    plugin_channel_flush(w->channel);
}

// ---- the clock

// The call that the worker says it runs, if it is in flight and not before the one that ran at the last tick: a worker
// that goes back and forth between calls must not get new time by it.
static const call_slot *running_call(const plugin_worker *w) {
    const call_slot *told = call_queue_find(&w->flight, plugin_process_call(w->process));
    const call_slot *before = call_queue_find(&w->flight, w->watched);
    if (told && (!before || told->number >= before->number))
        return told;
    return before ? before : w->flight.first;
}

static void watch_call(plugin_worker *w, int64_t now) {
    const call_slot *running = running_call(w);
    int64_t cpu = plugin_process_cpu(w->process);
    if (running->number != w->watched) {
        w->watched = running->number;
        w->watched_cpu = cpu;
        w->watched_since = now;
        return;
    }
    const manifest *m = w->info->manifest;
    char trouble[WORKER_TROUBLE];
    if (cpu - w->watched_cpu > (int64_t)m->cpu_ms * 1000000)
        snprintf(trouble, sizeof trouble, "A call used more than %u ms of computing time.", m->cpu_ms);
    else if (now - w->watched_since > m->wall_ms)
        snprintf(trouble, sizeof trouble, "A call gave no answer within %u ms.", m->wall_ms);
    else
        return;
    w->late = true;
    worker_kill(w, trouble);
}

void plugin_worker_tick(plugin_worker *w, int64_t now) {
    if (w->phase == PHASE_STARTING) {
        if (now - w->since > START_WALL_MS || plugin_process_cpu(w->process) > START_CPU_MS * (int64_t)1000000)
            worker_kill(w, "It did not become ready in time (10 seconds, 2 of them computing).");
    } else if (w->phase == PHASE_STOPPING) {
        if (now - w->since > STOP_WALL_MS)
            worker_kill(w, "It did not leave when it was told to.");
    } else if (w->phase == PHASE_READY && w->flight.first) {
        watch_call(w, now);
    }
}

bool plugin_worker_watched(const plugin_worker *w) {
    return w->phase == PHASE_STARTING || w->phase == PHASE_STOPPING || w->flight.first;
}

// ---- life

status plugin_worker_create(loop *l, plugin_registry *registry, egress *out_there, const plugin_info *info,
                            const plugin_worker_owner *owner, plugin_worker **out, fault *f) {
    plugin_worker *w = memory_new(sizeof *w);
    *w = (plugin_worker){.loop = l, .registry = registry, .info = info, .owner = *owner, .since = steady_ms()};
    plugin_process_start start = {
        .program_folder = plugin_registry_program_folder(registry),
        .folder = info->folder,
        .label = info->manifest->label,
        .memory_mb = info->manifest->memory_mb,
        .cpu_ms = info->manifest->cpu_ms,
        .groups = plugin_registry_groups(registry),
    };
    int fd;
    status s = plugin_process_create(l, &start, process_ended, w, &w->process, &fd, f);
    if (s != STATUS_OK) {
        free(w);
        return s;
    }
    w->channel = plugin_channel_create(l, fd, take_frame, channel_ended, w);
    w->outgoing = (plugin_outgoing){.egress = out_there, .channel = w->channel, .manifest = info->manifest};
    request_write_load(plugin_channel_out(w->channel), info->manifest, info->granted, info->settings);
    plugin_channel_flush(w->channel);
    *out = w;
    return STATUS_OK;
}

void plugin_worker_destroy(plugin_worker *w) {
    if (!w)
        return;
    outgoing_cancel(&w->outgoing, 0);
    plugin_process_destroy(w->process);
    plugin_channel_destroy(w->channel);
    free(w);
}

size_t plugin_worker_flying(const plugin_worker *w) {
    return w->flight.count;
}

bool plugin_worker_stopping(const plugin_worker *w) {
    return w->phase == PHASE_STOPPING;
}

int64_t plugin_worker_idle_since(const plugin_worker *w) {
    return w->since;
}

void plugin_worker_wait(plugin_worker *w, int64_t until) {
    plugin_process_wait(w->process, until);
}
