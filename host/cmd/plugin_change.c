// SPDX-License-Identifier: EUPL-1.2
#include "cmd/plugin_change.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/meta.h"
#include "plugin/lockfile.h"
#include "plugin/package.h"
#include "plugin/registry.h"

static status prepare(plugin_change_call *c, store *s, fault *f) {
    status outcome = meta_secret(s, c->secret, f);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    c->decision.by = usage_actor_system(c->secret);
    c->decision.data_folder = c->data;
    plugin_registry *r = plugin_registry_create(command_program_folder(c->program), c->data, c->secret);
    outcome = plugin_registry_sync(r, s, f);
    plugin_registry_destroy(r);
    return outcome;
}

status plugin_change_do(plugin_change_call *c, plugin_change_run *change, void *context, fault *f) {
    store *s = NULL;
    status outcome = command_open(c->data, &s, f);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    outcome = store_begin(s, f);
    if (outcome == STATUS_OK) {
        outcome = prepare(c, s, f);
        outcome = outcome == STATUS_OK ? change(c, s, context, f) : outcome;
        if (outcome == STATUS_OK && c->what) {
            audit_event e = {.what = c->what, .about = c->decision.plugin};
            outcome = audit_append(s, &e, f);
        }
        outcome = outcome == STATUS_OK ? store_commit(s, f) : (store_rollback(s), outcome);
    }
    if (outcome == STATUS_OK) {
        plugin_install_tidy(s, c->data);
        outcome = plugin_lockfile_write(c->data, f);
    }
    store_close(s);
    return outcome;
}

status plugin_arrival_read(plugin_arrival *a, fault *f) {
    store *s = NULL;
    status outcome = command_open(a->data_folder, &s, f);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    outcome = plugin_arrival_prepare(a, s, f);
    store_close(s);
    return outcome == STATUS_OK ? plugin_arrival_open(a, f) : outcome;
}

status plugin_package_take(const char *path, bool dev, buffer *bytes, buffer *signature, fault *f) {
    char beside[PATH_MAX];
    snprintf(beside, sizeof beside, "%s.minisig", path);
    status s = plugin_file_take(path, PACKAGE_BYTES, bytes, f);
    if (s == STATUS_OK && !dev) {
        s = plugin_file_take(beside, MINISIGN_FILE, signature, f);
    }
    return s;
}

json_t *plugin_names_read(const char *names, const json_t *about) {
    json_t *list = json_array(), *asked = plugin_change_asked(about), *limits;
    const char *name;
    if (names && strcmp(names, "all") == 0) {
        json_object_foreach(asked, name, limits) {
            json_array_append_new(list, json_string(name));
        }
    } else if (names && strcmp(names, "none") != 0) {
        for (const char *at = names; *at;) {
            size_t len = strcspn(at, ",");
            if (len > 0) {
                json_array_append_new(list, json_stringn(at, len));
            }
            at += len + (at[len] == ',');
        }
    }
    json_decref(asked);
    return list;
}
