// SPDX-License-Identifier: EUPL-1.2
#include "base/egress_rule.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static bool header_may(str name) {
    static const char *const NOT[] = {
        "host",    "connection", "content-length", "transfer-encoding", "upgrade",         "te",
        "trailer", "expect",     "cookie",         "user-agent",        "idempotency-key", "forwarded",
        "via",     "origin",     "referer",        "keep-alive",        "accept-encoding"};
    static const char *const NOT_BEGIN[] = {"proxy-", "sec-", "x-forwarded-", "x-real-"};
    if (name.len == 0 || name.len > 100)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) && name.ptr[i] != '-')
            return false;
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        if (name.len == strlen(NOT[i]) && strncasecmp(name.ptr, NOT[i], name.len) == 0)
            return false;
    for (size_t i = 0; i < sizeof NOT_BEGIN / sizeof *NOT_BEGIN; i++)
        if (strncasecmp(name.ptr, NOT_BEGIN[i], strlen(NOT_BEGIN[i])) == 0)
            return false;
    return true;
}

static bool header_value_may(str value) {
    if (value.len > EGRESS_HEADER)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' || (unsigned char)value.ptr[i] > '~')
            return false;
    return true;
}

// Printable ASCII: what parsers disagree about is refused before one looks at it.
static bool url_plain(str url) {
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || url.ptr[i] == '\\')
            return false;
    return url.len > 0 && url.len <= EGRESS_URL;
}

static bool part_is(const egress_library *curl, CURLU *url, CURLUPart part, const char *wanted) {
    char *text = NULL;
    CURLUcode got = curl->url_get(url, part, &text, 0);
    bool same = got == CURLUE_OK ? wanted && strcasecmp(text, wanted) == 0 : got != CURLUE_OUT_OF_MEMORY && !wanted;
    curl->free(text);
    return same;
}

// https, without a name and password, at the usual port.
static bool url_shape(const egress_library *curl, CURLU *url) {
    return part_is(curl, url, CURLUPART_SCHEME, "https") && part_is(curl, url, CURLUPART_USER, NULL) &&
           part_is(curl, url, CURLUPART_PASSWORD, NULL) && part_is(curl, url, CURLUPART_OPTIONS, NULL) &&
           part_is(curl, url, CURLUPART_ZONEID, NULL) &&
           (part_is(curl, url, CURLUPART_PORT, NULL) || part_is(curl, url, CURLUPART_PORT, "443"));
}

status egress_rule_url(const egress_library *curl, str text, CURLU **out, fault *f) {
    char copy[EGRESS_URL + 1];
    *out = NULL;
    if (!url_plain(text))
        return fault_set(f, STATUS_FORBIDDEN, "egress.url",
                         "A URL has 1 to %d printable ASCII characters, without spaces and backslashes.", EGRESS_URL);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    CURLU *url = memory_sure(curl->url());
    CURLUcode read = curl->url_set(url, CURLUPART_URL, copy, CURLU_DISALLOW_USER);
    if (read == CURLUE_OUT_OF_MEMORY)
        memory_end();
    if (read == CURLUE_OK && url_shape(curl, url)) {
        *out = url;
        return STATUS_OK;
    }
    curl->url_cleanup(url);
    return fault_set(f, STATUS_FORBIDDEN, "egress.url",
                     "\"%.100s\" cannot be asked. Only https://HOST/... can: no other scheme, no password, no port but "
                     "443.",
                     copy);
}

status egress_rule_host(const egress_library *curl, CURLU *url, const char *const *hosts, char out[EGRESS_HOST],
                        fault *f) {
    char *host = NULL;
    if (curl->url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return fault_set(f, STATUS_FORBIDDEN, "egress.url", "The URL names no host.");
    bool named = false;
    for (size_t i = 0; hosts[i] && !named; i++)
        named = strcasecmp(host, hosts[i]) == 0;
    snprintf(out, EGRESS_HOST, "%s", host);
    curl->free(host);
    return named ? STATUS_OK
                 : fault_set(f, STATUS_FORBIDDEN, "egress.host",
                             "The host \"%.100s\" is not among those that this tool may ask.", out);
}

status egress_rule_headers(const egress_ask *ask, fault *f) {
    if (ask->header_count > EGRESS_HEADERS)
        return fault_set(f, STATUS_FORBIDDEN, "egress.header", "A request has %d headers at most.", EGRESS_HEADERS);
    for (size_t i = 0; i < ask->header_count; i++) {
        const egress_header *h = &ask->headers[i];
        if (!header_may(h->name) || !header_value_may(h->value))
            return fault_set(f, STATUS_FORBIDDEN, "egress.header",
                             "The header \"%.*s\" cannot be sent: its name is the host's own, or it has other "
                             "characters than printable ASCII, or is longer than %d.",
                             h->name.len < 60 ? (int)h->name.len : 60, h->name.ptr, EGRESS_HEADER);
    }
    return STATUS_OK;
}
