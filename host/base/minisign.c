// SPDX-License-Identifier: EUPL-1.2
#include "base/minisign.h"

#include <stdio.h>
#include <string.h>

enum { ALGORITHM = 2, CHECK = 32, KEY_BYTES = ALGORITHM + MINISIGN_ID + CRYPTO_PUBLIC };
enum { SIGNATURE_BYTES = ALGORITHM + MINISIGN_ID + CRYPTO_SIGNATURE };
// What minisign asks of scrypt (libsodium's "sensitive"), and less where there is not so much memory.
static const uint64_t OPERATIONS = 33554432, MEMORY = 1073741824, LEAST_MEMORY = 16777216;

// A secret key file, after base64. Numbers are little-endian; the part from `id` on is encrypted.
typedef struct secret_file {
    uint8_t algorithm[ALGORITHM], derivation[ALGORITHM], checksum[ALGORITHM];
    uint8_t salt[CRYPTO_SALT];
    uint8_t operations[8], memory[8];
    uint8_t id[MINISIGN_ID], secret[CRYPTO_SECRET], check[CHECK];
} secret_file;
enum { HIDDEN = MINISIGN_ID + CRYPTO_SECRET + CHECK };
_Static_assert(sizeof(secret_file) == 158, "the file's parts follow one another without holes");

static const char SIGNATURE_NOTE[] = "untrusted comment: signature of an Interlinker package\n";
static const char SECRET_NOTE[] = "untrusted comment: minisign encrypted secret key\n";
static const char COMMENT[] = "trusted comment: ";

// ---- lines

