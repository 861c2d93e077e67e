// SPDX-License-Identifier: EUPL-1.2
//
// address: does an internet address belong to somebody out there, or to this machine, this house, or nobody? By the
// registries of special-purpose addresses of IANA (RFC 6890, RFC 8190), as of 2025.
#ifndef INTERLINK_BASE_ADDRESS_H
#define INTERLINK_BASE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

// False for every address that is not a single, globally reachable host: loopback, private, link-local, shared,
// multicast, documentation, benchmarking, reserved, and IPv6 that carries an IPv4 address (mapped, NAT64, 6to4, Teredo),
// because what that leads to cannot be told. Also for other families than IPv4 and IPv6. Any thread.
bool address_is_public(const struct sockaddr *address);

#endif
