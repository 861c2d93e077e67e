// SPDX-License-Identifier: EUPL-1.2
//
// kept: finished public answers, the same for everybody until the catalogue changes, by address and language. Belongs
// to one loop. Bounded: what was not asked for longest goes first.
#ifndef INTERLINK_HTTP_KEPT_H
#define INTERLINK_HTTP_KEPT_H

#include "http/reply.h"

typedef struct kept kept;

enum { KEPT_BYTES = 16 << 20 }; // of one loop

kept *kept_create(size_t most); // 0: keeps nothing
void kept_destroy(kept *k);     // NULL is fine

// Looks whether the catalogue has changed (then everything goes) and sends the answer if it is there.
bool kept_send(kept *k, exchange *x);
// Keep this answer for the exchange's address and language, and send it. Takes the body.
void kept_put(kept *k, exchange *x, const reply *r, buffer *body);

#endif
