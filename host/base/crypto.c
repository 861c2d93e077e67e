// SPDX-License-Identifier: EUPL-1.2
#include "base/crypto.h"

// Only the parts that are used: the whole <sodium.h> has a crypto_hash of its own (SHA-512), which nothing here calls.
#include <assert.h>
#include <sodium/core.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/crypto_pwhash_scryptsalsa208sha256.h>
#include <sodium/crypto_shorthash.h>
#include <sodium/crypto_sign.h>
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
_Static_assert(CRYPTO_SIGNATURE == crypto_sign_BYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_PUBLIC == crypto_sign_PUBLICKEYBYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_SECRET == crypto_sign_SECRETKEYBYTES, "the header's size is libsodium's");
_Static_assert(CRYPTO_SALT == crypto_pwhash_scryptsalsa208sha256_SALTBYTES, "the header's size is libsodium's");

// OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, two passes, one lane.
enum { PASSWORD_PASSES = 2, PASSWORD_MEMORY = 19 * 1024 * 1024, PASSWORD_KEY = 32 };

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

void crypto_blake(const void *data, size_t len, uint8_t *out, size_t size) {
    crypto_generichash(out, size, data, len, NULL, 0);
}

void crypto_signing_keys(uint8_t public_key[CRYPTO_PUBLIC], uint8_t secret[CRYPTO_SECRET]) {
    crypto_sign_keypair(public_key, secret);
}

void crypto_signature_make(const uint8_t secret[CRYPTO_SECRET], const void *data, size_t len,
                           uint8_t out[CRYPTO_SIGNATURE]) {
    crypto_sign_detached(out, NULL, data, len, secret);
}

bool crypto_signature_good(const uint8_t public_key[CRYPTO_PUBLIC], const void *data, size_t len,
                           const uint8_t signature[CRYPTO_SIGNATURE]) {
    return crypto_sign_verify_detached(signature, data, len, public_key) == 0;
}

bool crypto_password_stream(str password, const uint8_t salt[CRYPTO_SALT], uint64_t operations, uint64_t memory,
                            uint8_t *out, size_t size) {
    return crypto_pwhash_scryptsalsa208sha256(out, size, password.ptr ? password.ptr : "", password.len, salt,
                                              operations, (size_t)memory) == 0;
}

bool crypto_equal(const void *a, const void *b, size_t len) {
    return sodium_memcmp(a, b, len) == 0;
}

bool crypto_password_hash(const char *password, size_t len, char out[CRYPTO_PASSWORD_TEXT]) {
    // Fails only when the memory cannot be had.
    return crypto_pwhash_str_alg(out, password, len, PASSWORD_PASSES, PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) ==
           0;
}

// The parts of a hash as the library writes it: $argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$KEY, both in base64.
typedef struct password_parts {
    unsigned kib, passes;
    uint8_t salt[crypto_pwhash_SALTBYTES], key[PASSWORD_KEY];
} password_parts;

static bool base64_is(const char *text, uint8_t *out, size_t size) {
    size_t len = 0;
    return sodium_base642bin(out, size, text, strlen(text), NULL, &len, NULL,
                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
           len == size;
}

static bool password_parts_read(const char *hash, password_parts *out) {
    char salt[CRYPTO_PASSWORD_TEXT], key[CRYPTO_PASSWORD_TEXT];
    return strlen(hash) < CRYPTO_PASSWORD_TEXT &&
           sscanf(hash, "$argon2id$v=19$m=%u,t=%u,p=1$%127[^$]$%127s", &out->kib, &out->passes, salt, key) == 4 &&
           base64_is(salt, out->salt, sizeof out->salt) && base64_is(key, out->key, sizeof out->key);
}

// Not by crypto_pwhash_str_verify, which calls a password wrong that it had no memory to check.
crypto_password crypto_password_check(const char *hash, const char *password, size_t len) {
    password_parts parts;
    uint8_t key[PASSWORD_KEY];
    if (!password_parts_read(hash, &parts))
        return CRYPTO_PASSWORD_WRONG;
    if (crypto_pwhash(key, sizeof key, password, len, parts.salt, parts.passes, (size_t)parts.kib * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return CRYPTO_PASSWORD_UNKNOWN;
    return sodium_memcmp(key, parts.key, sizeof key) == 0 ? CRYPTO_PASSWORD_RIGHT : CRYPTO_PASSWORD_WRONG;
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

// libsodium takes some bytes beyond ASCII for the letters that they are without their highest bit.
static int64_t base64_take(const char *text, size_t len, void *out, size_t capacity, int variant) {
    size_t used = 0;
    const char *end = NULL;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] > '~')
            return -1;
    if (sodium_base642bin(out, capacity, text, len, NULL, &used, &end, variant) != 0 || end != text + len)
        return -1;
    return (int64_t)used;
}

int64_t crypto_base64_decode(const char *text, size_t len, void *out, size_t capacity) {
    return len ? base64_take(text, len, out, capacity, sodium_base64_VARIANT_URLSAFE_NO_PADDING) : 0;
}

void crypto_base64_add(buffer *out, const void *data, size_t len) {
    char text[CRYPTO_BASE64_LONGEST / 3 * 4 + 8];
    assert(len <= CRYPTO_BASE64_LONGEST);
    sodium_bin2base64(text, sizeof text, data, len, sodium_base64_VARIANT_ORIGINAL);
    buffer_add(out, text);
}

int64_t crypto_base64_take(str text, void *out, size_t capacity) {
    return text.len ? base64_take(text.ptr, text.len, out, capacity, sodium_base64_VARIANT_ORIGINAL) : -1;
}
