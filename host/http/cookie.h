// SPDX-License-Identifier: EUPL-1.2
//
// cookie: reading and writing the few cookies of the host (RFC 6265).
#ifndef INTERLINK_HTTP_COOKIE_H
#define INTERLINK_HTTP_COOKIE_H

#include <stdbool.h>

#include "base/text.h"

#define COOKIE_LANGUAGE "language"

// The value of the first cookie called `name` in a Cookie header (NULL is fine), borrowed from it; ptr NULL if there is
// none.
str cookie_find(const char *header, const char *name);

// "__Host-interlink" over https: the prefix makes browsers refuse one that another host or path has set. The prefix
// asks for Secure, which plain http cannot have, so there it is "interlink".
const char *cookie_session_name(bool secure);

// A Set-Cookie value. `token` "" takes the cookie away; else it lasts `seconds`.
void cookie_session_write(buffer *out, bool secure, const char *token, int64_t seconds);
void cookie_language_write(buffer *out, bool secure, const char *language); // for a year

#endif
