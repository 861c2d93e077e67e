// SPDX-License-Identifier: EUPL-1.2
#include "base/arena.h"

#include <assert.h>
#include <jansson.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

enum { BLOCK_SIZE = 16 * 1024 };

typedef struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
} block;

typedef struct deferred {
    struct deferred *next;
    arena_cleanup *cleanup;
    void *what;
} deferred;

struct arena {
    block *current; // the newest block that has room; `next` leads to the older ones
    deferred *deferred;
};

static block *block_create(size_t size, block *next) {
    block *b = memory_take(sizeof *b + size);
    b->next = next;
    b->used = 0;
    b->size = size;
    ASAN_POISON_MEMORY_REGION(b->bytes, b->size);
    return b;
}

static void block_destroy(block *b) {
    ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
    free(b);
}

arena *arena_create(void) {
    arena *a = memory_take(sizeof *a);
    a->current = block_create(BLOCK_SIZE, NULL);
    a->deferred = NULL;
    return a;
}

void arena_reset(arena *a) {
    // A cleanup may allocate or defer again, so the list is read anew each time.
    while (a->deferred) {
        deferred *d = a->deferred;
        a->deferred = d->next;
        d->cleanup(d->what);
    }
    block *keep = NULL;
    for (block *b = a->current, *next; b; b = next) {
        next = b->next;
        if (!keep && b->size == BLOCK_SIZE)
            keep = b;
        else
            block_destroy(b);
    }
    assert(keep); // the first block always has this size
    ASAN_POISON_MEMORY_REGION(keep->bytes, keep->size);
    keep->used = 0;
    keep->next = NULL;
    a->current = keep;
}

void arena_destroy(arena *a) {
    if (!a)
        return;
    arena_reset(a);
    block_destroy(a->current);
    free(a);
}

// Uninitialised bytes. A large piece gets a block of its own behind the current one, whose room is then not lost.
static void *take(arena *a, size_t size, size_t alignment) {
    if (size > SIZE_MAX / 2)
        abort();
    block *b = a->current;
    size_t start = (b->used + alignment - 1) & ~(alignment - 1);
    if (start > b->size || b->size - start < size) {
        if (size > BLOCK_SIZE / 4) {
            b->next = block_create(size, b->next);
            b = b->next;
        } else {
            b = a->current = block_create(BLOCK_SIZE, b);
        }
        start = 0;
    }
    b->used = start + size;
    ASAN_UNPOISON_MEMORY_REGION(b->bytes + start, size);
    return b->bytes + start;
}

void *arena_alloc(arena *a, size_t size) {
    return arena_alloc_head(a, size, size);
}

void *arena_alloc_head(arena *a, size_t size, size_t head) {
    void *bytes = take(a, size, alignof(max_align_t));
    return memset(bytes, 0, head);
}

char *arena_copy(arena *a, const char *text, size_t len) {
    char *copy = take(a, len + 1, 1);
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *arena_text(arena *a, const char *text) {
    return text ? arena_copy(a, text, strlen(text)) : NULL;
}

str arena_str(arena *a, str s) {
    return s.ptr ? (str){arena_copy(a, s.ptr, s.len), s.len} : s;
}

char *arena_printf(arena *a, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    // Nearly always there is room for it in the current block, and it is written once.
    block *b = a->current;
    size_t room = b->size - b->used;
    char *text = b->bytes + b->used;
    ASAN_UNPOISON_MEMORY_REGION(text, room);
    int len = vsnprintf(text, room, format, args);
    ASAN_POISON_MEMORY_REGION(text, room);
    if (len < 0)
        abort(); // only a broken format string can do this
    bool fits = (size_t)len < room;
    text = take(a, (size_t)len + 1, 1);
    if (!fits)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void arena_defer(arena *a, arena_cleanup *cleanup, void *what) {
    deferred *d = arena_alloc(a, sizeof *d);
    *d = (deferred){a->deferred, cleanup, what};
    a->deferred = d;
}

static void release_json(void *value) {
    json_decref(value);
}

struct json_t *arena_json(arena *a, struct json_t *value) {
    if (value)
        arena_defer(a, release_json, value);
    return value;
}
