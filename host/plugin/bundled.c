// SPDX-License-Identifier: EUPL-1.2
//
// bundled: the plugins that ship with the program, entered into the table at its start.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "plugin/catalogue.h"
#include "plugin/program.h"
#include "plugin/registry.h"

// Nothing to do when the table has this very manifest, or a package of the same id that the administrator brought.
static bool is_entered(store *s, const manifest *m) {
    store_rows *row;
    bool entered = false;
    if (store_one(s, &row, "SELECT manifest, bundled FROM plugin WHERE id = ?", "t", m->id) != STATUS_OK)
        return false;
    json_t *known = json_loads(store_text(row, 0), 0, NULL);
    entered = store_int(row, 1) == 0 || json_equal(known, m->json);
    json_decref(known);
    store_end(row, NULL);
    return entered;
}

// Next to packages there may be folders of other things: a build tool keeps its notes there.
static bool is_package(const char *files) {
    char manifest_path[PATH_MAX];
    return snprintf(manifest_path, sizeof manifest_path, "%s/interlinker.json", files) < PATH_MAX &&
           access(manifest_path, F_OK) == 0;
}

static status sync_one(const char *data_folder, store *s, const char *plugins, const char *name, fault *f) {
    char files[PATH_MAX], folder[PATH_MAX];
    manifest *m;
    fault why = {0};
    if (snprintf(files, sizeof files, "%s/%s", plugins, name) >= PATH_MAX ||
        snprintf(folder, sizeof folder, "plugins/%s", name) >= PATH_MAX || !is_package(files))
        return STATUS_OK;
    if (manifest_read(files, &m, &why) != STATUS_OK) {
        log_write(LOG_ERROR, "plugin", "a bundled tool is left out: %s folder=%s",
                  why.field_count ? why.fields[0].text : why.text, name);
        return STATUS_OK;
    }
    status result = STATUS_OK;
    if (!is_entered(s, m))
        result = plugin_catalogue_write(s, m, folder, files, data_folder, true, f);
    manifest_free(m);
    return result;
}

static int is_package_name(const struct dirent *e) {
    return e->d_name[0] != '.';
}

status plugin_registry_sync(plugin_registry *r, store *s, fault *f) {
    char plugins[PATH_MAX];
    program_folder_find(plugin_registry_program_folder(r), "plugins", plugins);
    struct dirent **names = NULL;
    int count = scandir(plugins, &names, is_package_name, alphasort);
    status result = STATUS_OK;
    for (int i = 0; i < count; i++) {
        if (result == STATUS_OK)
            result = sync_one(plugin_registry_data_folder(r), s, plugins, names[i]->d_name, f);
        free(names[i]);
    }
    free(names);
    return result;
}
