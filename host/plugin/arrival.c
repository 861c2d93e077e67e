// SPDX-License-Identifier: EUPL-1.2
#include "plugin/arrival.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "domain/author_key.h"
#include "domain/catalogue.h"
#include "domain/notify.h"
#include "plugin/archive.h"
#include "plugin/install.h"
#include "plugin/package.h"
#include "store/folder.h"

static status cannot(fault *f, const char *path) {
    bool full = errno == ENOSPC || errno == EROFS || errno == EDQUOT;
    return fault_set(f, full ? STATUS_STORE_FULL : STATUS_INTERNAL, "package.write", "%.200s cannot be written: %s.",
                     path, strerror(errno));
}

status plugin_arrival_prepare(plugin_arrival *a, store *s, fault *f) {
    a->arena = a->arena ? a->arena : arena_create();
    return author_keys_read(s, a->arena, &a->known, &a->known_count, f);
}

// ---- who made it

// The known key that the signature names, if there is one: what a stranger writes into a comment is not needed then.
static bool find_known(const plugin_arrival *a, const minisign_signature *s, minisign_key *out) {
    for (size_t i = 0; i < a->known_count; i++)
        if (minisign_key_parse(str_from(a->known[i]), out, NULL) == STATUS_OK &&
            memcmp(out->id, s->id, MINISIGN_ID) == 0)
            return true;
    return false;
}

static status verify(plugin_arrival *a, fault *f) {
    minisign_signature parsed;
    minisign_key key;
    bool has_key = false;
    if (!a->signature.len && a->dev)
        return STATUS_OK;
    if (!a->signature.len)
        return fault_set(f, STATUS_FORBIDDEN, "package.unsigned",
                         "The package is not signed. Ask its author for the signature (the .minisig file).");
    status s = minisign_signature_parse(a->signature, &parsed, f);
    if (s == STATUS_OK && a->key_text.len) {
        has_key = true;
        s = minisign_key_parse(a->key_text, &key, f);
    } else if (s == STATUS_OK) {
        has_key = find_known(a, &parsed, &key);
    }
    if (s == STATUS_OK)
        s = plugin_signature_check(a->bytes, a->signature, has_key ? &key : NULL, &a->signer, f);
    // Two keys may have one id by chance, or because somebody chose it: then the comment's own decides.
    if (s == STATUS_FORBIDDEN && has_key && !a->key_text.len)
        s = plugin_signature_check(a->bytes, a->signature, NULL, &a->signer, NULL) == STATUS_OK ? STATUS_OK : s;
    if (s == STATUS_OK)
        minisign_key_text(&a->signer.key, a->key);
    return s;
}

// ---- unpacking

static status make_folder(const char *path, fault *f) {
    return mkdir(path, 0755) < 0 && errno != EEXIST ? cannot(f, path) : STATUS_OK;
}

static status make_staging(plugin_arrival *a, char data[PATH_MAX], fault *f) {
    char path[PATH_MAX];
    if (!realpath(a->data_folder, data))
        return cannot(f, a->data_folder);
    snprintf(path, sizeof path, "%.3900s/plugins", data);
    status s = make_folder(path, f);
    snprintf(path, sizeof path, "%.3900s/packages", data);
    if (s == STATUS_OK)
        s = make_folder(path, f);
    if (s == STATUS_OK) {
        snprintf(a->staging, sizeof a->staging, "%.3900s/plugins/.arriving-%s", data, id_create().text);
        s = mkdir(a->staging, 0700) < 0 ? cannot(f, a->staging) : STATUS_OK;
    }
    return s;
}

static status write_file(const char *path, str bytes, fault *f) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    status s = file < 0 ? cannot(f, path) : STATUS_OK;
    while (s == STATUS_OK && bytes.len) {
        ssize_t n = write(file, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            s = cannot(f, path);
        n = n < 0 ? 0 : n;
        bytes = (str){bytes.ptr + n, bytes.len - (size_t)n};
    }
    if (file >= 0 && close(file) < 0 && s == STATUS_OK)
        s = cannot(f, path);
    return s;
}

static const char *staged(const plugin_arrival *a, const char *name, char out[PATH_MAX]) {
    snprintf(out, PATH_MAX, "%.4000s/%s", a->staging, name);
    return out;
}

static void say(void *context, bool is_fault, const char *sentence) {
    json_array_append_new(context, json_pack("{s:b, s:s}", "fault", is_fault, "text", sentence));
}

static status stage(plugin_arrival *a, fault *f) {
    char data[PATH_MAX], path[PATH_MAX];
    status s = make_staging(a, data, f);
    if (s == STATUS_OK)
        s = plugin_archive_unpack(a->bytes, staged(a, "package", path), a->program_folder, a->groups, f);
    if (s == STATUS_OK)
        s = chmod(path, 0755) < 0 ? cannot(f, path) : manifest_read(path, &a->manifest, f);
    if (s == STATUS_OK && a->signature.len)
        s = plugin_signature_fits(&a->signer, a->manifest, f);
    if (s == STATUS_OK)
        s = write_file(staged(a, "file", path), a->bytes, f);
    if (s == STATUS_OK && a->signature.len)
        s = write_file(staged(a, "signature", path), a->signature, f);
    return s;
}

