// SPDX-License-Identifier: EUPL-1.2
//
// The care of an SQLite database as a whole: is it sound, copying it while it is in use, folding its log back into it.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "store/driver_sqlite.h"
#include "store/folder.h"

static sqlite3 *database(driver *d) {
    return ((driver_sqlite_connection *)d)->db;
}

// Runs a pragma that lists complaints. The first row that is not "ok" is the fault.
static status first_complaint(driver *d, const char *sql, const char *what, fault *f) {
    sqlite3 *db = database(d);
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    status result = STATUS_OK;
    if (code == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(st, 0);
        if (!text || strcmp(text, "ok") != 0)
            result = fault_set(f, STATUS_INTERNAL, "store.damaged",
                               "The database is damaged: %s %s. Keep a copy of it and restore the last backup.", what,
                               text ? text : "?");
    } else if (code != SQLITE_DONE) {
        result = driver_sqlite_fault(db, code, f);
    }
    sqlite3_finalize(st);
    return result;
}

status driver_sqlite_references(driver *d, fault *f) {
    return first_complaint(d, "PRAGMA foreign_key_check", "a row refers to one that is not there, in the table", f);
}

// Reads every page, but not every index against its table: for a start.
status driver_sqlite_look(driver *d, fault *f) {
    return first_complaint(d, "PRAGMA quick_check(1)", "the check says:", f);
}

status driver_sqlite_mark(driver *d, int64_t version, fault *f) {
    char script[100];
    snprintf(script, sizeof script, "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
             DRIVER_SQLITE_APPLICATION, version);
    int code = sqlite3_exec(database(d), script, NULL, NULL, NULL);
    return code == SQLITE_OK ? STATUS_OK : driver_sqlite_fault(database(d), code, f);
}

status driver_sqlite_check(driver *d, fault *f) {
    status result = first_complaint(d, "PRAGMA integrity_check(1)", "the check says:", f);
    return result == STATUS_OK ? driver_sqlite_references(d, f) : result;
}

static status backup_fault(fault *f, const char *path, const char *why) {
    return fault_set(f, STATUS_UNAVAILABLE, "store.backup",
                     "The copy %s cannot be made (%s). Choose another place, or make room.", path, why);
}

// VACUUM INTO reads one snapshot, so the writer goes on meanwhile, and what was deleted is not in the copy. It counts
// as writing, although not to this database, so a reader's guard is lifted for it.
static status copy_into(driver *d, const char *path, bool reader, fault *f) {
    sqlite3 *db = database(d);
    sqlite3_stmt *st = NULL;
    int code = reader ? sqlite3_exec(db, "PRAGMA query_only = OFF", NULL, NULL, NULL) : SQLITE_OK;
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(db, "VACUUM INTO ?", -1, &st, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    status result = code == SQLITE_DONE ? STATUS_OK : driver_sqlite_fault(db, code, f);
    sqlite3_finalize(st);
    if (reader)
        sqlite3_exec(db, "PRAGMA query_only = ON", NULL, NULL, NULL);
    return result;
}

// The copy gets its name only when it is whole and on disk.
status driver_sqlite_backup(driver *d, const char *path, fault *f) {
    char part[4096];
    if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part)
        return backup_fault(f, path, "the name is too long");
    if (access(path, F_OK) == 0)
        return fault_set(f, STATUS_CONFLICT, "store.backup_exists",
                         "%s is there already, and a copy never overwrites anything. Choose another name.", path);
    if (unlink(part) < 0 && errno != ENOENT)
        return backup_fault(f, path, strerror(errno));
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); // it holds personal data
    if (fd < 0)
        return backup_fault(f, path, strerror(errno));
    status result = copy_into(d, part, ((driver_sqlite_connection *)d)->reader, f);
    if (result == STATUS_OK && (fsync(fd) < 0 || renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) < 0))
        result = backup_fault(f, path, strerror(errno));
    if (result == STATUS_OK)
        result = folder_sync_of(path, f);
    else
        unlink(part);
    close(fd);
    return result;
}

void driver_sqlite_checkpoint(driver *d) {
    sqlite3 *db = database(d);
    sqlite3_busy_timeout(db, 500); // stopping does not wait long for a reader
    int code = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    // Busy: a reader still needs the log. The next start folds it in.
    if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY)
        log_write(LOG_WARNING, "store", "The log of changes could not be folded into the database: %s",
                  sqlite3_errmsg(db));
}

status driver_sqlite_loosen(driver *d, bool loose, fault *f) {
    sqlite3 *db = database(d);
    int code = sqlite3_exec(db, loose ? "PRAGMA foreign_keys = OFF" : "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    return code == SQLITE_OK ? STATUS_OK : driver_sqlite_fault(db, code, f);
}
