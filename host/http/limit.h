// SPDX-License-Identifier: EUPL-1.2
//
// limit: how often one may ask, and how much at once. Who is signed in is counted by account, everybody else by
// network (network.h); so many people behind one address do not disturb each other. What a program on the machine
// itself asks without a proxy is not counted. The numbers stand in docs/administration.md.
#ifndef INTERLINK_HTTP_LIMIT_H
#define INTERLINK_HTTP_LIMIT_H

#include <stdatomic.h>

#include "base/rate.h"
#include "http/network.h"

typedef struct exchange exchange;

// Of all loops.
typedef struct limits {
    rate_table *rates;
    network_list proxies; // whose X-Forwarded-For is believed
    atomic_bool told;     // that a proxy stands before us which nobody named
} limits;

// Requests that one loop works on, by network, and live streams, by account. Two may share a counter; with so few of
// each that hurts nobody.
enum { LIMIT_COUNTERS = 4096, LIMIT_UNDER_WAY = 500, LIMIT_STREAMS = 200 };

// What one loop has under way; a counter for networks or accounts each.
typedef struct limit_counters {
    uint16_t requests[LIMIT_COUNTERS]; // by network
    uint16_t streams[LIMIT_COUNTERS];  // live ones, by account
} limit_counters;

// The other end of a connection.
typedef struct limit_peer {
    network_address address;
    uint64_t network; // its key
    bool local, proxy;
} limit_peer;

void limit_peer_find(const limits *all, const struct sockaddr *socket, limit_peer *out);

// When the headers are known, before a body is read: finds x->network, counts the request as under way, and takes a
// token of the network if nobody claims to be signed in. False: a 429 is made.
bool limit_begin(exchange *x);
// When it is known who asks: a token of the account, or of the network if the session or token was none. STATUS_LIMITED
// with the seconds to wait in `about`.
status limit_person(exchange *x, fault *f);
// The request is over, or has become a live stream: it is not under way any more. May be called again.
void limit_end(exchange *x);

// A live stream for x->actor begins: its counter, or NULL and a fault when that account has too many. Given back when
// the stream ends.
uint16_t *limit_stream(exchange *x, fault *f);

#endif
