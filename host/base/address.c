// SPDX-License-Identifier: EUPL-1.2
#include "base/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct prefix {
    uint8_t bytes[16];
    unsigned bits;
} prefix;

static const prefix NOT_PUBLIC_4[] = {
    {{0}, 8},             // this network
    {{10}, 8},            // private
    {{100, 64}, 10},      // shared by customers of a provider
    {{127}, 8},           // loopback
    {{169, 254}, 16},     // link-local, and what clouds tell their machines
    {{172, 16}, 12},      // private
    {{192, 0, 0}, 24},    // protocol assignments
    {{192, 0, 2}, 24},    // documentation
    {{192, 88, 99}, 24},  // 6to4 relays, gone
    {{192, 168}, 16},     // private
    {{198, 18}, 15},      // benchmarking
    {{198, 51, 100}, 24}, // documentation
    {{203, 0, 113}, 24},  // documentation
    {{224}, 4},           // multicast
    {{240}, 4},           // reserved, and broadcast
};

// Only 2000::/3 was ever given out; these parts of it are not single hosts out there.
static const prefix GIVEN_OUT_6 = {{0x20}, 3};
static const prefix NOT_PUBLIC_6[] = {
    {{0x20, 0x01, 0x00}, 23},             // protocol assignments, Teredo, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},       // documentation
    {{0x20, 0x02}, 16},                   // 6to4: an IPv4 address in another dress
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48}, // AS112, answers for private addresses
    {{0x3f, 0xff}, 20},                   // documentation
};

static bool within(const uint8_t *address, const prefix *p) {
    unsigned whole = p->bits / 8, rest = p->bits % 8;
    if (memcmp(address, p->bytes, whole) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xFF00u >> rest);
    return rest == 0 || (address[whole] & mask) == (p->bytes[whole] & mask);
}

static bool within_any(const uint8_t *address, const prefix *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (within(address, &all[i]))
            return true;
    return false;
}

bool address_is_public(const struct sockaddr *address) {
    uint8_t bytes[16];
    if (address->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
        return !within_any(bytes, NOT_PUBLIC_4, sizeof NOT_PUBLIC_4 / sizeof *NOT_PUBLIC_4);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
        return within(bytes, &GIVEN_OUT_6) &&
               !within_any(bytes, NOT_PUBLIC_6, sizeof NOT_PUBLIC_6 / sizeof *NOT_PUBLIC_6);
    }
    return false;
}
