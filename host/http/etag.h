// SPDX-License-Identifier: EUPL-1.2
//
// etag: a name for exactly these bytes (RFC 9110 section 8.8.3). Keyed, so that nobody outside can make two contents
// with one name.
#ifndef INTERLINK_HTTP_ETAG_H
#define INTERLINK_HTTP_ETAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { ETAG_TEXT = 40 }; // quoted, room for the mark of the compressed form

typedef struct etag_key {
    uint64_t first, second;
} etag_key;

etag_key etag_key_from(const uint8_t secret[32]); // of the installation: names survive a restart
void etag_make(const etag_key *key, str bytes, char out[ETAG_TEXT]);
void etag_for_gzip(char etag[ETAG_TEXT]); // the compressed form is other bytes, so it has another name
// Does an If-None-Match header (NULL is fine) name it, in either form?
bool etag_matches(const char *if_none_match, const char *etag);

#endif
