// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/memory.h"
#include "plugin/catalogue.h"
#include "plugin/file.h"
#include "plugin/package.h"
#include "store/folder.h"

typedef struct copying {
    size_t files, bytes;
    fault *fault;
} copying;

static status cannot(fault *f, const char *path, const char *why) {
    bool full = errno == ENOSPC || errno == EROFS || errno == EDQUOT;
    return fault_set(f, full ? STATUS_STORE_FULL : STATUS_INVALID, "package.copy", "%.200s cannot be copied: %.100s.",
                     path, why);
}

static status copy_file(copying *c, const char *from_folder, const char *to_folder, const char *name) {
    char to[PATH_MAX];
    buffer bytes = {0};
    status s = STATUS_OK;
    if (++c->files > PACKAGE_FILES)
        return fault_set(c->fault, STATUS_TOO_LARGE, "package.files", "The package has more than %d files.",
                         PACKAGE_FILES);
    if (!file_read(from_folder, name, PACKAGE_BYTES - c->bytes, &bytes))
        s = errno == EFBIG ? fault_set(c->fault, STATUS_TOO_LARGE, "package.size", "The package is larger than 64 MiB.")
                           : cannot(c->fault, name, errno == ELOOP ? "a package may hold no links" : strerror(errno));
    c->bytes += bytes.len;
    int fd = -1;
    if (s == STATUS_OK && (snprintf(to, sizeof to, "%s/%s", to_folder, name) >= PATH_MAX ||
                           (fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) < 0))
        s = cannot(c->fault, name, strerror(errno));
    for (size_t at = 0; s == STATUS_OK && at < bytes.len;) {
        ssize_t wrote = write(fd, bytes.ptr + at, bytes.len - at);
        if (wrote >= 0)
            at += (size_t)wrote;
        else if (errno != EINTR)
            s = cannot(c->fault, name, strerror(errno));
    }
    if (fd >= 0 && (fsync(fd) < 0 || close(fd) < 0) && s == STATUS_OK)
        s = cannot(c->fault, name, strerror(errno));
    buffer_free(&bytes);
    return s;
}

static status copy_folder(copying *c, const char *from, const char *to, int depth) {
    if (depth > PACKAGE_DEPTH)
        return cannot(c->fault, from, "its folders are nested too deeply");
    DIR *folder = opendir(from);
    if (!folder || mkdir(to, 0755) < 0) {
        status s = cannot(c->fault, from, strerror(errno));
        if (folder)
            closedir(folder);
        return s;
    }
    status s = STATUS_OK;
    for (struct dirent *e; s == STATUS_OK && (e = readdir(folder)) != NULL;) {
        char deeper_from[PATH_MAX], deeper_to[PATH_MAX];
        struct stat about;
        if (e->d_name[0] == '.')
            continue; // "." and "..", and what editors and version control leave behind
        if (!manifest_path_safe(e->d_name) || snprintf(deeper_from, PATH_MAX, "%s/%s", from, e->d_name) >= PATH_MAX ||
            snprintf(deeper_to, PATH_MAX, "%s/%s", to, e->d_name) >= PATH_MAX)
            s = cannot(c->fault, e->d_name,
                       "names of files may hold only letters, digits and signs of ASCII, no spaces");
        else if (lstat(deeper_from, &about) == 0 && S_ISDIR(about.st_mode))
            s = copy_folder(c, deeper_from, deeper_to, depth + 1);
        else
            s = copy_file(c, from, to, e->d_name);
    }
    if (s == STATUS_OK) {
        int fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
            s = cannot(c->fault, to, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    closedir(folder);
    return s;
}

// Is the package that is there already the same, as far as its manifest and code tell?
static bool same_package(const char *a, const char *b, const manifest *m) {
    static const size_t LIMIT = PACKAGE_BYTES;
    const char *const names[] = {"interlinker.json", m->entry};
    bool same = true;
    for (size_t i = 0; i < 2 && same; i++) {
        buffer left = {0}, right = {0};
        same = file_read(a, names[i], LIMIT, &left) && file_read(b, names[i], LIMIT, &right) &&
               str_equal(buffer_str(&left), buffer_str(&right));
        buffer_free(&left);
        buffer_free(&right);
    }
    return same;
}

// DATA/plugins/<id> exists; `place` becomes the folder of this version in it.
static status make_place(const char *data_folder, const manifest *m, char place[PATH_MAX], fault *f) {
    char data[PATH_MAX], path[PATH_MAX];
    if (!realpath(data_folder, data))
        return cannot(f, data_folder, strerror(errno));
    if (snprintf(path, sizeof path, "%s/plugins", data) >= PATH_MAX || (mkdir(path, 0755) < 0 && errno != EEXIST))
        return cannot(f, data, strerror(errno));
    if (snprintf(path, sizeof path, "%s/plugins/%s", data, m->id) >= PATH_MAX ||
        (mkdir(path, 0755) < 0 && errno != EEXIST))
        return cannot(f, data, strerror(errno));
    if (snprintf(place, PATH_MAX, "%s/plugins/%s/%s", data, m->id, m->version) >= PATH_MAX)
        return cannot(f, data, "the path is too long");
    return STATUS_OK;
}

static status copy_package(const char *folder, const char *place, fault *f) {
    char temporary[PATH_MAX];
    copying c = {.fault = f};
    if (snprintf(temporary, sizeof temporary, "%s.%s", place, id_create().text) >= PATH_MAX)
        return cannot(f, place, "the path is too long");
    status s = copy_folder(&c, folder, temporary, 0);
    if (s == STATUS_OK && rename(temporary, place) < 0)
        s = cannot(f, folder, strerror(errno));
    if (s == STATUS_OK)
        return folder_sync_of(place, f);
    folder_remove(temporary);
    return s;
}

static status check_version(store *s, const manifest *m, fault *f) {
    store_rows *row;
    if (store_one(s, &row, "SELECT version FROM plugin WHERE id = ?", "t", m->id) != STATUS_OK)
        return STATUS_OK;
    status result = STATUS_OK;
    if (manifest_version_compare(m->version, store_text(row, 0)) < 0)
        result = fault_set(f, STATUS_CONFLICT, "package.older",
                           "Version %.40s of \"%.40s\" is installed, which is newer than this package's %.40s.",
                           store_text(row, 0), m->id, m->version);
    status ended = store_end(row, f);
    return result == STATUS_OK ? ended : result;
}

status plugin_package_add(store *s, const char *data_folder, const char *folder, fault *f) {
    char place[PATH_MAX];
    manifest *m;
    status result = manifest_read(folder, &m, f);
    if (result != STATUS_OK)
        return result;
    result = check_version(s, m, f);
    if (result == STATUS_OK)
        result = make_place(data_folder, m, place, f);
    if (result == STATUS_OK && access(place, F_OK) == 0) {
        if (!same_package(folder, place, m))
            result =
                fault_set(f, STATUS_CONFLICT, "package.changed",
                          "Another package is installed as version %.40s of \"%.40s\". Give this one a higher version.",
                          m->version, m->id);
    } else if (result == STATUS_OK) {
        result = copy_package(folder, place, f);
    }
    if (result == STATUS_OK)
        result = plugin_catalogue_write(s, m, place, place, data_folder, false, f);
    manifest_free(m);
    return result;
}
