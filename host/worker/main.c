// SPDX-License-Identifier: EUPL-1.2
//
// interlink-worker FOLDER MEMORY_MB CPU_MS NAMESPACES: one plugin in a process of its own. Started by the host with a
// channel as descriptor 3 and a shared page as descriptor 4; of no use by hand.
// interlink-worker --layers NAMESPACES: enters its jail with nothing in it, and says of each layer whether it holds.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/worker_page.h"
#include "worker/call.h"
#include "worker/jail.h"
#include "worker/plugin.h"
#include "worker/result.h"
#include "worker/ticker.h"

typedef struct worker {
    channel channel;
    struct worker_page *page;
    package package;
    plugin plugin;
    ticker ticker;
    jail_layer layers[JAIL_LAYERS];
    const char *folder;
    size_t memory; // bytes
    long cpu_ms;
    unsigned namespaces; // that the host made for it
} worker;

// share/worker beside the program, or where `cmake --install` puts it.
static const char *shared_folder(char room[4096], const char *below) {
    ssize_t len = readlink("/proc/self/exe", room, 4000);
    if (len <= 0)
        return NULL;
    room[len] = '\0';
    char *slash = strrchr(room, '/');
    if (!slash)
        return NULL;
    snprintf(slash, 4096 - (size_t)(slash - room), "%s", below);
    return room;
}

static void enter(worker *w) {
    char beside[4096], installed[4096];
    jail_plan plan = {.folders = {w->folder, shared_folder(beside, "/share/worker"),
                                  shared_folder(installed, "/../lib/interlink/share/worker")},
                      .memory = w->memory,
                      .namespaces = w->namespaces,
                      .keep = WORKER_PAGE + 1};
    jail_enter(&plan, w->layers);
}

// ---- loading

static void refuse(worker *w, const char *sentence) {
    size_t mark = frame_begin(&w->channel.out, FRAME_FAILED, 0);
    frame_text(&w->channel.out, TAG_TEXT, sentence);
    frame_finish(&w->channel.out, mark);
    channel_flush(&w->channel);
}

static bool read_load(worker *w, str payload, char sentence[SENTENCE_SIZE]) {
    package *p = &w->package;
    frame_tag tag;
    str value;
    bool broken = false;
    p->id = p->version = p->entry = p->runtime = "";
    while (frame_field(&payload, &tag, &value, &broken)) {
        const char **text = tag == TAG_ID        ? &p->id
                            : tag == TAG_VERSION ? &p->version
                            : tag == TAG_ENTRY   ? &p->entry
                            : tag == TAG_RUNTIME ? &p->runtime
                                                 : NULL;
        if (text)
            *text = arena_copy(p->arena, value.ptr, value.len);
        else if (tag == TAG_PERMISSION)
            json_array_append_new(p->permissions, json_stringn(value.ptr, value.len));
        else if (tag == TAG_SETTINGS)
            p->settings = json_loadb(value.ptr, value.len, 0, NULL);
    }
    if (!p->settings)
        p->settings = json_object();
    return !broken || sentence_set(sentence, "The host's first message cannot be read.");
}

static void say_ready(worker *w) {
    static const char *const names[] = {
        [FUNCTION_CREATE] = "create", [FUNCTION_HANDLE] = "handle", [FUNCTION_EVENT] = "event"};
    buffer *out = &w->channel.out;
    size_t mark = frame_begin(out, FRAME_READY, 0);
    size_t name = frame_nest(out, TAG_NAME);
    for (int function = FUNCTION_CREATE, count = 0; function <= FUNCTION_EVENT; function++)
        if (w->plugin.functions & (1u << function))
            buffer_printf(out, "%s%s", count++ ? " " : "", names[function]);
    frame_unnest(out, name);
    frame_text(out, TAG_VERSION, w->package.version);
    size_t text = frame_nest(out, TAG_TEXT);
    for (int i = 0, count = 0; i < JAIL_LAYERS; i++)
        if (!w->layers[i].held)
            buffer_printf(out, "%s%s: %s", count++ ? "; " : "", w->layers[i].name, w->layers[i].note);
    frame_unnest(out, text);
    frame_finish(out, mark);
}

