// SPDX-License-Identifier: EUPL-1.2
//
// schema_part: reading a schema: its $ref and its types. For schema.c and schema_usable.c only.
#ifndef INTERLINK_BASE_SCHEMA_PART_H
#define INTERLINK_BASE_SCHEMA_PART_H

#include <jansson.h>
#include <stdbool.h>

// How many schemas may lie inside each other while a value is checked. A schema may refer to itself (a tree of
// questions), so this is what bounds the walk, not the schema.
enum { SCHEMA_DEPTH = 64 };

// What the $ref of `schema` points to within `root`; NULL if there is none or it points nowhere.
const json_t *schema_target(const json_t *root, const json_t *schema);

// A keyword of `schema` or of what it refers to; the nearest wins.
const json_t *schema_find(const json_t *root, const json_t *schema, const char *keyword);

// `wanted` is the name of a type or a list of names.
bool schema_type_fits(const json_t *wanted, const json_t *value);
const char *schema_type_name(const char *type); // in a sentence: "a whole number". NULL: an unknown type

#endif
