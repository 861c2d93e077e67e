// SPDX-License-Identifier: EUPL-1.2
//
// account: the people of an installation: their e-mail, name, kind, language and password.
#ifndef INTERLINK_DOMAIN_ACCOUNT_H
#define INTERLINK_DOMAIN_ACCOUNT_H

#include "base/answer.h"
#include "base/crypto.h"
#include "domain/access.h"
#include "store/store.h"

enum { ACCOUNT_EMAIL_TEXT = 200, ACCOUNT_PASSWORD_LEAST = 10, ACCOUNT_PASSWORD_MOST = 1024 };

// Lower case, without spaces around. False if it cannot be an e-mail address, or is too long.
bool account_email_normal(const char *typed, char out[ACCOUNT_EMAIL_TEXT]);

// Is this password good enough? Adds a field fault for "/password" if not.
status account_password_rule(str password, fault *f);

// argon2id: tens of milliseconds on purpose, so never on a loop's thread or the writer's.
status account_password_hash(str password, char hash[CRYPTO_PASSWORD_TEXT], fault *f);
// An empty hash (nobody has that e-mail, or no password yet) takes as long and is false.
bool account_password_check(const char *hash, str password, fault *f);

typedef struct account_draft {
    const char *email; // as typed
    const char *name;
    const char *kind;          // citizen, official, company, nonprofit; NULL: citizen
    const char *language;      // NULL: en
    const char *password_hash; // NULL: cannot sign in yet
    bool admin;
} account_draft;

// On the writer's thread. STATUS_CONFLICT "account.exists" when the e-mail is taken; field faults for what is wrong.
status account_create(store *s, const account_draft *draft, person *out, fault *f);

status account_find(store *s, const char *id, person *out, fault *f); // STATUS_NOT_FOUND
// `hash` (may be NULL) gets the password's hash, "" without one. Disabled accounts are not found.
status account_find_email(store *s, const char *email, person *out, char hash[CRYPTO_PASSWORD_TEXT], fault *f);
bool account_any_admin(store *s);

typedef struct account_change {
    const char *name, *language, *kind; // NULL leaves it
} account_change;

status account_update(store *s, const char *id, const account_change *change, person *out, fault *f);

// On the writer's thread: a new password, after which every session of this person is over.
status account_password_set(store *s, const char *id, const char *password_hash, fault *f);

// Person {id,name,email,kind,language,admin}
void account_write(answer *out, const person *p);

#endif
