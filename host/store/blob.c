// SPDX-License-Identifier: EUPL-1.2
#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/id.h"

static bool hash_valid(const char *hash) {
    return hash && strlen(hash) == BLOB_HASH_TEXT - 1 && strspn(hash, "0123456789abcdef") == BLOB_HASH_TEXT - 1;
}

bool blob_path(const char *data_folder, const char *hash, char out[PATH_MAX]) {
    out[0] = '\0';
    if (!hash_valid(hash))
        return false;
    int len = snprintf(out, PATH_MAX, "%s/blobs/%.2s/%s", data_folder, hash, hash);
    return len > 0 && len < PATH_MAX;
}

static status cannot(fault *f, const char *what, int error) {
    bool full = error == ENOSPC || error == EDQUOT || error == EROFS || error == EACCES || error == EPERM;
    return fault_set(f, full ? STATUS_STORE_FULL : STATUS_INTERNAL, full ? "store.full" : "blob.io",
                     "A file cannot be %s in the data folder: %s.", what, strerror(error));
}

// A new name is only on disk when its folder is.
static bool folder_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

// DATA, DATA/blobs and DATA/blobs/ab exist and are on disk; also one that is there already, as whoever made it may have
// been ended before its name was synced.
static bool folders_make(const char *data_folder, const char *hash, char folder[PATH_MAX]) {
    char blobs[PATH_MAX];
    int len = snprintf(blobs, sizeof blobs, "%s/blobs", data_folder);
    int deeper = snprintf(folder, PATH_MAX, "%s/blobs/%.2s", data_folder, hash);
    if (len >= PATH_MAX || deeper >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (mkdir(blobs, 0700) < 0 && errno != EEXIST)
        return false;
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return false;
    return folder_sync(data_folder) && folder_sync(blobs);
}

static bool write_all(int fd, str bytes) {
    while (bytes.len) {
        ssize_t wrote = write(fd, bytes.ptr, bytes.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        bytes.ptr += wrote;
        bytes.len -= (size_t)wrote;
    }
    return true;
}

static bool already_there(const char *path, size_t len) {
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && (size_t)s.st_size == len;
}

status blob_put(const char *data_folder, str bytes, char hash[BLOB_HASH_TEXT], fault *f) {
    char path[PATH_MAX], folder[PATH_MAX], temporary[PATH_MAX];
    crypto_hash_hex(bytes.ptr, bytes.len, hash);
    if (!blob_path(data_folder, hash, path) || !folders_make(data_folder, hash, folder))
        return cannot(f, "kept", errno);
    if (already_there(path, bytes.len))
        return folder_sync(folder) ? STATUS_OK : cannot(f, "kept", errno);

    if (snprintf(temporary, sizeof temporary, "%s/.%s", folder, id_create().text) >= PATH_MAX)
        return cannot(f, "kept", ENAMETOOLONG);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write_all(fd, bytes) && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (good && (rename(temporary, path) < 0 || !folder_sync(folder))) {
        good = false;
        error = errno;
    }
    if (!good)
        unlink(temporary);
    return good ? STATUS_OK : cannot(f, "kept", error);
}

status blob_read(const char *data_folder, const char *hash, size_t limit, buffer *out, fault *f) {
    char path[PATH_MAX], part[16384];
    size_t had = out->len;
    if (!blob_path(data_folder, hash, path))
        return fault_set(f, STATUS_NOT_FOUND, "blob.not_found", "There is no such file.");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? fault_set(f, STATUS_NOT_FOUND, "blob.not_found", "There is no such file.")
                               : cannot(f, "read", errno);
    ssize_t got;
    while ((got = read(fd, part, sizeof part)) > 0 || (got < 0 && errno == EINTR)) {
        if (got > 0)
            buffer_append(out, part, (size_t)got);
        if (out->len - had > limit)
            break;
    }
    int error = errno;
    close(fd);
    if (out->len - had > limit) {
        out->len = had;
        return fault_set(f, STATUS_TOO_LARGE, "blob.too_large", "The file is larger than %zu bytes.", limit);
    }
    return got < 0 ? cannot(f, "read", error) : STATUS_OK;
}
