// SPDX-License-Identifier: EUPL-1.2
//
// stream: server-sent events (WHATWG HTML, section 9.2): what happens now, to whoever has the page open. A comment
// every 25 seconds keeps the line open and shows whether somebody still listens and still may.
#ifndef INTERLINK_HTTP_STREAM_H
#define INTERLINK_HTTP_STREAM_H

#include "http/exchange.h"

typedef struct stream stream;

// The notifications of the exchange's actor; those after Last-Event-ID first.
void stream_person(exchange *x);

// What a plugin publishes to the views of an asset. `allowed` is asked at each heartbeat whether the listener still
// may; it may be NULL.
void stream_asset(exchange *x, const char *asset, bool (*allowed)(exchange *x));

void stream_end_all(server_loop *l); // the server stops

#endif
