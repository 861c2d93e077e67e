// SPDX-License-Identifier: EUPL-1.2
//
// The decisions: accept, dismiss, roll back, grant.
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "domain/catalogue.h"
#include "domain/grant.h"
#include "domain/snapshot.h"
#include "plugin/catalogue.h"
#include "plugin/install.h"
#include "store/folder.h"

// ---- the log

static status log_it(store *s, const install_decision *d, const char *action, json_t *data, fault *f) {
    usage_event e = usage_event_by(&d->by);
    json_object_set_new(data, "plugin", json_string(d->plugin));
    char *text = json_dumps(data, JSON_COMPACT);
    e.action = action;
    e.data = str_from(text);
    status result = usage_append(s, d->by.secret, &e, f);
    free(text);
    json_decref(data);
    return result;
}

// ---- accept

// Decided by name: granted when it is on the list, or stays as it was decided where there is none.
static status decide_permissions(store *s, const install_decision *d, const json_t *manifest_json, fault *f) {
    json_t *asked = plugin_change_asked(manifest_json), *limits;
    const char *name;
    status result = STATUS_OK;
    json_object_foreach(asked, name, limits) {
        bool granted = false;
        const json_t *wanted;
        size_t i;
        json_array_foreach(d->granted, i, wanted)
            granted = granted || strcmp(json_string_value(wanted), name) == 0;
        if (result == STATUS_OK && d->granted)
            result = grant_set(s, d->plugin, name, granted, d->by.person, f);
    }
    json_decref(asked);
    return result;
}

static status check_granted(const install_decision *d, const json_t *manifest_json, fault *f) {
    json_t *asked = plugin_change_asked(manifest_json);
    const json_t *wanted;
    size_t i;
    status result = STATUS_OK;
    json_array_foreach(d->granted, i, wanted)
        if (result == STATUS_OK && !json_object_get(asked, json_string_value(wanted)))
            result = fault_set(f, STATUS_INVALID, "package.not_asked",
                               "The tool does not ask for the permission \"%.60s\".", json_string_value(wanted));
    json_decref(asked);
    return result;
}

// Was this what the person has seen, and did they decide all that there is to decide?
static status check_seen(const install_decision *d, const release *waiting, const install_outlook *o, fault *f) {
    if ((d->version && strcmp(d->version, waiting->version) != 0) ||
        (d->sha256 && strcmp(d->sha256, waiting->sha256) != 0))
        return fault_set(f, STATUS_CONFLICT, "package.not_that",
                         "Another package waits now than the one that you have seen. Look at it first.");
    if (o->new_key && !d->new_key)
        return fault_set(f, STATUS_CONFLICT, "package.new_key",
                         "This version is signed with another key than the one before. Ask the author by another way "
                         "whether that is right, and say so.");
    if (o->decision && !d->granted)
        return fault_set(f, STATUS_CONFLICT, "package.undecided",
                         "This package asks for something that nobody has decided yet. Say what you grant.");
    return STATUS_OK;
}

// The kept versions beyond INSTALL_KEPT go, the oldest first, and with them the data of their time.
static status prune(store *s, arena *a, const char *plugin, fault *f) {
    release_list earlier;
    status result = release_list_read(s, a, plugin, -1, &earlier, f);
    size_t kept = 1; // the one that runs
    // The newest arrivals come first.
    for (size_t i = 0; i < earlier.count && result == STATUS_OK; i++) {
        const release *r = &earlier.all[i];
        if (r->state != RELEASE_EARLIER && r->state != RELEASE_FAILED)
            continue;
        if (++kept <= INSTALL_KEPT)
            continue;
        result = snapshot_drop(s, plugin, r->version, f);
        if (result == STATUS_OK)
            result = release_move(s, plugin, r->version, RELEASE_GONE, f);
    }
    return result;
}

