// SPDX-License-Identifier: EUPL-1.2
//
// revocation: packages that must not run, as a signed list says. The last list that was taken is kept in the database,
// so that it holds without its file and without a network.
//
//     {"number": 7, "expires": "2027-01-31T00:00:00Z", "revoked": [
//       {"package": "SHA-256", "reason": "..."}, {"key": "RWQ...", "reason": "..."},
//       {"id": "org.example.walk", "from": "1.0.0", "to": "1.4.2", "reason": "..."}]}
//
// It is signed by a key that the administration trusts, and its number never goes back. One that is past its date
// takes nothing back: it is in force until a newer one comes.
#ifndef INTERLINK_PLUGIN_REVOCATION_H
#define INTERLINK_PLUGIN_REVOCATION_H

#include "base/arena.h"
#include "store/store.h"

enum { REVOCATION_BYTES = 1 << 20, REVOCATION_REASON = 160 };

typedef struct revocation_list revocation_list; // immutable once read

// STATUS_INVALID with what is wrong.
status revocation_parse(str json, revocation_list **out, fault *f);
void revocation_free(revocation_list *l); // NULL is fine
int64_t revocation_number(const revocation_list *l);
int64_t revocation_expires(const revocation_list *l); // UTC milliseconds
size_t revocation_count(const revocation_list *l);

// Why this package must not run, or NULL. `list` may be NULL, and so may `sha256` and `key`.
const char *revocation_find(const revocation_list *l, const char *plugin, const char *version, const char *sha256,
                            const char *key);

// The list in force; *out is NULL where there is none.
status revocation_load(store *s, revocation_list **out, fault *f);

// Take a list and its signature file, in a write transaction. *news: it was not in force before. STATUS_FORBIDDEN: no
// trusted key signed it. STATUS_CONFLICT: its number goes back, or is that of other bytes.
status revocation_take(store *s, str json, str signature, bool *news, fault *f);

// The same with the files `path` and `path`.minisig. STATUS_NOT_FOUND: there are none.
status revocation_take_file(store *s, const char *path, bool *news, fault *f);

#endif
