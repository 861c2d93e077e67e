// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "cmd/plugin_verb.h"

static const char *origin_of(store_rows *row) {
    return store_int(row, 3)       ? "ships with the program"
           : store_is_null(row, 5) ? "unsigned (--dev)"
                                   : store_text(row, 5);
}

static status list_installed(store *s, fault *f) {
    store_rows *rows = store_query(
        s,
        "SELECT p.id, p.version, p.enabled, p.bundled, p.folder, r.key FROM plugin p LEFT JOIN plugin_release r "
        "ON r.plugin = p.id AND r.version = p.version ORDER BY p.id",
        "");
    while (store_next(rows)) {
        printf("%-24s %-10s %-4s %s\n", store_text(rows, 0), store_text(rows, 1), store_int(rows, 2) ? "on" : "off",
               origin_of(rows));
    }
    return store_end(rows, f);
}

static status list_waiting(store *s, fault *f) {
    store_rows *rows =
        store_query(s, "SELECT plugin, version, key FROM plugin_release WHERE state = 'waiting' ORDER BY plugin", "");
    while (store_next(rows)) {
        printf("%-24s %-10s waits for a decision\n", store_text(rows, 0), store_text(rows, 1));
    }
    return store_end(rows, f);
}

int plugin_verb_list(int argc, char **argv) {
    const char *data = NULL;
    const command_option options[] = {{"--data", "DIR", "The data folder.", &data, NULL, true}};
    const command_usage usage = {"interlink plugin list --data DIR",
                                 "Shows the plugins of a data folder, whose key signed each, and what waits for a "
                                 "decision.",
                                 options, 1, 0};
    int done = command_read(&usage, argc, argv, NULL);
    if (done >= 0) {
        return done;
    }
    fault f = {0};
    store *s = NULL;
    if (command_open(data, &s, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    status outcome = list_installed(s, &f);
    if (outcome == STATUS_OK) {
        outcome = list_waiting(s, &f);
    }
    store_close(s);
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}
