// SPDX-License-Identifier: EUPL-1.2
//
// plugin_verb: the verbs of `interlink plugin`. Each reads its own words (argv[0] is the verb) and returns the exit
// status.
#ifndef INTERLINK_CMD_PLUGIN_VERB_H
#define INTERLINK_CMD_PLUGIN_VERB_H

#include "cmd/command.h"

typedef struct plugin_verb {
    const char *name, *purpose;
    int (*run)(int argc, char **argv);
} plugin_verb;

int plugin_verb_check(int argc, char **argv);  // plugin_check.c
int plugin_verb_pack(int argc, char **argv);   // plugin_pack.c
int plugin_verb_keygen(int argc, char **argv); // plugin_sign.c
int plugin_verb_sign(int argc, char **argv);
int plugin_verb_verify(int argc, char **argv);
int plugin_verb_install(int argc, char **argv); // plugin_install.c
int plugin_verb_accept(int argc, char **argv);
int plugin_verb_dismiss(int argc, char **argv);
int plugin_verb_rollback(int argc, char **argv);
int plugin_verb_grant(int argc, char **argv);
int plugin_verb_refuse(int argc, char **argv);
int plugin_verb_keys(int argc, char **argv); // plugin_keys.c
int plugin_verb_sync(int argc, char **argv); // plugin_sync.c
int plugin_verb_list(int argc, char **argv); // plugin_list.c

// Says a finding of the package check on standard output; `context` counts the faults (size_t).
void plugin_say_finding(void *context, bool is_fault, const char *sentence);

#endif
