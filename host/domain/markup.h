// SPDX-License-Identifier: EUPL-1.2
//
// markup: turns the HTML fragments of an older catalogue into Markdown that is safe to show. Paragraphs, lists,
// line breaks, emphasis and links to http, https and mailto survive; every other tag goes, scripts and styles with what
// they hold. Broken HTML gives plain text, never a fault.
#ifndef INTERLINK_DOMAIN_MARKUP_H
#define INTERLINK_DOMAIN_MARKUP_H

#include "base/text.h"

// Has it anything that a browser would take for a tag or an entity? Text without is Markdown already.
bool markup_is_html(str text);

// Adds the Markdown of `html` (UTF-8) to `out`.
void markup_to_markdown(buffer *out, str html);

// Adds the words alone, on one line: for names and summaries. Takes HTML or plain text.
void markup_to_line(buffer *out, str text);

#endif
