// SPDX-License-Identifier: EUPL-1.2
#include "domain/session.h"

#include "base/clock.h"
#include "domain/account_row.h"

void session_hash(str token, char hash[SESSION_HASH_TEXT]) {
    crypto_hash_hex(token.ptr, token.len, hash);
}

status session_create(store *s, const char *owner, session_token *out, fault *f) {
    int64_t now = clock_now();
    char hash[SESSION_HASH_TEXT];
    crypto_token(out->token);
    out->expires = now + (int64_t)SESSION_SECONDS * 1000;
    session_hash(str_from(out->token), hash);
    status st = store_run(s, f, "DELETE FROM session WHERE person = ? AND expires <= ?", "ti", owner, now);
    if (st != STATUS_OK)
        return st;
    return store_run(s, f, "INSERT INTO session (token, person, created, used, expires) VALUES (?, ?, ?, ?, ?)",
                     "ttiii", hash, owner, now, now, out->expires);
}

status session_find(store *s, const char *hash, person *out, fault *f) {
    int64_t now = clock_now();
    store_rows *rows = store_query(s,
                                   "SELECT " ACCOUNT_COLUMNS " FROM session JOIN person ON person.id = session.person "
                                   "WHERE session.token = ? AND session.expires > ? AND session.used > ? "
                                   "AND person.disabled = 0",
                                   "tii", hash, now, now - (int64_t)SESSION_IDLE_SECONDS * 1000);
    bool found = store_next(rows);
    if (found)
        account_row_read(rows, out);
    status st = store_end(rows, f);
    if (st == STATUS_OK && !found)
        st = fault_set(f, STATUS_UNAUTHENTICATED, "session.over", "Your session is over. Sign in again.");
    return st;
}

status session_touch(store *s, const char *hash, fault *f) {
    return store_run(s, f, "UPDATE session SET used = ? WHERE token = ?", "it", clock_now(), hash);
}

status session_end(store *s, const char *hash, fault *f) {
    return store_run(s, f, "DELETE FROM session WHERE token = ?", "t", hash);
}
