// SPDX-License-Identifier: EUPL-1.2
//
// audit: who signed in, and who changed what an administration must answer for. A line is written in the transaction of
// the act, and carries a hash (BLAKE2b) over the line before and itself; the last hash, the head, is kept apart as
// well. So a line that is changed, taken out or put in is found by audit_verify, unless whoever did it made all later
// hashes anew: that is found only by who has noted a head elsewhere.
#ifndef INTERLINK_DOMAIN_AUDIT_H
#define INTERLINK_DOMAIN_AUDIT_H

#include "base/crypto.h"
#include "store/store.h"

enum { AUDIT_HEAD = 2 * CRYPTO_HASH + 1 };

// Borrowed for the call.
typedef struct audit_event {
    int64_t seq, at;    // given by the log; not looked at when one is appended
    const char *person; // id; NULL or "": the command line
    const char *what;   // an operation's id, or a command's: "user.add"
    const char *about;  // id of what it was done to; may be NULL
} audit_event;

// In a write transaction.
status audit_append(store *s, const audit_event *e, fault *f);

typedef void audit_each(void *context, const audit_event *e);
// In their order, those after `after` (0: from the first).
status audit_list(store *s, int64_t after, audit_each *each, void *context, fault *f);

typedef struct audit_verdict {
    int64_t count;
    char head[AUDIT_HEAD]; // of the last line; "" if there is none
    int64_t bad;           // the first line that is not what was written, or after which one is missing; 0: all is well
    char why[120];         // a sentence, "" if all is well
    bool noted;            // one of the lines has the head that was asked about
} audit_verdict;
// `noted` is a head that somebody noted earlier, or NULL. STATUS_OK also when something is wrong: see `out`.
status audit_verify(store *s, const char *noted, audit_verdict *out, fault *f);

#endif
