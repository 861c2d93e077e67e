// SPDX-License-Identifier: EUPL-1.2
//
// guard: what no honest client sends is refused before anything looks at it: two lengths, two hosts, encodings that
// hide a slash, control bytes. A front server and this one must never disagree on where a request ends (RFC 9112
// sections 3.2, 5, 6.1 and 11.2). After a refusal the connection closes.
#ifndef INTERLINK_HTTP_GUARD_H
#define INTERLINK_HTTP_GUARD_H

#include <stdbool.h>

#include "base/text.h"

enum { GUARD_TARGET = 8 * 1024, GUARD_HEADERS = 100 };

// Zero-initialise, guard_start, guard_header for each header in order, then guard_end. Each returns why the request is
// refused, a sentence, or NULL.
typedef struct guard {
    bool http_1_1;
    bool layout;          // check that the library has left nothing out, see guard_header
    const char *expected; // where the next header must begin in memory
    unsigned hosts, lengths, encodings, count;
    str host;
    bool body; // a length above zero, or chunked
    bool chunked;
    uint64_t length; // Content-Length
} guard;

// `method`, `target` and `version` are the library's own pointers when `layout` is set.
//
// libmicrohttpd 0.9.75 reads lines with string functions and hands out pointers into its buffer, where a line's CR and
// LF have become two NULs. So a NUL byte in a line, a bare LF, a folded header or a doubled space leave a trace: what
// comes next does not begin where it should. That is the only way to see them, and `layout` asks for it.
const char *guard_start(guard *g, const char *method, str target, const char *version);
const char *guard_header(guard *g, str name, str value);
const char *guard_end(guard *g, const char *method);

// The target alone: "/path?query" of printable ASCII, whole percent escapes, and in the path no encoded slash,
// backslash, dot or NUL and no "." or ".." part.
const char *guard_target(str target);

#endif
