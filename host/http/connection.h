// SPDX-License-Identifier: EUPL-1.2
//
// connection: deadlines that a slow or silent client cannot stretch. The library's own limit counts silence only, so a
// client that sends a byte now and then would stay for ever; these are absolute. A sweep twice a second ends what is
// over.
#ifndef INTERLINK_HTTP_CONNECTION_H
#define INTERLINK_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "http/limit.h"
#include "http/metrics.h"

typedef enum connection_phase {
    CONNECTION_HEADER, // a header is on its way: 5 s from the connection's beginning or from the request line
    CONNECTION_BODY,   // 15 s, or as long as 32 KiB/s come
    CONNECTION_WORK,   // 60 s from the request line, and a second for each 32 KiB of its body
    CONNECTION_ANSWER, // 15 s, or as long as the client takes 32 KiB/s
    CONNECTION_IDLE,   // 15 s between requests
    CONNECTION_STREAM, // a live stream: none, as long as it takes what it is sent
} connection_phase;

enum { CONNECTION_REQUESTS = 1000 }; // on one connection; the last answer says so

typedef struct connection connection;
struct connection {
    connection *previous, *next; // the oldest first
    int fd;
    bool ending; // shut down; the library will close it
    connection_phase phase;
    unsigned requests; // that began
    int64_t due;       // clock_steady; INT64_MAX for none
    int64_t began;     // the body
    uint64_t received; // of the body
    bool watched;      // an answer that the sweep has seen on its way: `taken` and `due` are of then
    uint64_t taken;    // bytes that the client had acknowledged
    limit_peer peer;
};

typedef struct connection_list {
    connection *first, *last;
    size_t count, limit;
    metrics_loop *counts;
    loop_timer *sweep;
} connection_list;

void connection_list_start(connection_list *list, loop *l, metrics_loop *counts, size_t limit);
void connection_list_end(connection_list *list); // all connections are gone by then

// A new connection; its header is awaited. When more than four fifths of the limit are open, the oldest one that has
// not sent a whole header yet makes room, or else the oldest between two requests.
connection *connection_add(connection_list *list, int fd);
void connection_remove(connection_list *list, connection *c);

// A request line is there, at `now` (clock_steady).
void connection_request(connection *c, int64_t now);
void connection_body(connection *c, int64_t now);
void connection_receive(connection *c, size_t count); // bytes of a body
void connection_work(connection *c, int64_t started); // the request's beginning
void connection_answer(connection *c);
void connection_stream(connection *c);
void connection_idle(connection *c, int64_t now);
// End it from here: the library sees the end of the stream and cleans up.
void connection_shut(connection *c);

#endif
