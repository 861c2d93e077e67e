// SPDX-License-Identifier: EUPL-1.2
//
// The driver for SQLite: opening, configuring, statements. Only driver_sqlite_care.c uses the library besides;
// driver_sqlite_file.c looks at the file before the library does.
#include "store/driver.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "store/driver_sqlite.h"
#include "store/folder.h"

static driver_sqlite_connection *connection(driver *d) {
    return (driver_sqlite_connection *)d;
}

static sqlite3_stmt *prepared(driver_statement *st) {
    return (sqlite3_stmt *)st;
}

// ---- failures

// Why the system refused a call: of a commit that failed only the log of changes knows it, of a read that one of the
// two files that was read.
static int file_error(sqlite3 *db, int which) {
    int error = 0;
    sqlite3_file *file = NULL;
    sqlite3_file_control(db, "main", which, &file);
    if (file && file->pMethods)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

// The library calls nearly all of it an input/output error; what somebody can do about it differs. A read that the
// system refuses it calls damage of the file.
static int disk_code(sqlite3 *db, int code) {
    if (code == SQLITE_IOERR_SHMSIZE)
        return SQLITE_FULL;
    int kind = code & 0xFF;
    if (kind != SQLITE_IOERR && kind != SQLITE_CORRUPT)
        return code;
    int error = file_error(db, SQLITE_FCNTL_JOURNAL_POINTER);
    if (kind == SQLITE_CORRUPT)
        return error == EIO || file_error(db, SQLITE_FCNTL_FILE_POINTER) == EIO ? SQLITE_IOERR_READ : code;
    if (error == 0)
        error = sqlite3_system_errno(db);
    return error == ENOSPC || error == EDQUOT ? SQLITE_FULL : error == EROFS ? SQLITE_READONLY : code;
}

static status constraint_fault(const char *message, fault *f) {
    if (f) {
        const char *what = strrchr(message, ':');
        snprintf(f->about, sizeof f->about, "%s", what ? what + 2 : "");
    }
    return fault_set(f, STATUS_CONFLICT, "store.conflict", "This contradicts what is already stored (%s).", message);
}

status driver_sqlite_fault(sqlite3 *db, int code, fault *f) {
    const char *message = sqlite3_errmsg(db);
    code = disk_code(db, code);
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return constraint_fault(message, f);
    case SQLITE_FULL:
        return fault_set(f, STATUS_STORE_FULL, "store.full",
                         "There is no space left for the database, so nothing was saved. Make room on its disk, "
                         "then try again.");
    case SQLITE_READONLY:
        return fault_set(f, STATUS_STORE_FULL, "store.read_only",
                         "The database cannot be written to, so nothing was saved. Check its disk, and who may write "
                         "to its folder.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fault_set(f, STATUS_UNAVAILABLE, "store.busy",
                         "The database is in use by another program. Stop that program, or try again later.");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fault_set(f, STATUS_INTERNAL, "store.damaged",
                         "The database file is damaged or is no database (%s). Nothing was changed. Keep a copy of it "
                         "and restore the last backup.",
                         message);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return fault_set(
            f, STATUS_UNAVAILABLE, "store.disk",
            "The disk of the database failed (%s), so this was not done and nothing was saved. Try again; if "
            "it stays so, check the disk, and the log.",
            message);
    case SQLITE_NOMEM:
        return fault_set(f, STATUS_UNAVAILABLE, "store.memory",
                         "There is not enough memory for this at the moment, so nothing was saved. Try again soon.");
    case SQLITE_TOOBIG:
        return fault_set(f, STATUS_TOO_LARGE, "store.too_large", "This is too large to be stored.");
    default:
        return fault_set(f, STATUS_INTERNAL, "store.failed",
                         "The database could not do what was asked (%s). This is an error in the program or the disk.",
                         message);
    }
}

// SQLite reports much that is no trouble (a broken constraint is an answer); only what an administrator must know
// goes to the log.
static void library_log(void *context, int code, const char *message) {
    (void)context;
    int kind = code & 0xFF;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN)
        log_write(LOG_ERROR, "store", "%s", message);
    else if (kind == SQLITE_NOTICE)
        log_write(LOG_INFO, "store", "%s", message);
}

static void *memory_give(int size) {
    return memory_try((size_t)size);
}

static void *memory_resized(void *old, int size) {
    return memory_try_resize(old, (size_t)size);
}

static int memory_size(void *block) {
    return (int)malloc_usable_size(block);
}

static int memory_round(int size) {
    return (size + 7) & ~7;
}

static int memory_start(void *context) {
    (void)context;
    return SQLITE_OK;
}

static void memory_stop(void *context) {
    (void)context;
}

