// SPDX-License-Identifier: EUPL-1.2
//
// signature: who made a package file. The signature lies beside it (FILE.minisig); its trusted comment, as our own
// `sign` writes it, names the package and carries the author's public key, so that nothing else need be handed over:
//
//     interlinker org.example.walk 1.2.0 key=RWQ... time=1790000000
#ifndef INTERLINK_PLUGIN_SIGNATURE_H
#define INTERLINK_PLUGIN_SIGNATURE_H

#include "base/minisign.h"
#include "plugin/manifest.h"

enum { SIGNATURE_ID = 101, SIGNATURE_VERSION = 61 };

typedef struct plugin_signature {
    minisign_key key;                // the one that made it
    char id[SIGNATURE_ID];           // of the package, as the comment says; "" if it does not
    char version[SIGNATURE_VERSION]; // the same
    int64_t time;                    // seconds since 1970, as the author's clock had it; 0 if it is not said
} plugin_signature;

// Checks `bytes`, a package file, against `signature`, a signature file. `known` is the author's key where it is known;
// NULL: the one in the comment is taken, which proves only that the package is whole and by the holder of that key.
// STATUS_FORBIDDEN: it is not, or by another key; STATUS_INVALID: the signature cannot be read, or there is no key.
status plugin_signature_check(str bytes, str signature, const minisign_key *known, plugin_signature *out, fault *f);

// Does the comment name another package than the one that was in the file? STATUS_FORBIDDEN then.
status plugin_signature_fits(const plugin_signature *s, const manifest *m, fault *f);

// Appends a signature file for the package in `bytes`. `time` is in seconds.
void plugin_signature_make(str bytes, const manifest *m, const minisign_secret *secret, int64_t time, buffer *out);

#endif
