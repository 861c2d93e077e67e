// SPDX-License-Identifier: EUPL-1.2
//
// session: who asks, in which language, and whether a request that changes something comes from our own pages.
#ifndef INTERLINK_HTTP_SESSION_H
#define INTERLINK_HTTP_SESSION_H

#include "http/exchange.h"

// Fills actor, session, by_cookie from `Authorization: Bearer` or the cookie, and language. A session that is over
// leaves the actor anonymous. STATUS other than OK: the database could not be asked.
status session_resolve(exchange *x, fault *f);

// The reader's language: ?lang=, the cookie, the person's own, Accept-Language, English.
const char *session_language(const exchange *x);

// Did another site's page cause this? Browsers say so in Sec-Fetch-Site or Origin. Where neither is there, only a
// request that no page of another site could have made without asking first (`unsimple`: JSON) passes.
bool session_from_elsewhere(const char *sec_fetch_site, const char *origin, const char *own_origin, bool unsimple);
bool session_cross_site(const exchange *x, bool unsimple);

// "https://host" as browsers name us.
const char *session_own_origin(const exchange *x);

#endif