static void library_configure(void) {
    // The library's own way to the memory, but for the reserve.
    static const sqlite3_mem_methods MEMORY = {memory_give,  free,         memory_resized, memory_size,
                                               memory_round, memory_start, memory_stop,    NULL};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &MEMORY);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // its counters are a lock that all threads would share
    sqlite3_config(SQLITE_CONFIG_LOG, library_log, NULL);
}

// ---- opening

static status run_script(sqlite3 *db, const char *script, fault *f) {
    int code = sqlite3_exec(db, script, NULL, NULL, NULL);
    return code == SQLITE_OK ? STATUS_OK : driver_sqlite_fault(db, code, f);
}

// The first row's first column is compared with `expected`.
static status expect(sqlite3 *db, const char *sql, const char *expected, fault *f) {
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    const char *got = code == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
    bool fits = got && strcmp(got, expected) == 0;
    status result = STATUS_OK;
    if (code != SQLITE_ROW)
        result = driver_sqlite_fault(db, code, f);
    else if (!fits)
        result = fault_set(f, STATUS_INTERNAL, "store.failed", "The database refuses to be used safely: %s gives %s.",
                           sql, got ? got : "nothing");
    sqlite3_finalize(st);
    return result;
}

// How every connection is used. Nothing here writes to the file: what it is has not been looked at yet. For the same
// reason the log is not folded in when this connection is closed; sqlite_settle allows that.
static status configure(sqlite3 *db, fault *f) {
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, 5000);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    // The second statement is the first that reads the file: here it shows that it is damaged or is no database.
    status result = run_script(db,
                               "PRAGMA cell_size_check = ON; PRAGMA schema_version;"
                               "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                               "PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000;"
                               "PRAGMA journal_size_limit = 67108864",
                               f);
    return result == STATUS_OK ? expect(db, "PRAGMA foreign_keys", "1", f) : result;
}

static status sqlite_settle(driver *d, fault *f) {
    sqlite3 *db = connection(d)->db;
    if (connection(d)->reader)
        return run_script(db, "PRAGMA cache_size = -4000; PRAGMA mmap_size = 134217728; PRAGMA query_only = ON", f);
    if (sqlite3_db_readonly(db, "main") == 1)
        return driver_sqlite_fault(db, SQLITE_READONLY, f);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    status result = expect(db, "PRAGMA journal_mode = WAL", "wal", f);
    return result == STATUS_OK ? run_script(db, "PRAGMA cache_size = -8000", f) : result;
}

static status sqlite_open(const char *folder, store_mode mode, driver **out, fault *f) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/interlink.db", folder) >= sizeof path)
        return fault_set(f, STATUS_INVALID, "store.folder", "The name of the data folder is too long.");
    pthread_once(&once, library_configure);
    status result = STATUS_OK;
    if (mode != STORE_READ)
        result = folder_create(folder, f);
    if (result == STATUS_OK && mode != STORE_READ)
        result = folder_check_local(folder, f);
    if (result == STATUS_OK)
        result = driver_sqlite_file_ready(path, mode, f);
    if (result != STATUS_OK)
        return result;
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        result = fault_set(f, STATUS_UNAVAILABLE, "store.folder",
                           "The database %s cannot be opened (%s). Check who may read and write it.", path,
                           db ? sqlite3_errmsg(db) : "out of memory");
    if (result == STATUS_OK)
        result = driver_sqlite_file_look(db, path, f);
    if (result == STATUS_OK)
        result = configure(db, f);
    if (result != STATUS_OK) {
        sqlite3_close(db);
        return result;
    }
    driver_sqlite_connection *c = memory_new(sizeof *c);
    c->base.face = &driver_sqlite;
    c->db = db;
    c->reader = mode == STORE_READ;
    *out = &c->base;
    return STATUS_OK;
}

static void sqlite_close(driver *d) {
    sqlite3_finalize(connection(d)->data_version);
    if (sqlite3_close(connection(d)->db) != SQLITE_OK)
        log_write(LOG_ERROR, "store", "A connection was closed while a statement was still in use.");
    free(d);
}

// ---- statements

static status sqlite_execute(driver *d, const char *script, fault *f) {
    return run_script(connection(d)->db, script, f);
}

static status sqlite_prepare(driver *d, const char *sql, driver_statement **out, fault *f) {
    sqlite3 *db = connection(d)->db;
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
    *out = (driver_statement *)st;
    if (code == SQLITE_OK && st)
        return STATUS_OK;
    status result = driver_sqlite_fault(db, code, f);
    log_write(LOG_ERROR, "store", "SQL cannot be prepared (%s): %.400s", sqlite3_errmsg(db), sql);
    return result;
}

static void sqlite_finish(driver *d, driver_statement *st) {
    (void)d;
    sqlite3_finalize(prepared(st));
}

static bool bound(int code) {
    if (code == SQLITE_NOMEM || code == SQLITE_TOOBIG)
        return false;
    if (code != SQLITE_OK) { // a bug: what is silently missing would be written as NULL
        fprintf(stderr, "an argument of an SQL statement cannot be bound: %s\n", sqlite3_errstr(code));
        abort();
    }
    return true;
}

