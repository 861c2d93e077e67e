// SPDX-License-Identifier: EUPL-1.2
#include "domain/meta.h"

status meta_get(store *s, const char *key, buffer *out, fault *f) {
    store_rows *rows = store_query(s, "SELECT value FROM meta WHERE key = ?", "t", key);
    bool found = store_next(rows);
    if (found && out)
        buffer_append(out, store_str(rows, 0).ptr, store_str(rows, 0).len);
    status st = store_end(rows, f);
    if (st == STATUS_OK && !found)
        st = fault_set(f, STATUS_NOT_FOUND, "meta.unknown", "Nothing is kept under %s.", key);
    return st;
}

status meta_set(store *s, const char *key, const char *value, fault *f) {
    return store_run(
        s, f, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        "tt", key, value);
}

static status secret_create(store *s, uint8_t secret[CRYPTO_KEY], fault *f) {
    char text[2 * CRYPTO_KEY];
    crypto_random(secret, CRYPTO_KEY);
    crypto_base64(secret, CRYPTO_KEY, text);
    status st = meta_set(s, "secret", text, f);
    crypto_wipe(text, sizeof text);
    return st;
}

status meta_secret(store *s, uint8_t secret[CRYPTO_KEY], fault *f) {
    buffer text = {0};
    fault none = {0};
    status st = meta_get(s, "secret", &text, &none);
    if (st == STATUS_NOT_FOUND)
        st = secret_create(s, secret, f);
    else if (st != STATUS_OK)
        (void)fault_set(f, st, none.code, "%s", none.text);
    else if (crypto_base64_decode(text.ptr, text.len, secret, CRYPTO_KEY) != CRYPTO_KEY)
        st = fault_set(f, STATUS_INTERNAL, "meta.secret",
                       "The secret in the database is damaged. Restore the database from a backup.");
    if (text.ptr)
        crypto_wipe(text.ptr, text.len);
    buffer_free(&text);
    return st;
}
