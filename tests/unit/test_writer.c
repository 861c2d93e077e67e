// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "store/writer.h"

typedef struct fixture {
    char *folder;
    writer *writer;
} fixture;

static status make_table(void *context, store *s, fault *f) {
    (void)context;
    return store_run(s, f, "CREATE TABLE note (id INTEGER PRIMARY KEY, thread INTEGER, data BLOB)", "");
}

static int setup(void **state) {
    fixture *x = calloc(1, sizeof *x);
    fault f = {0};
    x->folder = unit_folder();
    if (writer_start(x->folder, &x->writer, &f) != STATUS_OK ||
        writer_run(x->writer, make_table, NULL, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    *state = x;
    return 0;
}

static int teardown(void **state) {
    fixture *x = *state;
    writer_stop(x->writer);
    unit_folder_remove(x->folder);
    free(x);
    return 0;
}

static int64_t count_rows(const char *folder) {
    store *reader = NULL;
    fault f = {0};
    assert_int_equal(store_open(folder, STORE_READ, &reader, &f), STATUS_OK);
    int64_t count = store_count(reader, -1, "SELECT count(*) FROM note", "");
    store_close(reader);
    return count;
}

// One job of a test: inserts a row, then does what `outcome_wanted` says.
typedef struct insert_job {
    write_job job;
    int64_t id, thread;
    status wanted;
    size_t *opened;
    size_t kept; // times that it was told so
    struct gate *gate;
} insert_job;

// Holds the writer inside a job, so that a test can decide what is in the next batch.
typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered, released;
} gate;

static void gate_wait(gate *g, bool *what) {
    pthread_mutex_lock(&g->lock);
    while (!*what)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void gate_set(gate *g, bool *what) {
    pthread_mutex_lock(&g->lock);
    *what = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

static status insert_run(write_job *self, store *s, fault *f) {
    insert_job *insert = (insert_job *)self;
    if (insert->gate) {
        gate_set(insert->gate, &insert->gate->entered);
        gate_wait(insert->gate, &insert->gate->released);
    }
    status result = store_run(s, f, "INSERT INTO note (id, thread) VALUES (?, ?)", "ii", insert->id, insert->thread);
    if (result != STATUS_OK || insert->wanted == STATUS_OK)
        return result;
    return fault_set(f, insert->wanted, "test.wanted", "This job was told to fail.");
}

static void insert_open(letter *self) {
    insert_job *insert = (insert_job *)self;
    (*insert->opened)++;
}

static void insert_kept(write_job *self) {
    ((insert_job *)self)->kept++;
}

static insert_job insert_make(int64_t id, mailbox *box, size_t *opened) {
    return (insert_job){.job = {.letter.open = insert_open, .run = insert_run, .kept = insert_kept, .reply_to = box},
                        .id = id,
                        .opened = opened};
}

static void open_until(mailbox *box, const size_t *opened, size_t wanted) {
    struct pollfd ready = {.fd = mailbox_fd(box), .events = POLLIN};
    while (*opened < wanted) {
        assert_int_equal(poll(&ready, 1, 30000), 1);
        mailbox_open(box);
    }
}

static void one_failing_job_leaves_the_others(void **state) {
    fixture *x = *state;
    mailbox *box = mailbox_create();
    size_t opened = 0;
    gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    insert_job jobs[6];
    for (int i = 0; i < 6; i++)
        jobs[i] = insert_make(i, box, &opened);
    jobs[0].gate = &g;
    jobs[2].wanted = STATUS_FORBIDDEN; // after it wrote
    jobs[4].id = 1;                    // breaks the primary key
    uint64_t before = writer_commits(x->writer);
    writer_submit(x->writer, &jobs[0].job);
    gate_wait(&g, &g.entered);
    for (int i = 1; i < 6; i++)
        writer_submit(x->writer, &jobs[i].job);
    gate_set(&g, &g.released);
    open_until(box, &opened, 6);
    assert_int_equal(jobs[0].job.outcome, STATUS_OK);
    assert_int_equal(jobs[1].job.outcome, STATUS_OK);
    assert_int_equal(jobs[2].job.outcome, STATUS_FORBIDDEN);
    assert_string_equal(jobs[2].job.fault.code, "test.wanted");
    assert_int_equal(jobs[3].job.outcome, STATUS_OK);
    assert_int_equal(jobs[4].job.outcome, STATUS_CONFLICT);
    assert_int_equal(jobs[5].job.outcome, STATUS_OK);
    for (int i = 0; i < 6; i++)
        assert_int_equal(jobs[i].kept, jobs[i].job.outcome == STATUS_OK);
    assert_int_equal(count_rows(x->folder), 4);
    assert_true(writer_commits(x->writer) > before);
    mailbox_destroy(box);
}

static void jobs_run_in_the_order_they_came(void **state) {
    fixture *x = *state;
    mailbox *box = mailbox_create();
    size_t opened = 0;
    enum { JOBS = 200 };
    insert_job jobs[JOBS];
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = insert_make(i + 1, box, &opened);
        jobs[i].thread = i;
        writer_submit(x->writer, &jobs[i].job);
    }
    open_until(box, &opened, JOBS);
    store *reader = NULL;
    fault f = {0};
    assert_int_equal(store_open(x->folder, STORE_READ, &reader, &f), STATUS_OK);
    assert_int_equal(store_count(reader, -1, "SELECT count(*) FROM note WHERE id = thread + 1", ""), JOBS);
    store_close(reader);
    mailbox_destroy(box);
}

// ---- many threads

typedef struct submitter {
    writer *writer;
    int64_t number;
    size_t failed;
    pthread_t thread;
} submitter;

enum { THREADS = 8, JOBS_EACH = 400 };

static void *submit_many(void *context) {
    submitter *s = context;
    mailbox *box = mailbox_create();
    size_t opened = 0;
    insert_job *jobs = calloc(JOBS_EACH, sizeof *jobs);
    for (int64_t i = 0; i < JOBS_EACH; i++) {
        jobs[i] = insert_make(s->number * JOBS_EACH + i, box, &opened);
        jobs[i].thread = s->number;
        jobs[i].wanted = i % 10 == 9 ? STATUS_INVALID : STATUS_OK;
        writer_submit(s->writer, &jobs[i].job);
        if (i % 64 == 63)
            open_until(box, &opened, (size_t)i + 1);
    }
    open_until(box, &opened, JOBS_EACH);
    for (size_t i = 0; i < JOBS_EACH; i++)
        s->failed += jobs[i].job.outcome != jobs[i].wanted;
    free(jobs);
    mailbox_destroy(box);
    return NULL;
}

static void eight_threads_submit_at_once(void **state) {
    fixture *x = *state;
    submitter submitters[THREADS];
    for (int64_t i = 0; i < THREADS; i++) {
        submitters[i] = (submitter){.writer = x->writer, .number = i};
        assert_int_equal(pthread_create(&submitters[i].thread, NULL, submit_many, &submitters[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(submitters[i].thread, NULL);
        assert_int_equal(submitters[i].failed, 0);
    }
    assert_int_equal(count_rows(x->folder), THREADS * JOBS_EACH * 9 / 10);
}

// ---- a disk without space

static status set_limit(void *context, store *s, fault *f) {
    (void)f;
    const int64_t *pages = context;
    return store_count(s, -1, *pages == 40 ? "PRAGMA max_page_count = 40" : "PRAGMA max_page_count = 100000", "") > 0
               ? STATUS_OK
               : STATUS_INTERNAL;
}

static status fill(void *context, store *s, fault *f) {
    (void)context;
    return store_run(s, f, "INSERT INTO note (data) VALUES (zeroblob(3000000))", "");
}

static status fill_run(write_job *self, store *s, fault *f) {
    (void)self;
    return fill(NULL, s, f);
}

static void a_full_disk_fails_the_batch_and_passes(void **state) {
    fixture *x = *state;
    fault f = {0};
    int64_t pages = 40; // fewer than it has: SQLite then allows no growth at all
    mailbox *box = mailbox_create();
    size_t opened = 0;
    gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    assert_int_equal(writer_run(x->writer, set_limit, &pages, &f), STATUS_OK);
    insert_job first = insert_make(1, box, &opened), full = insert_make(2, box, &opened);
    first.gate = &g;
    full.job.run = fill_run;
    writer_submit(x->writer, &first.job);
    gate_wait(&g, &g.entered);
    writer_submit(x->writer, &full.job);
    gate_set(&g, &g.released);
    open_until(box, &opened, 2);
    assert_int_equal(full.job.outcome, STATUS_STORE_FULL);
    assert_true(strlen(full.job.fault.text) > 20);
    // Whatever the first job was told is what is in the database.
    assert_int_equal(count_rows(x->folder), first.job.outcome == STATUS_OK ? 1 : 0);
    assert_true(first.job.outcome == STATUS_OK || first.job.outcome == STATUS_STORE_FULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(writer_run(x->writer, fill, NULL, &f), STATUS_STORE_FULL);
    pages = 100000;
    assert_int_equal(writer_run(x->writer, set_limit, &pages, &f), STATUS_OK);
    assert_int_equal(writer_run(x->writer, fill, NULL, &f), STATUS_OK);
    mailbox_destroy(box);
}

// A deferred reference is checked when the batch is committed: a commit that fails fails every job in it.
static status make_deferred(void *context, store *s, fault *f) {
    (void)context;
    return store_run(s, f, "CREATE TABLE child (note INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)", "");
}

static status orphan_run(write_job *self, store *s, fault *f) {
    (void)self;
    return store_run(s, f, "INSERT INTO child VALUES (12345)", "");
}

// Puts a good job and one that breaks the commit into one batch: a job before them is held until its own batch is over
// its time, and both wait behind it. Returns whether they did share a batch, which a busy machine can prevent.
static bool commit_fails_for_both(fixture *x, mailbox *box, int64_t id) {
    size_t opened = 0;
    gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    insert_job held = insert_make(id, box, &opened), good = insert_make(id + 1, box, &opened);
    insert_job orphan = insert_make(0, box, &opened);
    int64_t rows = count_rows(x->folder);
    held.gate = &g;
    orphan.job.run = orphan_run;
    writer_submit(x->writer, &held.job);
    gate_wait(&g, &g.entered);
    int64_t end = clock_steady() + 3000000;
    while (clock_steady() < end)
        continue;
    writer_submit(x->writer, &good.job);
    writer_submit(x->writer, &orphan.job);
    gate_set(&g, &g.released);
    open_until(box, &opened, 3);
    assert_int_equal(held.job.outcome, STATUS_OK);
    assert_int_equal(orphan.job.outcome, STATUS_CONFLICT);
    bool shared = good.job.outcome != STATUS_OK;
    if (shared) {
        assert_int_equal(good.job.outcome, STATUS_CONFLICT);
        assert_string_equal(good.job.fault.code, "store.conflict");
    }
    assert_int_equal(count_rows(x->folder), rows + (shared ? 1 : 2));
    return shared;
}

static void a_failing_commit_fails_every_job(void **state) {
    fixture *x = *state;
    fault f = {0};
    mailbox *box = mailbox_create();
    size_t opened = 0;
    assert_int_equal(writer_run(x->writer, make_deferred, NULL, &f), STATUS_OK);
    bool shared = false;
    for (int64_t round = 0; round < 100 && !shared; round++)
        shared = commit_fails_for_both(x, box, 10 + 2 * round);
    assert_true(shared);
    // And the next batch is a fresh one.
    insert_job after = insert_make(1, box, &opened);
    writer_submit(x->writer, &after.job);
    open_until(box, &opened, 1);
    assert_int_equal(after.job.outcome, STATUS_OK);
    mailbox_destroy(box);
}

static status fail_silently(void *context, store *s, fault *f) {
    (void)context, (void)s, (void)f;
    return STATUS_NOT_FOUND;
}

static void a_failure_always_has_a_sentence(void **state) {
    fixture *x = *state;
    fault f = {0};
    uint64_t before = writer_commits(x->writer);
    assert_int_equal(writer_run(x->writer, fail_silently, NULL, &f), STATUS_NOT_FOUND);
    assert_int_equal(f.status, STATUS_NOT_FOUND);
    assert_true(strlen(f.text) > 10);
    // Nothing was written, so answers that are kept stay good.
    assert_int_equal(writer_commits(x->writer), before);
}

static void stopping_commits_what_is_queued(void **state) {
    (void)state;
    char *folder = unit_folder();
    fault f = {0};
    writer *w = NULL;
    assert_int_equal(writer_start(folder, &w, &f), STATUS_OK);
    assert_int_equal(writer_run(w, make_table, NULL, &f), STATUS_OK);
    mailbox *box = mailbox_create();
    size_t opened = 0;
    enum { JOBS = 500 };
    insert_job *jobs = calloc(JOBS, sizeof *jobs);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = insert_make(i + 1, box, &opened);
        writer_submit(w, &jobs[i].job);
    }
    writer_stop(w);
    mailbox_open(box);
    assert_int_equal(opened, JOBS);
    assert_int_equal(count_rows(folder), JOBS);
    // The log of changes was folded into the database.
    char *log_path = NULL;
    assert_true(asprintf(&log_path, "%s/interlink.db-wal", folder) > 0);
    FILE *log_file = fopen(log_path, "rb");
    assert_true(!log_file || fgetc(log_file) == EOF);
    if (log_file)
        fclose(log_file);
    free(log_path);
    free(jobs);
    mailbox_destroy(box);
    unit_folder_remove(folder);
}

static void a_broken_database_does_not_start(void **state) {
    (void)state;
    char *folder = unit_folder(), *path = NULL;
    assert_true(asprintf(&path, "%s/interlink.db", folder) > 0);
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < 2000; i++)
        fputc('x', file);
    fclose(file);
    writer *w = NULL;
    fault f = {0};
    assert_int_equal(writer_start(folder, &w, &f), STATUS_INTERNAL);
    assert_null(w);
    assert_string_equal(f.code, "store.damaged");
    free(path);
    unit_folder_remove(folder);
    writer_stop(NULL);
}

#define WITH_WRITER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        WITH_WRITER(one_failing_job_leaves_the_others),    WITH_WRITER(jobs_run_in_the_order_they_came),
        WITH_WRITER(eight_threads_submit_at_once),         WITH_WRITER(a_full_disk_fails_the_batch_and_passes),
        WITH_WRITER(a_failing_commit_fails_every_job),     WITH_WRITER(a_failure_always_has_a_sentence),
        cmocka_unit_test(stopping_commits_what_is_queued), cmocka_unit_test(a_broken_database_does_not_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
