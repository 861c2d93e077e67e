// SPDX-License-Identifier: EUPL-1.2
//
// entity: the character references of HTML ("&amp;", "&#233;", "&#xE9;") that texts of a catalogue use.
#ifndef INTERLINK_DOMAIN_ENTITY_H
#define INTERLINK_DOMAIN_ENTITY_H

#include "base/text.h"

// If `text` begins with a character reference: its UTF-8 in `letters`, its size as the result, and how many bytes of
// `text` it took in *used. Else 0; a name that is not known is left as it stands.
size_t entity_read(str text, char letters[8], size_t *used);

#endif
