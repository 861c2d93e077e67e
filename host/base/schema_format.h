// SPDX-License-Identifier: EUPL-1.2
//
// schema_format: the part of a schema that looks at a string as a whole: `format`.
#ifndef INTERLINK_BASE_SCHEMA_FORMAT_H
#define INTERLINK_BASE_SCHEMA_FORMAT_H

#include <stdbool.h>

#include "base/text.h"

// What a format wants, as the end of a sentence ("a date, such as 2026-03-31"). NULL: an unknown format.
const char *schema_format_name(const char *format);
bool schema_format_fits(const char *format, str text); // `format` must be known

#endif
