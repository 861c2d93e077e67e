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
bool schema_format_fits(const char *format, str text);  // `format` must be known

enum { SCHEMA_PATTERN_LENGTH = 200, SCHEMA_PATTERN_COPIES = 20000 };

// Compiles a POSIX extended pattern; the caller calls regfree. Returns NULL, or why it is refused: patterns come from
// strangers, so back-references (exponential time), repetitions that expand to more than SCHEMA_PATTERN_COPIES
// (memory), and escapes that POSIX does not know (\d would silently mean "d") are not accepted.
const char *schema_pattern_compile(const char *pattern, regex_t *out);
bool schema_pattern_fits(const regex_t *pattern, str text);

#endif
