// SPDX-License-Identifier: EUPL-1.2
//
// member: who takes part in a process, and as what. A process always keeps an administrator.
#ifndef INTERLINK_DOMAIN_MEMBER_H
#define INTERLINK_DOMAIN_MEMBER_H

#include "base/answer.h"
#include "base/crypto.h"
#include "domain/access.h"
#include "domain/live.h"
#include "domain/usage.h"
#include "store/store.h"

typedef struct member_added {
    bool invited;                  // false: a member now
    char person[ID_TEXT];          // "" when invited
    char email[200];               // as it is kept
    char token[CRYPTO_TOKEN_TEXT]; // of the invitation, "" otherwise
    int64_t expires;               // of the invitation, UTC milliseconds
} member_added;

// On the writer's thread. A known e-mail becomes a member (or gets the new role), an unknown one is invited; an earlier
// invitation to the same process is replaced. Logs and notifies.
status member_add(store *s, live_list *live, const usage_actor *by, const char *process, const char *email, role role,
                  member_added *out, fault *f);

// By id of the person. Used when somebody joins, and by the demonstration content.
status member_join(store *s, live_list *live, const usage_actor *by, const char *process, const char *person, role role,
                   fault *f);

// STATUS_CONFLICT "member.last_administrator" when nobody would be left to look after the process.
status member_set_role(store *s, const usage_actor *by, const char *process, const char *person, role role, fault *f);
status member_remove(store *s, const usage_actor *by, const char *process, const char *person, fault *f);

// The array of members; those who are invited too if `with_invited`.
status member_list_write(store *s, answer *out, const char *process, bool with_invited, fault *f);

#endif
