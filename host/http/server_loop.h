// SPDX-License-Identifier: EUPL-1.2
//
// server_loop: one thread of the server with all that belongs to it alone. The thread turns its event loop; the HTTP
// library's own epoll descriptor is one of the things watched there, so the library never sleeps or has a thread.
#ifndef INTERLINK_HTTP_SERVER_LOOP_H
#define INTERLINK_HTTP_SERVER_LOOP_H

#include <pthread.h>

#include "http/connection.h"
#include "http/exchange.h"
#include "http/metrics.h"
#include "http/reply.h"
#include "http/server.h"
#include "http/static.h"
#include "http/turn.h"
#include "plugin/schedule.h"
#include "plugin/watch.h"

typedef struct portal portal;
typedef struct kept kept;
typedef struct session_use session_use;

struct server_loop {
    services_loop services; // first: what operations get
    const reply_site *site;
    const static_files *files;
    turn_list *turns;          // of all loops
    limits *limits;            // of all loops
    limit_counters *under_way; // see limit.h
    portal *portal;
    kept *kept;
    session_use *uses;
    plugin_schedule *schedule; // on the first loop only
    plugin_watch *watched;     // the same
    const metrics *metrics;    // of all loops, for /metrics
    metrics_loop *counts;      // this loop's own

    struct MHD_Daemon *daemon;
    loop_watch *watch;
    bool run_planned; // server_loop_run is put off already
    connection_list connections;
    exchange *spare;
    size_t spare_count;
    size_t in_flight;  // exchanges, from their request line to their last byte
    size_t suspended;  // of these, those that wait for something of ours
    size_t body_bytes; // that their bodies have or may get
    size_t streams;
    loop_timer *gauges;
    struct stream *live; // open live streams, for the end

    pthread_t thread;
    bool started;    // the thread is there
    bool stopping;   // takes no new connections
    int64_t stop_by; // clock_steady
};

// What all loops share; lives longer than they do.
typedef struct server_shared {
    services *services;
    reply_site site;
    static_files *files;
    turn_list *turns;
    limits limits;
    metrics metrics;
} server_shared;

// Loop number `index` counts in metrics.each[index].
status server_loop_create(server_shared *shared, size_t index, server_loop **out, fault *f);
// `socket` listens and becomes the library's.
status server_loop_start(server_loop *l, int socket, unsigned connection_limit, fault *f);
void server_loop_stop(server_loop *l);    // any thread: begin to end
void server_loop_destroy(server_loop *l); // joins the thread first; NULL is fine

// The library has something to do (a reply is there, a connection goes on): run it before the loop sleeps.
void server_loop_wake(server_loop *l);

#endif
