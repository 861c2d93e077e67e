// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "plugin/package.h"

static void say_finding(void *context, bool is_fault, const char *sentence) {
    size_t *faults = context;
    *faults += is_fault;
    printf("%s %s\n", is_fault ? "  fault:" : "  note: ", sentence);
}

static int plugin_check(const char *folder) {
    char program[4096];
    size_t faults = 0;
    printf("%s\n", folder);
    if (plugin_package_check(folder, command_program_folder(program), say_finding, &faults) == STATUS_OK) {
        printf("  good: it loads in the jail, and every capability answers.\n");
        return 0;
    }
    printf("%zu %s to mend.\n", faults, faults == 1 ? "fault" : "faults");
    return 1;
}

static int plugin_add(const char *data, const char *folder) {
    fault f = {0};
    store *s = NULL;
    if (command_open(data, &s, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    status outcome = store_begin(s, &f);
    if (outcome == STATUS_OK) {
        outcome = plugin_package_add(s, data, folder, &f);
        outcome = outcome == STATUS_OK ? store_commit(s, &f) : (store_rollback(s), outcome);
    }
    store_close(s);
    if (outcome != STATUS_OK) {
        return command_fail(&f);
    }
    printf("Added %s. A server that runs on this folder offers it within a second.\n", folder);
    return 0;
}

static int plugin_list(const char *data) {
    fault f = {0};
    store *s = NULL;
    if (command_open(data, &s, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    store_rows *rows = store_query(s, "SELECT id, version, enabled, bundled, folder FROM plugin ORDER BY id", "");
    while (store_next(rows)) {
        printf("%-24s %-10s %-4s %s\n", store_text(rows, 0), store_text(rows, 1), store_int(rows, 2) ? "on" : "off",
               store_int(rows, 3) ? "ships with the program" : store_text(rows, 4));
    }
    status outcome = store_end(rows, &f);
    store_close(s);
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}

// The verb comes first, so that each can take words of its own.
int cmd_plugin(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    const char *data = NULL, *folder = NULL;
    bool check = strcmp(verb, "check") == 0, add = strcmp(verb, "add") == 0, list = strcmp(verb, "list") == 0;
    const command_option options[] = {
        {"--data", "DIR", "The data folder (for add and list).", &data, NULL, add || list}};
    const command_usage usage = {check  ? "interlink plugin check FOLDER"
                                 : add  ? "interlink plugin add --data DIR FOLDER"
                                 : list ? "interlink plugin list --data DIR"
                                        : "interlink plugin check|add|list [--data DIR] [FOLDER]",
                                 "check  says all that is wrong with a package: its manifest, its texts, whether it "
                                 "loads in the jail and answers.\n"
                                 "       Nothing is installed.\n"
                                 "add    copies a package into the data folder and enters it into the catalogue. May "
                                 "be done while a server runs.\n"
                                 "list   shows the plugins of a data folder.",
                                 options, 1, check || add ? 1 : 0};
    int done =
        command_read(&usage, check || add || list ? argc - 1 : argc, check || add || list ? argv + 1 : argv, &folder);
    if (done >= 0) {
        return done;
    }
    if (check) {
        return plugin_check(folder);
    }
    if (add) {
        return plugin_add(data, folder);
    }
    if (list) {
        return plugin_list(data);
    }
    fprintf(stderr, "interlink plugin: say check, add or list.\nusage: %s\n", usage.line);
    return 2;
}
