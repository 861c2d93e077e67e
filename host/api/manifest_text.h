// SPDX-License-Identifier: EUPL-1.2
//
// manifest_text: the parts of a plugin's manifest that people see, in the reader's language.
#ifndef INTERLINK_API_MANIFEST_TEXT_H
#define INTERLINK_API_MANIFEST_TEXT_H

#include "base/answer.h"
#include "base/arena.h"
#include "plugin/manifest.h"

// A copy of a JSON Schema in which every text by language ({"en": "...", "it": "..."} as title, description or x-...)
// is one text: the reader's language, else English, else the first. In the arena. NULL stays NULL.
json_t *manifest_schema_text(arena *a, const json_t *schema, const char *language);

// Key and value into the answer; `m` may be NULL.
void manifest_put_params(answer *out, arena *a, const manifest *m, const char *language);
void manifest_put_capabilities(answer *out, const manifest *m);

#endif
