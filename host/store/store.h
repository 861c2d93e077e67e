// SPDX-License-Identifier: EUPL-1.2
//
// store: SQL over one connection. The same interface for SQLite and, later, PostgreSQL; what differs
// between the two is inside the driver (driver_sqlite.c) or in search.h.
//
// SQL is portable: `?` placeholders, no dialect functions, text ids, INTEGER milliseconds, JSON as TEXT,
// INSERT ... ON CONFLICT, RETURNING, row values in comparisons, WITH RECURSIVE.
//
// A connection belongs to one thread. Statements are kept, keyed by the address of the SQL literal: pass
// string literals or static strings, never text that is built at run time.
#ifndef INTERLINK_STORE_STORE_H
#define INTERLINK_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

typedef struct store store;
typedef struct store_rows store_rows; // a running query; at most a handful at a time on one connection

typedef enum store_mode {
    STORE_READ,
    STORE_WRITE,
    STORE_SERVE, // STORE_WRITE for the one program that serves: it looks through the whole file first, unless the
                 // database is as the last one left it in order (store_stop), and the machine runs since then
} store_mode;

// Open `folder`/interlink.db. A writer creates it (and the folder, not its parents) where it is missing. A corrupt
// file, a newer schema or a network file system is a fault with a plain instruction; nothing is overwritten.
status store_open(const char *folder, store_mode mode, store **out, fault *f);
void store_close(store *s);
// store_close for STORE_SERVE at an orderly end: folds the log in and notes in `folder`/interlink.stopped what the file
// is like, so that the next start need not look through it.
void store_stop(store *s);

// Bring the schema up to date (numbered migrations, forward only, one transaction each; a copy of the
// database file is made before the first that changes an existing one).
status store_migrate(store *s, fault *f);

// Run a statement that gives no rows. `types` names the arguments in order:
//   t const char * (NULL binds null)   s str (NULL ptr binds null)   i int64_t
//   d double   b str as a blob   n null (takes no argument)
// A broken constraint is STATUS_CONFLICT, a full or read-only database STATUS_STORE_FULL.
status store_run(store *s, fault *f, const char *sql, const char *types, ...);
int64_t store_changes(const store *s); // rows changed by the last store_run

// Start a query, never NULL, whatever is wrong with it; then store_next until it returns false; then store_end, always.
// Texts are borrowed until the next store_next or store_end. The arguments are copied. The same SQL may run again
// while its rows are read (a function that calls itself).
store_rows *store_query(store *s, const char *sql, const char *types, ...);
bool store_next(store_rows *r);
status store_end(store_rows *r, fault *f); // says whether the rows ended well

str store_str(store_rows *r, int column);          // NULL column: ptr is NULL
const char *store_text(store_rows *r, int column); // NUL-terminated; NULL column: NULL
int64_t store_int(store_rows *r, int column);
double store_double(store_rows *r, int column);
bool store_is_null(store_rows *r, int column);

// One row or none: STATUS_OK with the row current (call store_end after reading it), or STATUS_NOT_FOUND
// / a failure with `*out` NULL and nothing to end. A failure other than NOT_FOUND is written to the log.
status store_one(store *s, store_rows **out, const char *sql, const char *types, ...);
// A single integer; `fallback` when there is no row or it is NULL.
int64_t store_count(store *s, int64_t fallback, const char *sql, const char *types, ...);

// A transaction; on a reader it holds one snapshot of the database. Savepoints nest, and each store_savepoint needs one
// store_release or store_rollback_to. A job of the writer runs inside both already: it uses savepoints only. After a
// statement that failed (a conflict apart) a savepoint cannot be released nor the transaction committed: that gives the
// failure, also where the caller went on, with the default of store_count for example. A full disk may undo the whole
// transaction at once: until its owner ends it, every statement gives that failure and nothing is kept. A commit that
// failed is followed by store_rollback.
bool store_in_transaction(store *s);
status store_begin(store *s, fault *f);
status store_commit(store *s, fault *f);
void store_rollback(store *s);
status store_savepoint(store *s, fault *f);
status store_release(store *s, fault *f);
void store_rollback_to(store *s); // undo and drop the savepoint

// Changes whenever anything that others can see was committed: the key of answers that are kept. Read it before the
// data that is kept under it. About a microsecond; inside a transaction it stands still with the snapshot.
int64_t store_data_version(store *s);

// PRAGMA integrity_check or its like; fills `f` with the first complaint.
status store_check(store *s, fault *f);

// Copies the whole database to `path` while it is in use. The copy is on disk when this returns; a file that is there
// already is never overwritten (STATUS_CONFLICT). Not inside a transaction or while rows are read.
status store_backup(store *s, const char *path, fault *f);

#endif
