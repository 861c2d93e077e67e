// SPDX-License-Identifier: EUPL-1.2
//
// People, their sessions, and how they come in: invitations.
#include "world.h"

#include "base/clock.h"
#include "domain/invitation.h"
#include "domain/meta.h"
#include "domain/session.h"

static void emails_have_one_form(void **state) {
    (void)state;
    char out[ACCOUNT_EMAIL_TEXT], label[80];
    assert_true(account_email_normal("  Ada.Lovelace+x@Example.ORG\n", out));
    assert_string_equal(out, "ada.lovelace+x@example.org");
    assert_true(account_email_normal("o'neil@müller-bau.example", out));
    memset(label, 'a', sizeof label);
    label[70] = '\0';
    char too_long[120];
    snprintf(too_long, sizeof too_long, "%s@example.org", label);
    const char *bad[] = {"",
                         "ada",
                         "ada@",
                         "@example.org",
                         "ada@example",
                         "a b@example.org",
                         "a@b@c.de",
                         "a@.de",
                         "a@b..de",
                         "a@b.de.",
                         ".a@example.org",
                         "a.@example.org",
                         "a..b@c.de",
                         "a@-b.de",
                         "a@b-.de",
                         "a@b.de-",
                         "a\"b@c.de",
                         "a@b_c.de",
                         "a@[1.2.3.4]",
                         "<a@b.de>",
                         "a\x01@b.de",
                         "a@b.de\r\nBcc: x",
                         too_long,
                         "\xff@b.de",
                         NULL};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (account_email_normal(bad[i], out))
            fail_msg("%s was taken", bad[i]);
        assert_string_equal(out, "");
    }
}

