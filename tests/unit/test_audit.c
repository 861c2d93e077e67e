// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "domain/audit.h"

enum { LINES = 20 };

static int setup(void **state) {
    world_open(state);
    world *w = *state;
    for (int i = 0; i < LINES; i++)
        world_ok(w, audit_append(
                        w->db,
                        &(audit_event){.person = i % 2 ? w->ada.id : NULL, .what = "plugins.update", .about = "survey"},
                        &w->fault));
    return 0;
}

static int teardown(void **state) {
    world_close(state);
    return 0;
}

static audit_verdict verify(world *w, const char *noted) {
    audit_verdict v;
    world_ok(w, audit_verify(w->db, noted, &v, &w->fault));
    return v;
}

static void what_was_written_is_whole(void **state) {
    world *w = *state;
    audit_verdict v = verify(w, NULL);
    assert_int_equal(v.bad, 0);
    assert_int_equal(v.count, LINES);
    assert_int_equal(strlen(v.head), AUDIT_HEAD - 1);
}

// Every column of every line, one after the other.
static void every_change_is_named(void **state) {
    world *w = *state;
    static const char *const CHANGES[] = {
        "UPDATE audit SET at = at + 1 WHERE seq = ?",
        "UPDATE audit SET person = 'x' || person WHERE seq = ?",
        "UPDATE audit SET what = 'plugins.updatf' WHERE seq = ?",
        "UPDATE audit SET about = '' WHERE seq = ?",
        "UPDATE audit SET hash = replace(hash, substr(hash, 1, 1), 'z') WHERE seq = ?",
    };
    for (int64_t seq = 1; seq <= LINES; seq++)
        for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
            assert_int_equal(store_savepoint(w->db, &w->fault), STATUS_OK);
            world_ok(w, store_run(w->db, &w->fault, CHANGES[i], "i", seq));
            assert_int_equal(verify(w, NULL).bad, seq);
            store_rollback_to(w->db);
        }
    assert_int_equal(verify(w, NULL).bad, 0);
}

static void every_missing_line_is_named(void **state) {
    world *w = *state;
    for (int64_t seq = 1; seq <= LINES; seq++) {
        assert_int_equal(store_savepoint(w->db, &w->fault), STATUS_OK);
        world_ok(w, store_run(w->db, &w->fault, "DELETE FROM audit WHERE seq = ?", "i", seq));
        assert_int_equal(verify(w, NULL).bad, seq);
        store_rollback_to(w->db);
    }
    assert_int_equal(store_savepoint(w->db, &w->fault), STATUS_OK);
    world_run(w, "DELETE FROM audit");
    assert_int_equal(verify(w, NULL).bad, 1);
    store_rollback_to(w->db);
}

// Somebody who makes all hashes anew is found by a head that was noted before.
static void a_log_made_anew_is_known_by_its_head(void **state) {
    world *w = *state;
    audit_verdict before = verify(w, NULL);
    world_run(w, "DELETE FROM audit");
    world_run(w, "DELETE FROM meta WHERE key = 'audit.head'");
    for (int i = 0; i < LINES; i++)
        world_ok(w, audit_append(w->db, &(audit_event){.what = "user.add"}, &w->fault));
    audit_verdict after = verify(w, before.head);
    assert_int_equal(after.bad, 0);
    assert_false(after.noted);
    assert_true(verify(w, after.head).noted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(every_change_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(every_missing_line_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_log_made_anew_is_known_by_its_head, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