status plugin_arrival_open(plugin_arrival *a, fault *f) {
    char path[PATH_MAX];
    status s = verify(a, f);
    if (s == STATUS_OK)
        s = stage(a, f);
    if (s != STATUS_OK)
        return s;
    json_t *findings = json_array();
    plugin_package_look(staged(a, "package", path), say, findings);
    char *text = json_dumps(findings, JSON_COMPACT);
    a->findings = arena_text(a->arena, text);
    free(text);
    json_decref(findings);
    crypto_hash_hex(a->bytes.ptr, a->bytes.len, a->sha256);
    int folder = open(a->staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || syncfs(folder) < 0) // many small files: cheaper than one by one
        s = cannot(f, a->staging);
    if (folder >= 0)
        close(folder);
    return s;
}

// ---- coming in

// Where there is something without a row it was left by a crash.
static status move(const char *from, const char *to, fault *f) {
    if (access(to, F_OK) == 0)
        folder_remove(to);
    return rename(from, to) < 0 ? cannot(f, to) : folder_sync_of(to, f);
}

static status move_all(plugin_arrival *a, const char *place, fault *f) {
    char from[PATH_MAX], to[4096];
    status s = move(staged(a, "package", from), place, f);
    for (int signature = 0; signature < 2 && s == STATUS_OK; signature++) {
        plugin_install_package_path(a->data_folder, a->manifest->id, a->manifest->version, signature, to);
        if (!signature || a->signature.len)
            s = move(staged(a, signature ? "signature" : "file", from), to, f);
    }
    return s;
}

static status make_place(const plugin_arrival *a, char place[PATH_MAX], fault *f) {
    char data[PATH_MAX];
    if (!realpath(a->data_folder, data))
        return cannot(f, a->data_folder);
    snprintf(place, PATH_MAX, "%.3800s/plugins/%s", data, a->manifest->id);
    status s = make_folder(place, f);
    snprintf(place, PATH_MAX, "%.3800s/plugins/%s/%s", data, a->manifest->id, a->manifest->version);
    return s;
}

// Of an older package that was waiting nothing is left. A second try of a version that failed has its row already.
static status make_room(const plugin_arrival *a, store *s, const release *fresh, bool *has_row, fault *f) {
    release other;
    status result = release_find_in(s, a->arena, fresh->plugin, RELEASE_WAITING, &other, NULL);
    if (result == STATUS_OK)
        result = other.decided ? release_move(s, other.plugin, other.version, RELEASE_FAILED, f)
                               : release_remove(s, other.plugin, other.version, f);
    else if (result == STATUS_NOT_FOUND)
        result = STATUS_OK;
    if (result != STATUS_OK)
        return result;
    *has_row = release_find(s, a->arena, fresh->plugin, fresh->version, &other, NULL) == STATUS_OK;
    return STATUS_OK;
}

static status tell(const plugin_arrival *a, store *s, fault *f) {
    json_t *params = json_pack("{s:s, s:O, s:s}", "plugin", a->manifest->id, "name", a->manifest->name, "version",
                               a->manifest->version);
    notify_event event = {.event = "plugin.waiting", .audience = NOTIFY_ADMINS, .actor = a->bringer, .params = params};
    status result = notify_people(s, a->live, &event, f);
    json_decref(params);
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}

status plugin_arrival_enter(plugin_arrival *a, store *s, bool *waits, fault *f) {
    char place[PATH_MAX];
    bool has_row = false;
    char *text = json_dumps(a->manifest->json, JSON_COMPACT);
    release fresh = {.plugin = a->manifest->id,
                     .version = a->manifest->version,
                     .sha256 = a->sha256,
                     .key = *a->key ? a->key : NULL,
                     .manifest = text,
                     .findings = a->findings,
                     .state = RELEASE_WAITING,
                     .bringer = a->bringer};
    status result = plugin_install_may_come(s, &fresh, f);
    *waits = result == STATUS_END;
    if (result == STATUS_OK)
        result = make_room(a, s, &fresh, &has_row, f);
    if (result == STATUS_OK)
        result = make_place(a, place, f);
    if (result == STATUS_OK && has_row) {
        result = release_move(s, fresh.plugin, fresh.version, RELEASE_WAITING, f);
    } else if (result == STATUS_OK) {
        fresh.folder = place;
        result = move_all(a, place, f);
        if (result == STATUS_OK)
            result = release_add(s, &fresh, f);
    }
    free(text);
    if (result == STATUS_OK)
        result = tell(a, s, f);
    return result == STATUS_END ? STATUS_OK : result;
}

void plugin_arrival_close(plugin_arrival *a) {
    if (*a->staging)
        folder_remove(a->staging);
    a->staging[0] = '\0';
    manifest_free(a->manifest);
    a->manifest = NULL;
    if (a->arena)
        arena_destroy(a->arena);
    a->arena = NULL;
}
