// SPDX-License-Identifier: EUPL-1.2
//
// The minisign format. That the program of that name agrees is tested with it, in tests/packages.
#include "base/minisign.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const char COMMENT[] = "interlinker org.example.walk 1.0.0";

static void sign(str bytes, const minisign_secret *secret, minisign_signature *out) {
    buffer text = {0};
    fault f = {0};
    minisign_sign(bytes, secret, COMMENT, &text);
    assert_int_equal(minisign_signature_parse(buffer_str(&text), out, &f), STATUS_OK);
    buffer_free(&text);
}

static void a_signature_is_good(void **state) {
    minisign_secret secret;
    minisign_signature signature;
    (void)state;
    minisign_secret_create(&secret);
    sign(STR("the package"), &secret, &signature);
    assert_true(signature.prehashed);
    assert_string_equal(signature.comment, COMMENT);
    assert_int_equal(minisign_verify(STR("the package"), &signature, &secret.shown, NULL), STATUS_OK);
    minisign_secret_wipe(&secret);
}

static void another_key_is_refused(void **state) {
    minisign_secret ours, theirs;
    minisign_signature signature;
    fault f = {0};
    (void)state;
    minisign_secret_create(&ours);
    minisign_secret_create(&theirs);
    sign(STR("the package"), &ours, &signature);
    assert_int_equal(minisign_verify(STR("the package"), &signature, &theirs.shown, &f), STATUS_FORBIDDEN);
    assert_string_equal(f.code, "minisign.other_key");
    // The id is chosen by whoever makes a key: the same one proves nothing.
    memcpy(theirs.shown.id, ours.shown.id, MINISIGN_ID);
    assert_int_equal(minisign_verify(STR("the package"), &signature, &theirs.shown, &f), STATUS_FORBIDDEN);
    assert_string_equal(f.code, "minisign.changed");
}

static void every_changed_byte_is_seen(void **state) {
    enum { SIZE = 10240 };
    minisign_secret secret;
    minisign_signature signature;
    char *bytes = malloc(SIZE);
    size_t refused = 0;
    (void)state;
    minisign_secret_create(&secret);
    crypto_random(bytes, SIZE);
    sign((str){bytes, SIZE}, &secret, &signature);
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x20);
        refused += minisign_verify((str){bytes, SIZE}, &signature, &secret.shown, NULL) == STATUS_FORBIDDEN;
        bytes[i] = (char)(bytes[i] ^ 0x20);
    }
    assert_int_equal(refused, SIZE);
    assert_int_equal(minisign_verify((str){bytes, SIZE - 1}, &signature, &secret.shown, NULL), STATUS_FORBIDDEN);
    assert_int_equal(minisign_verify((str){bytes, SIZE}, &signature, &secret.shown, NULL), STATUS_OK);
    print_message("%zu of %d changed bytes refused\n", refused, SIZE);
    free(bytes);
}

static void a_changed_signature_is_seen(void **state) {
    minisign_secret secret;
    buffer text = {0};
    (void)state;
    minisign_secret_create(&secret);
    minisign_sign(STR("the package"), &secret, COMMENT, &text);
    size_t begin = strchr(text.ptr, '\n') + 1 - text.ptr; // the first line is not covered, as its name says
    for (size_t i = begin; i < text.len; i++) {
        minisign_signature signature;
        char was = text.ptr[i];
        text.ptr[i] = (char)(was ^ 1);
        if (minisign_signature_parse(buffer_str(&text), &signature, NULL) == STATUS_OK)
            assert_int_not_equal(minisign_verify(STR("the package"), &signature, &secret.shown, NULL), STATUS_OK);
        text.ptr[i] = was;
    }
    for (size_t len = 0; len + 1 < text.len; len++) { // the last line's end may be missing
        minisign_signature signature;
        assert_int_equal(minisign_signature_parse((str){text.ptr, len}, &signature, NULL), STATUS_INVALID);
    }
    buffer_free(&text);
}

static void keys_are_read_back(void **state) {
    minisign_secret secret, again;
    minisign_key key;
    buffer file = {0};
    char text[MINISIGN_KEY_TEXT], print[MINISIGN_FINGERPRINT_TEXT];
    fault f = {0};
    (void)state;
    minisign_secret_create(&secret);
    minisign_key_text(&secret.shown, text);
    assert_memory_equal(text, "RW", 2);
    assert_int_equal(minisign_key_parse(str_from(text), &key, &f), STATUS_OK);
    assert_true(minisign_key_equal(&key, &secret.shown));
    minisign_key_write(&secret.shown, &file);
    assert_int_equal(minisign_key_parse(buffer_str(&file), &key, &f), STATUS_OK);
    assert_true(minisign_key_equal(&key, &secret.shown));
    minisign_key_fingerprint(&key, print);
    assert_int_equal(strlen(print), MINISIGN_FINGERPRINT_TEXT - 1);
    assert_int_equal(minisign_key_parse(STR("RWnonsense"), &key, &f), STATUS_INVALID);
    buffer_clear(&file);
    assert_int_equal(minisign_secret_write(&secret, STR(""), &file, &f), STATUS_OK);
    assert_false(minisign_secret_encrypted(buffer_str(&file)));
    assert_int_equal(minisign_secret_parse(buffer_str(&file), STR(""), &again, &f), STATUS_OK);
    assert_memory_equal(&again, &secret, sizeof secret);
    file.ptr[file.len - 4] ^= 1;
    assert_int_not_equal(minisign_secret_parse(buffer_str(&file), STR(""), &again, &f), STATUS_OK);
    buffer_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_good),        cmocka_unit_test(another_key_is_refused),
        cmocka_unit_test(every_changed_byte_is_seen), cmocka_unit_test(a_changed_signature_is_seen),
        cmocka_unit_test(keys_are_read_back),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
