// SPDX-License-Identifier: EUPL-1.2
//
// multipart: bodies of multipart/form-data (RFC 7578 in the framing of RFC 2046), as forms with files send them.
// Strict: no preamble, no epilogue, CRLF only, no transfer encodings, no nested parts; what browsers and curl send
// passes. Any thread.
#ifndef INTERLINK_API_MULTIPART_H
#define INTERLINK_API_MULTIPART_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum {
    MULTIPART_PARTS = 100,
    MULTIPART_HEADERS = 8,         // of a part
    MULTIPART_HEADER_BYTES = 1024, // of one header's line
    MULTIPART_BOUNDARY = 71,       // with the NUL
};

typedef struct multipart_part {
    str name;
    str filename; // as the sender's machine calls it: only to be shown. ptr NULL: a plain field
    str bytes;    // borrowed from the body
} multipart_part;

typedef struct multipart {
    multipart_part *parts; // in the arena
    size_t count;
} multipart;

// Is this a multipart/form-data? Then its boundary is in `out`; "" if it names none that is allowed.
bool multipart_is(const char *content_type, char out[MULTIPART_BOUNDARY]);

// STATUS_MALFORMED, or STATUS_TOO_LARGE beyond the limits. Names are UTF-8 without control characters.
status multipart_parse(arena *a, str body, const char *boundary, multipart *out, fault *f);

const multipart_part *multipart_find(const multipart *m, const char *name); // the first one, or NULL

#endif