static bool sqlite_bind_null(driver_statement *st, int parameter) {
    return bound(sqlite3_bind_null(prepared(st), parameter));
}

static bool sqlite_bind_int(driver_statement *st, int parameter, int64_t value) {
    return bound(sqlite3_bind_int64(prepared(st), parameter, value));
}

static bool sqlite_bind_double(driver_statement *st, int parameter, double value) {
    return bound(sqlite3_bind_double(prepared(st), parameter, value));
}

static bool sqlite_bind_text(driver_statement *st, int parameter, str value, bool keep) {
    return bound(sqlite3_bind_text64(prepared(st), parameter, value.ptr, value.len,
                                     keep ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8));
}

static bool sqlite_bind_blob(driver_statement *st, int parameter, str value, bool keep) {
    return bound(
        sqlite3_bind_blob64(prepared(st), parameter, value.ptr, value.len, keep ? SQLITE_TRANSIENT : SQLITE_STATIC));
}

static int sqlite_parameters(driver_statement *st) {
    return sqlite3_bind_parameter_count(prepared(st));
}

static driver_step sqlite_step(driver *d, driver_statement *st, fault *f) {
    int code = sqlite3_step(prepared(st));
    if (code == SQLITE_ROW)
        return DRIVER_ROW;
    if (code == SQLITE_DONE)
        return DRIVER_DONE;
    driver_sqlite_fault(connection(d)->db, code, f);
    return DRIVER_FAILED;
}

static void sqlite_reset(driver_statement *st) {
    sqlite3_reset(prepared(st));
    sqlite3_clear_bindings(prepared(st));
}

static str sqlite_column_str(driver_statement *st, int column) {
    const char *text = (const char *)sqlite3_column_text(prepared(st), column);
    if (text)
        return (str){text, (size_t)sqlite3_column_bytes(prepared(st), column)};
    if (sqlite3_errcode(sqlite3_db_handle(prepared(st))) == SQLITE_NOMEM)
        memory_end(); // there is a text, and nobody may take it for an empty one
    // An empty blob has no text either.
    return (str){sqlite3_column_type(prepared(st), column) == SQLITE_NULL ? NULL : "", 0};
}

static int64_t sqlite_column_int(driver_statement *st, int column) {
    return sqlite3_column_int64(prepared(st), column);
}

static double sqlite_column_double(driver_statement *st, int column) {
    return sqlite3_column_double(prepared(st), column);
}

static bool sqlite_column_is_null(driver_statement *st, int column) {
    return sqlite3_column_type(prepared(st), column) == SQLITE_NULL;
}

static int sqlite_columns(driver_statement *st) {
    return sqlite3_column_count(prepared(st));
}

// ---- the connection

static int64_t sqlite_changes(driver *d) {
    return sqlite3_changes64(connection(d)->db);
}

static bool sqlite_in_transaction(driver *d) {
    return !sqlite3_get_autocommit(connection(d)->db);
}

// The pragma looks at the file; the number that it gives leaves out this connection's own commits, the pager's
// number does not.
static int64_t sqlite_data_version(driver *d) {
    driver_sqlite_connection *c = connection(d);
    unsigned version = 0;
    if (!c->data_version && sqlite3_prepare_v3(c->db, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT,
                                               &c->data_version, NULL) != SQLITE_OK)
        return 0;
    sqlite3_step(c->data_version);
    sqlite3_reset(c->data_version);
    sqlite3_file_control(c->db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

const driver_face driver_sqlite = {
    .open = sqlite_open,
    .settle = sqlite_settle,
    .close = sqlite_close,
    .execute = sqlite_execute,
    .prepare = sqlite_prepare,
    .finish = sqlite_finish,
    .bind_null = sqlite_bind_null,
    .bind_int = sqlite_bind_int,
    .bind_double = sqlite_bind_double,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .parameters = sqlite_parameters,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .column_str = sqlite_column_str,
    .column_int = sqlite_column_int,
    .column_double = sqlite_column_double,
    .column_is_null = sqlite_column_is_null,
    .columns = sqlite_columns,
    .changes = sqlite_changes,
    .in_transaction = sqlite_in_transaction,
    .data_version = sqlite_data_version,
    .look = driver_sqlite_look,
    .mark = driver_sqlite_mark,
    .check = driver_sqlite_check,
    .backup = driver_sqlite_backup,
    .checkpoint = driver_sqlite_checkpoint,
    .loosen = driver_sqlite_loosen,
    .references = driver_sqlite_references,
    .search_tables = search_sqlite_tables,
    .begin_read = "BEGIN",
    .begin_write = "BEGIN IMMEDIATE", // takes the write lock now, so that it cannot fail half-way
    .has_table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
    .any_table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 1",
};
