// SPDX-License-Identifier: EUPL-1.2
//
// The rules: what may follow what, and what a person has to look at.
#include "plugin/install.h"

#include <stdio.h>
#include <string.h>

#include "plugin/revocation.h"

// ---- may it come in

static status refuse_bundled(store *s, const release *fresh, fault *f) {
    if (store_count(s, 0, "SELECT count(*) FROM plugin WHERE id = ? AND bundled = 1", "t", fresh->plugin) == 0)
        return STATUS_OK;
    return fault_set(f, STATUS_FORBIDDEN, "package.bundled",
                     "\"%.60s\" is a tool that ships with the program, and nobody else can update it. The author must "
                     "choose another id.",
                     fresh->plugin);
}

static status refuse_revoked(store *s, const release *fresh, fault *f) {
    revocation_list *l;
    status result = revocation_load(s, &l, f);
    if (result != STATUS_OK)
        return result;
    const char *why = revocation_find(l, fresh->plugin, fresh->version, fresh->sha256, fresh->key);
    if (why)
        result = fault_set(f, STATUS_FORBIDDEN, "package.revoked", "This package was revoked: %.160s", why);
    revocation_free(l);
    return result;
}

// Whose is it? A key that has made another plugin here, and not this one, goes sideways.
static status refuse_key(store *s, const release *fresh, fault *f) {
    arena *a = arena_create();
    const char *owner = author_key_of(s, a, fresh->plugin);
    status result = STATUS_OK;
    if (!fresh->key && owner)
        result = fault_set(f, STATUS_FORBIDDEN, "package.unsigned",
                           "\"%.60s\" belongs to the author who signed its first version. An unsigned folder cannot "
                           "take its place.",
                           fresh->plugin);
    author_trust trust = fresh->key ? author_key_trust(s, fresh->key) : AUTHOR_FIRST;
    if (trust == AUTHOR_DISTRUSTED)
        result = fault_set(f, STATUS_FORBIDDEN, "package.distrusted",
                           "The administration does not trust the key that signed this package.");
    else if (fresh->key && owner && strcmp(owner, fresh->key) != 0 && trust == AUTHOR_KNOWN)
        result = fault_set(f, STATUS_FORBIDDEN, "package.other_author",
                           "This package is signed with the key of another tool's author. \"%.60s\" belongs to "
                           "somebody else.",
                           fresh->plugin);
    arena_destroy(a);
    return result;
}

static bool ever_ran(const release *r) {
    return r->state != RELEASE_WAITING;
}

// Against one release that is known already.
static status follow(const release *known, const release *fresh, fault *f) {
    int order = manifest_version_compare(fresh->version, known->version);
    bool same = strcmp(fresh->version, known->version) == 0;
    if (same && strcmp(fresh->sha256, known->sha256) != 0)
        return fault_set(f, STATUS_CONFLICT, "package.changed",
                         "Another package has come as version %.40s of \"%.60s\" before. The author must give this one "
                         "a higher version.",
                         fresh->version, fresh->plugin);
    if (same && known->state == RELEASE_WAITING)
        return STATUS_END;
    if (same && known->state == RELEASE_CURRENT)
        return fault_set(f, STATUS_CONFLICT, "package.installed", "Version %.40s of \"%.60s\" is installed already.",
                         fresh->version, fresh->plugin);
    if (same && known->state == RELEASE_FAILED)
        return STATUS_OK; // a second try
    if (order <= 0)
        return fault_set(f, STATUS_CONFLICT, ever_ran(known) ? "package.older" : "package.newer_waits",
                         ever_ran(known)
                             ? "Version %.40s of \"%.60s\" has been installed here, which is not older than this "
                               "package's %.40s. To go back, roll the tool back."
                             : "Version %.40s of \"%.60s\" waits for a decision, which is not older than this "
                               "package's %.40s. Dismiss it first.",
                         known->version, fresh->plugin, fresh->version);
    return STATUS_OK;
}

static status refuse_order(store *s, const release *fresh, fault *f) {
    arena *a = arena_create();
    release_list known;
    bool waits = false;
    status result = release_list_read(s, a, fresh->plugin, -1, &known, f);
    for (size_t i = 0; i < known.count && result == STATUS_OK; i++) {
        result = follow(&known.all[i], fresh, f);
        waits = waits || result == STATUS_END;
        result = result == STATUS_END ? STATUS_OK : result;
    }
    arena_destroy(a);
    return result == STATUS_OK && waits ? STATUS_END : result;
}

status plugin_install_may_come(store *s, const release *fresh, fault *f) {
    status result = fresh->key ? refuse_bundled(s, fresh, f) : STATUS_OK; // who writes a bundled one may try it
    if (result == STATUS_OK)
        result = refuse_revoked(s, fresh, f);
    if (result == STATUS_OK)
        result = refuse_key(s, fresh, f);
    return result == STATUS_OK ? refuse_order(s, fresh, f) : result;
}

// ---- what a person has to look at

static json_t *manifest_of(const char *text) {
    return text ? json_loads(text, 0, NULL) : NULL;
}

status plugin_install_outlook(store *s, arena *a, const release *waiting, install_outlook *out, fault *f) {
    *out = (install_outlook){0};
    status result = release_find_in(s, a, waiting->plugin, RELEASE_CURRENT, &out->current, NULL);
    if (result == STATUS_NOT_FOUND)
        out->current = (release){0};
    else if (result != STATUS_OK)
        return fault_set(f, result, "store.failed", "The database could not be read. Try again later.");
    const char *owner = author_key_of(s, a, waiting->plugin);
    json_t *before = manifest_of(out->current.manifest), *now = manifest_of(waiting->manifest);
    out->change = plugin_change_find(before, now);
    out->trust = waiting->key ? author_key_trust(s, waiting->key) : AUTHOR_FIRST;
    bool unsigned_before = out->current.version && !out->current.key && waiting->key;
    out->new_key = unsigned_before || (owner && waiting->key && strcmp(owner, waiting->key) != 0);
    out->decision = !out->current.version || out->new_key || plugin_change_any(&out->change);
    json_decref(before);
    json_decref(now);
    return STATUS_OK;
}

void plugin_install_outlook_free(install_outlook *o) {
    plugin_change_free(&o->change);
}

void plugin_install_package_path(const char *data_folder, const char *plugin, const char *version, bool signature,
                                 char out[4096]) {
    snprintf(out, 4096, "%.3000s/packages/%s-%s.interlinker%s", data_folder, plugin, version,
             signature ? ".minisig" : "");
}
