// SPDX-License-Identifier: EUPL-1.2
//
// The database's file before SQLite works with it: is it there, and is it one of this program's? The library would take
// an empty file for a new one, and turn the journal of somebody else's database back. It must never be opened here:
// closing a file drops all locks that the process has on it (https://sqlite.org/howtocorrupt.html section 2.2), so its
// bytes are read through the library's own descriptor.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/driver_sqlite.h"
#include "store/folder.h"

enum { HEADER = 100, HEADER_APPLICATION = 68 };

// -1: there is none; errno says why.
static int64_t file_size(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 ? (int64_t)about.st_size : -1;
}

static uint32_t number_at(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static status damaged(const char *path, fault *f) {
    return fault_set(f, STATUS_INTERNAL, "store.damaged",
                     "The file %s is damaged or is no database. Nothing was changed. Keep a copy of it and restore the "
                     "last backup.",
                     path);
}

// Is it shorter than it says? While there is a log of changes that may be so, after a power cut.
static bool cut_off(const char *path, const unsigned char header[HEADER], int64_t size) {
    char log_path[4200];
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    int64_t page = header[16] << 8 | header[17];
    bool counted = memcmp(header + 24, header + 92, 4) == 0; // otherwise the number of pages is not kept up to date
    return counted && file_size(log_path) <= 0 && size < (int64_t)number_at(header + 28) * (page == 1 ? 65536 : page);
}

// See the file format, https://sqlite.org/fileformat.html section 1.3.
status driver_sqlite_file_look(sqlite3 *db, const char *path, fault *f) {
    static const char MAGIC[16] = "SQLite format 3";
    unsigned char header[HEADER] = {0}; // a file that is shorter reads as zeros behind its end
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK)
        code = file->pMethods->xFileSize(file, &size);
    if (code == SQLITE_OK && size == 0)
        return STATUS_OK; // as good as none
    if (code == SQLITE_OK)
        code = file->pMethods->xRead(file, header, HEADER, 0);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        return driver_sqlite_fault(db, code, f);
    if (memcmp(header, MAGIC, sizeof MAGIC) != 0 || cut_off(path, header, size))
        return damaged(path, f);
    // A database that was made before there was a mark has none; then its tables tell.
    uint32_t mark = number_at(header + HEADER_APPLICATION);
    if (mark == 0 || mark == DRIVER_SQLITE_APPLICATION)
        return STATUS_OK;
    return fault_set(f, STATUS_UNAVAILABLE, "store.foreign",
                     "The database %s was not made by this program. Nothing was changed. Choose another data folder.",
                     path);
}

// A file that is made here belongs to its owner only; SQLite gives its helper files the same rights.
static status file_make(const char *path, fault *f) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(f, STATUS_UNAVAILABLE, "store.folder",
                         "The database %s cannot be made (%s). Check who may write to its folder.", path,
                         strerror(errno));
    close(fd);
    return folder_sync_of(path, f);
}

status driver_sqlite_file_ready(const char *path, store_mode mode, fault *f) {
    char log_path[4200];
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return fault_set(f, STATUS_UNAVAILABLE, "store.folder",
                         "%s is a folder or a device, where the database should be a file. Move it away, or choose "
                         "another data folder.",
                         path);
    int64_t size = file_size(path);
    if (size > 0 && size < HEADER)
        return damaged(path, f);
    bool absent = size < 0 && errno == ENOENT;
    // A log of changes without the database that it belongs to would be thrown away by SQLite.
    if ((size == 0 || absent) && file_size(log_path) > 0)
        return fault_set(f, STATUS_INTERNAL, "store.damaged",
                         "The database %s is missing or empty, but its log of changes is there. Nothing was changed. "
                         "Put the file back, or restore the last backup.",
                         path);
    if (!absent)
        return STATUS_OK;
    if (mode == STORE_READ)
        return fault_set(f, STATUS_UNAVAILABLE, "store.missing",
                         "There is no database %s. Name the right data folder, or start the program once with it.",
                         path);
    return file_make(path, f);
}
