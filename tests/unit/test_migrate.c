// SPDX-License-Identifier: EUPL-1.2
//
// Opening a database: what must be refused, and how its schema is brought up to date.
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "store/folder.h"
#include "store/migrate.h"
#include "store/store.h"

static void run(store *s, const char *sql) {
    fault f = {0};
    if (store_run(s, &f, sql, "") != STATUS_OK)
        fail_msg("%s: %s", sql, f.text);
}

static char *path_of(const char *folder, const char *name) {
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

// ---- what should not be opened

static void write_file(const char *folder, const char *name, const char *bytes, size_t len) {
    char *path = path_of(folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    free(path);
}

static char *read_file(const char *folder, const char *name, size_t *len) {
    char *path = path_of(folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    *len = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    free(path);
    return bytes;
}

static void refused(const char *folder, store_mode mode, const char *code) {
    store *db = NULL;
    fault f = {0};
    assert_int_not_equal(store_open(folder, mode, &db, &f), STATUS_OK);
    assert_null(db);
    assert_string_equal(f.code, code);
    assert_true(strlen(f.text) > 30);
}

static void strange_files_are_refused_and_kept(void **state) {
    (void)state;
    char *folder = unit_folder();
    char text[5000];
    memset(text, 'x', sizeof text);
    write_file(folder, "interlink.db", text, sizeof text);
    refused(folder, STORE_WRITE, "store.damaged");
    refused(folder, STORE_READ, "store.damaged");
    size_t len = 0;
    char *after = read_file(folder, "interlink.db", &len);
    assert_int_equal(len, sizeof text);
    assert_memory_equal(after, text, len);
    free(after);
    // A log of changes without its database must not be thrown away.
    write_file(folder, "interlink.db", "", 0);
    write_file(folder, "interlink.db-wal", text, sizeof text);
    refused(folder, STORE_WRITE, "store.damaged");
    after = read_file(folder, "interlink.db-wal", &len);
    assert_int_equal(len, sizeof text);
    free(after);
    unit_folder_remove(folder);
}

static void truncated_files_are_refused(void **state) {
    (void)state;
    char *folder = unit_folder();
    store *db = NULL;
    fault f = {0};
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    assert_int_equal(store_migrate(db, &f), STATUS_OK);
    store_close(db);
    char *path = path_of(folder, "interlink.db");
    assert_int_equal(truncate(path, 3 * 4096), 0);
    refused(folder, STORE_WRITE, "store.damaged");
    assert_int_equal(truncate(path, 700), 0);
    refused(folder, STORE_WRITE, "store.damaged");
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 700);
    free(path);
    unit_folder_remove(folder);
}

static void damage_is_found_by_the_check(void **state) {
    (void)state;
    char *folder = unit_folder();
    store *db = NULL;
    fault f = {0};
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    assert_int_equal(store_migrate(db, &f), STATUS_OK);
    assert_int_equal(store_check(db, &f), STATUS_OK);
    store_close(db);
    char *path = path_of(folder, "interlink.db");
    int fd = open(path, O_WRONLY);
    char noise[4096];
    memset(noise, 0xA5, sizeof noise);
    assert_int_equal(pwrite(fd, noise, sizeof noise, 5 * 4096), sizeof noise);
    close(fd);
    free(path);
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    assert_int_equal(store_check(db, &f), STATUS_INTERNAL);
    assert_string_equal(f.code, "store.damaged");
    store_close(db);
    unit_folder_remove(folder);
}

static void missing_places_are_named(void **state) {
    (void)state;
    char *folder = unit_folder();
    refused(folder, STORE_READ, "store.missing");
    refused("/no/such/folder/at/all", STORE_WRITE, "store.folder");
    refused("/proc", STORE_WRITE, "store.folder");
    unit_folder_remove(folder);
}

static void network_folders_are_recognised(void **state) {
    (void)state;
    assert_true(folder_type_is_network(0x6969, NULL));
    assert_true(folder_type_is_network((long)(int32_t)0xFF534D42, NULL));
    assert_true(folder_type_is_network(0xFE534D42, NULL));
    assert_true(folder_type_is_network(0x65735546, "fuse.sshfs"));
    assert_false(folder_type_is_network(0x65735546, "fuseblk"));
    assert_false(folder_type_is_network(0x65735546, NULL));
    assert_false(folder_type_is_network(0xEF53, "ext4"));
    assert_false(folder_type_is_network(0x01021994, "tmpfs"));
    fault f = {0};
    assert_int_equal(folder_check_local("/", &f), STATUS_OK);
}

// ---- migrations

static const size_t LENGTHS[] = {sizeof "CREATE TABLE a (id INTEGER PRIMARY KEY)" - 1,
                                 sizeof "ALTER TABLE a ADD COLUMN name TEXT" - 1, sizeof "CREATE TABLE nonsense (" - 1,
                                 sizeof "COMMIT" - 1};
static const embed_file FIRST = {"9001_first.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY)", &LENGTHS[0]};
static const embed_file SECOND = {"9002_second.sql", "ALTER TABLE a ADD COLUMN name TEXT", &LENGTHS[1]};
static const embed_file BROKEN = {"9003_broken.sql", "CREATE TABLE nonsense (", &LENGTHS[2]};
static const embed_file COMMITS = {"9003_commits.sql", "COMMIT", &LENGTHS[3]};

static size_t copies(const char *folder) {
    DIR *list = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(list));)
        count += strncmp(entry->d_name, "interlink-before-", 17) == 0;
    closedir(list);
    return count;
}

