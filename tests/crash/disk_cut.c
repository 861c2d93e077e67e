// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "disk.h"
#include "disk_part.h"

enum { SECTOR = 512 };

// ---- going on

// A file's bytes while its events are put on them.
typedef struct image {
    uint8_t *bytes;
    size_t size, capacity;
} image;

static void image_resize(image *m, size_t size, int fill) {
    if (size > m->capacity)
        m->bytes = disk_memory(m->bytes, m->capacity = 2 * size);
    if (size > m->size)
        memset(m->bytes + m->size, fill, size - m->size);
    m->size = size;
}

static void image_put(image *m, size_t at, const uint8_t *bytes, size_t len, int fill) {
    if (at + len > m->size)
        image_resize(m, at + len, fill);
    memcpy(m->bytes + at, bytes, len);
}

static void node_sync(const disk *d, disk_node *n) {
    image m = {n->synced, n->size, n->capacity};
    for (size_t i = 0; i < n->loose.count; i++) {
        const event *e = &d->events[n->loose.at[i]];
        if (e->kind == EVENT_WRITE)
            image_put(&m, (size_t)e->at, e->bytes, e->len, 0);
        else
            image_resize(&m, (size_t)e->at, 0);
    }
    n->synced = m.bytes;
    n->size = m.size;
    n->capacity = m.capacity;
    n->loose.count = 0;
}

static void name_apply(entries *names, const event *e) {
    if (e->kind != EVENT_MAKE)
        entries_drop(names, e->name);
    if (e->kind == EVENT_MAKE)
        entries_put(names, e->name, e->node);
    else if (e->kind == EVENT_RENAME)
        entries_put(names, e->to, e->node);
}

static bool lies_in(const char *name, const char *folder) {
    const char *slash = strrchr(name, '/');
    size_t len = slash ? (size_t)(slash - name) : 0;
    return strlen(folder) == len && strncmp(name, folder, len) == 0;
}

static void folder_sync(disk *d, const char *folder) {
    numbers *loose = &d->loose_names;
    size_t kept = 0;
    for (size_t i = 0; i < loose->count; i++) {
        const event *e = &d->events[loose->at[i]];
        if (lies_in(e->name, folder))
            name_apply(&d->synced, e);
        else
            loose->at[kept++] = loose->at[i];
    }
    loose->count = kept;
}

void disk_advance(disk *d, size_t events, disk_marked *marked, void *context) {
    for (; d->moment < events && d->moment < d->event_count; d->moment++) {
        const event *e = &d->events[d->moment];
        disk_node *n = e->node >= 0 ? &d->nodes[e->node] : NULL;
        if (e->kind == EVENT_MARK)
            marked(context, e->at);
        else if (e->kind == EVENT_WRITE || e->kind == EVENT_TRUNCATE)
            numbers_add(&n->loose, d->moment);
        else if (e->kind != EVENT_SYNC)
            numbers_add(&d->loose_names, d->moment);
        else if (!d->lies && n->folder)
            folder_sync(d, n->path);
        else if (!d->lies)
            node_sync(d, n);
    }
}

void disk_lie(disk *d) {
    d->lies = true;
}

// ---- the cut

static uint64_t next_random(uint64_t *state) { // xorshift64*
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static uint64_t below(uint64_t *random, uint64_t limit) {
    return (next_random(random) >> 11) % limit;
}

// How a disk treats what it was not told to keep: in all, how many of 100 pieces arrive; and which of the events at
// all.
typedef struct mood {
    uint64_t *random;
    unsigned keeps;     // of 100
    bool newest, first; // only pieces of the newer, or of the older half of the events
    bool tears, garbage;
} mood;

static mood mood_pick(uint64_t *random) {
    static const unsigned KEEPS[] = {0, 100, 50, 90, 10, 97, 50, 100};
    uint64_t kind = below(random, 8);
    return (mood){random, KEEPS[kind], kind == 6, kind == 7, below(random, 4) == 0, below(random, 3) == 0};
}

static bool arrives(const mood *m, size_t number, size_t count) {
    if ((m->newest && number < count / 2) || (m->first && number > count / 2))
        return false;
    return below(m->random, 100) < m->keeps;
}

static void write_partly(image *to, const event *e, const mood *m, size_t number, size_t count) {
    int fill = m->garbage ? (int)below(m->random, 256) : 0;
    size_t start = (size_t)e->at, stop = start + e->len, next;
    for (size_t at = start; at < stop; at = next) {
        next = (at / SECTOR + 1) * SECTOR;
        if (next > stop)
            next = stop;
        bool torn = m->tears && below(m->random, 50) == 0;
        if (torn)
            image_put(to, at, e->bytes + (at - start), 1 + below(m->random, next - at), fill);
        else if (arrives(m, number, count))
            image_put(to, at, e->bytes + (at - start), next - at, fill);
        else if (m->garbage && next > to->size)
            image_resize(to, next, fill); // its room arrived, what was in it did not
    }
}

static void file_cut(const disk *d, const disk_node *n, const mood *m, const char *path) {
    image to = {disk_memory(NULL, n->size), n->size, n->size};
    if (n->size)
        memcpy(to.bytes, n->synced, n->size);
    for (size_t i = 0; i < n->loose.count; i++) {
        const event *e = &d->events[n->loose.at[i]];
        if (e->kind == EVENT_WRITE)
            write_partly(&to, e, m, i, n->loose.count);
        else if (arrives(m, i, n->loose.count))
            image_resize(&to, (size_t)e->at, 0);
    }
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(to.bytes, 1, to.size, file) != to.size || fclose(file) != 0)
        abort();
    free(to.bytes);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

void disk_cut(const disk *d, uint64_t *random, const char *into) {
    mood m = mood_pick(random);
    entries names = {0};
    for (size_t i = 0; i < d->synced.count; i++)
        entries_put(&names, d->synced.at[i].name, d->synced.at[i].node);
    for (size_t i = 0; i < d->loose_names.count; i++)
        if (arrives(&m, i, d->loose_names.count))
            name_apply(&names, &d->events[d->loose_names.at[i]]);
    // A folder comes before what is in it; where the folder did not arrive, nothing in it can be found.
    qsort(names.at, names.count, sizeof *names.at, by_name);
    for (size_t i = 0; i < names.count; i++) {
        char path[8192], above[8192];
        snprintf(path, sizeof path, "%s/%s", into, names.at[i].name);
        snprintf(above, sizeof above, "%.*s", (int)(strrchr(path, '/') - path), path);
        const disk_node *n = &d->nodes[names.at[i].node];
        struct stat about;
        if (names.at[i].name[0] == '\0')
            mkdir(into, 0700);
        else if (stat(above, &about) == 0 && n->folder)
            mkdir(path, 0700);
        else if (stat(above, &about) == 0)
            file_cut(d, n, &m, path);
    }
    entries_free(&names);
}
