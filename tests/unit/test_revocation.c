// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/minisign.h"
#include "domain/author_key.h"
#include "plugin/revocation.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LIST(number, entries) "{\"number\":" number ",\"expires\":\"2099-01-01T00:00:00Z\",\"revoked\":[" entries "]}"
#define WALK "{\"id\":\"walk\",\"from\":\"1.0.0\",\"to\":\"1.2.0\",\"reason\":\"It loses answers.\"}"

static void what_is_named(void **state) {
    revocation_list *l;
    minisign_secret secret;
    char key[MINISIGN_KEY_TEXT], other[MINISIGN_KEY_TEXT], text[1000];
    (void)state;
    minisign_secret_create(&secret);
    minisign_key_text(&secret.shown, key);
    secret.shown.id[0] ^= 1; // the same key under another number
    minisign_key_text(&secret.shown, other);
    snprintf(text, sizeof text,
             LIST("1", "{\"package\":\"" HASH "\",\"reason\":\"a\"},{\"key\":\"%s\",\"reason\":\"b\"}," WALK), key);
    assert_int_equal(revocation_parse(str_from(text), &l, NULL), STATUS_OK);
    assert_int_equal(revocation_count(l), 3);
    assert_string_equal(revocation_find(l, "any", "9.0.0", HASH, NULL), "a");
    assert_string_equal(revocation_find(l, "any", "9.0.0", NULL, key), "b");
    assert_string_equal(revocation_find(l, "any", "9.0.0", NULL, other), "b");
    assert_string_equal(revocation_find(l, "walk", "1.0.0", NULL, NULL), "It loses answers.");
    assert_non_null(revocation_find(l, "walk", "1.2.0", "", NULL));
    assert_null(revocation_find(l, "walk", "1.2.1", NULL, NULL));
    assert_null(revocation_find(l, "walk", "1.0.0-rc.1", NULL, NULL));
    assert_null(revocation_find(l, "walker", "1.0.0", NULL, NULL));
    assert_null(revocation_find(NULL, "walk", "1.0.0", HASH, key));
    revocation_free(l);
}

static void what_is_wrong(void **state) {
    static const char *const LISTS[] = {
        "",
        "[]",
        "{}",
        LIST("0", ""),
        LIST("\"1\"", ""),
        "{\"number\":1,\"revoked\":[]}",
        "{\"number\":1,\"expires\":\"soon\",\"revoked\":[]}",
        "{\"number\":1,\"expires\":\"2099-01-01\",\"revoked\":{}}",
        LIST("1", "{}"),
        LIST("1", "1"),
        LIST("1", "{\"id\":\"walk\"}"),
        LIST("1", "{\"id\":\"walk\",\"reason\":\"\"}"),
        LIST("1", "{\"id\":\"walk\",\"package\":\"" HASH "\",\"reason\":\"a\"}"),
        LIST("1", "{\"package\":\"ABC\",\"reason\":\"a\"}"),
        LIST("1", "{\"key\":\"RWQ\",\"reason\":\"a\"}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        revocation_list *l;
        fault f = {0};
        if (revocation_parse(str_from(LISTS[i]), &l, &f) != STATUS_INVALID || l || !f.text[0])
            fail_msg("%zu was taken: %s", i, LISTS[i]);
    }
}

static status take(world *w, const minisign_secret *by, const char *list, const char *bytes, bool *news) {
    buffer signature = {0};
    w->fault = (fault){0};
    minisign_sign(str_from(list), by, "list", &signature);
    status s = revocation_take(w->db, str_from(bytes), buffer_str(&signature), news, &w->fault);
    buffer_free(&signature);
    return s;
}

static void who_may_revoke(void **state) {
    world *w = *state;
    minisign_secret office, stranger;
    char key[MINISIGN_KEY_TEXT];
    bool news;
    revocation_list *l;
    minisign_secret_create(&office);
    minisign_secret_create(&stranger);
    minisign_key_text(&office.shown, key);
    const char *first = LIST("5", WALK);
    assert_int_equal(take(w, &office, first, first, &news), STATUS_FORBIDDEN); // not trusted yet
    world_ok(w, author_key_bind(w->db, "walk", key, &w->fault));
    assert_int_equal(take(w, &office, first, first, &news), STATUS_FORBIDDEN); // an author is not trusted for that
    world_ok(w, author_key_decide(w->db, key, AUTHOR_TRUSTED, "Office", NULL, &w->fault));
    assert_int_equal(take(w, &stranger, first, first, &news), STATUS_FORBIDDEN);
    assert_int_equal(take(w, &office, first, LIST("5", ""), &news), STATUS_FORBIDDEN); // other bytes
    world_ok(w, take(w, &office, first, first, &news));
    assert_true(news);
    world_ok(w, take(w, &office, first, first, &news));
    assert_false(news);
    // Never back, and never the same number with other bytes.
    const char *empty[] = {LIST("4", ""), LIST("5", "")};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(take(w, &office, empty[i], empty[i], &news), STATUS_CONFLICT);
        assert_string_equal(w->fault.code, "revocation.older");
    }
    world_ok(w, revocation_load(w->db, &l, &w->fault));
    assert_int_equal(revocation_number(l), 5);
    assert_non_null(revocation_find(l, "walk", "1.1.0", NULL, NULL));
    revocation_free(l);
    const char *next = LIST("6", "");
    world_ok(w, take(w, &office, next, next, &news));
    assert_true(news);
    world_ok(w, revocation_load(w->db, &l, &w->fault));
    assert_int_equal(revocation_count(l), 0);
    revocation_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_named),
        cmocka_unit_test(what_is_wrong),
        cmocka_unit_test_setup_teardown(who_may_revoke, world_open, world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
