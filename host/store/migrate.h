// SPDX-License-Identifier: EUPL-1.2
//
// migrate: numbered files that bring the schema forward, one transaction each. What was applied stands in
// schema_migration with a hash, so that a file that was changed afterwards is noticed. Only for the files of this
// room and its tests; others call store_migrate.
#ifndef INTERLINK_STORE_MIGRATE_H
#define INTERLINK_STORE_MIGRATE_H

#include "base/embed.h"
#include "store/store.h"

// The files built into the program, in order of their numbers ("0001_core.sql").
extern const embed_file migrations_sql[];
extern const size_t migrations_sql_count;

// Is the database one that this program can read? A newer schema or a foreign database is a fault.
status migrate_check(store *s, fault *f);

// Applies those of `files` that are not applied yet, then makes sure of the tables of search.h. Before the first one
// that changes an existing database, a copy of it is put beside it.
status migrate_apply(store *s, const embed_file *files, size_t count, fault *f);

#endif
