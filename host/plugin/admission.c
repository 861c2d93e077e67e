// SPDX-License-Identifier: EUPL-1.2
#include "plugin/admission.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "domain/catalogue.h"
#include "domain/meta.h"

static const char ACCEPTED[] = "jail.accepted";

const char *plugin_refusal_text(plugin_refusal r) {
    static const char *const TEXTS[] = {"", "revoked", "distrusted", "unsigned", "unjailed"};
    return TEXTS[r];
}

plugin_refusal plugin_admission_check(const plugin_admission *a, const plugin_facts *p,
                                      char sentence[ADMISSION_SENTENCE]) {
    const char *why = revocation_find(a->revoked, p->plugin, p->version, p->sha256, p->key);
    sentence[0] = '\0';
    if (why) {
        snprintf(sentence, ADMISSION_SENTENCE, "It was revoked: %s", why);
        return PLUGIN_REVOKED;
    }
    if (p->bundled)
        return PLUGIN_ADMITTED;
    if (!p->key && !a->dev) {
        snprintf(sentence, ADMISSION_SENTENCE,
                 "Nobody has signed it. It only runs on a server that was started with --dev.");
        return PLUGIN_UNSIGNED;
    }
    if (p->key && p->trust == AUTHOR_DISTRUSTED) {
        snprintf(sentence, ADMISSION_SENTENCE, "The administration does not trust the key of its author.");
        return PLUGIN_DISTRUSTED;
    }
    if (*a->jail_missing && !a->jail_accepted) {
        snprintf(sentence, ADMISSION_SENTENCE,
                 "It is not run here, because this machine lacks a part of the jail: %.110s", a->jail_missing);
        return PLUGIN_UNJAILED;
    }
    return PLUGIN_ADMITTED;
}

// ---- the acceptance

// The database may be copied to another machine; what was accepted here was not accepted there.
static void accepted_text(const char *jail_missing, char out[2 * CRYPTO_HASH + 1]) {
    char about[1200] = "";
    int file = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
    ssize_t len = file >= 0 ? read(file, about, 64) : 0;
    if (file >= 0)
        close(file);
    size_t used = len > 0 ? (size_t)len : 0;
    snprintf(about + used, sizeof about - used, "/%s", jail_missing);
    crypto_hash_hex(about, strlen(about), out);
}

bool plugin_admission_jail_accepted(store *s, const char *jail_missing) {
    char wanted[2 * CRYPTO_HASH + 1];
    buffer kept = {0};
    accepted_text(jail_missing, wanted);
    bool accepted = meta_get(s, ACCEPTED, &kept, NULL) == STATUS_OK && str_is(buffer_str(&kept), wanted);
    buffer_free(&kept);
    return accepted;
}

status plugin_admission_jail_accept(store *s, const char *jail_missing, bool accepted, fault *f) {
    char text[2 * CRYPTO_HASH + 1] = "";
    if (accepted)
        accepted_text(jail_missing, text);
    status result = meta_set(s, ACCEPTED, text, f);
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}
