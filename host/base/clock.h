// SPDX-License-Identifier: EUPL-1.2
//
// clock: wall time in UTC milliseconds, and a steady clock for measuring.
#ifndef INTERLINK_BASE_CLOCK_H
#define INTERLINK_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_now(void);    // milliseconds since 1970-01-01 UTC
int64_t clock_steady(void); // nanoseconds, never goes back

enum { CLOCK_TEXT = 32 };
// RFC 3339 in UTC with milliseconds: 2026-03-01T10:20:30.400Z
void clock_format(int64_t milliseconds, char out[CLOCK_TEXT]);
// Reads RFC 3339 date-times and plain dates (midnight UTC).
bool clock_parse(const char *text, size_t len, int64_t *milliseconds);

#endif
