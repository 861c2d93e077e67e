// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "cmd/plugin_verb.h"
#include "plugin/package.h"

void plugin_say_finding(void *context, bool is_fault, const char *sentence) {
    size_t *faults = context;
    *faults += is_fault;
    printf("%s %s\n", is_fault ? "  fault:" : "  note: ", sentence);
}

int plugin_verb_check(int argc, char **argv) {
    const char *folder = NULL;
    const command_usage usage = {"interlink plugin check FOLDER",
                                 "Says all that is wrong with a package: its manifest, its texts, whether it loads in "
                                 "the jail and answers.\nNothing is installed.",
                                 NULL, 0, 1};
    int done = command_read(&usage, argc, argv, &folder);
    if (done >= 0) {
        return done;
    }
    char program[4096];
    size_t faults = 0;
    printf("%s\n", folder);
    if (plugin_package_check(folder, command_program_folder(program), NULL, plugin_say_finding, &faults) == STATUS_OK) {
        printf("  good: it loads in the jail, and every capability answers.\n");
        return 0;
    }
    printf("%zu %s to mend.\n", faults, faults == 1 ? "fault" : "faults");
    return 1;
}