static status replace(store *s, const install_decision *d, const release *waiting, const release *current, fault *f) {
    manifest *m;
    status result = manifest_read(waiting->folder, &m, f);
    if (result != STATUS_OK)
        return result;
    if (current->version) {
        result = snapshot_take(s, d->plugin, current->version, f);
        if (result == STATUS_OK)
            result = release_move(s, d->plugin, current->version, RELEASE_EARLIER, f);
    }
    if (result == STATUS_OK)
        result = release_decide(s, d->plugin, waiting->version, RELEASE_CURRENT, d->by.person, f);
    if (result == STATUS_OK)
        result = plugin_catalogue_write(s, m, waiting->folder, waiting->folder, d->data_folder, false, f);
    if (result == STATUS_OK && waiting->key)
        result = author_key_bind(s, d->plugin, waiting->key, f);
    if (result == STATUS_OK)
        result = decide_permissions(s, d, m->json, f);
    manifest_free(m);
    return result;
}

static status accept(store *s, arena *a, const install_decision *d, fault *f) {
    release waiting;
    install_outlook o;
    status result = release_find_in(s, a, d->plugin, RELEASE_WAITING, &waiting, f);
    if (result != STATUS_OK)
        return result == STATUS_NOT_FOUND
                   ? fault_set(f, result, "package.none", "No package of the tool \"%.60s\" waits for a decision.",
                               d->plugin)
                   : result;
    // The world may have changed since it came: a revocation, a distrusted key.
    result = plugin_install_may_come(s, &waiting, f);
    result = result == STATUS_END ? STATUS_OK : result;
    if (result != STATUS_OK || (result = plugin_install_outlook(s, a, &waiting, &o, f)) != STATUS_OK)
        return result;
    json_t *asked = json_loads(waiting.manifest, 0, NULL);
    result = check_seen(d, &waiting, &o, f);
    if (result == STATUS_OK)
        result = check_granted(d, asked, f);
    json_decref(asked);
    if (result == STATUS_OK)
        result = replace(s, d, &waiting, &o.current, f);
    if (result == STATUS_OK)
        result = prune(s, a, d->plugin, f);
    plugin_install_outlook_free(&o);
    if (result != STATUS_OK)
        return result;
    json_t *data =
        json_pack("{s:s, s:s*, s:O?}", "version", waiting.version, "key", waiting.key, "granted", d->granted);
    return log_it(s, d, "package.accepted", data, f);
}

status plugin_install_accept(store *s, const install_decision *d, fault *f) {
    arena *a = arena_create();
    status result = accept(s, a, d, f);
    arena_destroy(a);
    return result;
}

// ---- dismiss

status plugin_install_dismiss(store *s, const install_decision *d, fault *f) {
    arena *a = arena_create();
    release waiting;
    status result = release_find_in(s, a, d->plugin, RELEASE_WAITING, &waiting, f);
    if (result == STATUS_NOT_FOUND)
        result =
            fault_set(f, result, "package.none", "No package of the tool \"%.60s\" waits for a decision.", d->plugin);
    if (result == STATUS_OK)
        result = waiting.decided ? release_move(s, d->plugin, waiting.version, RELEASE_FAILED, f)
                                 : release_remove(s, d->plugin, waiting.version, f);
    if (result == STATUS_OK)
        result = log_it(s, d, "package.dismissed", json_pack("{s:s}", "version", waiting.version), f);
    arena_destroy(a);
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}

// ---- roll back

// The newest version that can be gone back to.
static status find_earlier(store *s, arena *a, const char *plugin, release *out, fault *f) {
    release_list earlier;
    status result = release_list_read(s, a, plugin, RELEASE_EARLIER, &earlier, f);
    if (result != STATUS_OK)
        return result;
    *out = (release){0};
    for (size_t i = 0; i < earlier.count; i++)
        if (!out->version || manifest_version_compare(earlier.all[i].version, out->version) > 0)
            *out = earlier.all[i];
    if (out->version)
        return STATUS_OK;
    return fault_set(f, STATUS_CONFLICT, "plugin.no_earlier", "No earlier version of \"%.60s\" is kept.", plugin);
}

