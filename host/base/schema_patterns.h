// SPDX-License-Identifier: EUPL-1.2
//
// schema_patterns: the patterns of a schema, compiled once. Compiling one costs more than everything else that is done
// for a small request; whoever checks against the same schema again and again makes these first.
#ifndef INTERLINK_BASE_SCHEMA_PATTERNS_H
#define INTERLINK_BASE_SCHEMA_PATTERNS_H

#include <jansson.h>

#include "base/pattern.h"

typedef struct schema_patterns schema_patterns;

// Every `pattern` anywhere below `root` (NULL: none yet), which is usable and stays as it is. The caller destroys them.
// Any number of threads may use them at once.
schema_patterns *schema_patterns_create(const json_t *root);
void schema_patterns_destroy(schema_patterns *p); // NULL is fine

// NULL if `text` is none of these. `p` may be NULL.
const pattern *schema_patterns_find(const schema_patterns *p, const char *text);
// The same, but one that is not there yet is compiled and kept; NULL if it cannot be read. One thread.
const pattern *schema_patterns_take(schema_patterns *p, const char *text);

#endif
