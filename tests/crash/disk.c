// SPDX-License-Identifier: EUPL-1.2
#include "disk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "calls.h"
#include "disk_part.h"

static disk *recording; // the calls have no context of their own

void *disk_memory(void *old, size_t size) {
    void *memory = realloc(old, size ? size : 1);
    if (!memory)
        abort();
    return memory;
}

void numbers_add(numbers *n, size_t value) {
    if (n->count == n->capacity)
        n->at = disk_memory(n->at, (n->capacity = n->capacity ? 2 * n->capacity : 16) * sizeof *n->at);
    n->at[n->count++] = value;
}

int *entries_find(entries *e, const char *name) {
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->at[i].name, name) == 0)
            return &e->at[i].node;
    return NULL;
}

void entries_put(entries *e, const char *name, int node) {
    int *there = entries_find(e, name);
    if (there) {
        *there = node;
        return;
    }
    if (e->count == e->capacity)
        e->at = disk_memory(e->at, (e->capacity = e->capacity ? 2 * e->capacity : 16) * sizeof *e->at);
    e->at[e->count++] = (entry){strdup(name), node};
}

void entries_drop(entries *e, const char *name) {
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->at[i].name, name) == 0) {
            free(e->at[i].name);
            e->at[i] = e->at[--e->count];
            return;
        }
}

void entries_free(entries *e) {
    for (size_t i = 0; i < e->count; i++)
        free(e->at[i].name);
    free(e->at);
    *e = (entries){0};
}

// ---- what is heard

static event *event_add(event_kind kind, int node) {
    disk *d = recording;
    if (d->event_count == d->event_capacity) {
        d->event_capacity = d->event_capacity ? 2 * d->event_capacity : 1024;
        d->events = disk_memory(d->events, d->event_capacity * sizeof *d->events);
    }
    event *e = &d->events[d->event_count++];
    *e = (event){.kind = kind, .node = node};
    return e;
}

static const char *name_of(const char *path) {
    const char *name = path + strlen(recording->root);
    return name + strspn(name, "/");
}

static int node_add(bool folder, const char *name) {
    disk *d = recording;
    d->nodes = disk_memory(d->nodes, (d->node_count + 1) * sizeof *d->nodes);
    d->nodes[d->node_count] = (disk_node){.folder = folder, .path = strdup(name)};
    entries_put(&d->now, name, (int)d->node_count);
    return (int)d->node_count++;
}

static void heard_opened(int fd, const char *path, bool made) {
    const char *name = name_of(path);
    if (made)
        event_add(EVENT_MAKE, node_add(false, name))->name = strdup(name);
    int *node = entries_find(&recording->now, name);
    if (!node)
        abort(); // it was made behind the back of the recorder
    recording->of_fd[fd] = *node;
}

static void heard_wrote(int fd, int64_t at, const void *bytes, size_t len) {
    event *e = event_add(EVENT_WRITE, recording->of_fd[fd]);
    e->at = at;
    e->len = len;
    e->bytes = memcpy(disk_memory(NULL, len), bytes, len);
}

static void heard_truncated(int fd, int64_t size) {
    event_add(EVENT_TRUNCATE, recording->of_fd[fd])->at = size;
}

static void heard_synced(int fd) {
    event_add(EVENT_SYNC, recording->of_fd[fd]);
}

static void heard_removed(const char *path) {
    const char *name = name_of(path);
    event_add(EVENT_REMOVE, -1)->name = strdup(name);
    entries_drop(&recording->now, name);
}

static void heard_renamed(const char *from, const char *to) {
    int node = *entries_find(&recording->now, name_of(from));
    event *e = event_add(EVENT_RENAME, node);
    e->name = strdup(name_of(from));
    e->to = strdup(name_of(to));
    entries_drop(&recording->now, e->name);
    entries_put(&recording->now, e->to, node);
}

static void heard_made_folder(const char *path) {
    const char *name = name_of(path);
    event_add(EVENT_MAKE, node_add(true, name))->name = strdup(name);
}

// ---- the beginning and the end

static void file_load(const char *path, disk_node *n) {
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (!file || fstat(fileno(file), &about) != 0)
        abort();
    n->size = (size_t)about.st_size;
    n->capacity = n->size;
    n->synced = disk_memory(NULL, n->size);
    if (fread(n->synced, 1, n->size, file) != n->size)
        abort();
    fclose(file);
}

static void folder_load(const char *path) {
    int self = node_add(true, name_of(path));
    entries_put(&recording->synced, name_of(path), self);
    DIR *folder = opendir(path);
    if (!folder)
        abort();
    for (struct dirent *e; (e = readdir(folder));) {
        char below[8192];
        struct stat about;
        snprintf(below, sizeof below, "%s/%s", path, e->d_name);
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || stat(below, &about) != 0)
            continue;
        if (S_ISDIR(about.st_mode)) {
            folder_load(below);
            continue;
        }
        int made = node_add(false, name_of(below));
        entries_put(&recording->synced, name_of(below), made);
        file_load(below, &recording->nodes[made]);
    }
    closedir(folder);
}

disk *disk_record(const char *folder) {
    static const call_listener LISTENER = {
        .opened = heard_opened,
        .wrote = heard_wrote,
        .truncated = heard_truncated,
        .synced = heard_synced,
        .removed = heard_removed,
        .renamed = heard_renamed,
        .made_folder = heard_made_folder,
    };
    disk *d = memset(disk_memory(NULL, sizeof *d), 0, sizeof *d);
    snprintf(d->root, sizeof d->root, "%s", folder);
    recording = d;
    folder_load(folder);
    calls_watch(folder, &LISTENER);
    return d;
}

// The mark is put where it belongs: after every event that came before the answer, as this is called after it.
void disk_mark(disk *d, int64_t number) {
    calls_hold();
    (void)d;
    event_add(EVENT_MARK, -1)->at = number;
    calls_release();
}

void disk_stop(disk *d) {
    calls_watch(NULL, NULL);
    entries_free(&d->now);
    recording = NULL;
}

size_t disk_events(const disk *d) {
    return d->event_count;
}

void disk_free(disk *d) {
    for (size_t i = 0; i < d->event_count; i++) {
        free(d->events[i].bytes);
        free(d->events[i].name);
        free(d->events[i].to);
    }
    for (size_t i = 0; i < d->node_count; i++) {
        free(d->nodes[i].path);
        free(d->nodes[i].synced);
        free(d->nodes[i].loose.at);
    }
    entries_free(&d->synced);
    free(d->loose_names.at);
    free(d->nodes);
    free(d->events);
    free(d);
}
