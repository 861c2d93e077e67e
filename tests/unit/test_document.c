// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/clock.h"
#include "domain/document.h"

enum { QUOTA = 16 << 20 };

typedef struct scene {
    world *world;
    const char *asset, *other;
} scene;

static int setup(void **state) {
    scene *s = calloc(1, sizeof *s);
    world_open((void **)&s->world);
    id_value process = world_process(s->world, "en");
    const char *node = world_node(s->world, process.text, "a");
    s->asset = world_asset(s->world, process.text, node, &s->world->ada);
    s->other = world_asset(s->world, process.text, node, &s->world->ada);
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    world_close((void **)&s->world);
    free(s);
    return 0;
}

static status put(scene *s, const char *key, const char *value, uint64_t version) {
    s->world->fault = (fault){0};
    return document_put(s->world->db, s->asset, str_from(key), str_from(value), version, QUOTA, &s->world->fault);
}

static document get(scene *s, const char *asset, const char *key) {
    document d = {0};
    status found = document_get(s->world->db, s->world->arena, asset, str_from(key), &d, &s->world->fault);
    assert_true(found == STATUS_OK || found == STATUS_NOT_FOUND);
    return d;
}

static void a_lost_update_is_noticed(void **state) {
    scene *s = *state;
    assert_int_equal(put(s, "poll", "{\"n\":1}", DOCUMENT_NEW), STATUS_OK);
    document first = get(s, s->asset, "poll");
    assert_true(str_is(first.value, "{\"n\":1}") && first.version > 0 && first.version < 1ull << 53);
    assert_int_equal(put(s, "poll", "{\"n\":2}", DOCUMENT_NEW), STATUS_RETRY);
    assert_int_equal(put(s, "poll", "{\"n\":2}", first.version), STATUS_OK);
    assert_int_equal(put(s, "poll", "{\"n\":3}", first.version), STATUS_RETRY);
    assert_true(s->world->fault.text[0] != '\0');
    assert_true(str_is(get(s, s->asset, "poll").value, "{\"n\":2}"));
    assert_int_equal(put(s, "poll", "4", DOCUMENT_ANY), STATUS_OK);
    assert_true(get(s, s->asset, "poll").version > first.version);
    assert_int_equal(put(s, "none", "4", 77), STATUS_RETRY);
}

static void a_version_never_comes_back(void **state) {
    scene *s = *state;
    assert_int_equal(put(s, "poll", "1", DOCUMENT_NEW), STATUS_OK);
    uint64_t before = get(s, s->asset, "poll").version;
    int64_t now = clock_now();
    assert_int_equal(document_delete(s->world->db, s->asset, STR("poll"), before + 1, NULL), STATUS_RETRY);
    assert_int_equal(document_delete(s->world->db, s->asset, STR("poll"), before, NULL), STATUS_OK);
    assert_int_equal(document_delete(s->world->db, s->asset, STR("poll"), DOCUMENT_ANY, NULL), STATUS_OK);
    while (clock_now() == now)
        continue;
    assert_int_equal(put(s, "poll", "1", DOCUMENT_NEW), STATUS_OK);
    assert_true(get(s, s->asset, "poll").version > before);
}

static bool add_key(void *context, const document *d) {
    buffer *out = context;
    buffer_printf(out, "%.*s=%.*s ", (int)d->key.len, d->key.ptr, (int)d->value.len, d->value.ptr);
    return out->len < 1000;
}

static void assert_list(scene *s, const char *prefix, const char *after, size_t limit, const char *wanted,
                        bool wanted_more) {
    buffer out = {0};
    bool more;
    buffer_add(&out, "");
    assert_int_equal(document_list(s->world->db, s->asset, str_from(prefix), str_from(after), limit, add_key, &out,
                                   &more, &s->world->fault),
                     STATUS_OK);
    assert_string_equal(out.ptr, wanted);
    assert_int_equal(more, wanted_more);
    buffer_free(&out);
}

static void lists_go_by_prefix_and_cursor(void **state) {
    scene *s = *state;
    static const char *const KEYS[] = {"a", "vote/1", "vote/2", "vote/3", "votes", "z"};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(put(s, KEYS[i], "0", DOCUMENT_NEW), STATUS_OK);
    assert_list(s, "", "", 10, "a=0 vote/1=0 vote/2=0 vote/3=0 votes=0 z=0 ", false);
    assert_list(s, "vote/", "", 10, "vote/1=0 vote/2=0 vote/3=0 ", false);
    assert_list(s, "vote/", "", 2, "vote/1=0 vote/2=0 ", true);
    assert_list(s, "vote/", "vote/2", 2, "vote/3=0 ", false);
    assert_list(s, "vote/", "", 3, "vote/1=0 vote/2=0 vote/3=0 ", false);
    assert_list(s, "nothing", "", 3, "", false);
    assert_list(s, "no key!", "", 3, "", false);
    uint64_t count;
    assert_int_equal(document_count(s->world->db, s->asset, STR("vote/"), &count, NULL), STATUS_OK);
    assert_int_equal(count, 3);
    assert_int_equal(document_count(s->world->db, s->other, (str){0}, &count, NULL), STATUS_OK);
    assert_int_equal(count, 0);
}

