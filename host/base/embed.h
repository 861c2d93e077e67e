// SPDX-License-Identifier: EUPL-1.2
//
// embed: files that were built into the program with interlink_embed_files (cmake/embed.cmake).
#ifndef INTERLINK_BASE_EMBED_H
#define INTERLINK_BASE_EMBED_H

#include <stddef.h>

#include "base/text.h"

// All pointers live as long as the program.
typedef struct embed_file {
    const char *name;   // without folders: "0001_core.sql"; NULL after the last one
    const char *bytes;  // NUL-terminated behind `size` bytes
    const size_t *size; // by address, because the assembler knows the value and the compiler does not
} embed_file;

static inline str embed_text(const embed_file *file) {
    return (str){file->bytes, *file->size};
}

#endif
