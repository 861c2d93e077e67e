// SPDX-License-Identifier: EUPL-1.2
//
// language: the languages that the host speaks, texts in several languages as the database keeps them
// ({"en": "...", "it": "..."}), and the host's own texts (texts/<language>.json, built in).
//
// Which text a reader gets: the reader's language, else English, else the first that is there. Any thread.
#ifndef INTERLINK_DOMAIN_LANGUAGE_H
#define INTERLINK_DOMAIN_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/answer.h"
#include "base/arena.h"
#include "base/text.h"

enum { LANGUAGE_COUNT = 7 };

// en es it lv nl fr de, in this order; they live as long as the program.
extern const char *const language_codes[LANGUAGE_COUNT];

bool language_known(const char *code);

// The code from the list for what somebody asks for ("it-IT" gives "it"), or NULL. NULL in, NULL out.
const char *language_find(const char *wanted);

// The best of the list for an Accept-Language header (RFC 9110 section 12.5.4, with its weights); NULL if the header is
// NULL or names none of ours.
const char *language_accept(const char *header);

// One value of a JSON object by language. Returns the value as it stands in the JSON text (a string keeps its quotes
// and escapes, so that it can be written with answer_put_raw), borrowed from `json_object`; an empty str if there is
// none. Empty texts ("") count only when nothing else is there. *chosen (may be NULL) becomes the code of its language
// ("und" for one that the host has never heard of), and lives as long as the program. The object must be valid JSON.
str language_pick(str json_object, const char *language, const char **chosen);

// The same as plain, NUL-terminated text in the arena; "" if there is none. For strings only.
const char *language_pick_text(arena *a, str json_object, const char *language, const char **chosen);

// Key and value into an answer: the JSON value of the picked language, or null.
void language_put(answer *a, const char *key, str json_object, const char *language);

// Decode a JSON string with its quotes, or copy anything else, behind what `out` already holds.
void language_add_plain(buffer *out, str json_value);

// A text of the host's own, as a JSON string with its quotes ("notification.asset.created"): in `language`, else in
// English, else an empty str. Borrowed for the life of the program.
str language_text(const char *language, const char *key);

// Add `template` to `out` with each {name} replaced by params[name] (strings, numbers; anything else and unknown names
// give nothing). The result is plain text, not HTML. `params` may be NULL.
void language_fill(buffer *out, str template, const json_t *params);

#endif
