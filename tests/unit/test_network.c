// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "http/network.h"

static network_address address(const char *text) {
    network_address a;
    assert_true(network_address_read(str_from(text), &a));
    return a;
}

static bool same(const network_address *a, const char *text) {
    network_address b = address(text);
    return memcmp(a, &b, sizeof b) == 0;
}

static void addresses_are_read(void **state) {
    (void)state;
    static const char *const alike[][2] = {{"192.0.2.1", " 192.0.2.1:80 "},
                                           {"::ffff:192.0.2.1", "192.0.2.1"},
                                           {"2001:db8::1", "[2001:db8::1]:443"},
                                           {"2001:db8:0:0::1", "[2001:db8::1]"}};
    static const char *const bad[] = {"",      "unknown",    "192.0.2", "192.0.2.256",     "[::1",
                                      "_hide", "192.0.2.1/", "::1::2",  "1.2.3.4, 5.6.7.8"};
    network_address a;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        a = address(alike[i][0]);
        assert_true(same(&a, alike[i][1]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(network_address_read(str_from(bad[i]), &a));
    }
    assert_false(network_address_read((str){"1.2.3.4\0", 8}, &a));
}

static void lists_hold_networks(void **state) {
    (void)state;
    network_list l;
    fault f = {0};
    assert_int_equal(network_list_read("127.0.0.1, 10.1.0.0/20,2001:db8::/33", &l, &f), STATUS_OK);
    static const char *const inside[] = {"127.0.0.1", "10.1.15.255", "2001:db8:7fff::1", "::ffff:10.1.0.1"};
    static const char *const outside[] = {"127.0.0.2", "10.1.16.0", "2001:db8:8000::1", "::1", "10.0.0.1"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        network_address a = address(inside[i]);
        assert_true(network_list_has(&l, &a));
    }
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        network_address a = address(outside[i]);
        assert_false(network_list_has(&l, &a));
    }
    static const char *const bad[] = {"", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "1.1.1.1,", "1.1.1.1/1x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(network_list_read(bad[i], &l, &f), STATUS_INVALID);
    }
}

// What a client writes into the header itself stands left of what our proxies add.
static void only_our_proxies_are_believed(void **state) {
    (void)state;
    network_list proxies;
    assert_int_equal(network_list_read("127.0.0.1,10.0.0.0/8", &proxies, NULL), STATUS_OK);
    static const struct {
        const char *peer, *forwarded, *client;
    } cases[] = {
        {"127.0.0.1", "192.0.2.7", "192.0.2.7"},
        {"127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"},
        {"127.0.0.1", "198.51.100.1,192.0.2.7, 10.0.0.5", "192.0.2.7"},
        {"127.0.0.1", "10.0.0.5", "10.0.0.5"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "192.0.2.7, garbage", "127.0.0.1"},
        {"127.0.0.1", "garbage, 10.0.0.5", "10.0.0.5"},
        {"127.0.0.1", ",,", "127.0.0.1"},
        {"203.0.113.9", "192.0.2.7", "203.0.113.9"},
        {"127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        network_address peer = address(cases[i].peer);
        network_address client = network_client(&proxies, &peer, str_from(cases[i].forwarded));
        assert_true(same(&client, cases[i].client));
    }
}

static void neighbours_share_a_network(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool alike;
    } cases[] = {
        {"192.0.2.1", "192.0.2.254", true},
        {"192.0.2.1", "192.0.3.1", false},
        {"2001:db8:0:1::1", "2001:db8:0:1:2::", true},
        {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
        {"::ffff:192.0.2.1", "192.0.2.9", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        network_address a = address(cases[i].a), b = address(cases[i].b);
        uint8_t parts[2][NETWORK_PART];
        network_part(&a, parts[0]);
        network_part(&b, parts[1]);
        assert_int_equal(memcmp(parts[0], parts[1], NETWORK_PART) == 0, cases[i].alike);
    }
    network_address local = address("127.8.0.1"), six = address("::1"), far = address("128.0.0.1");
    assert_true(network_is_local(&local));
    assert_true(network_is_local(&six));
    assert_false(network_is_local(&far));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(lists_hold_networks),
        cmocka_unit_test(only_our_proxies_are_believed),
        cmocka_unit_test(neighbours_share_a_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
