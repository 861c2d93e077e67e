// SPDX-License-Identifier: EUPL-1.2
//
// memory: allocation that cannot fail, for what outlives a request (an arena holds the rest). A host that
// cannot hold its own state cannot go on, so being out of memory aborts. Free with free().
#ifndef INTERLINK_BASE_MEMORY_H
#define INTERLINK_BASE_MEMORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void *memory_sure(void *got) {
    if (!got) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return got;
}

// Zeroed. `size` may not be 0.
static inline void *memory_new(size_t size) {
    return memory_sure(calloc(1, size));
}

static inline void *memory_resize(void *old, size_t count, size_t size) {
    return memory_sure(reallocarray(old, count, size));
}

static inline char *memory_text(const char *text) {
    return memory_sure(strdup(text));
}

#endif
