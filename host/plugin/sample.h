// SPDX-License-Identifier: EUPL-1.2
//
// sample: a value that a schema allows, made from its examples and defaults, or else the simplest that fits. For trying
// a plugin out.
#ifndef INTERLINK_PLUGIN_SAMPLE_H
#define INTERLINK_PLUGIN_SAMPLE_H

#include <jansson.h>

// A new reference; `schema` is usable (schema.h). What cannot be guessed (a pattern) may still break a rule: check it.
json_t *sample_create(const json_t *root, const json_t *schema);

#endif
