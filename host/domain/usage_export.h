// SPDX-License-Identifier: EUPL-1.2
//
// usage_export: the usage log, oldest first, a chunk at a time, so that an export of any size needs little memory and
// holds nobody up. Each chunk is a short query of its own.
#ifndef INTERLINK_DOMAIN_USAGE_EXPORT_H
#define INTERLINK_DOMAIN_USAGE_EXPORT_H

#include "domain/usage.h"

typedef enum usage_format { USAGE_CSV, USAGE_JSON_LINES } usage_format;

typedef struct usage_export usage_export;

// The export lies in the arena; `filter` is copied. The names of a process's members are looked up once, here.
status usage_export_begin(store *s, arena *a, const usage_filter *filter, usage_format format, usage_export **out,
                          fault *f);

// Adds up to 500 rows to `out` (before the first also the header of a CSV). *more becomes false with the last. CSV is
// RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe before it. `s` may be any connection.
status usage_export_next(usage_export *e, store *s, buffer *out, bool *more, fault *f);

const char *usage_format_type(usage_format format); // the media type

#endif