static status go_back(store *s, const install_decision *d, const release *current, const release *to, fault *f) {
    manifest *m;
    status result = manifest_read(to->folder, &m, f);
    if (result != STATUS_OK)
        return result;
    result = snapshot_restore(s, d->plugin, to->version, f);
    if (result == STATUS_OK)
        result = release_move(s, d->plugin, current->version, RELEASE_FAILED, f);
    if (result == STATUS_OK) // it was decided when it came: it is not on probation once more
        result = release_move(s, d->plugin, to->version, RELEASE_CURRENT, f);
    if (result == STATUS_OK)
        result = plugin_catalogue_write(s, m, to->folder, to->folder, d->data_folder, false, f);
    if (result == STATUS_OK && to->key)
        result = author_key_bind(s, d->plugin, to->key, f);
    manifest_free(m);
    return result;
}

status plugin_install_roll_back(store *s, arena *a, const install_decision *d, const char *from, const char *trouble,
                                const char **to, fault *f) {
    release current, earlier;
    status result = release_find_in(s, a, d->plugin, RELEASE_CURRENT, &current, f);
    if (result == STATUS_OK && from && strcmp(from, current.version) != 0)
        return fault_set(f, STATUS_CONFLICT, "plugin.not_that",
                         "Version %.40s of \"%.60s\" runs now, and no longer %.40s. Look at it again.", current.version,
                         d->plugin, from);
    if (result == STATUS_OK)
        result = find_earlier(s, a, d->plugin, &earlier, f);
    if (result == STATUS_OK)
        result = go_back(s, d, &current, &earlier, f);
    if (result != STATUS_OK)
        return result;
    *to = earlier.version;
    json_t *data = json_pack("{s:s, s:s, s:s*}", "from", current.version, "to", earlier.version, "trouble", trouble);
    return log_it(s, d, "plugin.rolled_back", data, f);
}

// ---- one permission

status plugin_install_permit(store *s, const install_decision *d, const char *permission, bool granted, fault *f) {
    store_rows *row;
    status result = store_one(s, &row, "SELECT manifest, bundled FROM plugin WHERE id = ?", "t", d->plugin);
    if (result != STATUS_OK)
        return fault_set(f, result, "plugin.not_found", "There is no such tool installed.");
    json_t *json = json_loads(store_text(row, 0), 0, NULL), *asked = plugin_change_asked(json);
    bool bundled = store_int(row, 1) != 0, known = json_object_get(asked, permission) != NULL;
    json_decref(json);
    json_decref(asked);
    result = store_end(row, f);
    if (result == STATUS_OK && bundled)
        result = fault_set(f, STATUS_CONFLICT, "plugin.bundled",
                           "\"%.60s\" ships with the program and may do what it asks for. Switch it off if you do not "
                           "want that.",
                           d->plugin);
    else if (result == STATUS_OK && !known)
        result = fault_set(f, STATUS_INVALID, "package.not_asked",
                           "The tool does not ask for the permission \"%.60s\".", permission);
    if (result == STATUS_OK)
        result = grant_set(s, d->plugin, permission, granted, d->by.person, f);
    if (result == STATUS_OK)
        result = log_it(s, d, granted ? "plugin.granted" : "plugin.refused",
                        json_pack("{s:s}", "permission", permission), f);
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}

// ---- files

void plugin_install_tidy(store *s, const char *data_folder) {
    arena *a = arena_create();
    release_list gone;
    if (release_list_read(s, a, NULL, RELEASE_GONE, &gone, NULL) == STATUS_OK)
        for (size_t i = 0; i < gone.count; i++) {
            char path[4096];
            if (access(gone.all[i].folder, F_OK) == 0)
                folder_remove(gone.all[i].folder);
            for (int signature = 0; signature < 2; signature++) {
                plugin_install_package_path(data_folder, gone.all[i].plugin, gone.all[i].version, signature, path);
                unlink(path);
            }
        }
    arena_destroy(a);
}
