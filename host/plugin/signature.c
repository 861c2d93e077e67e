// SPDX-License-Identifier: EUPL-1.2
#include "plugin/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Takes the next word off `rest` into `out`, which stays "" if it does not fit.
static void take_word(const char **rest, char *out, size_t size) {
    *rest += strspn(*rest, " ");
    size_t len = strcspn(*rest, " ");
    if (len < size) {
        memcpy(out, *rest, len);
        out[len] = '\0';
    }
    *rest += len;
}

// True if the comment carries a key.
static bool comment_read(const char *comment, plugin_signature *out) {
    char word[128] = "";
    bool key = false;
    take_word(&comment, word, sizeof word);
    if (strcmp(word, "interlinker") != 0)
        return false;
    take_word(&comment, out->id, sizeof out->id);
    take_word(&comment, out->version, sizeof out->version);
    while (*comment) {
        word[0] = '\0';
        take_word(&comment, word, sizeof word);
        if (strncmp(word, "key=", 4) == 0)
            key = minisign_key_parse(str_from(word + 4), &out->key, NULL) == STATUS_OK;
        else if (strncmp(word, "time=", 5) == 0)
            out->time = strtoll(word + 5, NULL, 10);
    }
    return key;
}

status plugin_signature_check(str bytes, str signature, const minisign_key *known, plugin_signature *out, fault *f) {
    minisign_signature s;
    *out = (plugin_signature){0};
    status result = minisign_signature_parse(signature, &s, f);
    if (result != STATUS_OK)
        return result;
    bool has_key = comment_read(s.comment, out);
    if (!known && !has_key)
        return fault_set(f, STATUS_INVALID, "signature.no_key",
                         "The signature does not say which key made it. Give the author's public key (the .pub file) "
                         "as well.");
    if (known)
        out->key = *known;
    return minisign_verify(bytes, &s, &out->key, f);
}

status plugin_signature_fits(const plugin_signature *s, const manifest *m, fault *f) {
    if (!*s->id || (strcmp(s->id, m->id) == 0 && strcmp(s->version, m->version) == 0))
        return STATUS_OK;
    return fault_set(f, STATUS_FORBIDDEN, "signature.other_package",
                     "The signature is for version %.40s of \"%.40s\", and the package is version %.40s of \"%.40s\".",
                     s->version, s->id, m->version, m->id);
}

void plugin_signature_make(str bytes, const manifest *m, const minisign_secret *secret, int64_t time, buffer *out) {
    char key[MINISIGN_KEY_TEXT], comment[MINISIGN_COMMENT];
    minisign_key_text(&secret->shown, key);
    snprintf(comment, sizeof comment, "interlinker %s %s key=%s time=%" PRId64, m->id, m->version, key, time);
    minisign_sign(bytes, secret, comment, out);
}
