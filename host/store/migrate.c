// SPDX-License-Identifier: EUPL-1.2
#include "store/migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "store/driver.h"

static int64_t version_of(const embed_file *file) {
    return strtoll(file->name, NULL, 10);
}

static status unreadable(store *s, status why, fault *f) {
    if (why == STATUS_INTERNAL)
        return fault_set(
            f, why, "store.damaged",
            "The database in %s is damaged, or its disk is. Nothing was changed. Keep a copy of it and restore the "
            "last backup; the log says more.",
            store_folder(s));
    return fault_set(f, why, "store.failed", "The database in %s cannot be read. The log says why.", store_folder(s));
}

static status version_applied(store *s, int64_t *out, fault *f) {
    store_rows *r = NULL;
    *out = 0;
    status result = store_one(s, &r, store_driver(s)->face->has_table, "t", "schema_migration");
    if (r)
        store_end(r, NULL);
    if (result == STATUS_OK)
        result = store_one(s, &r, "SELECT max(version) FROM schema_migration", "");
    if (result == STATUS_OK) {
        *out = store_int(r, 0);
        return store_end(r, f);
    }
    return result == STATUS_NOT_FOUND ? STATUS_OK : unreadable(s, result, f);
}

// Is there any table? Then a database without our list of migrations is somebody else's.
static status check_ours(store *s, fault *f) {
    store_rows *r = NULL;
    status result = store_one(s, &r, store_driver(s)->face->any_table, "");
    if (r)
        store_end(r, NULL);
    if (result == STATUS_OK)
        return fault_set(f, STATUS_UNAVAILABLE, "store.foreign",
                         "The database in %s was not made by this program. Nothing was changed. Choose another data "
                         "folder.",
                         store_folder(s));
    return result == STATUS_NOT_FOUND ? STATUS_OK : unreadable(s, result, f);
}

status migrate_check(store *s, fault *f) {
    int64_t known = migrations_sql_count ? version_of(&migrations_sql[migrations_sql_count - 1]) : 0, applied;
    status result = version_applied(s, &applied, f);
    if (result == STATUS_OK && applied > known)
        return fault_set(f, STATUS_UNAVAILABLE, "store.newer",
                         "The database in %s was written by a newer version of this program (schema %" PRId64
                         ", this one knows %" PRId64 "). Start that version, or restore an older backup.",
                         store_folder(s), applied, known);
    return result == STATUS_OK && applied == 0 ? check_ours(s, f) : result;
}

// What was applied must still be what the program has: otherwise nobody knows what the tables look like.
static status check_unchanged(store *s, const embed_file *file, fault *f) {
    char hash[2 * CRYPTO_HASH + 1];
    crypto_hash_hex(file->bytes, *file->size, hash);
    store_rows *r = NULL;
    status result = store_one(s, &r, "SELECT hash FROM schema_migration WHERE version = ?", "i", version_of(file));
    if (result != STATUS_OK && result != STATUS_NOT_FOUND)
        return fault_set(f, result, "store.failed", "The list of applied migrations cannot be read. See the log.");
    bool same = result == STATUS_OK && str_is(store_str(r, 0), hash);
    if (r)
        store_end(r, NULL);
    if (same)
        return STATUS_OK;
    return fault_set(f, STATUS_UNAVAILABLE, "store.changed_migration",
                     "The database in %s was made with another form of the migration %s. Start the version of the "
                     "program that made it, or restore a backup of this one.",
                     store_folder(s), file->name);
}

static status copy_first(store *s, int64_t version, char *path, size_t size, fault *f) {
    char time[CLOCK_TEXT];
    clock_format(clock_now(), time);
    for (char *p = time; *p; p++)
        if (*p == ':' || *p == '.')
            *p = '-'; // not every tool that copies files likes colons
    snprintf(path, size, "%s/interlink-before-%04" PRId64 "-%s.db", store_folder(s), version, time);
    status result = store_backup(s, path, f);
    if (result == STATUS_OK)
        log_write(LOG_INFO, "store", "The database was copied before it is brought up to date. copy=%s", path);
    return result;
}

static status write_schema(store *s, const embed_file *file, fault *f) {
    static const char TABLE[] = "CREATE TABLE schema_migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                                "hash TEXT NOT NULL, applied INTEGER NOT NULL)";
    char hash[2 * CRYPTO_HASH + 1];
    status result = STATUS_OK;
    if (!store_has_table(s, "schema_migration"))
        result = store_execute(s, TABLE, f);
    if (result == STATUS_OK)
        result = store_execute(s, file->bytes, f);
    if (result == STATUS_OK && !store_in_transaction(s))
        result = fault_set(f, STATUS_INTERNAL, "store.migration",
                           "The migration %s ends its own transaction, which it must not.", file->name);
    if (result == STATUS_OK)
        result = store_driver(s)->face->references(store_driver(s), f);
    if (result != STATUS_OK)
        return result;
    result = store_driver(s)->face->mark(store_driver(s), version_of(file), f);
    if (result != STATUS_OK)
        return result;
    crypto_hash_hex(file->bytes, *file->size, hash);
    return store_run(s, f, "INSERT INTO schema_migration (version, name, hash, applied) VALUES (?, ?, ?, ?)", "itti",
                     version_of(file), file->name, hash, clock_now());
}

static status apply_one(store *s, const embed_file *file, fault *f) {
    driver *d = store_driver(s);
    status result = d->face->loosen(d, true, f);
    if (result != STATUS_OK)
        return result;
    result = store_begin(s, f);
    if (result == STATUS_OK)
        result = write_schema(s, file, f);
    if (result == STATUS_OK)
        result = store_commit(s, f);
    if (result != STATUS_OK) {
        store_rollback(s);
        log_write(LOG_ERROR, "store", "A migration could not be applied; the database is as it was before. name=%s",
                  file->name);
    }
    status tight = d->face->loosen(d, false, result == STATUS_OK ? f : NULL);
    return result == STATUS_OK ? tight : result;
}

static status make_search_tables(store *s, fault *f) {
    status result = store_begin(s, f);
    if (result == STATUS_OK)
        result = store_driver(s)->face->search_tables(s, f);
    if (result == STATUS_OK)
        result = store_commit(s, f);
    if (result != STATUS_OK)
        store_rollback(s);
    return result;
}

status migrate_apply(store *s, const embed_file *files, size_t count, fault *f) {
    int64_t applied;
    char copy[4096] = "";
    status result = version_applied(s, &applied, f);
    bool copied = applied == 0; // there is nothing worth a copy yet
    for (size_t i = 0; i < count && result == STATUS_OK; i++) {
        if (version_of(&files[i]) <= applied) {
            result = check_unchanged(s, &files[i], f);
            continue;
        }
        if (!copied)
            result = copy_first(s, version_of(&files[i]), copy, sizeof copy, f);
        copied = true;
        if (result == STATUS_OK)
            result = apply_one(s, &files[i], f);
        // A program that is started again and again must not fill the disk with copies of what did not change.
        if (result != STATUS_OK && copy[0])
            unlink(copy);
        copy[0] = '\0';
    }
    return result == STATUS_OK ? make_search_tables(s, f) : result;
}

status store_migrate(store *s, fault *f) {
    return migrate_apply(s, migrations_sql, migrations_sql_count, f);
}
