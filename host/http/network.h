// SPDX-License-Identifier: EUPL-1.2
//
// network: where a request comes from: the address at the other end of the connection, or, when that is a proxy of
// ours, the one that the proxy names in X-Forwarded-For.
#ifndef INTERLINK_HTTP_NETWORK_H
#define INTERLINK_HTTP_NETWORK_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/status.h"
#include "base/text.h"

// IPv6 in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
typedef struct network_address {
    uint8_t bytes[16];
} network_address;

enum { NETWORK_LIST = 16, NETWORK_PART = 9 };

// Addresses, or networks of `bits` bits (of 128).
typedef struct network_list {
    size_t count;
    struct {
        network_address address;
        unsigned bits;
    } each[NETWORK_LIST];
} network_list;

// "192.0.2.1", "2001:db8::1"; also "192.0.2.1:1234" and "[2001:db8::1]:1234", as some proxies write.
bool network_address_read(str text, network_address *out);
// False for a socket that is neither IPv4 nor IPv6.
bool network_address_of(const struct sockaddr *socket, network_address *out);
bool network_is_local(const network_address *a); // of the machine itself: 127.0.0.0/8, ::1

// "10.0.0.1,2001:db8::/32". STATUS_INVALID says which part is wrong.
status network_list_read(const char *text, network_list *out, fault *f);
bool network_list_has(const network_list *l, const network_address *a);

// Who asks, when `peer` is in `proxies` and sent `forwarded` (the last X-Forwarded-For line): read from its end, the
// first address that is no proxy of ours. What stands left of it may be invented. At something that is no address the
// search ends with the last one found.
network_address network_client(const network_list *proxies, const network_address *peer, str forwarded);

// What people who sit together share: the first 24 bits of an IPv4 address, the first 64 of an IPv6 address.
void network_part(const network_address *a, uint8_t out[NETWORK_PART]);

#endif
