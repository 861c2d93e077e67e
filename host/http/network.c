// SPDX-License-Identifier: EUPL-1.2
#include "http/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { MAPPED = 12, WHOLE = 128, HOST_TEXT = INET6_ADDRSTRLEN };

static const uint8_t mapped[MAPPED] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_four(const network_address *a) {
    return memcmp(a->bytes, mapped, MAPPED) == 0;
}

static network_address from_four(const void *four) {
    network_address a;
    memcpy(a.bytes, mapped, MAPPED);
    memcpy(a.bytes + MAPPED, four, 4);
    return a;
}

static str trim(str text) {
    while (text.len > 0 && (*text.ptr == ' ' || *text.ptr == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

// Without the brackets and the port that may stand around it.
static str bare(str text) {
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    if (text.len > 1 && text.ptr[0] == '[') {
        const char *end = memchr(text.ptr, ']', text.len);
        return end ? (str){text.ptr + 1, (size_t)(end - text.ptr) - 1} : (str){"", 0};
    }
    if (colon != NULL && memchr(colon + 1, ':', (size_t)(text.ptr + text.len - colon - 1)) == NULL) {
        return (str){text.ptr, (size_t)(colon - text.ptr)};
    }
    return text;
}

bool network_address_read(str text, network_address *out) {
    char host[HOST_TEXT];
    struct in_addr four;
    str inner = bare(trim(text));
    if (inner.len == 0 || inner.len >= sizeof host || memchr(inner.ptr, 0, inner.len) != NULL) {
        return false;
    }
    memcpy(host, inner.ptr, inner.len);
    host[inner.len] = 0;
    if (inet_pton(AF_INET, host, &four) == 1) {
        *out = from_four(&four);
        return true;
    }
    return inet_pton(AF_INET6, host, out->bytes) == 1;
}

bool network_address_of(const struct sockaddr *socket, network_address *out) {
    if (socket->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, socket, sizeof four);
        *out = from_four(&four.sin_addr);
        return true;
    }
    if (socket->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, socket, sizeof six);
        memcpy(out->bytes, &six.sin6_addr, sizeof out->bytes);
        return true;
    }
    return false;
}

bool network_is_local(const network_address *a) {
    static const uint8_t one[16] = {[15] = 1};
    return is_four(a) ? a->bytes[MAPPED] == 127 : memcmp(a->bytes, one, sizeof one) == 0;
}

// ---- lists

static bool entry_read(str text, network_list *l) {
    const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
    str address = {text.ptr, slash ? (size_t)(slash - text.ptr) : text.len};
    network_address *a = &l->each[l->count].address;
    if (!network_address_read(address, a)) {
        return false;
    }
    unsigned most = is_four(a) ? 32 : WHOLE, bits = most;
    if (slash != NULL) {
        const char *digit = slash + 1, *end = text.ptr + text.len;
        bits = 0;
        if (digit == end || end - digit > 3) {
            return false;
        }
        for (; digit < end; digit++) {
            if (*digit < '0' || *digit > '9') {
                return false;
            }
            bits = bits * 10 + (unsigned)(*digit - '0');
        }
    }
    l->each[l->count].bits = WHOLE - most + bits;
    return bits <= most;
}

status network_list_read(const char *text, network_list *out, fault *f) {
    *out = (network_list){0};
    for (;;) {
        size_t len = strcspn(text, ",");
        if (out->count == NETWORK_LIST) {
            return fault_set(f, STATUS_INVALID, "network.too_many", "There are more than %d addresses.", NETWORK_LIST);
        }
        if (!entry_read(trim((str){text, len}), out)) {
            return fault_set(f, STATUS_INVALID, "network.address",
                             "\"%.*s\" is no address. Give numeric ones, such as 127.0.0.1 or 10.0.0.0/24, with commas "
                             "between them.",
                             (int)(len < 80 ? len : 80), text);
        }
        out->count++;
        if (text[len] == 0) {
            return STATUS_OK;
        }
        text += len + 1;
    }
}

static bool begins_alike(const uint8_t *a, const uint8_t *b, unsigned bits) {
    unsigned rest = bits % 8, whole = bits / 8;
    return memcmp(a, b, whole) == 0 && (rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

bool network_list_has(const network_list *l, const network_address *a) {
    for (size_t i = 0; i < l->count; i++) {
        if (begins_alike(l->each[i].address.bytes, a->bytes, l->each[i].bits)) {
            return true;
        }
    }
    return false;
}

// ---- behind a proxy

network_address network_client(const network_list *proxies, const network_address *peer, str forwarded) {
    network_address found = *peer, next;
    while (forwarded.len > 0 && network_list_has(proxies, &found)) {
        size_t begin = forwarded.len;
        while (begin > 0 && forwarded.ptr[begin - 1] != ',') {
            begin--;
        }
        if (!network_address_read((str){forwarded.ptr + begin, forwarded.len - begin}, &next)) {
            break;
        }
        found = next;
        forwarded.len = begin > 0 ? begin - 1 : 0;
    }
    return found;
}

void network_part(const network_address *a, uint8_t out[NETWORK_PART]) {
    memset(out, 0, NETWORK_PART);
    out[0] = is_four(a) ? 4 : 6;
    memcpy(out + 1, is_four(a) ? a->bytes + MAPPED : a->bytes, is_four(a) ? 3 : 8);
}
