// SPDX-License-Identifier: EUPL-1.2
//
// meta: the few facts about this installation that the database keeps under a key.
#ifndef INTERLINK_DOMAIN_META_H
#define INTERLINK_DOMAIN_META_H

#include "base/crypto.h"
#include "store/store.h"

// The value of `key` behind what `out` holds (may be NULL to ask only whether it is there). STATUS_NOT_FOUND if nothing
// was ever set.
status meta_get(store *s, const char *key, buffer *out, fault *f);
status meta_set(store *s, const char *key, const char *value, fault *f);

// The installation's secret: tickets and pseudonyms are made from it. Made at random the first time; `s` must be
// able to write then. Changing it would part the usage log from its people, so nothing does.
status meta_secret(store *s, uint8_t secret[CRYPTO_KEY], fault *f);

#endif
