// SPDX-License-Identifier: EUPL-1.2
//
// arena: the memory of one request. Everything allocated from it goes at once; things that are
// not memory (a descriptor, a json_t) are handed to it with a cleanup function.
// Not thread-safe: an arena belongs to one thread at a time. Without memory the process ends (memory.h).
#ifndef INTERLINK_BASE_ARENA_H
#define INTERLINK_BASE_ARENA_H

#include <stddef.h>

#include "base/text.h"

typedef struct arena arena;

arena *arena_create(void);
void arena_reset(arena *a);   // runs the cleanups, newest first, and keeps one block
void arena_destroy(arena *a); // NULL is fine

void *arena_alloc(arena *a, size_t size);                   // zeroed, aligned for any type
void *arena_alloc_head(arena *a, size_t size, size_t head); // the same, but only the first `head` bytes are zeroed
char *arena_copy(arena *a, const char *text, size_t len);   // NUL-terminated
char *arena_text(arena *a, const char *text);               // NULL stays NULL
str arena_str(arena *a, str s);
char *arena_printf(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

typedef void arena_cleanup(void *what);
void arena_defer(arena *a, arena_cleanup *cleanup, void *what);

struct json_t;
struct json_t *arena_json(arena *a, struct json_t *value); // steals the reference; NULL stays NULL

#endif