static void passwords_have_one_rule(void **state) {
    (void)state;
    fault f = {0};
    assert_int_equal(account_password_rule(STR("ninechars"), &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/password");
    assert_string_equal(f.fields[0].code, "too_short");
    assert_non_null(strstr(f.fields[0].text, "10"));
    assert_int_equal(account_password_rule(STR("ten chars!"), NULL), STATUS_OK);
    assert_int_equal(account_password_rule(STR("āčēģīķļņš"), NULL), STATUS_INVALID); // nine, though more bytes
    assert_int_equal(account_password_rule(STR("āčēģīķļņšž"), NULL), STATUS_OK);
    char long_one[ACCOUNT_PASSWORD_MOST + 2];
    memset(long_one, 'x', sizeof long_one);
    assert_int_equal(account_password_rule((str){long_one, ACCOUNT_PASSWORD_MOST + 1}, NULL), STATUS_INVALID);
    assert_int_equal(account_password_rule((str){long_one, ACCOUNT_PASSWORD_MOST}, NULL), STATUS_OK);
}

static void a_person_is_made_and_found(void **state) {
    world *w = *state;
    char hash[CRYPTO_PASSWORD_TEXT];
    world_ok(w, account_password_hash(STR("correct horse battery"), hash, &w->fault));
    account_draft draft = {.email = " Dora@Example.org", .name = "Dora", .password_hash = hash};
    person made, found;
    char kept[CRYPTO_PASSWORD_TEXT];
    world_ok(w, account_create(w->db, &draft, &made, &w->fault));
    assert_string_equal(made.email, "dora@example.org");
    assert_string_equal(made.kind, "citizen");
    assert_string_equal(made.language, "en");
    assert_false(made.admin);
    world_ok(w, account_find_email(w->db, "dora@example.org", &found, kept, &w->fault));
    assert_string_equal(found.id, made.id);
    assert_true(account_password_check(kept, STR("correct horse battery"), NULL));
    assert_false(account_password_check(kept, STR("correct horse batterz"), NULL));
    assert_false(account_password_check("", STR("correct horse battery"), NULL));
    assert_false(account_password_check(NULL, STR(""), NULL));
    fault f = {0};
    draft.email = "DORA@example.org";
    assert_int_equal(account_create(w->db, &draft, &made, &f), STATUS_CONFLICT);
    assert_string_equal(f.code, "account.exists");
    account_write(world_answer(w), &found);
    json_t *said = world_json(w);
    assert_string_equal(json_text_at(said, "email"), "dora@example.org");
    assert_null(json_object_get(said, "password"));
    assert_int_equal(json_object_size(said), 6);
}

static void each_mistake_has_its_field(void **state) {
    world *w = *state;
    account_draft draft = {.email = "nobody", .name = "  ", .kind = "king", .language = "tlh"};
    person made;
    fault f = {0};
    assert_int_equal(account_create(w->db, &draft, &made, &f), STATUS_INVALID);
    assert_int_equal(f.field_count, 4);
    account_change change = {.name = "\n", .kind = "king"};
    f = (fault){0};
    assert_int_equal(account_update(w->db, w->ada.id, &change, &made, &f), STATUS_INVALID);
    assert_int_equal(f.field_count, 2);
    change = (account_change){.language = "lv"};
    world_ok(w, account_update(w->db, w->ada.id, &change, &made, &w->fault));
    assert_string_equal(made.language, "lv");
    assert_string_equal(made.name, "Ada");
    assert_int_equal(account_update(w->db, "nobody", &change, &made, NULL), STATUS_NOT_FOUND);
}

static void a_session_begins_and_ends(void **state) {
    world *w = *state;
    session_token token;
    person who;
    char hash[SESSION_HASH_TEXT];
    world_ok(w, session_create(w->db, w->ada.id, &token, &w->fault));
    int64_t left = token.expires - clock_now();
    assert_true(left > (SESSION_SECONDS - 60) * 1000LL && left <= SESSION_SECONDS * 1000LL);
    session_hash(str_from(token.token), hash);
    world_ok(w, session_find(w->db, hash, &who, &w->fault));
    assert_string_equal(who.id, w->ada.id);
    // The database does not hold what the browser holds.
    assert_int_equal(store_count(w->db, -1, "SELECT COUNT(*) FROM session WHERE token = ?", "t", token.token), 0);
    assert_int_equal(session_find(w->db, token.token, &who, NULL), STATUS_UNAUTHENTICATED);
    world_run(w, "UPDATE person SET disabled = 1 WHERE name = 'Ada'");
    assert_int_equal(session_find(w->db, hash, &who, NULL), STATUS_UNAUTHENTICATED);
    world_run(w, "UPDATE person SET disabled = 0");
    world_ok(w, session_end(w->db, hash, &w->fault));
    assert_int_equal(session_find(w->db, hash, &who, NULL), STATUS_UNAUTHENTICATED);
    world_ok(w, session_end(w->db, hash, &w->fault));
}

static void an_old_session_is_over(void **state) {
    world *w = *state;
    session_token token;
    person who;
    char hash[SESSION_HASH_TEXT];
    world_ok(w, session_create(w->db, w->ada.id, &token, &w->fault));
    session_hash(str_from(token.token), hash);
    world_run(w, "UPDATE session SET expires = 1");
    assert_int_equal(session_find(w->db, hash, &who, NULL), STATUS_UNAUTHENTICATED);
    world_ok(w, session_create(w->db, w->ada.id, &token, &w->fault));
    assert_int_equal(store_count(w->db, -1, "SELECT COUNT(*) FROM session", ""), 1);
    world_ok(w, account_password_set(w->db, w->ada.id, "hash", &w->fault));
    assert_int_equal(store_count(w->db, -1, "SELECT COUNT(*) FROM session", ""), 0);
    assert_int_equal(account_password_set(w->db, "nobody", "hash", NULL), STATUS_NOT_FOUND);
}

static void the_first_administrator(void **state) {
    world *w = *state;
    char old[CRYPTO_TOKEN_TEXT], token[CRYPTO_TOKEN_TEXT];
    world_ok(w, invitation_create_administrator(w->db, old, &w->fault));
    world_ok(w, invitation_create_administrator(w->db, token, &w->fault));
    invitation i;
    assert_int_equal(invitation_find(w->db, old, &i, NULL), STATUS_NOT_FOUND);
    world_ok(w, invitation_find(w->db, token, &i, &w->fault));
    invitation_write(world_answer(w), &i);
    assert_string_equal(json_text_at(world_json(w), "kind"), "administrator");
    invitation_acceptance a = {.token = token, .name = "Root", .password_hash = "hash", .secret = w->secret};
    person who;
    fault f = {0};
    assert_int_equal(invitation_accept(w->db, NULL, &a, &who, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/email");
    a.email = "root@example.org";
    a.password_hash = NULL;
    assert_int_equal(invitation_accept(w->db, NULL, &a, &who, NULL), STATUS_INVALID);
    a.password_hash = "hash";
    world_ok(w, invitation_accept(w->db, NULL, &a, &who, &w->fault));
    assert_true(who.admin);
    assert_true(account_any_admin(w->db));
    a.email = "second@example.org";
    assert_int_equal(invitation_accept(w->db, NULL, &a, &who, NULL), STATUS_NOT_FOUND);
    world_ok(w, invitation_create_administrator(w->db, token, &w->fault));
    assert_string_equal(token, "");
}

// Somebody may have been made an administrator by a command while the link lay about.
static void a_late_link_makes_no_second_administrator(void **state) {
    world *w = *state;
    char token[CRYPTO_TOKEN_TEXT];
    world_ok(w, invitation_create_administrator(w->db, token, &w->fault));
    world_run(w, "UPDATE person SET admin = 1 WHERE name = 'Ben'");
    invitation i;
    assert_int_equal(invitation_find(w->db, token, &i, NULL), STATUS_NOT_FOUND);
}

static member_added invite(world *w, const char *process, const char *email) {
    usage_actor by = usage_actor_of(&w->ada, w->secret);
    member_added added;
    world_ok(w, member_add(w->db, NULL, &by, process, email, ROLE_CONTRIBUTOR, &added, &w->fault));
    return added;
}

static void a_stranger_joins_by_invitation(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    member_added added = invite(w, process.text, "New@Example.org");
    assert_true(added.invited);
    invitation_acceptance a = {
        .token = added.token, .name = "New", .language = "fr", .password_hash = "hash", .secret = w->secret};
    live_list live = {0};
    person who;
    world_ok(w, invitation_accept(w->db, &live, &a, &who, &w->fault));
    assert_string_equal(who.email, "new@example.org");
    assert_false(who.admin);
    assert_int_equal(store_count(w->db, 0,
                                 "SELECT 1 FROM member WHERE process = ? AND person = ? AND role = 'contributor'", "tt",
                                 process.text, who.id),
                     1);
    assert_int_equal(invitation_accept(w->db, &live, &a, &who, NULL), STATUS_NOT_FOUND);
    // Ada is told; the one who joined is not.
    assert_non_null(live.first);
    assert_null(live.first->next);
    assert_non_null(strstr(live.first->topic, w->ada.id));
    live_list_clear(&live);
}

static void who_has_an_account_signs_in_first(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    member_added added = invite(w, process.text, "dora@example.org");
    person dora = world_person(w, "dora@example.org", "Dora", NULL, NULL), who;
    invitation_acceptance a = {.token = added.token, .name = "Mallory", .password_hash = "hash", .secret = w->secret};
    fault f = {0};
    assert_int_equal(invitation_accept(w->db, NULL, &a, &who, &f), STATUS_CONFLICT);
    assert_string_equal(f.code, "invitation.sign_in");
    a.actor = &w->cleo;
    assert_int_equal(invitation_accept(w->db, NULL, &a, &who, &f), STATUS_FORBIDDEN);
    assert_string_equal(f.code, "invitation.other_person");
    a.actor = &dora;
    a.password_hash = a.name = NULL;
    world_ok(w, invitation_accept(w->db, NULL, &a, &who, &w->fault));
    assert_string_equal(who.id, dora.id);
    assert_string_equal(who.name, "Dora");
}

static void invitations_end(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    member_added first = invite(w, process.text, "x@example.org"), second = invite(w, process.text, "x@example.org");
    invitation i;
    assert_int_equal(invitation_find(w->db, first.token, &i, NULL), STATUS_NOT_FOUND);
    world_ok(w, invitation_find(w->db, second.token, &i, &w->fault));
    assert_string_equal(i.process_name, "Park");
    world_run(w, "UPDATE invitation SET expires = 1");
    assert_int_equal(invitation_find(w->db, second.token, &i, NULL), STATUS_NOT_FOUND);
    assert_int_equal(invitation_find(w->db, "", &i, NULL), STATUS_NOT_FOUND);
}

static void the_secret_is_made_once(void **state) {
    world *w = *state;
    uint8_t one[32], two[32], none[32] = {0};
    world_ok(w, meta_secret(w->db, one, &w->fault));
    world_ok(w, meta_secret(w->db, two, &w->fault));
    assert_memory_equal(one, two, 32);
    assert_memory_not_equal(one, none, 32);
    world_ok(w, meta_set(w->db, "secret", "damaged", &w->fault));
    assert_int_equal(meta_secret(w->db, two, NULL), STATUS_INTERNAL);
    buffer b = {0};
    assert_int_equal(meta_get(w->db, "nothing", &b, NULL), STATUS_NOT_FOUND);
    world_ok(w, meta_set(w->db, "site.name", "One", &w->fault));
    world_ok(w, meta_set(w->db, "site.name", "Two", &w->fault));
    world_ok(w, meta_get(w->db, "site.name", &b, &w->fault));
    assert_string_equal(b.ptr, "Two");
    buffer_free(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emails_have_one_form),
        cmocka_unit_test(passwords_have_one_rule),
        TEST(a_person_is_made_and_found),
        TEST(each_mistake_has_its_field),
        TEST(a_session_begins_and_ends),
        TEST(an_old_session_is_over),
        TEST(the_first_administrator),
        TEST(a_late_link_makes_no_second_administrator),
        TEST(a_stranger_joins_by_invitation),
        TEST(who_has_an_account_signs_in_first),
        TEST(invitations_end),
        TEST(the_secret_is_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
