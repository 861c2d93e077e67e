// SPDX-License-Identifier: EUPL-1.2
//
// import: a catalogue folder becomes part of a data folder, also while a server runs on it.
#include "domain/import.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "plugin/catalogue.h"

static void tally_print(const char *what, const import_tally *t, const char *more) {
    printf("  %-18s %6zu %8zu %10zu   %s\n", what, t->fresh, t->changed, t->same, more);
}

static void table_print(const import_summary *s, bool dry) {
    char guides[96], templates[96], tools[96];
    snprintf(guides, sizeof guides, "%zu phases, %zu objectives, %zu tasks", s->phases, s->objectives, s->tasks);
    snprintf(templates, sizeof templates, "%zu files; %zu came without any", s->files, s->missing);
    snprintf(tools, sizeof tools, "%zu provided by an installed plugin", s->installed);
    printf("%s\n\n  %-18s %6s %8s %10s\n",
           dry ? "This is what an import would do. Nothing was changed." : "The import is done.", "", "new", "changed",
           "unchanged");
    tally_print("problem profiles", &s->profiles, "");
    tally_print("guides", &s->guides, guides);
    tally_print("templates", &s->templates, templates);
    tally_print("links", &s->links, "");
    tally_print("tools", &s->tools, tools);
}

static void warnings_print(const import *i) {
    size_t kept = 0;
    for (const char *line; (line = import_warning_line(i, kept)) != NULL; kept++) {
        fprintf(stderr, "warning: %s\n", line);
    }
    if (import_warning_count(i) > kept) {
        fprintf(stderr, "and %zu more warnings\n", import_warning_count(i) - kept);
    }
}

static int faults_print(const import *i, const fault *f) {
    size_t kept = 0;
    for (const char *line; i != NULL && (line = import_fault_line(i, kept)) != NULL; kept++) {
        fprintf(stderr, "%s\n", line);
    }
    if (i != NULL && import_fault_count(i) > kept) {
        fprintf(stderr, "and %zu more\n", import_fault_count(i) - kept);
    }
    return command_fail(f);
}

static status import_apply(import *i, store *s, bool dry, fault *f) {
    status result = store_begin(s, f);
    if (result != STATUS_OK) {
        return result;
    }
    result = import_write(i, s, f);
    if (result == STATUS_OK) {
        result = plugin_catalogue_link(s, f);
    }
    if (result == STATUS_OK && !dry) {
        return store_commit(s, f);
    }
    store_rollback(s);
    return result;
}

static status import_all(const char *data, const char *folder, bool dry, import **i, fault *f) {
    store *s = NULL;
    status result = command_open(data, &s, f);
    if (result == STATUS_OK) {
        result = import_read(folder, s, i, f);
    }
    if (result == STATUS_OK) {
        result = import_keep_files(*i, dry ? NULL : data, f);
    }
    if (result == STATUS_OK) {
        result = import_apply(*i, s, dry, f);
    }
    store_close(s);
    return result;
}

status command_import(const char *data, const char *folder, fault *f) {
    import *i = NULL;
    status result = import_all(data, folder, false, &i, f);
    if (result != STATUS_OK) {
        faults_print(i, f);
    }
    import_destroy(i);
    return result;
}

int cmd_import(int argc, char **argv) {
    const char *data = NULL, *folder = NULL;
    bool dry = false;
    const command_option options[] = {
        {"--data", "DIR", "The data folder; it is made if it is not there.", &data, NULL, true},
        {"--dry-run", NULL, "Check everything and say what would change, but change nothing.", NULL, &dry, false},
    };
    const command_usage usage = {
        "interlink import --data DIR [--dry-run] FOLDER",
        "Reads a catalogue: problem profiles (problemprofiles/problemprofiles.json), guides (schemas/ID/metadata.json "
        "and\n"
        "phases/*.json) and Interlinkers (interlinkers/KIND/NAME/metadata.json with instructions, pictures and "
        "files).\n"
        "Everything is checked first. If anything is wrong, each fault is said with its file, place and reason, and\n"
        "nothing is imported. Run it again after a change: entries are found by their id and nothing is doubled. What\n"
        "the folder does not name stays as it is. A server may run on the data folder meanwhile.",
        options, sizeof options / sizeof *options, 1};
    int code = command_read(&usage, argc, argv, &folder);
    if (code >= 0) {
        return code;
    }
    import *i = NULL;
    fault f = {0};
    status result = import_all(data, folder, dry, &i, &f);
    if (result == STATUS_OK) {
        warnings_print(i);
        table_print(import_result(i), dry);
    } else {
        faults_print(i, &f);
    }
    import_destroy(i);
    return result == STATUS_OK ? 0 : 1;
}
