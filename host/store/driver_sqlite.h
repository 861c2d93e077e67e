// SPDX-License-Identifier: EUPL-1.2
//
// driver_sqlite: what the files of the SQLite driver share: statements (driver_sqlite.c), the care of the database as a
// whole (driver_sqlite_care.c), and its file before it is opened (driver_sqlite_file.c).
#ifndef INTERLINK_STORE_DRIVER_SQLITE_H
#define INTERLINK_STORE_DRIVER_SQLITE_H

#include <sqlite3.h>

#include "store/driver.h"

typedef struct driver_sqlite_connection {
    driver base;
    sqlite3 *db;
    bool reader;
    sqlite3_stmt *data_version; // made at its first use
} driver_sqlite_connection;

// "INLK" in the file's header says whose database it is (PRAGMA application_id).
enum { DRIVER_SQLITE_APPLICATION = 0x494E4C4B };

// The file is there (a writer makes it). Changes nothing that is there.
status driver_sqlite_file_ready(const char *path, store_mode mode, fault *f);
// May it be one of ours? On a connection that has read nothing yet.
status driver_sqlite_file_look(sqlite3 *db, const char *path, fault *f);

// Turns a result code into a status and a sentence.
status driver_sqlite_fault(sqlite3 *db, int code, fault *f);

status driver_sqlite_look(driver *d, fault *f);
status driver_sqlite_mark(driver *d, int64_t version, fault *f);
status driver_sqlite_check(driver *d, fault *f);
status driver_sqlite_references(driver *d, fault *f);
status driver_sqlite_backup(driver *d, const char *path, fault *f);
void driver_sqlite_checkpoint(driver *d);
status driver_sqlite_loosen(driver *d, bool loose, fault *f);

#endif
