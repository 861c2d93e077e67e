// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "store/store.h"

typedef struct fixture {
    char *folder;
    store *db;
} fixture;

static const char NOTE_TABLE[] = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, score REAL, data BLOB, "
                                 "CHECK (text <> 'forbidden'))";

static void run(store *s, const char *sql) {
    fault f = {0};
    if (store_run(s, &f, sql, "") != STATUS_OK)
        fail_msg("%s: %s", sql, f.text);
}

static int setup(void **state) {
    fixture *x = calloc(1, sizeof *x);
    fault f = {0};
    x->folder = unit_folder();
    if (store_open(x->folder, STORE_WRITE, &x->db, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    run(x->db, NOTE_TABLE);
    *state = x;
    return 0;
}

static int teardown(void **state) {
    fixture *x = *state;
    store_close(x->db);
    unit_folder_remove(x->folder);
    free(x);
    return 0;
}

static char *path_of(const char *folder, const char *name) {
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static int64_t notes(store *s) {
    return store_count(s, -1, "SELECT count(*) FROM note", "");
}

static void arguments_come_back_as_they_went_in(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    const str blob = {"\0\xFF\0z", 4};
    assert_int_equal(store_run(db, &f, "INSERT INTO note VALUES (?, ?, ?, ?)", "isdb", INT64_C(1) << 40,
                               STR("caf\xC3\xA9"), 2.5, blob),
                     STATUS_OK);
    assert_int_equal(store_changes(db), 1);
    assert_int_equal(
        store_run(db, &f, "INSERT INTO note VALUES (?, ?, ?, ?)", "itnb", INT64_C(2), NULL, (str){NULL, 0}), STATUS_OK);
    store_rows *r = store_query(db, "SELECT id, text, score, data FROM note ORDER BY id DESC", "");
    assert_true(store_next(r));
    assert_int_equal(store_int(r, 0), INT64_C(1) << 40);
    assert_string_equal(store_text(r, 1), "caf\xC3\xA9");
    assert_int_equal(store_str(r, 1).len, 5);
    assert_true(store_double(r, 2) == 2.5);
    assert_int_equal(store_str(r, 3).len, 4);
    assert_memory_equal(store_str(r, 3).ptr, blob.ptr, 4);
    assert_true(store_next(r));
    for (int column = 1; column < 4; column++) {
        assert_true(store_is_null(r, column));
        assert_null(store_text(r, column));
        assert_null(store_str(r, column).ptr);
    }
    assert_false(store_next(r));
    assert_false(store_next(r));
    assert_int_equal(store_end(r, &f), STATUS_OK);
}

// The arguments of a query may be gone before its rows are read.
static void queries_keep_their_arguments(void **state) {
    store *db = ((fixture *)*state)->db;
    run(db, "INSERT INTO note (id, text) VALUES (1, 'kept')");
    char wanted[] = "kept";
    store_rows *r = store_query(db, "SELECT id FROM note WHERE text = ?", "t", wanted);
    memset(wanted, 'x', sizeof wanted - 1);
    assert_true(store_next(r));
    store_end(r, NULL);
}

static void empty_text_is_not_null(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    assert_int_equal(store_run(db, &f, "INSERT INTO note (id, text, data) VALUES (1, ?, ?)", "tb", "", STR("")), 0);
    store_rows *r = NULL;
    assert_int_equal(store_one(db, &r, "SELECT text, data FROM note", ""), STATUS_OK);
    assert_non_null(store_str(r, 0).ptr);
    assert_non_null(store_str(r, 1).ptr);
    assert_false(store_is_null(r, 0));
    store_end(r, NULL);
}

static int64_t count_down(store *db, int64_t n) {
    store_rows *r = store_query(db, "SELECT ? WHERE ? > 0", "ii", n, n);
    int64_t sum = 0;
    while (store_next(r))
        sum += store_int(r, 0) + count_down(db, n - 1);
    assert_int_equal(store_end(r, NULL), STATUS_OK);
    return sum;
}

static void the_same_sql_can_run_inside_itself(void **state) {
    store *db = ((fixture *)*state)->db;
    assert_int_equal(count_down(db, 10), 55);
    assert_int_equal(count_down(db, 3), 6);
}

static void one_row_or_none(void **state) {
    store *db = ((fixture *)*state)->db;
    store_rows *r = (store_rows *)state;
    assert_int_equal(store_one(db, &r, "SELECT id FROM note WHERE id = ?", "i", INT64_C(9)), STATUS_NOT_FOUND);
    assert_null(r);
    assert_int_equal(store_one(db, &r, "SELECT no_such_column FROM note", ""), STATUS_INTERNAL);
    assert_null(r);
    assert_int_equal(store_count(db, 42, "SELECT id FROM note", ""), 42);
    assert_int_equal(store_count(db, 42, "SELECT max(id) FROM note", ""), 42);
    assert_int_equal(store_count(db, 42, "SELECT count(*) FROM note", ""), 0);
}

static void failures_have_a_status_and_a_sentence(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    run(db, "INSERT INTO note (id) VALUES (1)");
    assert_int_equal(store_run(db, &f, "INSERT INTO note (id) VALUES (1)", ""), STATUS_CONFLICT);
    assert_string_equal(f.code, "store.conflict");
    assert_string_equal(f.about, "note.id");
    assert_int_equal(store_run(db, &f, "INSERT INTO note (text) VALUES ('forbidden')", ""), STATUS_CONFLICT);
    assert_int_equal(store_run(db, &f, "NOT SQL", ""), STATUS_INTERNAL);
    assert_int_equal(store_run(db, NULL, "NOT SQL EITHER", ""), STATUS_INTERNAL);
    store_rows *r = store_query(db, "SELECT id FROM nowhere", "");
    assert_false(store_next(r));
    f = (fault){0};
    assert_int_equal(store_end(r, &f), STATUS_INTERNAL);
    assert_non_null(strstr(f.text, "nowhere"));
    // The rows object is used again: it must not remember.
    r = store_query(db, "SELECT 1", "");
    assert_true(store_next(r));
    assert_int_equal(store_end(r, &f), STATUS_OK);
}

static void failed_rows_end_badly(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    run(db, "INSERT INTO note (id, text) VALUES (1, '[1]'), (2, 'broken')");
    store_rows *r = store_query(db, "SELECT json_extract(text, '$[0]') FROM note ORDER BY id", "");
    assert_true(store_next(r));
    assert_false(store_next(r));
    assert_int_equal(store_end(r, &f), STATUS_INTERNAL);
}

static void savepoints_nest_and_undo(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    assert_int_equal(store_begin(db, &f), STATUS_OK);
    run(db, "INSERT INTO note (id) VALUES (1)");
    assert_int_equal(store_savepoint(db, &f), STATUS_OK);
    run(db, "INSERT INTO note (id) VALUES (2)");
    assert_int_equal(store_savepoint(db, &f), STATUS_OK);
    run(db, "INSERT INTO note (id) VALUES (3)");
    store_rollback_to(db);
    assert_int_equal(store_release(db, &f), STATUS_OK);
    assert_int_equal(store_savepoint(db, &f), STATUS_OK);
    run(db, "INSERT INTO note (id) VALUES (4)");
    store_rollback_to(db);
    assert_int_equal(store_commit(db, &f), STATUS_OK);
    assert_int_equal(notes(db), 2);
    assert_int_equal(store_begin(db, &f), STATUS_OK);
    run(db, "DELETE FROM note");
    store_rollback(db);
    assert_int_equal(notes(db), 2);
    store_rollback(db); // nothing to undo is no trouble
}

static void foreign_keys_are_followed(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    run(db, "CREATE TABLE tag (note INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE)");
    assert_int_equal(store_run(db, &f, "INSERT INTO tag VALUES (77)", ""), STATUS_CONFLICT);
    run(db, "INSERT INTO note (id) VALUES (1)");
    run(db, "INSERT INTO tag VALUES (1)");
    run(db, "DELETE FROM note");
    assert_int_equal(store_count(db, -1, "SELECT count(*) FROM tag", ""), 0);
}

static void the_connection_is_safe_by_default(void **state) {
    fixture *x = *state;
    assert_int_equal(store_count(x->db, -1, "PRAGMA synchronous", ""), 2);
    assert_int_equal(store_count(x->db, -1, "PRAGMA trusted_schema", ""), 0);
    assert_int_equal(store_count(x->db, -1, "PRAGMA secure_delete", ""), 1);
    assert_int_equal(store_count(x->db, -1, "PRAGMA cell_size_check", ""), 1);
    char *path = path_of(x->folder, "interlink.db");
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    free(path);
    fault f = {0};
    run(x->db, "PRAGMA writable_schema = ON");
    assert_int_equal(store_run(x->db, &f, "DELETE FROM sqlite_schema", ""), STATUS_INTERNAL);
    assert_int_equal(store_run(x->db, &f, "INSERT INTO note (text) VALUES (\"a\")", ""), STATUS_INTERNAL);
}

static void readers_read_and_never_write(void **state) {
    fixture *x = *state;
    store *reader = NULL;
    fault f = {0};
    // A database with tables and no list of migrations would be a stranger's.
    run(x->db, "DROP TABLE note");
    assert_int_equal(store_migrate(x->db, &f), STATUS_OK);
    run(x->db, "CREATE TABLE note (id INTEGER PRIMARY KEY)");
    assert_int_equal(store_open(x->folder, STORE_READ, &reader, &f), STATUS_OK);
    assert_int_equal(store_run(reader, &f, "INSERT INTO note VALUES (1)", ""), STATUS_STORE_FULL);
    int64_t before = store_data_version(reader);
    assert_int_equal(store_data_version(reader), before);
    int64_t own = store_data_version(x->db);
    run(x->db, "INSERT INTO note VALUES (1)");
    assert_int_not_equal(store_data_version(reader), before);
    assert_int_not_equal(store_data_version(x->db), own);
    // A snapshot does not move while it is read.
    assert_int_equal(store_begin(reader, &f), STATUS_OK);
    assert_int_equal(notes(reader), 1);
    before = store_data_version(reader);
    run(x->db, "INSERT INTO note VALUES (2)");
    assert_int_equal(notes(reader), 1);
    assert_int_equal(store_data_version(reader), before);
    store_rollback(reader);
    assert_int_equal(notes(reader), 2);
    store_close(reader);
}

typedef struct counting {
    const char *folder;
    atomic_bool stop;
    atomic_int rounds;
} counting;

// Every transaction of the writer adds two rows, so a reader must always see an even number.
static void *count_evenly(void *context) {
    counting *c = context;
    store *reader = NULL;
    fault f = {0};
    if (store_open(c->folder, STORE_READ, &reader, &f) != STATUS_OK)
        return f.text[0] ? "cannot open" : "?";
    void *trouble = NULL;
    while (!atomic_load(&c->stop) && !trouble) {
        if (store_count(reader, 1, "SELECT count(*) FROM note", "") % 2 != 0)
            trouble = "an odd number of rows";
        atomic_fetch_add(&c->rounds, 1);
    }
    store_close(reader);
    return trouble;
}

static void readers_do_not_disturb_the_writer(void **state) {
    fixture *x = *state;
    fault f = {0};
    run(x->db, "DROP TABLE note");
    assert_int_equal(store_migrate(x->db, &f), STATUS_OK);
    run(x->db, "CREATE TABLE note (id INTEGER PRIMARY KEY)");
    counting c = {.folder = x->folder};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_evenly, &c), 0);
    for (int i = 0; i < 300 || atomic_load(&c.rounds) < 40; i++) {
        assert_int_equal(store_begin(x->db, &f), STATUS_OK);
        run(x->db, "INSERT INTO note DEFAULT VALUES");
        run(x->db, "INSERT INTO note DEFAULT VALUES");
        assert_int_equal(store_commit(x->db, &f), STATUS_OK);
    }
    atomic_store(&c.stop, true);
    for (size_t i = 0; i < 4; i++) {
        void *trouble = NULL;
        pthread_join(threads[i], &trouble);
        assert_null(trouble);
    }
}

static void a_full_database_is_said_and_survived(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    run(db, "PRAGMA max_page_count = 20");
    status s = STATUS_OK;
    for (int i = 0; i < 200 && s == STATUS_OK; i++)
        s = store_run(db, &f, "INSERT INTO note (data) VALUES (zeroblob(3000))", "");
    assert_int_equal(s, STATUS_STORE_FULL);
    assert_string_equal(f.code, "store.full");
    int64_t kept = notes(db);
    assert_true(kept > 0);
    run(db, "PRAGMA max_page_count = 2000");
    run(db, "INSERT INTO note (data) VALUES (zeroblob(3000))");
    assert_int_equal(notes(db), kept + 1);
    assert_int_equal(store_check(db, &f), STATUS_OK);
}

// SQLite undoes the whole transaction by itself; statements that follow must not be kept one by one.
static void what_was_undone_is_not_gone_on_with(void **state) {
    store *db = ((fixture *)*state)->db;
    fault f = {0};
    run(db, "PRAGMA max_page_count = 20");
    assert_int_equal(store_begin(db, &f), STATUS_OK);
    run(db, "INSERT INTO note (text) VALUES ('first')");
    assert_int_equal(store_savepoint(db, &f), STATUS_OK);
    status s = STATUS_OK;
    for (int i = 0; i < 400 && s == STATUS_OK; i++)
        s = store_run(db, &f, "INSERT INTO note (data) VALUES (zeroblob(3000))", "");
    assert_int_equal(s, STATUS_STORE_FULL);
    assert_false(store_in_transaction(db));
    store_rollback_to(db);
    assert_int_equal(store_run(db, &f, "INSERT INTO note (text) VALUES ('later')", ""), STATUS_STORE_FULL);
    assert_int_equal(notes(db), -1);
    assert_int_equal(store_begin(db, &f), STATUS_STORE_FULL);
    assert_int_equal(store_commit(db, &f), STATUS_STORE_FULL);
    store_rollback(db);
    assert_int_equal(notes(db), 0);
    assert_int_equal(store_begin(db, &f), STATUS_OK);
    run(db, "INSERT INTO note (text) VALUES ('again')");
    assert_int_equal(store_commit(db, &f), STATUS_OK);
    assert_int_equal(notes(db), 1);
}

static void backups_are_whole_and_never_overwrite(void **state) {
    fixture *x = *state;
    fault f = {0};
    run(x->db, "INSERT INTO note (id, text) VALUES (1, 'copied')");
    char *copy_folder = path_of(x->folder, "copy");
    assert_int_equal(mkdir(copy_folder, 0700), 0);
    char *copy = path_of(copy_folder, "interlink.db");
    assert_int_equal(store_backup(x->db, copy, &f), STATUS_OK);
    assert_int_equal(store_backup(x->db, copy, &f), STATUS_CONFLICT);
    struct stat about;
    assert_int_equal(stat(copy, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(store_backup(x->db, "/no/such/folder/copy.db", &f), STATUS_UNAVAILABLE);
    assert_non_null(strstr(f.text, "/no/such/folder"));
    store *again = NULL;
    // It has a table and no list of migrations: a stranger's database.
    assert_int_equal(store_open(copy_folder, STORE_WRITE, &again, &f), STATUS_UNAVAILABLE);
    assert_string_equal(f.code, "store.foreign");
    free(copy);
    free(copy_folder);
}

static void readers_can_make_backups(void **state) {
    fixture *x = *state;
    fault f = {0};
    store *reader = NULL;
    run(x->db, "DROP TABLE note");
    assert_int_equal(store_migrate(x->db, &f), STATUS_OK);
    assert_int_equal(store_open(x->folder, STORE_READ, &reader, &f), STATUS_OK);
    char *copy = path_of(x->folder, "copy.db");
    if (store_backup(reader, copy, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    assert_int_equal(store_check(reader, &f), STATUS_OK);
    free(copy);
    store_close(reader);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        WITH_STORE(arguments_come_back_as_they_went_in),
        WITH_STORE(queries_keep_their_arguments),
        WITH_STORE(empty_text_is_not_null),
        WITH_STORE(the_same_sql_can_run_inside_itself),
        WITH_STORE(one_row_or_none),
        WITH_STORE(failures_have_a_status_and_a_sentence),
        WITH_STORE(failed_rows_end_badly),
        WITH_STORE(savepoints_nest_and_undo),
        WITH_STORE(foreign_keys_are_followed),
        WITH_STORE(the_connection_is_safe_by_default),
        WITH_STORE(readers_read_and_never_write),
        WITH_STORE(readers_do_not_disturb_the_writer),
        WITH_STORE(a_full_database_is_said_and_survived),
        WITH_STORE(what_was_undone_is_not_gone_on_with),
        WITH_STORE(backups_are_whole_and_never_overwrite),
        WITH_STORE(readers_can_make_backups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
