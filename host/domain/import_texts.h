// SPDX-License-Identifier: EUPL-1.2
//
// import_texts: the fields of a catalogue's JSON, checked: texts by language, lists of words, ids. What breaks a rule
// adds a fault with its place; the value is then empty and reading goes on, so that one run finds all.
#ifndef INTERLINK_DOMAIN_IMPORT_TEXTS_H
#define INTERLINK_DOMAIN_IMPORT_TEXTS_H

#include <jansson.h>

#include "domain/import_report.h"

typedef enum import_kind {
    IMPORT_LINE,     // names: words on one line
    IMPORT_MARKDOWN, // HTML becomes Markdown
    IMPORT_AS_IS,    // paths and addresses
} import_kind;

typedef enum import_need { IMPORT_MAY, IMPORT_MUST } import_need;

// Pairs of language and text, empty texts left out, in the order of the file. Borrowed from the report's arena.
typedef struct import_text {
    const char *language, *text;
} import_text;
typedef struct import_texts {
    import_text *items;
    size_t count;
} import_texts;

// Words or ids.
typedef struct import_list {
    const char **items;
    size_t count;
} import_list;

// `object[key]` as texts by language. One of IMPORT_MUST must hold a text.
import_texts import_texts_read(const import_place *at, const json_t *object, const char *key, import_kind kind,
                               import_need need);
// As JSON, {"en": "..."}.
str import_texts_json(arena *a, import_texts texts);
const char *import_texts_find(import_texts texts, const char *language); // NULL if there is none

// `object[key]` as lists of words by language ({"en": ["a", "b"]}, or "a;b" as text), as JSON.
str import_tags_read(const import_place *at, const json_t *object, const char *key);

// `object[key]` as a list of texts. One that stands twice is a fault if `strict`, else a warning, and is kept once.
import_list import_list_read(const import_place *at, const json_t *object, const char *key, bool strict);
str import_list_json(arena *a, import_list list);

// `object[key]` as a text; NULL with a fault if it is missing and must be there, or of another type.
const char *import_word_read(const import_place *at, const json_t *object, const char *key, import_need need);
// The same as one of `words` (ended by NULL).
const char *import_choice_read(const import_place *at, const json_t *object, const char *key, const char *const *words);
// The same as an id: letters, digits and _ . - , at most 120.
const char *import_id_read(const import_place *at, const json_t *object, const char *key);

// The list of languages `object["languages"]`: known tags, none twice. It is checked, and the names tell the truth.
void import_languages_check(const import_place *at, const json_t *object);
// The languages of `texts` as a JSON list.
str import_languages_json(arena *a, import_texts texts);

// Is the value at `at` an object? Adds a fault if not.
bool import_is_object(const import_place *at, const json_t *value);
// `object[key]` as a list; NULL if it is missing (a fault if it must be there) or something else (a fault).
const json_t *import_array_read(const import_place *at, const json_t *object, const char *key, import_need need);

#endif
