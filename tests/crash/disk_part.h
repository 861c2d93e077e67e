// SPDX-License-Identifier: EUPL-1.2
//
// disk_part: what recording (disk.c) and cutting (disk_cut.c) share.
#ifndef INTERLINK_TESTS_DISK_PART_H
#define INTERLINK_TESTS_DISK_PART_H

#include "disk.h"

typedef enum event_kind {
    EVENT_MAKE, // a file or folder, by its name
    EVENT_WRITE,
    EVENT_TRUNCATE,
    EVENT_SYNC,
    EVENT_REMOVE,
    EVENT_RENAME,
    EVENT_MARK,
} event_kind;

typedef struct event {
    event_kind kind;
    int node;        // the file or folder it happens to
    int64_t at;      // offset, size or the mark's number
    size_t len;      // of the bytes
    uint8_t *bytes;  // written
    char *name, *to; // below the folder, "" is the folder itself
} event;

typedef struct numbers {
    size_t *at, count, capacity;
} numbers;

typedef struct disk_node {
    bool folder;
    char *path;      // of a folder, to know whose names its sync keeps
    uint8_t *synced; // of a file
    size_t size, capacity;
    numbers loose; // events that are not synced
} disk_node;

typedef struct entry {
    char *name;
    int node;
} entry;

typedef struct entries {
    entry *at;
    size_t count, capacity;
} entries;

struct disk {
    char root[4096];
    event *events;
    size_t event_count, event_capacity;
    entries now; // names while recording
    int of_fd[65536];

    // The moment that disk_advance has reached.
    size_t moment;
    bool lies;
    disk_node *nodes;
    size_t node_count;
    entries synced;
    numbers loose_names;
};

void *disk_memory(void *old, size_t size); // never NULL
void numbers_add(numbers *n, size_t value);
int *entries_find(entries *e, const char *name); // NULL: not there
void entries_put(entries *e, const char *name, int node);
void entries_drop(entries *e, const char *name);
void entries_free(entries *e);

#endif
