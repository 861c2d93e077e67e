// SPDX-License-Identifier: EUPL-1.2
//
// What a request to the outside may be: addresses, URLs, headers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "base/address.h"
#include "base/egress_rule.h"

static bool is_public(const char *text) {
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return address_is_public((struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return address_is_public((struct sockaddr *)&six);
}

static void addresses(void **state) {
    (void)state;
    static const char *const PRIVATE[] = {"0.0.0.0",
                                          "0.1.2.3",
                                          "10.0.0.1",
                                          "10.255.255.255",
                                          "100.64.0.1",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.1.2.3",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.8",
                                          "192.0.2.1",
                                          "192.88.99.1",
                                          "192.168.0.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.7",
                                          "203.0.113.9",
                                          "224.0.0.1",
                                          "239.255.255.255",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:127.0.0.1",
                                          "::ffff:9.9.9.9",
                                          "::127.0.0.1",
                                          "64:ff9b::7f00:1",
                                          "64:ff9b::909:909",
                                          "64:ff9b:1::1",
                                          "100::1",
                                          "fc00::1",
                                          "fd12:3456::1",
                                          "fe80::1",
                                          "fec0::1",
                                          "ff02::1",
                                          "2001::1",
                                          "2001:0:7f00:1::",
                                          "2001:10::1",
                                          "2001:20::1",
                                          "2001:db8::1",
                                          "2002:7f00:1::1",
                                          "2002:909:909::1",
                                          "2620:4f:8000::1",
                                          "3fff::1",
                                          "5f00::1",
                                          "4000::1",
                                          "1fff::1"};
    static const char *const PUBLIC[] = {"1.1.1.1",
                                         "9.9.9.9",
                                         "11.0.0.1",
                                         "100.63.255.255",
                                         "100.128.0.1",
                                         "126.255.255.255",
                                         "128.0.0.1",
                                         "169.253.0.1",
                                         "172.15.255.255",
                                         "172.32.0.1",
                                         "192.0.1.1",
                                         "192.167.0.1",
                                         "198.17.0.1",
                                         "198.20.0.1",
                                         "223.255.255.255",
                                         "2001:200::1",
                                         "2001:4860:4860::8888",
                                         "2606:4700::1111",
                                         "2a00:1450::1",
                                         "3ffe::1"};
    for (size_t i = 0; i < sizeof PRIVATE / sizeof *PRIVATE; i++)
        if (is_public(PRIVATE[i]))
            fail_msg("%s is taken for public", PRIVATE[i]);
    for (size_t i = 0; i < sizeof PUBLIC / sizeof *PUBLIC; i++)
        if (!is_public(PUBLIC[i]))
            fail_msg("%s is taken for private", PUBLIC[i]);
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    assert_false(address_is_public((struct sockaddr *)&local));
}

static status may_ask(str url) {
    static const char *const HOSTS[] = {"api.example.org", "xn--mnchen-3ya.example", NULL};
    char host[EGRESS_HOST];
    CURLU *read;
    fault f = {0};
    const egress_library *curl = egress_library_load(&f);
    assert_non_null(curl);
    status s = egress_rule_url(curl, url, &read, &f);
    if (s == STATUS_OK)
        s = egress_rule_host(curl, read, HOSTS, host, &f);
    curl->url_cleanup(read);
    assert_true(s == STATUS_OK || (s == STATUS_FORBIDDEN && strlen(f.text) > 20));
    return s;
}

static void urls(void **state) {
    (void)state;
    static const char *const FINE[] = {"https://api.example.org/",
                                       "https://api.example.org",
                                       "https://API.Example.ORG/x",
                                       "https://api.example.org:443/x",
                                       "https://api.example.org/?q=a@b",
                                       "https://api.example.org/x#y",
                                       "https://api.example.org/..//%2e%2e/",
                                       "HTTPS://api.example.org/",
                                       "https://xn--mnchen-3ya.example/"};
    static const char *const NOT[] = {
        "http://api.example.org/",
        "ftp://api.example.org/",
        "file:///etc/passwd",
        "gopher://api.example.org/",
        "api.example.org/",
        "//api.example.org/",
        "/etc/passwd",
        "",
        "https://",
        "https:///",
        "https://evil.example/",
        "https://evil.example/api.example.org",
        "https://evil.example?api.example.org",
        "https://evil.example#api.example.org",
        "https://evil.example#@api.example.org/",
        "https://api.example.org.evil.example/",
        "https://evil-api.example.org/",
        "https://x.api.example.org/",
        "https://api.example.org./",
        "https://.api.example.org/",
        "https://api.example.org@evil.example/",
        "https://user@api.example.org/",
        "https://user:password@api.example.org/",
        "https://@api.example.org/",
        "https://:@api.example.org/",
        "https://evil.example:443@api.example.org/",
        "https://api.example.org:80/",
        "https://api.example.org:8443/",
        "https://api.example.org:0/",
        "https://api.example.org:443:80/",
        "https://api.example.org:443@evil.example/",
        "https://api.example.org:4430/",
        "https://api.example.org%00.evil.example/",
        "https://evil.example%00api.example.org/",
        "https://api.example.org%2eevil.example/",
        "https://api.example.org\\@evil.example/",
        "https:\\\\api.example.org/",
        "https://evil.example\\.api.example.org/",
        "https://api.example.org /",
        " https://api.example.org/",
        "https://api.example.org/\t",
        "https://api.example.org/\r\nX-More: 1",
        "https://api.example.org/\x7f",
        "https://m\xC3\xBCnchen.example/",
        "https://\xEF\xBD\x81pi.example.org/", // a full-width a
        "https://api\xE3\x80\x82"
        "example.org/", // an ideographic full stop
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[api.example.org]/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
        "jar:https://api.example.org!/",
        "view-source:https://api.example.org/",
        "https:api.example.org",
        "https://api_example.org/",
    };
    for (size_t i = 0; i < sizeof FINE / sizeof *FINE; i++)
        if (may_ask(str_from(FINE[i])) != STATUS_OK)
            fail_msg("refused: %s", FINE[i]);
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        if (may_ask(str_from(NOT[i])) == STATUS_OK)
            fail_msg("allowed: %s", NOT[i]);
    assert_int_equal(may_ask(STR("https://api.example.org/\0.evil.example")), STATUS_FORBIDDEN);
    static char large[EGRESS_URL + 100] = "https://api.example.org/";
    memset(large + strlen(large), 'a', EGRESS_URL);
    assert_int_equal(may_ask((str){large, EGRESS_URL}), STATUS_OK);
    assert_int_equal(may_ask((str){large, EGRESS_URL + 1}), STATUS_FORBIDDEN);
}

static status may_send(const char *name, str value) {
    egress_header h = {str_from(name), value};
    egress_ask ask = {.headers = &h, .header_count = 1};
    fault f = {0};
    return egress_rule_headers(&ask, &f);
}

static void headers(void **state) {
    (void)state;
    static const char *const NOT[] = {"Host",
                                      "host",
                                      "HOST",
                                      "Connection",
                                      "Content-Length",
                                      "Transfer-Encoding",
                                      "Upgrade",
                                      "TE",
                                      "Cookie",
                                      "Proxy-Authorization",
                                      "Sec-Fetch-Site",
                                      "X-Forwarded-For",
                                      "Forwarded",
                                      "Via",
                                      "Origin",
                                      "Referer",
                                      "User-Agent",
                                      "Idempotency-Key",
                                      "Accept-Encoding",
                                      "Expect",
                                      "",
                                      "a b",
                                      "a:",
                                      "a\r\nHost",
                                      "a\xC3\xA9",
                                      ";",
                                      "@file"};
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        if (may_send(NOT[i], STR("x")) == STATUS_OK)
            fail_msg("allowed: %s", NOT[i]);
    assert_int_equal(may_send("Authorization", STR("Bearer abc")), STATUS_OK);
    assert_int_equal(may_send("X-Api-Key", STR("")), STATUS_OK);
    assert_int_equal(may_send("Accept", STR("a\r\nHost: evil.example")), STATUS_FORBIDDEN);
    assert_int_equal(may_send("Accept", STR("a\0b")), STATUS_FORBIDDEN);
    assert_int_equal(may_send("Accept", STR("caf\xC3\xA9")), STATUS_FORBIDDEN);
    egress_header many[EGRESS_HEADERS + 1];
    for (size_t i = 0; i <= EGRESS_HEADERS; i++)
        many[i] = (egress_header){STR("Accept"), STR("a")};
    egress_ask ask = {.headers = many, .header_count = EGRESS_HEADERS};
    assert_int_equal(egress_rule_headers(&ask, NULL), STATUS_OK);
    ask.header_count++;
    fault f = {0};
    assert_int_equal(egress_rule_headers(&ask, &f), STATUS_FORBIDDEN);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(addresses), cmocka_unit_test(urls), cmocka_unit_test(headers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