static bool load(worker *w, char sentence[SENTENCE_SIZE]) {
    frame first;
    // Without the filter the code could ask the kernel for anything, so nothing of it is touched.
    if (!w->layers[JAIL_CALLS].held)
        return sentence_set(sentence, "Plugins cannot be run safely on this machine: %s (%s).",
                            w->layers[JAIL_CALLS].name, w->layers[JAIL_CALLS].note);
    if (!package_read(&w->package, w->folder, sentence))
        return false;
    if (!channel_next(&w->channel, &first) || first.type != FRAME_LOAD)
        return sentence_set(sentence, "The host did not say what to load.");
    if (!read_load(w, first.payload, sentence) || !plugin_load(&w->plugin, &w->package, w->memory, sentence))
        return false;
    jail_tighten(w->layers);
    if (!w->layers[JAIL_CALLS_TIGHT].held)
        return sentence_set(sentence, "Plugins cannot be run safely on this machine: %s (%s).",
                            w->layers[JAIL_CALLS_TIGHT].name, w->layers[JAIL_CALLS_TIGHT].note);
    return true;
}

// ---- running

static bool run(worker *w, il_call *call, const frame *f) {
    if (!call_begin(call, f))
        return false;
    atomic_store_explicit(&w->page->call, f->call, memory_order_release);
    ticker_begin(&w->ticker);
    il_status status = plugin_run(&w->plugin, call);
    call->late = ticker_end(&w->ticker);
    result_write(call, status);
    atomic_store_explicit(&w->page->call, 0, memory_order_release);
    call_end(call);
    return channel_flush_large(&w->channel);
}

static int serve(worker *w) {
    frame f;
    bool ok = true;
    il_call call = {.arena = arena_create(), .package = &w->package, .channel = &w->channel};
    say_ready(w);
    while (ok && channel_next(&w->channel, &f) && f.type != FRAME_STOP)
        if (f.type == FRAME_CALL)
            ok = run(w, &call, &f);
    return ok && channel_flush(&w->channel) ? 0 : 1;
}

// The first process of a namespace is not ended by the signal that abort() sends to it.
static void on_abort(int signal) {
    _exit(WORKER_SIGNALLED + signal);
}

static int tell_layers(const char *namespaces) {
    jail_layer layers[JAIL_LAYERS];
    jail_enter(&(jail_plan){.memory = 64 << 20, .keep = 3, .namespaces = (unsigned)strtoul(namespaces, NULL, 16)},
               layers);
    jail_tighten(layers);
    for (int i = 0; i < JAIL_LAYERS; i++)
        printf("%s\t%s\t%s\n", layers[i].name,
               layers[i].held     ? "holds"
               : layers[i].needed ? "missing"
                                  : "not here",
               layers[i].note);
    return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--layers") == 0)
        return tell_layers(argv[2]);
    if (argc != 5) {
        fputs("usage: interlink-worker FOLDER MEMORY_MB CPU_MS NAMESPACES\nThe host starts it; it is of no use by "
              "hand.\n",
              stderr);
        return 2;
    }
    if (getpid() == 1)
        signal(SIGABRT, on_abort);
    worker w = {.channel = {.descriptor = WORKER_CHANNEL}, .folder = argv[1]};
    w.memory = strtoul(argv[2], NULL, 10) << 20;
    w.cpu_ms = strtol(argv[3], NULL, 10);
    w.namespaces = (unsigned)strtoul(argv[4], NULL, 16);
    w.page = mmap(NULL, WORKER_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PAGE, 0);
    if (w.page == MAP_FAILED) {
        fprintf(stderr, "interlink-worker: descriptor %d is no page to share: %s\n", WORKER_PAGE, strerror(errno));
        return 2;
    }
    char sentence[SENTENCE_SIZE] = "";
    ticker_start(&w.ticker, &w.plugin, w.cpu_ms);
    enter(&w);
    if (!load(&w, sentence)) {
        refuse(&w, sentence);
        return 1;
    }
    // No clean-up of what the process takes with it, least of all through the plugin's own destructors.
    _exit(serve(&w));
}
