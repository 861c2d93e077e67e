// SPDX-License-Identifier: EUPL-1.2
//
// markdown: texts that authors and imported catalogues bring, as safe HTML. GitHub's dialect; raw HTML is left out,
// links go only to http, https, mailto and places of this site; pictures become links, since pages load nothing from
// elsewhere. Headings start at the level that the page says and never skip one.
#ifndef INTERLINK_PORTAL_MARKDOWN_H
#define INTERLINK_PORTAL_MARKDOWN_H

#include "base/text.h"

// Appends to `out`. `heading` is 1..6: the level of the text's highest heading. Any thread.
void markdown_html(str text, int heading, buffer *out);

#endif
