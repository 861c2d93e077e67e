// SPDX-License-Identifier: EUPL-1.2
//
// The power fails, at any instant, and again after the start that follows. The acts of the town are written by the real
// writer on a disk that is recorded (disk.h); what is there after a cut is opened by the real store.
//
//   test_power [CUTS]
#include "town.h"

#include <sqlite3.h>
#include <time.h>

#include "base/log.h"
#include "disk.h"
#include "store/folder.h"

enum { CUTS_IN_ROUND = 50, GROUPS = 34, TOGETHER = 6, COPIED = -1 };

static size_t cuts_wanted = 1000;

// ---- how safely the database is told to write; NULL: as the program does. See the linker's --wrap.
static const char *lowered;
int __real_sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *x, char **e);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *x, char **e);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *x, char **e) {
    int code = __real_sqlite3_exec(db, sql, each, x, e);
    return code == SQLITE_OK && lowered && strstr(sql, "synchronous")
               ? __real_sqlite3_exec(db, lowered, NULL, NULL, NULL)
               : code;
}

typedef struct trial {
    world *world;
    town town;
    char *base; // everything happens below it
    uint64_t random;
    bool lies, copied; // was the copy of this round reported as made
    int round;
    size_t copy_moment;    // when it was
    uint8_t *acknowledged; // by number of the act
    size_t acts;
    size_t cuts, lost, halves, damaged, half_copies; // what was found
    char why[400];
} trial;

static uint64_t pick(trial *t, uint64_t limit) {
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    return (t->random >> 33) % limit;
}

static trial *trial_begin(world *w, uint64_t seed) {
    trial *t = calloc(1, sizeof *t);
    char template[4096];
    t->world = w;
    t->base = unit_folder();
    t->random = seed;
    t->acknowledged = calloc(TOWN_ACTS, 1);
    snprintf(template, sizeof template, "%s/template", t->base);
    town_found(&t->town, w, template);
    return t;
}

static void trial_end(trial *t) {
    unit_folder_remove(t->base);
    free(t->acknowledged);
    free(t);
}

static void place(const trial *t, const char *name, char out[4096]) {
    snprintf(out, 4096, "%s/%s", t->base, name);
}

