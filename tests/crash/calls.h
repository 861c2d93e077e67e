// SPDX-License-Identifier: EUPL-1.2
//
// calls: the calls by which the program and its libraries reach the files of one folder, taken over in this process:
// the linker finds open, write, fsync ... here before it finds them in the C library. Who listens may let one fail, and
// hears of those that were made. Calls for other files pass untouched.
#ifndef INTERLINK_TESTS_CALLS_H
#define INTERLINK_TESTS_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum call_kind {
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,
    CALL_TRUNCATE,
    CALL_NAME, // rename, unlink, mkdir
    CALL_MAP,
    CALL_MEMORY, // malloc and its like, where they are taken over too (preload.c)
} call_kind;

// Each may be NULL. Called with a lock held, in the order in which the calls took effect.
typedef struct call_listener {
    int (*before)(call_kind kind); // an errno to fail with, or 0
    void (*opened)(int fd, const char *path, bool made);
    void (*wrote)(int fd, int64_t at, const void *bytes, size_t len);
    void (*truncated)(int fd, int64_t size);
    void (*synced)(int fd);
    void (*removed)(const char *path);
    void (*renamed)(const char *from, const char *to);
    void (*made_folder)(const char *path);
} call_listener;

// From now on, for what is in `folder` and for the folder itself. Files that are open already are not watched.
// NULL: nobody listens any more.
void calls_watch(const char *folder, const call_listener *listener);
// Between the two no watched call happens: for what a listener's owner does to what the listener writes.
void calls_hold(void);
void calls_release(void);

#endif
