// SPDX-License-Identifier: EUPL-1.2
#include "base/crypto.h"

// Only the parts that are used: the whole <sodium.h> has a crypto_hash of its own (SHA-512), which nothing here calls.
#include <sodium/core.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/crypto_shorthash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(CRYPTO_PASSWORD_TEXT == crypto_pwhash_STRBYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_HASH == crypto_hash_sha256_BYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_MAC == crypto_auth_hmacsha256_BYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_SHORT_KEY == crypto_shorthash_KEYBYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_KEY == crypto_auth_hmacsha256_KEYBYTES, "the header's size is libsodium's");

// OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane.
enum { PASSWORD_PASSES = 2, PASSWORD_MEMORY = 19 * 1024 * 1024 };

void crypto_init(void) {
    if (sodium_init() < 0) {
        fputs("libsodium cannot start: the system gives no random numbers\n", stderr);
        abort();
    }
}

void crypto_random(void *out, size_t len) {
    randombytes_buf(out, len);
}

void crypto_token(char out[CRYPTO_TOKEN_TEXT]) {
    uint8_t bytes[32];
    crypto_random(bytes, sizeof bytes);
    crypto_base64(bytes, sizeof bytes, out);
    crypto_wipe(bytes, sizeof bytes);
}

void crypto_hash(const void *data, size_t len, uint8_t out[CRYPTO_HASH]) {
    crypto_hash_sha256(out, data, len);
}

void crypto_hash_hex(const void *data, size_t len, char out[2 * CRYPTO_HASH + 1]) {
    uint8_t hash[CRYPTO_HASH];
    crypto_hash(data, len, hash);
    sodium_bin2hex(out, 2 * CRYPTO_HASH + 1, hash, sizeof hash);
}

void crypto_mac(const uint8_t key[CRYPTO_KEY], const void *data, size_t len, uint8_t out[CRYPTO_MAC]) {
    crypto_auth_hmacsha256(out, data, len, key);
}

uint64_t crypto_short_hash(const uint8_t key[CRYPTO_SHORT_KEY], const void *data, size_t len) {
    uint64_t hash;
    _Static_assert(sizeof hash == crypto_shorthash_BYTES, "as large as libsodium makes it");
    crypto_shorthash((unsigned char *)&hash, data, len, key);
    return hash;
}

bool crypto_equal(const void *a, const void *b, size_t len) {
    return sodium_memcmp(a, b, len) == 0;
}

bool crypto_password_hash(const char *password, size_t len, char out[CRYPTO_PASSWORD_TEXT]) {
    // Fails only when the memory cannot be had.
    return crypto_pwhash_str_alg(out, password, len, PASSWORD_PASSES, PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) ==
           0;
}

bool crypto_password_check(const char *hash, const char *password, size_t len) {
    // The library reads the full fixed size, so a shorter text from the database is copied first.
    char padded[CRYPTO_PASSWORD_TEXT] = {0};
    size_t hash_len = strlen(hash);
    if (hash_len >= sizeof padded)
        return false;
    memcpy(padded, hash, hash_len);
    return crypto_pwhash_str_verify(padded, password, len) == 0;
}

void crypto_wipe(void *secret, size_t len) {
    sodium_memzero(secret, len);
}

size_t crypto_base64_size(size_t len) {
    return sodium_base64_encoded_len(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void crypto_base64(const void *data, size_t len, char *out) {
    sodium_bin2base64(out, crypto_base64_size(len), data, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int64_t crypto_base64_decode(const char *text, size_t len, void *out, size_t capacity) {
    size_t used = 0;
    const char *end = NULL;
    if (len == 0)
        return 0;
    if (sodium_base642bin(out, capacity, text, len, NULL, &used, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text + len)
        return -1;
    return (int64_t)used;
}
