// SPDX-License-Identifier: EUPL-1.2
//
// schema_format: the parts of a schema that look inside a string: `format` and `pattern`.
#ifndef INTERLINK_BASE_SCHEMA_FORMAT_H
#define INTERLINK_BASE_SCHEMA_FORMAT_H

#include <regex.h>
#include <stdbool.h>

#include "base/text.h"

// What a format wants, as the end of a sentence ("a date, such as 2026-03-31"). NULL: an unknown format.
const char *schema_format_name(const char *format);
bool schema_format_fits(const char *format, str text); // `format` must be known

// A pattern is at most LENGTH bytes long, its groups are at most DEPTH deep, and with its repetitions written out it
// has at most SIZE atoms; it is for texts of at most TEXT bytes. Patterns come from strangers, and the C library spends
// memory with the square of the size and time with the product of size and text.
enum {
    SCHEMA_PATTERN_LENGTH = 200,
    SCHEMA_PATTERN_DEPTH = 16,
    SCHEMA_PATTERN_SIZE = 1000,
    SCHEMA_PATTERN_TEXT = 4096,
};

// Compiles a POSIX extended pattern; the caller calls regfree. Returns NULL, or why it is refused: back-references
// need exponential time, and escapes that POSIX does not know would silently mean something else (\d is "d").
const char *schema_pattern_compile(const char *pattern, regex_t *out);
bool schema_pattern_fits(const regex_t *pattern, str text);

#endif
