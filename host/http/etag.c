// SPDX-License-Identifier: EUPL-1.2
#include "http/etag.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

enum { HEX = 32 };

etag_key etag_key_from(const uint8_t secret[32]) {
    uint8_t mac[CRYPTO_MAC];
    crypto_mac(secret, "etag", 4, mac);
    etag_key key;
    memcpy(&key, mac, sizeof key);
    return key;
}

static uint64_t mix(uint64_t a, uint64_t b) {
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Two lanes of multiply and fold, as wyhash does it: a few gigabytes a second.
void etag_make(const etag_key *key, str bytes, char out[ETAG_TEXT]) {
    static const uint64_t odd[2] = {0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu};
    uint64_t a = key->first ^ bytes.len, b = key->second;
    size_t i = 0;
    for (; i + 16 <= bytes.len; i += 16) {
        uint64_t words[2];
        memcpy(words, bytes.ptr + i, 16);
        a = mix(words[0] ^ odd[0] ^ key->second, words[1] ^ a);
        b = mix(words[1] ^ odd[1] ^ key->first, words[0] ^ b);
    }
    uint64_t rest[2] = {0, 0};
    if (i < bytes.len) {
        memcpy(rest, bytes.ptr + i, bytes.len - i);
    }
    a = mix(rest[0] ^ odd[0] ^ key->second, rest[1] ^ a);
    b = mix(rest[1] ^ odd[1] ^ key->first, rest[0] ^ b);
    snprintf(out, ETAG_TEXT, "\"%016llx%016llx\"", (unsigned long long)mix(a ^ odd[1], b ^ key->first),
             (unsigned long long)mix(b ^ odd[0], a ^ key->second));
}

void etag_for_gzip(char etag[ETAG_TEXT]) {
    if (etag[0]) {
        snprintf(etag + 1 + HEX, ETAG_TEXT - 1 - HEX, "-gz\"");
    }
}

bool etag_matches(const char *if_none_match, const char *etag) {
    if (if_none_match == NULL) {
        return false;
    }
    if (strcmp(if_none_match, "*") == 0) {
        return true;
    }
    char name[HEX + 1];
    memcpy(name, etag + 1, HEX);
    name[HEX] = 0;
    return strstr(if_none_match, name) != NULL;
}