// Takes one line off `rest`, without its end. Nothing is left: a line without text.
static str take_line(str *rest) {
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
    size_t used = line.len + (end != NULL);
    *rest = (str){rest->ptr + used, rest->len - used};
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

static uint64_t number_read(const uint8_t bytes[8]) {
    uint64_t n = 0;
    for (int i = 7; i >= 0; i--)
        n = n << 8 | bytes[i];
    return n;
}

static void number_write(uint64_t n, uint8_t bytes[8]) {
    for (int i = 0; i < 8; i++, n >>= 8)
        bytes[i] = (uint8_t)n;
}

static bool starts_file(str line) {
    return str_starts(line, "untrusted comment:");
}

// ---- public keys

status minisign_key_parse(str text, minisign_key *out, fault *f) {
    uint8_t bytes[KEY_BYTES];
    str line = take_line(&text);
    if (starts_file(line))
        line = take_line(&text);
    if (crypto_base64_take(line, bytes, sizeof bytes) != KEY_BYTES || memcmp(bytes, "Ed", ALGORITHM) != 0)
        return fault_set(f, STATUS_INVALID, "minisign.key",
                         "This is no public key. One begins with RW and stands in the author's .pub file.");
    memcpy(out->id, bytes + ALGORITHM, MINISIGN_ID);
    memcpy(out->key, bytes + ALGORITHM + MINISIGN_ID, CRYPTO_PUBLIC);
    return STATUS_OK;
}

static void key_add(const minisign_key *k, buffer *out) {
    uint8_t bytes[KEY_BYTES] = "Ed";
    memcpy(bytes + ALGORITHM, k->id, MINISIGN_ID);
    memcpy(bytes + ALGORITHM + MINISIGN_ID, k->key, CRYPTO_PUBLIC);
    crypto_base64_add(out, bytes, sizeof bytes);
}

void minisign_key_text(const minisign_key *k, char out[MINISIGN_KEY_TEXT]) {
    buffer text = {0};
    key_add(k, &text);
    snprintf(out, MINISIGN_KEY_TEXT, "%s", text.ptr);
    buffer_free(&text);
}

void minisign_key_id(const uint8_t id[MINISIGN_ID], char out[MINISIGN_ID_TEXT]) {
    snprintf(out, MINISIGN_ID_TEXT, "%016llX", (unsigned long long)number_read(id));
}

void minisign_key_fingerprint(const minisign_key *k, char out[MINISIGN_FINGERPRINT_TEXT]) {
    char hex[2 * CRYPTO_HASH + 1];
    crypto_hash_hex(k->key, sizeof k->key, hex);
    for (int group = 0; group < 10; group++) {
        memcpy(out + (ptrdiff_t)group * 5, hex + (ptrdiff_t)group * 4, 4);
        out[group * 5 + 4] = group < 9 ? ' ' : '\0';
    }
}

bool minisign_key_equal(const minisign_key *a, const minisign_key *b) {
    return memcmp(a->key, b->key, sizeof a->key) == 0 && memcmp(a->id, b->id, sizeof a->id) == 0;
}

void minisign_key_write(const minisign_key *k, buffer *out) {
    char id[MINISIGN_ID_TEXT];
    minisign_key_id(k->id, id);
    buffer_printf(out, "untrusted comment: minisign public key %s\n", id);
    key_add(k, out);
    buffer_add(out, "\n");
}

// ---- signatures

static status no_signature(fault *f, const char *why) {
    return fault_set(f, STATUS_INVALID, "minisign.signature",
                     "This is no signature in the minisign format: %s. Ask the author for the .minisig file again.",
                     why);
}

status minisign_signature_parse(str text, minisign_signature *out, fault *f) {
    uint8_t bytes[SIGNATURE_BYTES];
    if (text.len > MINISIGN_FILE)
        return no_signature(f, "it is too long");
    if (!starts_file(take_line(&text)))
        return no_signature(f, "it does not begin with an untrusted comment");
    if (crypto_base64_take(take_line(&text), bytes, sizeof bytes) != SIGNATURE_BYTES || bytes[0] != 'E' ||
        (bytes[1] != 'D' && bytes[1] != 'd'))
        return no_signature(f, "its second line is none");
    out->prehashed = bytes[1] == 'D';
    memcpy(out->id, bytes + ALGORITHM, MINISIGN_ID);
    memcpy(out->over_bytes, bytes + ALGORITHM + MINISIGN_ID, CRYPTO_SIGNATURE);
    str comment = take_line(&text);
    if (!str_starts(comment, COMMENT) || comment.len - (sizeof COMMENT - 1) >= MINISIGN_COMMENT ||
        memchr(comment.ptr, 0, comment.len))
        return no_signature(f, "it has no trusted comment");
    snprintf(out->comment, sizeof out->comment, STR_FORMAT, (int)(comment.len - (sizeof COMMENT - 1)),
             comment.ptr + sizeof COMMENT - 1);
    if (crypto_base64_take(take_line(&text), out->over_comment, CRYPTO_SIGNATURE) != CRYPTO_SIGNATURE)
        return no_signature(f, "its last line is none");
    if (take_line(&text).len || text.len)
        return no_signature(f, "there is more behind it");
    return STATUS_OK;
}

// What the second signature is made over: the first one, and the comment.
static void seal(const uint8_t signature[CRYPTO_SIGNATURE], const char *comment, buffer *out) {
    buffer_append(out, signature, CRYPTO_SIGNATURE);
    buffer_add(out, comment);
}

status minisign_verify(str bytes, const minisign_signature *s, const minisign_key *k, fault *f) {
    uint8_t hash[CRYPTO_LONG_HASH];
    char id[MINISIGN_ID_TEXT];
    if (memcmp(s->id, k->id, MINISIGN_ID) != 0) {
        minisign_key_id(s->id, id);
        return fault_set(f, STATUS_FORBIDDEN, "minisign.other_key",
                         "Another key made this signature (%s). Ask the author which key is theirs.", id);
    }
    if (s->prehashed) {
        crypto_blake(bytes.ptr, bytes.len, hash, sizeof hash);
        bytes = (str){(const char *)hash, sizeof hash};
    }
    if (!crypto_signature_good(k->key, bytes.ptr, bytes.len, s->over_bytes))
        return fault_set(
            f, STATUS_FORBIDDEN, "minisign.changed",
            "The file is not the one that was signed: it was changed or damaged on its way. Get it again.");
    buffer sealed = {0};
    seal(s->over_bytes, s->comment, &sealed);
    bool good = crypto_signature_good(k->key, sealed.ptr, sealed.len, s->over_comment);
    buffer_free(&sealed);
    return good ? STATUS_OK
                : fault_set(f, STATUS_FORBIDDEN, "minisign.comment",
                            "The signature's comment is not the one that was signed. Get the .minisig file again.");
}

void minisign_sign(str bytes, const minisign_secret *secret, const char *comment, buffer *out) {
    uint8_t hash[CRYPTO_LONG_HASH], line[SIGNATURE_BYTES] = "ED", last[CRYPTO_SIGNATURE];
    uint8_t *signature = line + ALGORITHM + MINISIGN_ID;
    crypto_blake(bytes.ptr, bytes.len, hash, sizeof hash);
    memcpy(line + ALGORITHM, secret->shown.id, MINISIGN_ID);
    crypto_signature_make(secret->secret, hash, sizeof hash, signature);
    buffer sealed = {0};
    seal(signature, comment, &sealed);
    crypto_signature_make(secret->secret, sealed.ptr, sealed.len, last);
    buffer_free(&sealed);
    buffer_add(out, SIGNATURE_NOTE);
    crypto_base64_add(out, line, sizeof line);
    buffer_printf(out, "\n%s%s\n", COMMENT, comment);
    crypto_base64_add(out, last, sizeof last);
    buffer_add(out, "\n");
}

// ---- secret keys

void minisign_secret_create(minisign_secret *out) {
    crypto_random(out->shown.id, sizeof out->shown.id);
    crypto_signing_keys(out->shown.key, out->secret);
}

void minisign_secret_wipe(minisign_secret *secret) {
    crypto_wipe(secret, sizeof *secret);
}

static void check_make(const secret_file *file, uint8_t out[CHECK]) {
    uint8_t bytes[ALGORITHM + MINISIGN_ID + CRYPTO_SECRET];
    memcpy(bytes, file->algorithm, ALGORITHM);
    memcpy(bytes + ALGORITHM, file->id, MINISIGN_ID + CRYPTO_SECRET);
    crypto_blake(bytes, sizeof bytes, out, CHECK);
    crypto_wipe(bytes, sizeof bytes);
}

// minisign leaves the checksum of a key without a password empty; then the two halves of the key must fit each other.
static bool check_good(const secret_file *file) {
    static const uint8_t EMPTY[CHECK] = {0};
    uint8_t check[CHECK], signature[CRYPTO_SIGNATURE];
    check_make(file, check);
    if (crypto_equal(check, file->check, CHECK))
        return true;
    if (file->derivation[0] || !crypto_equal(EMPTY, file->check, CHECK))
        return false;
    crypto_signature_make(file->secret, check, CHECK, signature);
    return crypto_signature_good(file->secret + CRYPTO_SECRET - CRYPTO_PUBLIC, check, CHECK, signature);
}

// Encrypts and decrypts. False if there is not so much memory.
static bool hide(secret_file *file, str password) {
    uint8_t stream[HIDDEN], *part = file->id;
    if (!crypto_password_stream(password, file->salt, number_read(file->operations), number_read(file->memory), stream,
                                sizeof stream))
        return false;
    for (size_t i = 0; i < HIDDEN; i++)
        part[i] ^= stream[i];
    crypto_wipe(stream, sizeof stream);
    return true;
}

status minisign_secret_write(const minisign_secret *secret, str password, buffer *out, fault *f) {
    secret_file file = {.algorithm = "Ed", .checksum = "B2"};
    memcpy(file.id, secret->shown.id, MINISIGN_ID);
    memcpy(file.secret, secret->secret, CRYPTO_SECRET);
    check_make(&file, file.check);
    bool hidden = password.len == 0;
    if (password.len) {
        memcpy(file.derivation, "Sc", ALGORITHM);
        crypto_random(file.salt, sizeof file.salt);
        for (uint64_t part = 1; !hidden && MEMORY / part >= LEAST_MEMORY; part *= 2) {
            number_write(OPERATIONS / part, file.operations);
            number_write(MEMORY / part, file.memory);
            hidden = hide(&file, password);
        }
    }
    if (hidden) {
        buffer_add(out, SECRET_NOTE);
        crypto_base64_add(out, &file, sizeof file);
        buffer_add(out, "\n");
    }
    crypto_wipe(&file, sizeof file);
    return hidden ? STATUS_OK
                  : fault_set(f, STATUS_UNAVAILABLE, "minisign.memory",
                              "There is not enough free memory to encrypt the key. Close something and try again.");
}

static bool file_read_in(str text, secret_file *file) {
    str line = take_line(&text);
    if (starts_file(line))
        line = take_line(&text);
    return crypto_base64_take(line, file, sizeof *file) == sizeof *file && memcmp(file->algorithm, "Ed", 2) == 0 &&
           memcmp(file->checksum, "B2", 2) == 0 &&
           (memcmp(file->derivation, "Sc", 2) == 0 || memcmp(file->derivation, "\0\0", 2) == 0);
}

bool minisign_secret_encrypted(str text) {
    secret_file file;
    bool encrypted = file_read_in(text, &file) && file.derivation[0] != 0;
    crypto_wipe(&file, sizeof file);
    return encrypted;
}

status minisign_secret_parse(str text, str password, minisign_secret *out, fault *f) {
    secret_file file;
    status result = STATUS_OK;
    if (!file_read_in(text, &file)) {
        result = fault_set(f, STATUS_INVALID, "minisign.secret",
                           "This is no secret key in the minisign format. Make one with \"interlink plugin keygen\".");
    } else if (file.derivation[0] &&
               (number_read(file.memory) > 4 * MEMORY || number_read(file.operations) > 16 * OPERATIONS)) {
        result = fault_set(f, STATUS_INVALID, "minisign.secret", "This secret key asks for more memory than is sane.");
    } else if (file.derivation[0] && !hide(&file, password)) {
        result = fault_set(f, STATUS_UNAVAILABLE, "minisign.memory",
                           "There is not enough free memory to decrypt the key. Close something and try again.");
    } else if (!check_good(&file)) {
        result = fault_set(f, STATUS_FORBIDDEN, "minisign.password",
                           "The password of the secret key is wrong, or the file is damaged.");
    }
    if (result == STATUS_OK) {
        memcpy(out->shown.id, file.id, MINISIGN_ID);
        memcpy(out->secret, file.secret, CRYPTO_SECRET);
        // The public half stands behind the seed (RFC 8032, as libsodium keeps it).
        memcpy(out->shown.key, file.secret + CRYPTO_SECRET - CRYPTO_PUBLIC, CRYPTO_PUBLIC);
    }
    crypto_wipe(&file, sizeof file);
    return result;
}
