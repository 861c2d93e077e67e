// SPDX-License-Identifier: EUPL-1.2
//
// minisign: keys and detached signatures in the format of the program of that name
// (https://jedisct1.github.io/minisign/), which can make and check them as well. Ed25519 over the BLAKE2b-512 of the
// bytes ("ED"); its older signatures over the bytes themselves ("Ed") are accepted. Any thread.
#ifndef INTERLINK_BASE_MINISIGN_H
#define INTERLINK_BASE_MINISIGN_H

#include "base/crypto.h"
#include "base/status.h"
#include "base/text.h"

enum {
    MINISIGN_ID = 8,
    MINISIGN_KEY_TEXT = 57,         // "RWQ...", NUL-terminated
    MINISIGN_ID_TEXT = 17,          // as minisign prints it: 16 hexadecimal digits
    MINISIGN_FINGERPRINT_TEXT = 50, // ten groups of four hexadecimal digits
    MINISIGN_COMMENT = 1024,        // of a signature, with the NUL
    MINISIGN_FILE = 16 * 1024,      // no file of this format is longer
};

typedef struct minisign_key {
    uint8_t id[MINISIGN_ID]; // chosen at random: finds a key, proves nothing
    uint8_t key[CRYPTO_PUBLIC];
} minisign_key;

typedef struct minisign_secret {
    minisign_key shown;
    uint8_t secret[CRYPTO_SECRET];
} minisign_secret; // minisign_secret_wipe when done

typedef struct minisign_signature {
    uint8_t id[MINISIGN_ID]; // of the key that is said to have made it
    bool prehashed;
    uint8_t over_bytes[CRYPTO_SIGNATURE];
    char comment[MINISIGN_COMMENT]; // signed too: to be believed once minisign_verify has said yes
    uint8_t over_comment[CRYPTO_SIGNATURE];
} minisign_signature;

// "RWQ..." alone, or a whole .pub file. STATUS_INVALID.
status minisign_key_parse(str text, minisign_key *out, fault *f);
void minisign_key_text(const minisign_key *k, char out[MINISIGN_KEY_TEXT]);
void minisign_key_id(const uint8_t id[MINISIGN_ID], char out[MINISIGN_ID_TEXT]);
// What two people compare by eye: the first 160 bits of the key's SHA-256.
void minisign_key_fingerprint(const minisign_key *k, char out[MINISIGN_FINGERPRINT_TEXT]);
bool minisign_key_equal(const minisign_key *a, const minisign_key *b);
void minisign_key_write(const minisign_key *k, buffer *out); // a .pub file

status minisign_signature_parse(str text, minisign_signature *out, fault *f);
// STATUS_FORBIDDEN: another key made it, or the bytes or the comment are not those that were signed.
status minisign_verify(str bytes, const minisign_signature *s, const minisign_key *k, fault *f);
// `comment` is one line, shorter than MINISIGN_COMMENT; appends the signature file.
void minisign_sign(str bytes, const minisign_secret *secret, const char *comment, buffer *out);

void minisign_secret_create(minisign_secret *out);
// Secret key files. An empty password leaves the key unencrypted. With one, both take seconds and up to 1 GiB of
// memory, as minisign does. STATUS_FORBIDDEN: the password is wrong, or there must be one.
status minisign_secret_write(const minisign_secret *secret, str password, buffer *out, fault *f);
status minisign_secret_parse(str text, str password, minisign_secret *out, fault *f);
bool minisign_secret_encrypted(str text); // does the file ask for a password?
void minisign_secret_wipe(minisign_secret *secret);

#endif
