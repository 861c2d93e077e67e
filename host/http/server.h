// SPDX-License-Identifier: EUPL-1.2
//
// server: the HTTP front: a thread for each loop, each with a listening socket, a database connection, workers and a
// portal of its own. Nothing crosses between loops.
#ifndef INTERLINK_HTTP_SERVER_H
#define INTERLINK_HTTP_SERVER_H

#include "api/services.h"
#include "http/network.h"

typedef struct http_options {
    char address[64];     // numeric, IPv4 or IPv6
    uint16_t port;        // 0: a free one
    size_t loops;         // at least 1
    network_list proxies; // whose X-Forwarded-For is believed
} http_options;

typedef struct http_server http_server;

// Everything in `all` but stopping must be there and stay until http_server_stop. Requests are answered when this
// returns STATUS_OK. A fault says what to do: the address is in use, the portal does not compile ...
status http_server_start(services *all, const http_options *options, http_server **out, fault *f);
uint16_t http_server_port(const http_server *s);
// Takes no new connections, finishes what is under way (10 seconds at most), ends workers and threads. NULL is fine.
void http_server_stop(http_server *s);

#endif
