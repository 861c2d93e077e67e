// SPDX-License-Identifier: EUPL-1.2
//
// escape: what the kit (escape_kit.c, loaded like a plugin) and its runner (escape_main.c) share: one page at an
// address that both know, because an attempt may run before the kit is relocated (in an ifunc resolver).
#ifndef INTERLINK_HOSTILE_ESCAPE_H
#define INTERLINK_HOSTILE_ESCAPE_H

#include <stdint.h>

// Layers, each tried alone.
enum {
    LAYER_NAMESPACES = 1, // user, process, mount with a root of its own, network, messages
    LAYER_FILES = 2,      // Landlock
    LAYER_CALLS = 4,      // both system call filters
    LAYER_LIMITS = 8,     // rlimits
    LAYER_ALL = 16,       // needs several at once: no layer alone, but all together
};

enum { WHEN_CALLED = 'c', WHEN_LOADED = 'l', WHEN_RELOCATED = 'r' }; // a function, a constructor, an ifunc resolver

// What the test made for the attempts to try themselves on, and their outcome.
typedef struct escape_page {
    int attempt; // index of the one to run
    int when;
    int outcome;            // -1: it has not come to its end; 0: contained; 1: escaped
    int victim;             // a process of the test's, and what it listens on:
    uint16_t port;          // TCP on 127.0.0.1
    char abstract_name[32]; // a unix socket without a file
    char folder[200];       // one that may be written to
    char file[200];         // in it, with the victim's secret
} escape_page;

#define ESCAPE_PAGE ((volatile escape_page *)0x7e0000000000)

typedef struct escape_attempt {
    const char *name, *what;
    unsigned stopped_by; // the layers that stop it, each alone
} escape_attempt;

#endif
