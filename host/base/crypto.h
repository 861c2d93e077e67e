// SPDX-License-Identifier: EUPL-1.2
//
// crypto: the few cryptographic operations of the host. The only file that names libsodium is crypto.c.
#ifndef INTERLINK_BASE_CRYPTO_H
#define INTERLINK_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { CRYPTO_KEY = 32, CRYPTO_HASH = 32, CRYPTO_MAC = 32, CRYPTO_TOKEN_TEXT = 44, CRYPTO_PASSWORD_TEXT = 128 };
enum { CRYPTO_SHORT_KEY = 16 };
enum { CRYPTO_SIGNATURE = 64, CRYPTO_PUBLIC = 32, CRYPTO_SECRET = 64, CRYPTO_LONG_HASH = 64, CRYPTO_SALT = 32 };

void crypto_init(void); // once, before anything else; aborts if the library cannot start
void crypto_random(void *out, size_t len);
void crypto_token(char out[CRYPTO_TOKEN_TEXT]); // 256 random bits as base64url, NUL-terminated
void crypto_hash(const void *data, size_t len, uint8_t out[CRYPTO_HASH]); // SHA-256
void crypto_hash_hex(const void *data, size_t len, char out[2 * CRYPTO_HASH + 1]);
void crypto_mac(const uint8_t key[CRYPTO_KEY], const void *data, size_t len, uint8_t out[CRYPTO_MAC]); // HMAC-SHA-256
// SipHash-2-4: for tables whose keys come from outside. Who does not know the key cannot aim at a slot.
uint64_t crypto_short_hash(const uint8_t key[CRYPTO_SHORT_KEY], const void *data, size_t len);
// BLAKE2b of `size` bytes, 32 or 64 (RFC 7693).
void crypto_blake(const void *data, size_t len, uint8_t *out, size_t size);
// Ed25519 (RFC 8032). The secret key holds the public one, as libsodium and minisign keep it.
void crypto_signing_keys(uint8_t public_key[CRYPTO_PUBLIC], uint8_t secret[CRYPTO_SECRET]);
void crypto_signature_make(const uint8_t secret[CRYPTO_SECRET], const void *data, size_t len,
                           uint8_t out[CRYPTO_SIGNATURE]);
bool crypto_signature_good(const uint8_t public_key[CRYPTO_PUBLIC], const void *data, size_t len,
                           const uint8_t signature[CRYPTO_SIGNATURE]);
// `size` bytes from a password by scrypt (RFC 7914), at a cost in the units of libsodium: operations, and bytes of
// memory. Slow on purpose. False if there is not so much memory.
bool crypto_password_stream(str password, const uint8_t salt[CRYPTO_SALT], uint64_t operations, uint64_t memory,
                            uint8_t *out, size_t size);
bool crypto_equal(const void *a, const void *b, size_t len); // constant time
// argon2id. Slow on purpose (tens of milliseconds): never on a loop's thread.
bool crypto_password_hash(const char *password, size_t len, char out[CRYPTO_PASSWORD_TEXT]);
typedef enum crypto_password {
    CRYPTO_PASSWORD_RIGHT,
    CRYPTO_PASSWORD_WRONG,
    CRYPTO_PASSWORD_UNKNOWN, // there was too little memory to find out
} crypto_password;
crypto_password crypto_password_check(const char *hash, const char *password, size_t len);
void crypto_wipe(void *secret, size_t len);
// base64url without padding (RFC 4648 section 5). Decode returns the length or -1.
size_t crypto_base64_size(size_t len); // with the NUL
void crypto_base64(const void *data, size_t len, char *out);
int64_t crypto_base64_decode(const char *text, size_t len, void *out, size_t capacity);
// The other base64, with + and / and padding (RFC 4648 section 4), for what other programs read.
enum { CRYPTO_BASE64_LONGEST = 256 }; // bytes that go in
void crypto_base64_add(buffer *out, const void *data, size_t len);
int64_t crypto_base64_take(str text, void *out, size_t capacity);

#endif
