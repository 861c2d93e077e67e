// SPDX-License-Identifier: EUPL-1.2
//
// author_key: the keys that sign packages, as texts ("RWQ..."): what the administration thinks of each, and which
// plugin's id belongs to which key. Writing is done on the writer's thread, in a transaction.
#ifndef INTERLINK_DOMAIN_AUTHOR_KEY_H
#define INTERLINK_DOMAIN_AUTHOR_KEY_H

#include "base/arena.h"
#include "store/store.h"

typedef enum author_trust {
    AUTHOR_FIRST,      // nothing signed with it was ever installed here
    AUTHOR_KNOWN,      // something was
    AUTHOR_TRUSTED,    // an administrator put it on the list
    AUTHOR_DISTRUSTED, // nothing signed with it runs here
} author_trust;

const char *author_trust_text(author_trust t); // first, known, trusted, distrusted

author_trust author_key_trust(store *s, const char *key);

// `trust` is AUTHOR_TRUSTED, AUTHOR_DISTRUSTED, or anything else to take the key off the list. `name` is whose it is,
// in the administrator's words; NULL leaves what was said before.
status author_key_decide(store *s, const char *key, author_trust trust, const char *name, const char *decider,
                         fault *f);

// The list, by name; `plugins` counts those whose id belongs to it. Texts are borrowed for the call.
typedef void author_key_each(void *context, const char *key, author_trust trust, const char *name, int64_t decided,
                             int64_t plugins);
status author_key_list(store *s, author_key_each *each, void *context, fault *f);

// Every key that is on the list or has a plugin, in the arena.
status author_keys_read(store *s, arena *a, const char ***out, size_t *count, fault *f);

// The key that the plugin's id belongs to, in the arena; NULL if it belongs to nobody yet.
const char *author_key_of(store *s, arena *a, const char *plugin);
status author_key_bind(store *s, const char *plugin, const char *key, fault *f);

#endif
