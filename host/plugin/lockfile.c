// SPDX-License-Identifier: EUPL-1.2
#include "plugin/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "domain/grant.h"
#include "store/folder.h"
#include "store/store.h"

static const char BY_COMMAND[] = "command line";

// ---- writing

static json_t *moment(int64_t at) {
    char text[CLOCK_TEXT];
    clock_format(at, text);
    return json_string(text);
}

static json_t *by(const char *name) {
    return json_string(name ? name : BY_COMMAND);
}

static void permission_add(void *context, const grant *g) {
    json_array_append_new(context, json_pack("{s:s, s:b, s:o, s:o}", "name", g->permission, "granted", g->granted, "by",
                                             by(g->decided_by), "at", moment(g->decided)));
}

static json_t *entry_of(store_rows *r) {
    return json_pack("{s:s, s:s, s:s, s:s?, s:b, s:o, s:o}", "id", store_text(r, 0), "version", store_text(r, 1),
                     "sha256", store_text(r, 2), "key", store_text(r, 3), "enabled", store_int(r, 4) != 0,
                     "installed_by", by(store_text(r, 6)), "installed_at", moment(store_int(r, 5)));
}

static status entries_collect(store *s, json_t *all, fault *f) {
    store_rows *rows =
        store_query(s,
                    "SELECT p.id, p.version, r.sha256, r.key, p.enabled, r.decided, d.name FROM plugin p "
                    "JOIN plugin_release r ON r.plugin = p.id AND r.version = p.version "
                    "LEFT JOIN person d ON d.id = r.decider WHERE p.bundled = 0 ORDER BY p.id",
                    "");
    while (store_next(rows))
        json_array_append_new(all, entry_of(rows));
    status result = store_end(rows, f);
    json_t *entry;
    size_t i;
    json_array_foreach(all, i, entry) {
        json_t *permissions = json_array();
        if (result == STATUS_OK)
            result = grant_list(s, json_string_value(json_object_get(entry, "id")), permission_add, permissions, f);
        json_object_set_new(entry, "permissions", permissions);
    }
    return result;
}

// The text of what is committed now.
static char *text_make(const char *data_folder, fault *f) {
    store *s = NULL;
    char *text = NULL;
    if (store_open(data_folder, STORE_READ, &s, f) != STATUS_OK)
        return NULL;
    json_t *all = json_pack("{s:[]}", "interlinkers");
    if (store_begin(s, f) == STATUS_OK) {
        if (entries_collect(s, json_object_get(all, "interlinkers"), f) == STATUS_OK)
            text = json_dumps(all, JSON_INDENT(2));
        store_rollback(s);
    }
    json_decref(all);
    store_close(s);
    return text;
}

static status cannot(const char *path, fault *f) {
    bool full = errno == ENOSPC || errno == EROFS || errno == EDQUOT;
    return fault_set(f, full ? STATUS_STORE_FULL : STATUS_INTERNAL, "lockfile.write", "%.200s cannot be written: %s.",
                     path, strerror(errno));
}

static status text_write(const char *data_folder, const char *text, fault *f) {
    char path[PATH_MAX], fresh[PATH_MAX];
    snprintf(path, sizeof path, "%.4000s/%s", data_folder, LOCKFILE_NAME);
    snprintf(fresh, sizeof fresh, "%.4000s/%s.new", data_folder, LOCKFILE_NAME);
    FILE *out = fopen(fresh, "we");
    bool good = out && fputs(text, out) >= 0 && fputc('\n', out) != EOF && fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (out && fclose(out) != 0)
        good = false;
    if (!good || rename(fresh, path) < 0)
        return cannot(path, f);
    return folder_sync_of(path, f);
}

status plugin_lockfile_write(const char *data_folder, fault *f) {
    // Held while the state is read and written, so that nobody puts an older one over a newer one.
    int folder = open(data_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || flock(folder, LOCK_EX) < 0) {
        if (folder >= 0)
            close(folder);
        return cannot(data_folder, f);
    }
    char *text = text_make(data_folder, f);
    status s = text ? text_write(data_folder, text, f) : STATUS_INTERNAL;
    free(text);
    close(folder);
    return s;
}

// ---- reading

static bool entry_good(const json_t *entry) {
    static const char *const TEXTS[] = {"id", "version", "sha256"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (!json_is_string(json_object_get(entry, TEXTS[i])))
            return false;
    const json_t *permissions = json_object_get(entry, "permissions"), *one;
    size_t i;
    json_array_foreach(permissions, i, one)
        if (!json_is_string(json_object_get(one, "name")) || !json_is_boolean(json_object_get(one, "granted")))
            return false;
    return json_is_array(permissions) && json_is_boolean(json_object_get(entry, "enabled"));
}

status plugin_lockfile_read(const char *path, json_t **entries, fault *f) {
    json_error_t error;
    const json_t *entry;
    size_t i;
    *entries = NULL;
    json_t *all = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!all)
        return fault_set(f, STATUS_INVALID, "lockfile.json", "%.200s cannot be read: line %d, %.160s.", path,
                         error.line, error.text);
    json_t *list = json_object_get(all, "interlinkers");
    status s = json_is_array(list) ? STATUS_OK
                                   : fault_set(f, STATUS_INVALID, "lockfile.shape",
                                               "%.200s is no lock file: it has no list \"interlinkers\".", path);
    json_array_foreach(list, i, entry)
        if (s == STATUS_OK && !entry_good(entry))
            s = fault_set(f, STATUS_INVALID, "lockfile.entry", "Entry %zu of %.200s is not whole.", i + 1, path);
    if (s == STATUS_OK)
        *entries = json_incref(list);
    json_decref(all);
    return s;
}
