// SPDX-License-Identifier: EUPL-1.2
//
// sync: makes an installation what a lock file says, or changes nothing.
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/plugin_change.h"
#include "cmd/plugin_verb.h"
#include "domain/catalogue.h"
#include "plugin/lockfile.h"

// One entry of the lock file on its way.
typedef struct syncing {
    const json_t *entry;
    const char *id, *version, *sha256, *key;
    bool installed; // this very package runs already
    buffer bytes, signature;
    plugin_arrival arrival;
} syncing;

typedef struct sync_call {
    const char *data, *lock, *packages;
    json_t *entries;
    syncing *all;
    size_t count;
} sync_call;

// ---- before anything is changed

static const char *text_of(const json_t *entry, const char *name) {
    return json_string_value(json_object_get(entry, name));
}

static status look_installed(store *s, syncing *one, fault *f) {
    release current;
    arena *a = arena_create();
    status found = release_find_in(s, a, one->id, RELEASE_CURRENT, &current, NULL);
    one->installed =
        found == STATUS_OK && strcmp(current.version, one->version) == 0 && strcmp(current.sha256, one->sha256) == 0;
    arena_destroy(a);
    return found == STATUS_OK || found == STATUS_NOT_FOUND
               ? STATUS_OK
               : fault_set(f, found, "store.failed", "The database could not be read.");
}

static status open_package(const sync_call *c, syncing *one, const char *program, fault *f) {
    char path[PATH_MAX];
    if (!one->key) {
        return fault_set(f, STATUS_FORBIDDEN, "sync.unsigned",
                         "\"%.60s\" is not signed, so nobody can say that it is the same. Install it with --dev, or "
                         "take it out of the lock file.",
                         one->id);
    }
    snprintf(path, sizeof path, "%.3500s/%.101s-%.61s.interlinker", c->packages, one->id, one->version);
    status s = plugin_package_take(path, false, &one->bytes, &one->signature, f);
    if (s != STATUS_OK) {
        return s;
    }
    one->arrival = (plugin_arrival){.bytes = buffer_str(&one->bytes),
                                    .signature = buffer_str(&one->signature),
                                    .key_text = str_from(one->key),
                                    .data_folder = c->data,
                                    .program_folder = program};
    s = plugin_arrival_read(&one->arrival, f);
    const manifest *m = one->arrival.manifest;
    if (s == STATUS_OK && (!m || strcmp(one->arrival.sha256, one->sha256) != 0 || strcmp(m->id, one->id) != 0 ||
                           strcmp(m->version, one->version) != 0)) {
        s = fault_set(f, STATUS_FORBIDDEN, "sync.other", "%.200s is not the package that the lock file names.", path);
    }
    return s;
}

static status prepare(sync_call *c, fault *f) {
    char program[4096];
    store *s = NULL;
    status outcome = command_open(c->data, &s, f);
    for (size_t i = 0; i < c->count && outcome == STATUS_OK; i++) {
        syncing *one = &c->all[i];
        one->entry = json_array_get(c->entries, i);
        one->id = text_of(one->entry, "id");
        one->version = text_of(one->entry, "version");
        one->sha256 = text_of(one->entry, "sha256");
        one->key = text_of(one->entry, "key");
        outcome = look_installed(s, one, f);
    }
    if (s) {
        store_close(s);
    }
    command_program_folder(program);
    for (size_t i = 0; i < c->count && outcome == STATUS_OK; i++) {
        outcome = c->all[i].installed ? STATUS_OK : open_package(c, &c->all[i], program, f);
    }
    return outcome;
}

// ---- the change

static json_t *granted_of(const json_t *entry) {
    json_t *granted = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(entry, "permissions"), i, one) {
        if (json_is_true(json_object_get(one, "granted"))) {
            json_array_append(granted, json_object_get(one, "name"));
        }
    }
    return granted;
}

static status install_one(plugin_change_call *c, store *s, syncing *one, fault *f) {
    bool waits;
    json_t *granted = granted_of(one->entry);
    c->decision.plugin = one->id;
    c->decision.version = one->version;
    c->decision.sha256 = one->sha256;
    c->decision.granted = granted;
    c->decision.new_key = true; // the lock file says whose key it is, and the signature is by that one
    status outcome = plugin_arrival_enter(&one->arrival, s, &waits, f);
    if (outcome == STATUS_OK) {
        outcome = plugin_install_accept(s, &c->decision, f);
    }
    json_decref(granted);
    return outcome;
}

