// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "cmd/plugin_verb.h"
#include "domain/grant.h"
#include "plugin/package.h"

// Whoever can write into the data folder decides what its tools may do.
static status grant_all(store *s, const manifest *m, fault *f) {
    status outcome = STATUS_OK;
    for (int i = 0; i < PERMISSION_COUNT && outcome == STATUS_OK; i++) {
        if (m->permissions & permission_at(i)) {
            outcome = grant_set(s, m->id, permission_name(permission_at(i)), true, NULL, f);
        }
    }
    return outcome;
}

static status add_all(store *s, const char *data, const char *folder, fault *f) {
    manifest *m = NULL;
    status outcome = plugin_package_add(s, data, folder, f);
    outcome = outcome == STATUS_OK ? manifest_read(folder, &m, f) : outcome;
    outcome = outcome == STATUS_OK ? grant_all(s, m, f) : outcome;
    manifest_free(m);
    return outcome;
}

static int plugin_add(const char *data, const char *folder) {
    fault f = {0};
    store *s = NULL;
    if (command_open(data, &s, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    status outcome = store_begin(s, &f);
    if (outcome == STATUS_OK) {
        outcome = add_all(s, data, folder, &f);
        outcome = outcome == STATUS_OK ? store_commit(s, &f) : (store_rollback(s), outcome);
    }
    store_close(s);
    if (outcome != STATUS_OK) {
        return command_fail(&f);
    }
    printf("Added %s. A server that runs on this folder offers it within a second.\n", folder);
    return 0;
}

int plugin_verb_add(int argc, char **argv) {
    const char *data = NULL, *folder = NULL;
    const command_option options[] = {{"--data", "DIR", "The data folder.", &data, NULL, true}};
    const command_usage usage = {"interlink plugin add --data DIR FOLDER",
                                 "Copies a package into the data folder and enters it into the catalogue. May be done "
                                 "while a server runs.",
                                 options, 1, 1};
    int done = command_read(&usage, argc, argv, &folder);
    return done >= 0 ? done : plugin_add(data, folder);
}

int plugin_verb_list(int argc, char **argv) {
    const char *data = NULL;
    const command_option options[] = {{"--data", "DIR", "The data folder.", &data, NULL, true}};
    const command_usage usage = {"interlink plugin list --data DIR", "Shows the plugins of a data folder.", options, 1,
                                 0};
    int done = command_read(&usage, argc, argv, NULL);
    if (done >= 0) {
        return done;
    }
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