static void migrations_go_forward_once(void **state) {
    (void)state;
    char *folder = unit_folder();
    store *db = NULL;
    fault f = {0};
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    assert_int_equal(migrate_apply(db, &FIRST, 1, &f), STATUS_OK);
    run(db, "INSERT INTO a VALUES (5)");
    const embed_file both[] = {FIRST, SECOND};
    assert_int_equal(copies(folder), 0);
    assert_int_equal(migrate_apply(db, both, 2, &f), STATUS_OK);
    assert_int_equal(copies(folder), 1);
    assert_int_equal(migrate_apply(db, both, 2, &f), STATUS_OK);
    assert_int_equal(copies(folder), 1);
    assert_int_equal(store_count(db, -1, "SELECT id FROM a WHERE name IS NULL", ""), 5);
    assert_int_equal(store_count(db, -1, "SELECT count(*) FROM schema_migration", ""), 2);
    // Foreign keys are followed again.
    assert_int_equal(store_count(db, -1, "PRAGMA foreign_keys", ""), 1);
    store_close(db);
    // The program knows no migration 9002.
    refused(folder, STORE_WRITE, "store.newer");
    refused(folder, STORE_READ, "store.newer");
    unit_folder_remove(folder);
}

static void failed_migrations_leave_nothing(void **state) {
    (void)state;
    char *folder = unit_folder();
    store *db = NULL;
    fault f = {0};
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    const embed_file broken[] = {FIRST, SECOND, BROKEN};
    assert_int_equal(migrate_apply(db, broken, 3, &f), STATUS_INTERNAL);
    assert_int_equal(store_count(db, -1, "SELECT max(version) FROM schema_migration", ""), 9002);
    const embed_file commits[] = {FIRST, SECOND, COMMITS};
    assert_int_equal(migrate_apply(db, commits, 3, &f), STATUS_INTERNAL);
    assert_string_equal(f.code, "store.migration");
    assert_int_equal(store_count(db, -1, "SELECT max(version) FROM schema_migration", ""), 9002);
    assert_int_equal(store_count(db, -1, "PRAGMA foreign_keys", ""), 1);
    // A copy of what did not change in the end is not kept.
    assert_int_equal(copies(folder), 0);
    store_close(db);
    unit_folder_remove(folder);
}

static void changed_migrations_are_noticed(void **state) {
    (void)state;
    char *folder = unit_folder();
    store *db = NULL;
    fault f = {0};
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    assert_int_equal(migrate_apply(db, &FIRST, 1, &f), STATUS_OK);
    embed_file changed = SECOND;
    changed.name = FIRST.name;
    assert_int_equal(migrate_apply(db, &changed, 1, &f), STATUS_UNAVAILABLE);
    assert_string_equal(f.code, "store.changed_migration");
    store_close(db);
    unit_folder_remove(folder);
}

static void the_program_s_own_migrations_apply(void **state) {
    (void)state;
    char *folder = unit_folder();
    store *db = NULL;
    fault f = {0};
    assert_true(migrations_sql_count > 0);
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    if (store_migrate(db, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    store_close(db);
    assert_int_equal(store_open(folder, STORE_WRITE, &db, &f), STATUS_OK);
    assert_int_equal(store_migrate(db, &f), STATUS_OK);
    assert_int_equal(store_count(db, -1, "SELECT count(*) FROM schema_migration", ""), (int64_t)migrations_sql_count);
    store_close(db);
    unit_folder_remove(folder);
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strange_files_are_refused_and_kept), cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(damage_is_found_by_the_check),       cmocka_unit_test(missing_places_are_named),
        cmocka_unit_test(network_folders_are_recognised),     cmocka_unit_test(migrations_go_forward_once),
        cmocka_unit_test(failed_migrations_leave_nothing),    cmocka_unit_test(changed_migrations_are_noticed),
        cmocka_unit_test(the_program_s_own_migrations_apply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
