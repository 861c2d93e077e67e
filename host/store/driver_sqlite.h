// SPDX-License-Identifier: EUPL-1.2
//
// driver_sqlite: what the two files of the SQLite driver share: statements (driver_sqlite.c) and the care of the
// database as a whole (driver_sqlite_care.c).
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

// Turns a result code into a status and a sentence.
status driver_sqlite_fault(sqlite3 *db, int code, fault *f);

status driver_sqlite_check(driver *d, fault *f);
status driver_sqlite_references(driver *d, fault *f);
status driver_sqlite_backup(driver *d, const char *path, fault *f);
void driver_sqlite_checkpoint(driver *d);
status driver_sqlite_loosen(driver *d, bool loose, fault *f);

#endif
