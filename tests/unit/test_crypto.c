// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/crypto.h"

static void hashes_match_the_standard(void **state) {
    (void)state;
    char hex[2 * CRYPTO_HASH + 1];
    crypto_hash_hex("abc", 3, hex); // FIPS 180-4
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_hash_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    uint8_t hash[CRYPTO_HASH];
    crypto_hash("abc", 3, hash);
    assert_int_equal(hash[0], 0xba);
    assert_int_equal(hash[31], 0xad);
}

static void macs_match_the_standard(void **state) {
    (void)state;
    // RFC 4231, test case 2, with its key padded by zeros as HMAC itself does.
    uint8_t key[CRYPTO_KEY] = "Jefe", mac[CRYPTO_MAC];
    static const uint8_t EXPECTED[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e};
    const char *text = "what do ya want for nothing?";
    crypto_mac(key, text, strlen(text), mac);
    assert_memory_equal(mac, EXPECTED, sizeof EXPECTED);
    key[31] = 1;
    uint8_t other[CRYPTO_MAC];
    crypto_mac(key, text, strlen(text), other);
    assert_false(crypto_equal(mac, other, sizeof mac));
    assert_true(crypto_equal(mac, mac, sizeof mac));
}

static void passwords_are_hashed_and_checked(void **state) {
    (void)state;
    char hash[CRYPTO_PASSWORD_TEXT], second[CRYPTO_PASSWORD_TEXT];
    assert_true(crypto_password_hash("correct horse", 13, hash));
    assert_non_null(strstr(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_int_equal(crypto_password_check(hash, "correct horse", 13), CRYPTO_PASSWORD_RIGHT);
    assert_int_equal(crypto_password_check(hash, "correct horsf", 13), CRYPTO_PASSWORD_WRONG);
    assert_int_equal(crypto_password_check(hash, "correct hors", 12), CRYPTO_PASSWORD_WRONG);
    assert_true(crypto_password_hash("correct horse", 13, second));
    assert_string_not_equal(hash, second);
    // What may stand in a damaged database.
    assert_int_equal(crypto_password_check("", "x", 1), CRYPTO_PASSWORD_WRONG);
    assert_int_equal(crypto_password_check("$argon2id$v=19$m=19456", "x", 1), CRYPTO_PASSWORD_WRONG);
    char endless[400];
    memset(endless, '$', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_int_equal(crypto_password_check(endless, "x", 1), CRYPTO_PASSWORD_WRONG);
}

static void tokens_are_random_text(void **state) {
    (void)state;
    char one[CRYPTO_TOKEN_TEXT], two[CRYPTO_TOKEN_TEXT];
    crypto_token(one);
    crypto_token(two);
    assert_int_equal(strlen(one), 43);
    assert_int_equal(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    assert_string_not_equal(one, two);
    uint8_t zero[64] = {0}, bytes[64] = {0};
    crypto_random(bytes, sizeof bytes);
    assert_memory_not_equal(bytes, zero, sizeof bytes);
    crypto_wipe(bytes, sizeof bytes);
    assert_memory_equal(bytes, zero, sizeof bytes);
}

static void base64_goes_both_ways(void **state) {
    (void)state;
    char text[64];
    uint8_t back[64];
    static const char *const EXPECTED[] = {"", "_w", "_-4", "_-7d", "_-7dzA"};
    const uint8_t bytes[] = {0xFF, 0xEE, 0xDD, 0xCC};
    for (size_t len = 0; len <= 4; len++) {
        assert_int_equal(crypto_base64_size(len), strlen(EXPECTED[len]) + 1);
        crypto_base64(bytes, len, text);
        assert_string_equal(text, EXPECTED[len]);
        assert_int_equal(crypto_base64_decode(text, strlen(text), back, sizeof back), len);
        assert_memory_equal(back, bytes, len);
    }
    static const char *const WRONG[] = {"_",
                                        "_w==",
                                        "+/4",
                                        "_-7d zA",
                                        "_-7dzA\n",
                                        "a.bc",
                                        "_-\xb7"
                                        "dzA"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        if (crypto_base64_decode(WRONG[i], strlen(WRONG[i]), back, sizeof back) != -1)
            fail_msg("%s was accepted", WRONG[i]);
    assert_int_equal(crypto_base64_decode("_-7dzA", 6, back, 3), -1);
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_match_the_standard),
        cmocka_unit_test(macs_match_the_standard),
        cmocka_unit_test(passwords_are_hashed_and_checked),
        cmocka_unit_test(tokens_are_random_text),
        cmocka_unit_test(base64_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
