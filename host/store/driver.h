// SPDX-License-Identifier: EUPL-1.2
//
// driver: what a database must offer to store.c. One table of functions for each database; a connection and its
// statements are used by one thread at a time. Only for the files of this room.
#ifndef INTERLINK_STORE_DRIVER_H
#define INTERLINK_STORE_DRIVER_H

#include "store/store.h"

typedef struct driver driver;                     // a connection
typedef struct driver_statement driver_statement; // a prepared statement

typedef enum driver_step { DRIVER_ROW, DRIVER_DONE, DRIVER_FAILED } driver_step;

// Every function with a fault fills it when it fails. Columns count from 0, parameters from 1.
typedef struct driver_face {
    // Opens for looking: whatever the database is, not a byte of it changes until it is settled.
    status (*open)(const char *folder, store_mode mode, driver **out, fault *f);
    status (*settle)(driver *d, fault *f); // it is ours and sound: from now on it is used in its mode
    void (*close)(driver *d);

    status (*execute)(driver *d, const char *script, fault *f); // many statements, no arguments
    status (*prepare)(driver *d, const char *sql, driver_statement **out, fault *f);
    void (*finish)(driver *d, driver_statement *st);

    // `keep`: the bytes may be gone before the statement ends, so the driver copies them.
    // False: there is not enough memory, or the argument is too large.
    bool (*bind_null)(driver_statement *st, int parameter);
    bool (*bind_int)(driver_statement *st, int parameter, int64_t value);
    bool (*bind_double)(driver_statement *st, int parameter, double value);
    bool (*bind_text)(driver_statement *st, int parameter, str value, bool keep);
    bool (*bind_blob)(driver_statement *st, int parameter, str value, bool keep);
    int (*parameters)(driver_statement *st);
    driver_step (*step)(driver *d, driver_statement *st, fault *f);
    void (*reset)(driver_statement *st); // ready to be bound again; holds no row, no lock and no argument

    str (*column_str)(driver_statement *st, int column); // NUL-terminated; NULL column: ptr is NULL
    int64_t (*column_int)(driver_statement *st, int column);
    double (*column_double)(driver_statement *st, int column);
    bool (*column_is_null)(driver_statement *st, int column);
    int (*columns)(driver_statement *st);

    int64_t (*changes)(driver *d);
    bool (*in_transaction)(driver *d); // false also when the database undid the transaction by itself
    int64_t (*data_version)(driver *d);
    status (*look)(driver *d, fault *f); // the quick form of `check`: is every page whole
    status (*check)(driver *d, fault *f);
    status (*mark)(driver *d, int64_t version, fault *f); // says in the file whose it is, and which schema it has
    status (*backup)(driver *d, const char *path, fault *f);
    void (*checkpoint)(driver *d); // before a connection that wrote closes for good

    // Around a migration: it may rebuild tables that others refer to, so references are not followed while it runs
    // and are checked as a whole before it is committed.
    status (*loosen)(driver *d, bool loose, fault *f);
    status (*references)(driver *d, fault *f);
    // The tables of search.h; called in a transaction after all migrations, each time.
    status (*search_tables)(store *s, fault *f);

    const char *begin_read, *begin_write; // how a transaction starts in each mode
    const char *has_table;                // a query with one argument, the name; one row if there is such a table
    const char *any_table;                // a query that gives a row if there is any table at all
} driver_face;

struct driver {
    const driver_face *face;
};

extern const driver_face driver_sqlite;

status search_sqlite_tables(store *s, fault *f);

// What store.c offers to the rest of this room.
driver *store_driver(store *s);
const char *store_folder(const store *s);
status store_execute(store *s, const char *script, fault *f);
bool store_has_table(store *s, const char *name);

#endif
