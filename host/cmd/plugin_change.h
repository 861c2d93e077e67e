// SPDX-License-Identifier: EUPL-1.2
//
// plugin_change: what the verbs of `interlink plugin` that change an installation share.
#ifndef INTERLINK_CMD_PLUGIN_CHANGE_H
#define INTERLINK_CMD_PLUGIN_CHANGE_H

#include "base/minisign.h"
#include "cmd/command.h"
#include "plugin/arrival.h"
#include "plugin/install.h"

// A change that is under way. `decision` is by the command line.
typedef struct plugin_change_call {
    const char *data;
    const char *what; // for the audit log: "plugin.install"; NULL: it changes nothing
    char program[4096];
    uint8_t secret[CRYPTO_KEY];
    install_decision decision;
} plugin_change_call;

// Opens the data folder, runs `change` in one transaction, and when that is committed writes the lock file and removes
// the files of what is gone. The plugins that ship with the program are entered first, so that nobody takes their ids.
typedef status plugin_change_run(plugin_change_call *c, store *s, void *context, fault *f);
status plugin_change_do(plugin_change_call *c, plugin_change_run *change, void *context, fault *f);

// Prepares and opens an arrival, outside of any transaction: a running server goes on writing meanwhile.
status plugin_arrival_read(plugin_arrival *a, fault *f);

// All of a file of at most `limit` bytes.
status plugin_file_take(const char *path, size_t limit, buffer *out, fault *f);
// A package file and, unless `dev`, the signature beside it.
status plugin_package_take(const char *path, bool dev, buffer *bytes, buffer *signature, fault *f);
// A key that is given as itself, or as a file that holds it.
status plugin_key_open(const char *given, minisign_key *out, fault *f);
void plugin_key_say(const minisign_key *key); // its text and fingerprint, on standard output

// "a,b" as a list of names; "all" is everything that the manifest asks for, "none" and NULL nothing. The caller's.
json_t *plugin_names_read(const char *names, const json_t *about);

#endif
