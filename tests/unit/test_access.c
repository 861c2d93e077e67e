// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

static void expect(world *w, const person *who, const char *rule, const char *id, status wanted) {
    access_found a;
    fault f = {0};
    status got = access_check(w->db, who, rule, id, &a, &f);
    if (got != wanted)
        fail_msg("%s on %s for %s: %d, not %d (%s)", rule, id, who->name, got, wanted, f.text);
    if (got != STATUS_OK)
        assert_true(f.code[0] && f.text[0]);
}

static void every_rule_for_every_role(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    const char *node = world_node(w, process.text, "a");
    person viewer = world_person(w, "v@example.org", "Vera", NULL, NULL);
    person visitor = {0};
    world_join(w, process.text, &viewer, ROLE_VIEWER);
    world_join(w, process.text, &w->ben, ROLE_CONTRIBUTOR);
    const char *asset = world_asset(w, process.text, node, &w->ada);
    const struct {
        const char *rule, *id;
        status viewer, contributor;
    } cases[] = {
        {"process.view", process.text, STATUS_OK, STATUS_OK},
        {"process.contribute", process.text, STATUS_FORBIDDEN, STATUS_OK},
        {"process.admin", process.text, STATUS_FORBIDDEN, STATUS_FORBIDDEN},
        {"node.view", node, STATUS_OK, STATUS_OK},
        {"node.contribute", node, STATUS_FORBIDDEN, STATUS_OK},
        {"node.manage", node, STATUS_FORBIDDEN, STATUS_FORBIDDEN},
        {"asset.view", asset, STATUS_OK, STATUS_OK},
        {"asset.contribute", asset, STATUS_FORBIDDEN, STATUS_OK},
        {"asset.manage", asset, STATUS_FORBIDDEN, STATUS_FORBIDDEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(access_rule_known(cases[i].rule));
        expect(w, &visitor, cases[i].rule, cases[i].id, STATUS_UNAUTHENTICATED);
        expect(w, &w->cleo, cases[i].rule, cases[i].id, STATUS_NOT_FOUND);
        expect(w, &viewer, cases[i].rule, cases[i].id, cases[i].viewer);
        expect(w, &w->ben, cases[i].rule, cases[i].id, cases[i].contributor);
        expect(w, &w->ada, cases[i].rule, cases[i].id, STATUS_OK);
    }
}

static void what_is_unknown_is_not_there(void **state) {
    world *w = *state;
    const char *rules[] = {"process.view", "node.view", "asset.manage"};
    const char *ids[] = {"01890000-0000-7000-8000-000000000000", "", "nonsense", "' OR 1=1 --", NULL};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 5; j++)
            expect(w, &w->ada, rules[i], ids[j], STATUS_NOT_FOUND);
}

// 404 says the same of what is not there and of what one may not know.
static void a_stranger_learns_nothing(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    fault there = {0}, nowhere = {0};
    access_found a;
    access_check(w->db, &w->cleo, "process.view", process.text, &a, &there);
    assert_string_equal(a.process, "");
    access_check(w->db, &w->cleo, "process.view", id_create().text, &a, &nowhere);
    assert_string_equal(there.text, nowhere.text);
    assert_string_equal(there.code, nowhere.code);
}

static void a_creator_manages_what_is_their_own(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    const char *node = world_node(w, process.text, "a");
    world_join(w, process.text, &w->ben, ROLE_CONTRIBUTOR);
    const char *asset = world_asset(w, process.text, node, &w->ben);
    expect(w, &w->ben, "asset.manage", asset, STATUS_OK);
    access_found a;
    world_ok(w, access_check(w->db, &w->ben, "asset.manage", asset, &a, &w->fault));
    assert_int_equal(a.role, ROLE_CONTRIBUTOR);
    assert_string_equal(a.process, process.text);
    assert_string_equal(a.node, node);
    assert_string_equal(a.asset, asset);
    world_run(w, "UPDATE member SET role = 'viewer' WHERE role = 'contributor'");
    expect(w, &w->ben, "asset.manage", asset, STATUS_FORBIDDEN);
    world_run(w, "DELETE FROM member WHERE role = 'viewer'");
    expect(w, &w->ben, "asset.manage", asset, STATUS_NOT_FOUND);
}

static void the_site(void **state) {
    world *w = *state;
    person visitor = {0}, admin = w->cleo;
    admin.admin = true;
    id_value process = world_process(w, "en");
    expect(w, &visitor, "anonymous", "", STATUS_OK);
    expect(w, &visitor, "user", "", STATUS_UNAUTHENTICATED);
    expect(w, &w->ben, "user", "", STATUS_OK);
    expect(w, &w->ben, "site.admin", "", STATUS_FORBIDDEN);
    expect(w, &visitor, "site.admin", "", STATUS_UNAUTHENTICATED);
    expect(w, &admin, "site.admin", "", STATUS_OK);
    expect(w, &admin, "process.view", process.text, STATUS_NOT_FOUND);
}

static void an_unknown_rule_is_refused(void **state) {
    world *w = *state;
    person admin = w->ada;
    admin.admin = true;
    id_value process = world_process(w, "en");
    const char *rules[] = {"process.delete", "", "users", "anonymous ", "node", NULL};
    for (size_t i = 0; i < 6; i++) {
        expect(w, &admin, rules[i], process.text, STATUS_FORBIDDEN);
        assert_false(access_rule_known(rules[i]));
    }
}

static void roles_have_words(void **state) {
    (void)state;
    for (role r = ROLE_VIEWER; r <= ROLE_ADMINISTRATOR; r++)
        assert_int_equal(role_from(role_text(r)), r);
    assert_int_equal(role_from("owner"), ROLE_NONE);
    assert_int_equal(role_from(""), ROLE_NONE);
    assert_int_equal(role_from(NULL), ROLE_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        TEST(every_rule_for_every_role),
        TEST(what_is_unknown_is_not_there),
        TEST(a_stranger_learns_nothing),
        TEST(a_creator_manages_what_is_their_own),
        TEST(the_site),
        TEST(an_unknown_rule_is_refused),
        cmocka_unit_test(roles_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
