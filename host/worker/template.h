// SPDX-License-Identifier: EUPL-1.2
//
// template: pages with {{places}} for values, as interlink.h describes them. A page is compiled once and kept; what is
// wrong with it is found then, not when a certain value comes.
#ifndef INTERLINK_WORKER_TEMPLATE_H
#define INTERLINK_WORKER_TEMPLATE_H

#include <jansson.h>

#include "base/text.h"
#include "worker/sentence.h"

typedef struct template template;

template *template_compile(str page, char sentence[SENTENCE_SIZE]); // NULL with a sentence; template_destroy frees it
void template_destroy(template *t);

// Where {{t.key}} and {{link}} come from. Borrowed while a page is rendered.
typedef struct template_source {
    void *context;
    str (*text)(void *context, const char *key);
    str link;
} template_source;

// Adds the page to `out`. False with a sentence when it grows beyond all measure.
bool template_render(const template *t, const json_t *data, const template_source *source, buffer *out,
                     char sentence[SENTENCE_SIZE]);

// Adds `text` with each {name} that `params` has replaced by its value; others stay as they are. Nothing is escaped.
void template_fill(buffer *out, str text, const json_t *params);

// Compiled pages, found by their text.
typedef struct template_cache template_cache;
template_cache *template_cache_create(void);
void template_cache_destroy(template_cache *cache); // NULL is fine
// Borrowed until the next call with the same cache. NULL with a sentence.
const template *template_cache_get(template_cache *cache, str page, char sentence[SENTENCE_SIZE]);

#endif
