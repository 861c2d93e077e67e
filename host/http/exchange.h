// SPDX-License-Identifier: EUPL-1.2
//
// exchange: one request and its reply, from the request line until the last byte is sent. Lives on its loop's thread
// and is used again for later requests. Made by server_loop, filled by request, answered by one of the rooms that
// router names, sent by reply.
#ifndef INTERLINK_HTTP_EXCHANGE_H
#define INTERLINK_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <string.h>

#include "api/operation.h"
#include "base/arena.h"
#include "base/id.h"
#include "domain/session.h"

typedef struct server_loop server_loop;
typedef struct connection connection;
typedef struct exchange exchange;

// A kind of address and what is done there. `begin` runs before any body is read: it sets body_limit, or refuses by
// making a reply. `run` runs when the body is there; it makes the reply now or later.
//
// `asks` says whether `run` will read from the database: then everything that it reads, until it returns, is of one
// moment. That is also quicker, because the database is locked once and not for each query.
typedef struct route {
    const char *name; // for the metrics
    void (*begin)(exchange *x);
    void (*run)(exchange *x);
    bool (*asks)(const exchange *x); // NULL: no
    bool counted;                    // by limit.h
} route;

// Headers that somebody looks at; NULL where the request has none.
typedef struct exchange_headers {
    const char *accept_encoding, *accept_language, *authorization, *content_type, *cookie, *if_match, *if_none_match,
        *last_event_id, *origin, *sec_fetch_dest, *sec_fetch_site;
    const char *forwarded_for; // the last one: those before it the client may have written
} exchange_headers;

struct exchange {
    server_loop *loop;
    connection *connection; // deadline and descriptor
    struct MHD_Connection *mhd;
    exchange *next; // in the list of those that wait to be used again
    arena *arena;
    int64_t started; // clock_steady

    // The request. Texts live as long as the exchange.
    const char *method;
    const char *line; // the target in the library's memory, for the guard
    str target;       // as it came, or below the host of an absolute one
    str path, query;  // raw; the query without '?'
    const char *host;
    bool secure; // people reach us by https
    exchange_headers headers;
    uint64_t network; // where it came from: a key of limit.h; 0 if that is not known, or the machine itself
    bool uncounted;   // a program on this machine asks
    bool under_way;   // counted as such
    const route *route;
    size_t room; // router_room
    bool has_body, chunked;
    uint64_t body_size; // as announced; 0 when it comes in chunks
    size_t body_limit;  // 0: takes none
    buffer body;
    bool body_too_large;
    size_t body_reserved; // of the loop's room for bodies
    size_t body_dropped;  // bytes beyond the limit

    // Who asks (session.h).
    person actor;
    char session[SESSION_HASH_TEXT];
    bool by_cookie;
    const char *language;

    // The reply.
    struct MHD_Response *response;
    bool response_shared; // belongs to many: not ours to give back
    unsigned status;
    bool seen;    // the headers were looked at
    bool running; // the route was asked to answer
    bool suspended;
    bool answered;            // handed to the library
    char problem_id[ID_TEXT]; // of an error: stands in the answer and in the log
    void *state;              // of the room that answers
    operation_call call;      // last, so that giving back an exchange need not clear the fields of its fault
};

static inline bool exchange_is(const exchange *x, const char *method) {
    return strcmp(x->method, method) == 0;
}
static inline bool exchange_always(const exchange *x) {
    return x != NULL;
}
static inline bool exchange_reads(const exchange *x) {
    return exchange_is(x, "GET") || exchange_is(x, "HEAD");
}

#endif
