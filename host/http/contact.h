// SPDX-License-Identifier: EUPL-1.2
//
// contact: whom to tell of a weakness, at /.well-known/security.txt (RFC 9116). Nothing is there while the
// administration has named nobody (`serve --security-contact`): an address that nobody reads would be worse.
#ifndef INTERLINK_HTTP_CONTACT_H
#define INTERLINK_HTTP_CONTACT_H

#include "base/text.h"
#include "http/exchange.h"

extern const route contact_route;

// The file. `contact` is a mailto:, https: or tel: URI; `site` is the site's address, or "" if it is not known;
// `now` is in milliseconds since 1970 (UTC).
void contact_write(buffer *out, const char *contact, const char *site, int64_t now);

// What may be named as a contact (RFC 9116, 2.5.3): a URI of one of these schemes, on one line.
bool contact_valid(const char *contact);

#endif