static void appended_ones_are_in_order_of_time(void **state) {
    scene *s = *state;
    for (int i = 0; i < 5; i++) {
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        assert_int_equal(document_append(s->world->db, s->asset, STR("answer/"), str_from(value), QUOTA, NULL),
                         STATUS_OK);
    }
    buffer out = {0};
    bool more;
    document_list(s->world->db, s->asset, STR("answer/"), STR(""), 10, add_key, &out, &more, NULL);
    const char *at = out.ptr;
    for (int i = 0; i < 5; i++) {
        at = strchr(at, '=');
        assert_non_null(at);
        assert_int_equal(*++at, '0' + i);
    }
    buffer_free(&out);
    char longest[DOCUMENT_KEY + 1];
    memset(longest, 'a', DOCUMENT_KEY);
    longest[DOCUMENT_KEY] = '\0';
    assert_int_equal(document_append(s->world->db, s->asset, str_from(longest), STR("1"), QUOTA, NULL), STATUS_INVALID);
}

static void bad_keys_and_values_are_refused(void **state) {
    scene *s = *state;
    static const char *const KEYS[] = {"", "a b", "ä", "a\\b", "a:b", "a?"};
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        assert_int_equal(put(s, KEYS[i], "1", DOCUMENT_ANY), STATUS_INVALID);
    static const char *const VALUES[] = {"", "{", "nothing", "{\"a\":1,}", "1 2", "{\"a\":1,\"a\":2}"};
    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++)
        assert_int_equal(put(s, "k", VALUES[i], DOCUMENT_ANY), STATUS_INVALID);
    assert_int_equal(document_put(s->world->db, s->asset, (str){"a\0b", 3}, STR("1"), DOCUMENT_ANY, QUOTA, NULL),
                     STATUS_INVALID);
    assert_int_equal(document_delete(s->world->db, s->asset, STR("a b"), DOCUMENT_ANY, NULL), STATUS_INVALID);
}

static void the_quota_holds_and_is_given_back(void **state) {
    scene *s = *state;
    char *large = malloc(DOCUMENT_SIZE + 2), key[20];
    memset(large, ' ', DOCUMENT_SIZE + 2);
    large[0] = '1';
    str value = {large, DOCUMENT_SIZE - 10};
    assert_int_equal(
        document_put(s->world->db, s->asset, STR("k"), (str){large, DOCUMENT_SIZE + 1}, DOCUMENT_ANY, QUOTA, NULL),
        STATUS_TOO_LARGE);
    for (int i = 0; i < 16; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_int_equal(document_put(s->world->db, s->asset, str_from(key), value, DOCUMENT_ANY, QUOTA, NULL),
                         STATUS_OK);
    }
    fault f = {0};
    store_savepoint(s->world->db, &f);
    assert_int_equal(document_put(s->world->db, s->asset, STR("more"), value, DOCUMENT_ANY, QUOTA, &f),
                     STATUS_TOO_LARGE);
    assert_string_equal(f.code, "document.quota");
    store_rollback_to(s->world->db);
    assert_int_equal(put(s, "k3", "1", DOCUMENT_ANY), STATUS_OK);
    assert_int_equal(document_put(s->world->db, s->asset, STR("more"), value, DOCUMENT_ANY, QUOTA, NULL), STATUS_OK);
    assert_int_equal(document_delete(s->world->db, s->asset, STR("k4"), DOCUMENT_ANY, NULL), STATUS_OK);
    assert_int_equal(document_put(s->world->db, s->asset, STR("k4"), value, DOCUMENT_ANY, QUOTA, NULL), STATUS_OK);
    free(large);
}

static void a_copy_has_everything(void **state) {
    scene *s = *state;
    put(s, "poll", "{\"n\":1}", DOCUMENT_NEW);
    put(s, "vote/1", "1", DOCUMENT_NEW);
    world_ok(s->world, store_run(s->world->db, &s->world->fault,
                                 "INSERT INTO asset_file VALUES (?, 'f', 'text/plain', 3, 'x', 1)", "t", s->asset));
    world_ok(s->world, document_copy(s->world->db, s->asset, s->other, &s->world->fault));
    assert_true(str_is(get(s, s->other, "poll").value, "{\"n\":1}"));
    put(s, "poll", "2", DOCUMENT_ANY);
    assert_true(str_is(get(s, s->other, "poll").value, "{\"n\":1}"));
    assert_int_equal(store_count(s->world->db, 0, "SELECT COUNT(*) FROM asset_file WHERE asset = ?", "t", s->other), 1);
    assert_int_equal(store_count(s->world->db, 0, "SELECT bytes FROM document_use WHERE asset = ?", "t", s->other),
                     4 + 7 + 6 + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lost_update_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_version_never_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_go_by_prefix_and_cursor, setup, teardown),
        cmocka_unit_test_setup_teardown(appended_ones_are_in_order_of_time, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_keys_and_values_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(the_quota_holds_and_is_given_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_has_everything, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
