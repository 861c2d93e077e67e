// SPDX-License-Identifier: EUPL-1.2
//
// interlink: one program, a few commands.
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "cmd/command.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} command;

static const command commands[] = {
    {"serve", cmd_serve, "Serve the portal, the API and the plugins' views."},
    {"import", cmd_import, "Read a catalogue folder: problem profiles, guides and Interlinkers."},
    {"user", cmd_user, "Add a person, or give one a new password."},
    {"plugin", cmd_plugin, "Check, add and list plugins."},
    {"audit", cmd_audit, "Read the audit log, and say whether it is whole."},
    {"doctor", cmd_doctor, "Say what this machine and data folder offer, and what is wrong."},
};

static void print_help(FILE *out) {
    fprintf(out,
            "interlink %s: a host for the co-production of public services.\n\nusage: interlink COMMAND [OPTIONS]\n\n",
            INTERLINK_VERSION);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    fprintf(out, "\ninterlink COMMAND --help says everything about one of them.\n");
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("interlink %s\n", INTERLINK_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            crypto_init();
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "interlink: there is no command \"%s\". `interlink --help` lists them.\n", argv[1]);
    return 2;
}
