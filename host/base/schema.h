// SPDX-License-Identifier: EUPL-1.2
//
// schema: checks a JSON value against a subset of JSON Schema 2020-12. One checker serves the API's
// inputs, plugin manifests, plugin parameters and settings.
//
// Known keywords: type (also a list), enum, const, properties, required, additionalProperties
// (true, false or a schema), items, minItems, maxItems, uniqueItems, minLength, maxLength (code points), pattern
// (base/pattern.h, not anchored, at most 100), minimum, maximum, format (date, date-time, email, uri,
// uuid, language), default, $ref to "#/..." (rules beside it count too), $defs, and the annotations title,
// description, examples, deprecated, $schema, $id, $comment, x-*.
// schema_usable refuses anything else, so that no rule is ever silently ignored.
// An integer is a number written without a point (5, not 5.0): its readers call json_integer_value.
//
// Codes of the fields of a fault: type enum const required unknown too_long too_short pattern format control
// too_small too_large too_few too_many duplicate too_deep.
#ifndef INTERLINK_BASE_SCHEMA_H
#define INTERLINK_BASE_SCHEMA_H

#include <jansson.h>

#include "base/schema_patterns.h"
#include "base/status.h"

// Is `schema` within the subset? `root` is the document that $ref points into. Call this once for each schema before
// schema_check sees it; the check takes a usable schema for granted. Any thread.
status schema_usable(const json_t *root, const json_t *schema, fault *f);

// Check `value`; adds a field to `f` for each rule broken (pointer below `at`) and fills in defaults
// in objects (also in those nested). Returns STATUS_OK or STATUS_INVALID. `at` is "" or begins with a slash, or is a
// place of its own such as "query/limit".
status schema_check(const json_t *root, const json_t *schema, json_t *value, const char *at, fault *f);
// The same with the patterns of `root` at hand, for a schema that is used again and again.
status schema_check_with(const schema_patterns *patterns, const json_t *root, const json_t *schema, json_t *value,
                         const char *at, fault *f);

// Turn the text of a query or form field into the JSON type that `schema` asks for ("7" to 7).
// Returns a new reference; text that does not fit stays a string, and schema_check then says so (text that is not
// UTF-8 becomes null). Where a list is wanted, text that is no JSON list becomes a list of one entry.
json_t *schema_coerce(const json_t *root, const json_t *schema, const char *text);

#endif
