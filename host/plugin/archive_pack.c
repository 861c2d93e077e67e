// SPDX-License-Identifier: EUPL-1.2
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/library.h"
#include "plugin/archive.h"
#include "plugin/file.h"
#include "plugin/manifest.h"
#include "plugin/package.h"
#include "store/folder.h"

enum { EPOCH = 315532800 }; // 1980-01-01, the first day that a zip knows

// Only an author's command packs. A server has no use for libarchive, which brings libraries for XML and C++ along.
#define ARCHIVE_FUNCTIONS(ONE)                                                                                         \
    ONE(write_new)                                                                                                     \
    ONE(write_set_format_zip) ONE(write_zip_set_compression_deflate) ONE(write_set_bytes_in_last_block)                \
        ONE(write_open_filename) ONE(write_header) ONE(write_data) ONE(write_close) ONE(write_free) ONE(error_string)  \
            ONE(entry_new) ONE(entry_set_pathname) ONE(entry_set_size) ONE(entry_set_filetype) ONE(entry_set_perm)     \
                ONE(entry_set_mtime) ONE(entry_free)

typedef struct archive_library {
#define ONE(name) __typeof__(archive_##name) *name;
    ARCHIVE_FUNCTIONS(ONE)
#undef ONE
} archive_library;

typedef struct packing {
    archive_library library;
    struct archive *archive;
    const char *folder;
    size_t files, bytes;
    fault *fault;
} packing;

static status broken(const packing *p, const char *what) {
    return fault_set(p->fault, STATUS_INVALID, "package.pack", "%.200s cannot be packed: %.150s.", what,
                     p->library.error_string(p->archive) ? p->library.error_string(p->archive) : strerror(errno));
}

static status file_add(packing *p, const char *name) {
    buffer bytes = {0};
    if (++p->files > PACKAGE_FILES)
        return fault_set(p->fault, STATUS_TOO_LARGE, "package.files", "The package has more than %d files.",
                         PACKAGE_FILES);
    if (!file_read(p->folder, name, PACKAGE_BYTES - p->bytes, &bytes))
        return fault_set(p->fault, STATUS_INVALID, "package.pack", "%.200s cannot be packed: %.100s.", name,
                         errno == ELOOP    ? "a package may hold no links"
                         : errno == EFBIG  ? "the package is larger than 64 MiB"
                         : errno == EISDIR ? "it is no plain file"
                                           : strerror(errno));
    p->bytes += bytes.len;
    struct archive_entry *entry = p->library.entry_new();
    p->library.entry_set_pathname(entry, name);
    p->library.entry_set_size(entry, (la_int64_t)bytes.len);
    p->library.entry_set_filetype(entry, AE_IFREG);
    p->library.entry_set_perm(entry, 0644);
    p->library.entry_set_mtime(entry, EPOCH, 0); // the same files give the same package, whenever they were saved
    bool written = p->library.write_header(p->archive, entry) == ARCHIVE_OK &&
                   (bytes.len == 0 || p->library.write_data(p->archive, bytes.ptr, bytes.len) == (la_ssize_t)bytes.len);
    p->library.entry_free(entry);
    buffer_free(&bytes);
    return written ? STATUS_OK : broken(p, name);
}

static int is_shown(const struct dirent *e) {
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static status folder_add(packing *p, const char *below, int depth);

static status name_add(packing *p, const char *below, const char *name, int depth) {
    char path[PATH_MAX], whole[PATH_MAX];
    struct stat about;
    if (snprintf(path, sizeof path, "%s%s%s", below, *below ? "/" : "", name) >= PATH_MAX ||
        snprintf(whole, sizeof whole, "%s/%s", p->folder, path) >= PATH_MAX || !manifest_path_safe(path))
        return fault_set(p->fault, STATUS_INVALID, "package.name",
                         "%.200s: names of files may hold only letters, digits and signs of ASCII, no spaces.", name);
    return lstat(whole, &about) == 0 && S_ISDIR(about.st_mode) ? folder_add(p, path, depth + 1) : file_add(p, path);
}

static status folder_add(packing *p, const char *below, int depth) {
    char whole[PATH_MAX];
    struct dirent **names = NULL;
    if (depth > PACKAGE_DEPTH)
        return fault_set(p->fault, STATUS_INVALID, "package.depth", "%.200s: its folders are nested too deeply.",
                         below);
    int count = snprintf(whole, sizeof whole, "%s/%s", p->folder, below) < PATH_MAX
                    ? scandir(whole, &names, is_shown, by_bytes)
                    : -1;
    status s = count < 0 ? fault_set(p->fault, STATUS_INVALID, "package.pack", "%.200s cannot be read: %s.", whole,
                                     strerror(errno))
                         : STATUS_OK;
    for (int i = 0; i < count; i++) {
        if (s == STATUS_OK)
            s = name_add(p, below, names[i]->d_name, depth);
        free(names[i]);
    }
    free(names);
    return s;
}

static status library_open(archive_library *l, fault *f) {
    char why[LIBRARY_WHY];
#define ONE(name) {"archive_" #name, &l->name},
    const library_function functions[] = {ARCHIVE_FUNCTIONS(ONE)};
#undef ONE
    return library_load("libarchive.so.13", functions, sizeof functions / sizeof *functions, why)
               ? STATUS_OK
               : fault_set(f, STATUS_UNAVAILABLE, "package.library",
                           "Nothing can be packed here: libarchive cannot be loaded (%.150s). Install it.", why);
}

status plugin_archive_pack(const char *folder, const char *path, fault *f) {
    char temporary[PATH_MAX];
    packing p = {.folder = folder, .fault = f};
    if (library_open(&p.library, f) != STATUS_OK)
        return f->status;
    if (snprintf(temporary, sizeof temporary, "%s.part", path) >= PATH_MAX)
        return fault_set(f, STATUS_INVALID, "package.pack", "The name %.100s... is too long.", path);
    p.archive = p.library.write_new();
    p.library.write_set_format_zip(p.archive);
    p.library.write_zip_set_compression_deflate(p.archive);
    p.library.write_set_bytes_in_last_block(p.archive, 1);
    status s =
        p.library.write_open_filename(p.archive, temporary) == ARCHIVE_OK ? folder_add(&p, "", 0) : broken(&p, path);
    if (p.library.write_close(p.archive) != ARCHIVE_OK && s == STATUS_OK)
        s = broken(&p, path);
    p.library.write_free(p.archive);
    if (s == STATUS_OK && rename(temporary, path) < 0)
        s = fault_set(f, STATUS_INVALID, "package.pack", "%.200s cannot be written: %s.", path, strerror(errno));
    if (s != STATUS_OK)
        unlink(temporary);
    return s;
}
