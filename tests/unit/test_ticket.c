// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "base/clock.h"
#include "domain/session.h"
#include "plugin/ticket.h"

static const uint8_t SECRET[32] = {1, 2, 3}, OTHER[32] = {1, 2, 4};

static plugin_ticket make(bool edit) {
    plugin_ticket t = {.edit = edit, .expires = clock_now() / 1000 * 1000 + PLUGIN_TICKET_MS};
    memcpy(t.asset, id_create().text, ID_TEXT);
    session_hash(str_from(id_create().text), t.session);
    return t;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    for (int edit = 0; edit < 2; edit++) {
        plugin_ticket t = make(edit), read;
        char text[PLUGIN_TICKET_TEXT];
        fault f = {0};
        plugin_ticket_write(SECRET, &t, text);
        assert_true(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(text));
        assert_int_equal(plugin_ticket_read(SECRET, str_from(text), clock_now(), &read, &f), STATUS_OK);
        assert_string_equal(read.asset, t.asset);
        assert_string_equal(read.session, t.session);
        assert_int_equal(read.edit, edit);
        assert_int_equal(read.expires, t.expires);
    }
}

static void it_ends(void **state) {
    (void)state;
    plugin_ticket t = make(false), read;
    char text[PLUGIN_TICKET_TEXT];
    fault f = {0};
    plugin_ticket_write(SECRET, &t, text);
    assert_int_equal(plugin_ticket_read(SECRET, str_from(text), t.expires - 1, &read, &f), STATUS_OK);
    assert_int_equal(plugin_ticket_read(SECRET, str_from(text), t.expires, &read, &f), STATUS_FORBIDDEN);
    assert_string_equal(f.code, "ticket.expired");
}

static void every_changed_letter_is_noticed(void **state) {
    (void)state;
    plugin_ticket t = make(true), read;
    char text[PLUGIN_TICKET_TEXT], changed[PLUGIN_TICKET_TEXT];
    fault f = {0};
    plugin_ticket_write(SECRET, &t, text);
    assert_int_equal(plugin_ticket_read(OTHER, str_from(text), clock_now(), &read, &f), STATUS_NOT_FOUND);
    for (size_t i = 0; text[i]; i++) {
        memcpy(changed, text, sizeof changed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        f = (fault){0};
        assert_int_equal(plugin_ticket_read(SECRET, str_from(changed), clock_now(), &read, &f), STATUS_NOT_FOUND);
    }
}

static void anything_may_come(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "", "x", "../../..", "%00",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    char text[PLUGIN_TICKET_TEXT + 100];
    plugin_ticket t = make(true), read;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        assert_int_equal(plugin_ticket_read(SECRET, str_from(TEXTS[i]), 0, &read, NULL), STATUS_NOT_FOUND);
    assert_int_equal(plugin_ticket_read(SECRET, (str){0}, 0, &read, NULL), STATUS_NOT_FOUND);
    plugin_ticket_write(SECRET, &t, text);
    strcat(text, "AAAA");
    assert_int_equal(plugin_ticket_read(SECRET, str_from(text), 0, &read, NULL), STATUS_NOT_FOUND);
    text[10] = '\0';
    assert_int_equal(plugin_ticket_read(SECRET, str_from(text), 0, &read, NULL), STATUS_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(it_ends),
        cmocka_unit_test(every_changed_letter_is_noticed),
        cmocka_unit_test(anything_may_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
