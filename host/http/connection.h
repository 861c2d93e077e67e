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

typedef enum connection_phase {
    CONNECTION_HEADER, // a header is on its way: 5 s from its beginning
    CONNECTION_BODY,   // by size: at least 15 s, at least 32 KiB/s
    CONNECTION_WORK,   // 60 s for the whole request
    CONNECTION_IDLE,   // 15 s between requests
    CONNECTION_STREAM, // a live stream: none, as long as it takes what it is sent
} connection_phase;

typedef struct connection connection;
struct connection {
    connection *previous, *next; // the oldest first
    int fd;
    bool ending; // shut down; the library will close it
    connection_phase phase;
    int64_t due; // clock_steady; INT64_MAX for none
};

typedef struct connection_list {
    connection *first, *last;
    size_t count, limit;
    loop_timer *sweep;
} connection_list;

void connection_list_start(connection_list *list, loop *l, size_t limit);
void connection_list_end(connection_list *list); // all connections are gone by then

// A new connection; its header is awaited. When more than four fifths of the limit are open, the oldest one that has
// not sent a whole header yet makes room.
connection *connection_add(connection_list *list, int fd);
void connection_remove(connection_list *list, connection *c);

void connection_phase_set(connection *c, connection_phase phase, uint64_t body_size);
// `sent` bytes of a long answer are on their way: a client that takes 32 KiB/s may take its time.
void connection_allow(connection *c, int64_t started, uint64_t sent);
// End it from here: the library sees the end of the stream and cleans up.
void connection_shut(connection *c);

#endif
