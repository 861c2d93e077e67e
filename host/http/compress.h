// SPDX-License-Identifier: EUPL-1.2
//
// compress: gzip for what is worth it.
#ifndef INTERLINK_HTTP_COMPRESS_H
#define INTERLINK_HTTP_COMPRESS_H

#include <stdbool.h>

#include "base/text.h"

enum { COMPRESS_LEAST = 1024 };
// Levels: for what is sent once, some times, for ever.
enum { COMPRESS_ONCE = 1, COMPRESS_FOR_MANY = 5, COMPRESS_FOR_LONG = 9 };

bool compress_worth(const char *type, size_t len);     // text of some size
bool compress_accepted(const char *accept_encoding);   // the header; NULL is no
bool compress_gzip(str bytes, int level, buffer *out); // false if it would not get smaller; `out` is empty then

#endif
