// SPDX-License-Identifier: EUPL-1.2
//
// schema: checks a JSON value against a subset of JSON Schema 2020-12. One checker serves the API's
// inputs, plugin manifests, plugin parameters and settings.
//
// Known keywords: type (also a list), enum, const, properties, required, additionalProperties
// (false or a schema), items, minItems, maxItems, uniqueItems, minLength, maxLength (code points), pattern
// (POSIX extended), minimum, maximum, format (date, date-time, email, uri, uuid, language), default,
// $ref to "#/...", and the annotations title, description, examples, deprecated, x-*.
// schema_usable refuses anything else, so that no rule is ever silently ignored.
#ifndef INTERLINK_BASE_SCHEMA_H
#define INTERLINK_BASE_SCHEMA_H

#include <jansson.h>

#include "base/status.h"

// Is `schema` within the subset? `root` is the document that $ref points into.
status schema_usable(const json_t *root, const json_t *schema, fault *f);

// Check `value`; adds a field to `f` for each rule broken (pointer below `at`) and fills in defaults
// in objects. Returns STATUS_OK or STATUS_INVALID.
status schema_check(const json_t *root, const json_t *schema, json_t *value, const char *at, fault *f);

// Turn the text of a query or form field into the JSON type that `schema` asks for ("7" to 7).
// Returns a new reference; text that does not fit stays a string, and schema_check then says so.
json_t *schema_coerce(const json_t *root, const json_t *schema, const char *text);

#endif
