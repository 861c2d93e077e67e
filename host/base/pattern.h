// SPDX-License-Identifier: EUPL-1.2
//
// pattern: regular expressions that strangers write (`pattern` of JSON Schema, which names those of ECMA-262; PCRE2
// reads all that people write of these). A pattern is small and is tried for so many steps, so none takes long: see
// docs/decisions/0011-patterns.md.
#ifndef INTERLINK_BASE_PATTERN_H
#define INTERLINK_BASE_PATTERN_H

#include <stdbool.h>

#include "base/text.h"

enum {
    PATTERN_LENGTH = 200, // bytes of a pattern
    PATTERN_DEPTH = 16,   // of its groups
    PATTERN_TEXT = 4096,  // bytes of a text that is looked at
    PATTERN_STEPS = 50000,
    PATTERN_TROUBLE = 160,
};

typedef struct pattern pattern; // never changes: any number of threads may use it at once

// The caller destroys it. NULL, and then `trouble` says why: it continues "it ...".
pattern *pattern_create(const char *text, char trouble[PATTERN_TROUBLE]);
void pattern_destroy(pattern *p); // NULL is fine

// Is it somewhere in the text, which is UTF-8? *steps, PATTERN_STEPS at first, become fewer with each that it takes;
// when none are left, nothing fits any more. Whoever tries several patterns for one request gives the same to all.
bool pattern_fits(const pattern *p, str text, int *steps);

#endif
