// SPDX-License-Identifier: EUPL-1.2
//
// invitation: a one-time link. It makes a stranger a member of a process, or somebody the first administrator.
#ifndef INTERLINK_DOMAIN_INVITATION_H
#define INTERLINK_DOMAIN_INVITATION_H

#include "base/answer.h"
#include "base/crypto.h"
#include "domain/access.h"
#include "domain/live.h"
#include "domain/usage.h"
#include "store/store.h"

typedef struct invitation {
    char hash[2 * CRYPTO_HASH + 1];
    char kind[16];         // member, administrator
    char email[200];       // "" for an administrator: the person says it
    char process[ID_TEXT]; // "" for an administrator
    char process_name[200];
    role role;
    int64_t expires; // UTC milliseconds
} invitation;

// On the writer's thread: invite `email` (normal form) to a process; replaces an earlier one that is still open.
// 14 days.
status invitation_create(store *s, const char *process, const char *email, role role, const char *inviter,
                         char token[CRYPTO_TOKEN_TEXT], int64_t *expires, fault *f);

// For `interlink serve`: while there is no administrator, a link that makes one (24 hours; replaces an earlier one).
// `token` is "" when there is an administrator already.
status invitation_create_administrator(store *s, char token[CRYPTO_TOKEN_TEXT], fault *f);

// STATUS_NOT_FOUND "invitation.unknown" when it never was, is over, or was used.
status invitation_find(store *s, const char *token, invitation *out, fault *f);

// {kind, email, process_name}
void invitation_write(answer *out, const invitation *i);

typedef struct invitation_acceptance {
    const char *token;
    const person *actor; // who is signed in, or NULL
    const char *email;   // for an administrator only
    const char *name, *language, *kind;
    const char *password_hash; // NULL when somebody is signed in
    const uint8_t *secret;
} invitation_acceptance;

// On the writer's thread. Makes the account if there is none with this e-mail; else that person must be signed in
// (STATUS_CONFLICT "invitation.sign_in"). The invitation is used up.
status invitation_accept(store *s, live_list *live, const invitation_acceptance *acceptance, person *out, fault *f);

#endif
