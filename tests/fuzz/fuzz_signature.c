// SPDX-License-Identifier: EUPL-1.2
//
// Bytes as a signature file, as a public and as a secret key, and pairs of bytes as changes to a good signature:
// nothing but what was signed is ever taken.
#include "fuzz.h"

#include "plugin/signature.h"

static const char COMMENT[] = "interlinker walk 1.0.0 key=RWQ time=1";

static void check_keys(str text) {
    minisign_key key, again;
    minisign_secret secret;
    fault f = {0};
    char written[MINISIGN_KEY_TEXT];
    if (minisign_key_parse(text, &key, &f) == STATUS_OK) {
        minisign_key_text(&key, written);
        fuzz_claim(minisign_key_parse(str_from(written), &again, &f) == STATUS_OK && minisign_key_equal(&key, &again),
                   "a key is written as it was read");
    }
    // One with a password takes seconds on purpose.
    if (!minisign_secret_encrypted(text))
        minisign_secret_parse(text, STR(""), &secret, &f);
}

static void check_changes(const uint8_t *data, size_t size) {
    minisign_secret secret;
    plugin_signature found;
    fault f = {0};
    buffer text = {0};
    minisign_secret_create(&secret);
    minisign_sign(STR("package"), &secret, COMMENT, &text);
    char *begin = strchr(text.ptr, '\n') + 1; // the first line is not covered
    size_t len = text.len - (size_t)(begin - text.ptr) - 1;
    char *before = strdup(begin);
    for (size_t i = 0; i + 1 < size && i < 64; i += 2)
        begin[data[i] % len] = (char)data[i + 1];
    bool same = strcmp(before, begin) == 0;
    bool taken = plugin_signature_check(STR("package"), buffer_str(&text), &secret.shown, &found, &f) == STATUS_OK;
    fuzz_claim(same ? taken : !taken, "a signature that was changed is refused");
    free(before);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    plugin_signature found;
    fault f = {0};
    crypto_init();
    str text = fuzz_input(data, size);
    fuzz_claim(plugin_signature_check(STR("nothing"), text, NULL, &found, &f) != STATUS_OK, "nobody signed this");
    check_keys(text);
    check_changes(data, size);
    return 0;
}
