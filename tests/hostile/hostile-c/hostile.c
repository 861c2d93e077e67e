// SPDX-License-Identifier: EUPL-1.2
//
// A plugin that misbehaves on request: each path of its view is one way to bring a process down.
#include <interlink.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HOSTILE_DIES_AT_START
__attribute__((constructor)) static void die(void) {
    abort();
}
#endif

static il_status create(const il_host *il, il_call *call) {
    return il->documents->put(call, "state", il->json->of(call, "{\"n\": 0}"), IL_NEW);
}

static volatile uint64_t spin;

__attribute__((noinline)) static uint64_t deep(uint64_t n) {
    volatile char room[4096];
    room[n % sizeof room] = 1;
    return deep(n + 1) + (uint64_t)room[0];
}

static void bomb(void) {
    for (;;) {
        char *block = malloc(1 << 20);
        if (block == NULL) {
            abort();
        }
        memset(block, 1, 1 << 20);
    }
}

static il_status handle(const il_host *il, il_call *call) {
    il_str path = il->call->path(call);
    if (il_equal(path, "/segv")) {
        raise(SIGSEGV);
        _exit(3);
    }
    if (il_equal(path, "/abort")) {
        abort();
    }
    if (il_equal(path, "/exit")) {
        _exit(0);
    }
    if (il_equal(path, "/stack")) {
        spin = deep(0);
    }
    if (il_equal(path, "/loop")) {
        for (;;) {
            spin++;
        }
    }
    if (il_equal(path, "/wait")) {
        for (;;) {
            sleep(60); // pause would be refused in the jail, and this become a loop
        }
    }
    if (il_equal(path, "/bomb")) {
        bomb();
    }
    if (il_equal(path, "/forge")) { // an answer to a call that was never made
        static const char frame[16] = {0, 0, 0, 0, 19, 0, 0, 0, 77, 77, 77, 77, 0, 0, 0, 0};
        ssize_t written = write(3, frame, sizeof frame);
        (void)written;
    }
    return il->answer->html(call, "<p>still here</p>", NULL);
}

static const char *const needs[] = {"il.call/1", "il.json/1", "il.documents/1", "il.answer/1", NULL};
IL_PLUGIN(.id = "hostile-c", .version = "1.0.0", .needs = needs, .create = create, .handle = handle);