static writer *start(const char *folder) {
    writer *w = NULL;
    fault f = {0};
    if (writer_start(folder, &w, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    return w;
}

// A copy of the database while it is in use; the mark says that it was reported as made.
static void copy_make(trial *t, const char *folder, disk *d) {
    char path[4200];
    fault f = {0};
    store *reader = NULL;
    assert_int_equal(store_open(folder, STORE_READ, &reader, &f), STATUS_OK);
    snprintf(path, sizeof path, "%s/copy-%d.db", folder, t->round);
    assert_int_equal(store_backup(reader, path, &f), STATUS_OK);
    store_close(reader);
    disk_mark(d, COPIED);
    t->copy_moment = disk_events(d);
}

// What a program leaves that is killed between making a folder and syncing the one above.
static void leave_folders(trial *t, const char *folder) {
    char path[4200];
    snprintf(path, sizeof path, "%s/blobs", folder);
    mkdir(path, 0700);
    for (int i = 0; i < 128; i++) {
        snprintf(path, sizeof path, "%s/blobs/%02x", folder, (unsigned)pick(t, 256));
        mkdir(path, 0700);
    }
}

// A while of work; every act that was answered is marked.
static disk *work(trial *t, const char *folder) {
    disk *d = disk_record(folder);
    if (pick(t, 2))
        leave_folders(t, folder);
    writer *w = start(folder);
    act acts[TOGETHER];
    for (int group = 1; group <= GROUPS; group++) {
        size_t together = 1 + pick(t, TOGETHER);
        town_act(&t->town, folder, w, acts, together, (int64_t)t->acts);
        for (size_t i = 0; i < together; i++) {
            assert_int_equal(acts[i].job.outcome, STATUS_OK);
            disk_mark(d, (int64_t)t->acts++);
        }
        if (group % 11 == 0) { // an orderly end and a start, which fold the log in
            writer_stop(w);
            w = start(folder);
        }
        if (group == GROUPS / 2)
            copy_make(t, folder, d);
    }
    writer_stop(w);
    disk_stop(d);
    return d;
}

static void marked(void *context, int64_t number) {
    trial *t = context;
    if (number >= 0)
        t->acknowledged[number] = 1;
    else
        t->copied = true;
}

static void fresh(const trial *t, const char *name, char out[4096]) {
    place(t, name, out);
    folder_remove(out);
}

// A copy of the database is whole, or it does not have its name yet.
static void copy_check(trial *t, const char *folder) {
    char path[4200], as_database[4300], own[4096];
    snprintf(path, sizeof path, "%s/copy-%d.db", folder, t->round);
    if (access(path, F_OK) != 0) {
        t->half_copies += t->copied;
        return;
    }
    fresh(t, "copy", own);
    assert_int_equal(mkdir(own, 0700), 0);
    snprintf(as_database, sizeof as_database, "%s/interlink.db", own);
    assert_int_equal(rename(path, as_database), 0);
    store *s = NULL;
    fault f = {0};
    t->half_copies += store_open(own, STORE_READ, &s, &f) != STATUS_OK || store_check(s, &f) != STATUS_OK;
    store_close(s);
}

static void cut_check(trial *t, const disk *d) {
    uint8_t *known = memcpy(malloc(TOWN_ACTS), t->acknowledged, TOWN_ACTS);
    char image[4096];
    fresh(t, "image", image);
    disk_cut(d, &t->random, image);
    town_state found = town_check(image, known, t->acts);
    copy_check(t, image);
    t->cuts++;
    t->lost += found.lost;
    t->halves += found.halves;
    t->damaged += found.damaged;
    if (found.why[0])
        snprintf(t->why, sizeof t->why, "%s", found.why);
    free(known);
}

static int by_size(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

// Works from what is in `from`, then cuts at so many moments; the last one's outcome is left in "next".
static void round_run(trial *t, const char *from, size_t cuts) {
    char folder[4096], next[4096];
    size_t moments[CUTS_IN_ROUND];
    place(t, "work", folder);
    town_copy(from, folder);
    if (strcmp(from, t->town.template) == 0)
        memset(t->acknowledged, 0, TOWN_ACTS); // what was there before is gone for good reason
    t->round++;
    t->copied = false;
    disk *d = work(t, folder);
    size_t events = disk_events(d);
    if (t->lies)
        disk_lie(d);
    for (size_t i = 0; i < cuts; i++)
        moments[i] = i % 8 ? 1 + pick(t, events) : t->copy_moment;
    qsort(moments, cuts, sizeof *moments, by_size);
    for (size_t i = 0; i < cuts; i++) {
        disk_advance(d, moments[i], marked, t);
        cut_check(t, d);
    }
    fresh(t, "next", next);
    disk_cut(d, &t->random, next);
    disk_free(d);
}

static trial *trial_run(world *w, const char *what, size_t cuts, bool lies, bool chained) {
    uint64_t seed = (uint64_t)time(NULL);
    const char *wanted = getenv("INTERLINK_SEED");
    trial *t = trial_begin(w, wanted ? strtoull(wanted, NULL, 10) : seed);
    char next[4096];
    t->lies = lies;
    printf("%s: seed %llu\n", what, (unsigned long long)t->random);
    place(t, "next", next);
    while (t->cuts < cuts) {
        size_t some = cuts - t->cuts < CUTS_IN_ROUND ? cuts - t->cuts : CUTS_IN_ROUND;
        round_run(t, chained && t->round % 4 ? next : t->town.template, some);
    }
    printf(
        "%s: %zu cuts, %zu acts; %zu times an act lost, %zu halves, %zu databases damaged, %zu copies not whole%s%s\n",
        what, t->cuts, t->acts, t->lost, t->halves, t->damaged, t->half_copies, t->why[0] ? "; " : "", t->why);
    return t;
}

static void nothing_is_lost(void **state) {
    trial *t = trial_run(*state, "as the program writes", cuts_wanted, false, true);
    assert_int_equal(t->lost + t->halves + t->damaged + t->half_copies, 0);
    trial_end(t);
}

// What follows asks whether this test would see a loss.

static void normal_loses(void **state) {
    lowered = "PRAGMA synchronous = NORMAL";
    trial *t = trial_run(*state, "synchronous=NORMAL", CUTS_IN_ROUND, false, false);
    lowered = NULL;
    assert_true(t->lost > 0);
    assert_int_equal(t->damaged + t->halves, 0); // it loses the newest, and breaks nothing
    trial_end(t);
}

static void off_loses_and_damages(void **state) {
    lowered = "PRAGMA synchronous = OFF";
    trial *t = trial_run(*state, "synchronous=OFF", 2 * CUTS_IN_ROUND, false, false);
    lowered = NULL;
    assert_true(t->lost > 0);
    assert_true(t->damaged > 0);
    trial_end(t);
}

static void a_disk_that_lies_loses_and_damages(void **state) {
    trial *t = trial_run(*state, "a disk that lies", CUTS_IN_ROUND, true, false);
    assert_true(t->lost > 0);
    assert_true(t->damaged > 0);
    trial_end(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_lost),
        TEST(normal_loses),
        TEST(off_loses_and_damages),
        TEST(a_disk_that_lies_loses_and_damages),
    };
    if (argc > 1)
        cuts_wanted = strtoul(argv[1], NULL, 10);
    log_set_level(LOG_ERROR + 1); // damaged databases are what this is about
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
