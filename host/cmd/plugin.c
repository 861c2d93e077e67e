// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "cmd/plugin_verb.h"

static const plugin_verb verbs[] = {
    {"check", "say all that is wrong with a package", plugin_verb_check},
    {"pack", "make one file of a package", plugin_verb_pack},
    {"keygen", "make the key with which an author signs", plugin_verb_keygen},
    {"sign", "sign a package file", plugin_verb_sign},
    {"verify", "say who made a package file, and whether it is whole", plugin_verb_verify},
    {"install", "bring a package into a data folder", plugin_verb_install},
    {"accept", "decide that what was brought may run", plugin_verb_accept},
    {"dismiss", "decide that it may not", plugin_verb_dismiss},
    {"rollback", "go back to the version and data before an update", plugin_verb_rollback},
    {"grant", "grant a permission", plugin_verb_grant},
    {"refuse", "take a permission back", plugin_verb_refuse},
    {"keys", "the list of authors' keys: list, trust, distrust, forget", plugin_verb_keys},
    {"sync", "install what another installation's lock file says", plugin_verb_sync},
    {"list", "show the plugins of a data folder", plugin_verb_list},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

static void plugin_usage(FILE *to) {
    fputs("usage: interlink plugin VERB ...\n\n", to);
    for (size_t i = 0; i < VERBS; i++) {
        fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].purpose);
    }
    fputs("\ninterlink plugin VERB --help says more.\n", to);
}

// The verb comes first, so that each can take words of its own.
int cmd_plugin(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verb, verbs[i].name) == 0) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    bool help = strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0;
    if (!help) {
        fprintf(stderr, "interlink plugin: %s%s.\n", *verb ? "there is no verb " : "say what to do", verb);
    }
    plugin_usage(help ? stdout : stderr);
    return help ? 0 : 2;
}