static status permit_one(plugin_change_call *c, store *s, const syncing *one, fault *f) {
    const json_t *permission;
    size_t i;
    status outcome = STATUS_OK;
    c->decision.plugin = one->id;
    json_array_foreach(json_object_get(one->entry, "permissions"), i, permission) {
        if (outcome == STATUS_OK) {
            outcome = plugin_install_permit(s, &c->decision, text_of(permission, "name"),
                                            json_is_true(json_object_get(permission, "granted")), f);
        }
    }
    return outcome;
}

static bool is_named(const sync_call *c, const char *id) {
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->all[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

// What the lock file does not name is switched off; its data stay.
static status switch_others_off(const sync_call *c, store *s, fault *f) {
    arena *a = arena_create();
    release_list all;
    status outcome = release_list_read(s, a, NULL, RELEASE_CURRENT, &all, f);
    for (size_t i = 0; i < all.count && outcome == STATUS_OK; i++) {
        if (!is_named(c, all.all[i].plugin)) {
            printf("%-24s switched off: the lock file does not name it\n", all.all[i].plugin);
            outcome = store_run(s, f, "UPDATE plugin SET enabled = 0 WHERE id = ?", "t", all.all[i].plugin);
        }
    }
    arena_destroy(a);
    return outcome;
}

static status sync_run(plugin_change_call *change, store *s, void *context, fault *f) {
    sync_call *c = context;
    status outcome = STATUS_OK;
    for (size_t i = 0; i < c->count && outcome == STATUS_OK; i++) {
        syncing *one = &c->all[i];
        outcome = one->installed ? permit_one(change, s, one, f) : install_one(change, s, one, f);
        if (outcome == STATUS_OK) {
            outcome = store_run(s, f, "UPDATE plugin SET enabled = ? WHERE id = ?", "it",
                                (int64_t)json_is_true(json_object_get(one->entry, "enabled")), one->id);
        }
        if (outcome == STATUS_OK) {
            printf("%-24s %-10s %s\n", one->id, one->version, one->installed ? "is there" : "installed");
        }
    }
    if (outcome == STATUS_OK) {
        outcome = switch_others_off(c, s, f);
    }
    return outcome == STATUS_OK ? catalogue_changed(s, f) : outcome;
}

static int sync_do(sync_call *c) {
    fault f = {0};
    char beside[PATH_MAX];
    plugin_change_call change = {.data = c->data, .what = "plugin.sync"};
    const char *slash = strrchr(c->lock, '/');
    snprintf(beside, sizeof beside, "%.*spackages", slash ? (int)(slash - c->lock) + 1 : 0, c->lock);
    c->packages = c->packages ? c->packages : beside;
    status outcome = plugin_lockfile_read(c->lock, &c->entries, &f);
    c->count = json_array_size(c->entries);
    c->all = memory_new((c->count + 1) * sizeof *c->all);
    if (outcome == STATUS_OK) {
        outcome = prepare(c, &f);
    }
    if (outcome == STATUS_OK) {
        outcome = plugin_change_do(&change, sync_run, c, &f);
    }
    for (size_t i = 0; i < c->count; i++) {
        plugin_arrival_close(&c->all[i].arrival);
        buffer_free(&c->all[i].bytes);
        buffer_free(&c->all[i].signature);
    }
    free(c->all);
    json_decref(c->entries);
    if (outcome != STATUS_OK) {
        fprintf(stderr, "Nothing was changed.\n");
        return command_fail(&f);
    }
    return 0;
}

int plugin_verb_sync(int argc, char **argv) {
    sync_call c = {0};
    const command_option options[] = {
        {"--data", "DIR", "The data folder that is changed.", &c.data, NULL, true},
        {"--packages", "FOLDER", "Where the package files are; \"packages\" beside the lock file if not given.",
         &c.packages, NULL, false},
    };
    const command_usage usage = {
        "interlink plugin sync --data DIR LOCKFILE [--packages FOLDER]",
        "Makes the plugins of a data folder those that another installation's interlinkers.lock names: the same\n"
        "packages, signed with the same keys, with the same permissions. What it does not name is switched off.\n"
        "Either all of it is done, or nothing.",
        options, 2, 1};
    int done = command_read(&usage, argc, argv, &c.lock);
    return done >= 0 ? done : sync_do(&c);
}
