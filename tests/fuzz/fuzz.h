// SPDX-License-Identifier: EUPL-1.2
//
// fuzz: what the targets share. An input that needs several parts has them on lines.
#ifndef INTERLINK_TESTS_FUZZ_H
#define INTERLINK_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What must hold for every input. The program ends, so that the input is saved.
static inline void fuzz_claim(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "This does not hold: %s.\n", what);
        abort();
    }
}

static inline str fuzz_input(const uint8_t *data, size_t size) {
    return (str){(const char *)data, size};
}

// Cuts the next line off; without its end. The last one may be empty.
static inline str fuzz_line(str *rest) {
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
    size_t used = end ? line.len + 1 : line.len;
    *rest = (str){rest->ptr + used, rest->len - used};
    return line;
}

// A copy that ends with NUL (and where NUL bytes are inside, before); the caller frees it. Exactly as large as it must
// be, so that AddressSanitizer sees a step too far.
static inline char *fuzz_text(str s) {
    char *copy = s.len ? strndup(s.ptr, s.len) : strdup("");
    fuzz_claim(copy != NULL, "there is memory");
    return copy;
}

static inline bool fuzz_holds(str s, const char *part) {
    return s.len && memmem(s.ptr, s.len, part, strlen(part)) != NULL;
}

#endif
