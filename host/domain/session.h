// SPDX-License-Identifier: EUPL-1.2
//
// session: a person who is signed in. The token is shown once; the database keeps its SHA-256 only. A session ends
// twelve hours after it began, whatever happens, and two hours after it was last used (OWASP ASVS 5.0, 7.3.2
// and 7.3.1).
#ifndef INTERLINK_DOMAIN_SESSION_H
#define INTERLINK_DOMAIN_SESSION_H

#include "base/crypto.h"
#include "domain/access.h"
#include "store/store.h"

enum { SESSION_HASH_TEXT = 2 * CRYPTO_HASH + 1, SESSION_SECONDS = 12 * 3600, SESSION_IDLE_SECONDS = 30 * 60 };

typedef struct session_token {
    char token[CRYPTO_TOKEN_TEXT];
    int64_t expires; // UTC milliseconds
} session_token;

void session_hash(str token, char hash[SESSION_HASH_TEXT]);

// On the writer's thread. Also clears away this person's sessions that have ended.
status session_create(store *s, const char *person, session_token *out, fault *f);

// One kept query. STATUS_UNAUTHENTICATED for a session that is unknown or over, or a person who was switched off.
status session_find(store *s, const char *hash, person *out, fault *f);

// On the writer's thread: it is used now. Once in a while is enough; not each time.
status session_touch(store *s, const char *hash, fault *f);

status session_end(store *s, const char *hash, fault *f); // fine if it is not there

#endif
