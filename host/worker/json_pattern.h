// SPDX-License-Identifier: EUPL-1.2
//
// json_pattern: JSON with places to fill: %s il_str, %i int64_t, %f double, %b int, %j il_json *.
#ifndef INTERLINK_WORKER_JSON_PATTERN_H
#define INTERLINK_WORKER_JSON_PATTERN_H

#include <jansson.h>
#include <stdarg.h>

// A new value that the caller owns, or NULL and in *wrong what does not fit (static text).
json_t *json_pattern(const char *pattern, va_list args, const char **wrong);

#endif
