// SPDX-License-Identifier: EUPL-1.2
#include "http/server_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/kept.h"
#include "http/request.h"
#include "http/session_use.h"
#include "http/stream.h"
#include "portal/portal.h"

enum { CONNECTION_MEMORY = 32 * 1024, USES_MS = 60000, GAUGES_MS = 100, STOP_TURN_MS = 50, TURNS_AT_ONCE = 16 };

static const int64_t stop_patience = 10 * INT64_C(1000000000);

// ---- the library, driven by our loop

// MHD_run_wait(daemon, 0) asks the library's epoll without ever sleeping in it. What it could not finish in one go
// shows in MHD_get_timeout; then it gets more turns, and the loop's other work comes in between.
static void daemon_run(void *context) {
    server_loop *l = context;
    MHD_UNSIGNED_LONG_LONG wait = 1;
    l->run_planned = false;
    for (int i = 0; i < TURNS_AT_ONCE; i++) {
        MHD_run_wait(l->daemon, 0);
        if (MHD_get_timeout(l->daemon, &wait) != MHD_YES || wait > 0) {
            return;
        }
    }
    server_loop_wake(l);
}

static void daemon_ready(void *context, uint32_t events) {
    (void)events;
    daemon_run(context);
}

void server_loop_wake(server_loop *l) {
    if (!l->run_planned) {
        l->run_planned = true;
        loop_put_off(l->services.loop, daemon_run, l);
    }
}

static void connection_notify(void *context, struct MHD_Connection *mhd, void **socket_context,
                              enum MHD_ConnectionNotificationCode what) {
    server_loop *l = context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        connection *c = connection_add(&l->connections, info->connect_fd);
        info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        limit_peer_find(l->limits, info->client_addr, &c->peer);
        *socket_context = c;
    } else if (*socket_context != NULL) {
        connection_remove(&l->connections, *socket_context);
        *socket_context = NULL;
    }
}

// Paths are routed as they came; whoever needs a part of one decodes that part.
static size_t unescape_nothing(void *context, struct MHD_Connection *mhd, char *text) {
    (void)context, (void)mhd;
    return strlen(text);
}

__attribute__((format(printf, 2, 0))) static void library_log(void *context, const char *format, va_list args) {
    char line[400];
    (void)context;
    int len = vsnprintf(line, sizeof line, format, args);
    if (len > 0 && (size_t)len < sizeof line && line[len - 1] == '\n') {
        line[len - 1] = 0;
    }
    log_write(LOG_DEBUG, "http", "library: %s", line);
}

// The library's own strictness stays off: the guard is stricter, and its refusals are problems that can be read.
static status daemon_start(server_loop *l, int socket, unsigned connection_limit, fault *f) {
    l->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, request_handle, l,
        MHD_OPTION_EXTERNAL_LOGGER, library_log, NULL, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT,
        connection_limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK,
        request_line, l, MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL, MHD_OPTION_NOTIFY_COMPLETED,
        request_completed, l, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, l, MHD_OPTION_END);
    if (l->daemon == NULL) {
        close(socket);
        return fault_set(f, STATUS_INTERNAL, "http.start", "The HTTP library could not be started.");
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    l->watch = loop_watch_add(l->services.loop, info->epoll_fd, EPOLLIN, daemon_ready, l);
    return STATUS_OK;
}

// ---- made and unmade

static void gauges_set(void *context) {
    server_loop *l = context;
    atomic_store_explicit(&l->counts->connections, l->connections.count, memory_order_relaxed);
    atomic_store_explicit(&l->counts->streams, l->streams, memory_order_relaxed);
    atomic_store_explicit(&l->counts->busy_plugins, plugin_pool_busy(l->services.pool), memory_order_relaxed);
}

static void uses_write(void *context) {
    services *all = ((server_loop *)context)->services.services;
    use_list_submit(plugin_registry_uses(all->registry), all->writer);
}

static void schedule_start(server_loop *l) {
    services *all = l->services.services;
    plugin_schedule_parts parts = {.loop = l->services.loop,
                                   .reader = l->services.store,
                                   .writer = all->writer,
                                   .pool = l->services.pool,
                                   .registry = all->registry,
                                   .live = all->live};
    l->schedule = plugin_schedule_create(&parts);
    plugin_watch_parts watched = {.loop = l->services.loop,
                                  .reader = l->services.store,
                                  .writer = all->writer,
                                  .registry = all->registry,
                                  .live = all->live,
                                  .data_folder = all->data_folder,
                                  .revocations = all->revocations};
    l->watched = plugin_watch_create(&watched);
}

status server_loop_create(server_shared *shared, size_t index, server_loop **out, fault *f) {
    services *all = shared->services;
    server_loop *l = memory_new(sizeof *l);
    *out = l;
    l->site = &shared->site;
    l->files = shared->files;
    l->turns = shared->turns;
    l->limits = &shared->limits;
    l->under_way = memory_new(sizeof *l->under_way);
    l->metrics = &shared->metrics;
    l->counts = &shared->metrics.each[index];
    l->kept = kept_create(all->kept_answers);
    l->services.services = all;
    l->services.loop = loop_create();
    l->uses = session_use_create(l->services.loop, all->writer);
    live_hub_join(all->live, l->services.loop);
    status s = store_open(all->data_folder, STORE_READ, &l->services.store, f);
    if (s != STATUS_OK) {
        return s;
    }
    l->services.pool = plugin_pool_create(l->services.loop, all->registry);
    plugin_pool_go_online(l->services.pool);
    if (index == 0) {
        schedule_start(l);
    }
    char folder[4200];
    snprintf(folder, sizeof folder, "%s/share/portal", all->program_folder);
    return portal_create(&l->services, folder, static_files_version(shared->files), &l->portal, f);
}

static void begin_to_stop(server_loop *l) {
    l->stopping = true;
    l->stop_by = clock_steady() + stop_patience;
    MHD_socket listening = MHD_quiesce_daemon(l->daemon);
    if (listening != MHD_INVALID_SOCKET) {
        close(listening);
    }
    if (l->schedule != NULL) {
        plugin_schedule_stop(l->schedule);
        plugin_watch_stop(l->watched);
    }
    stream_end_all(l);
}

typedef struct stop_letter {
    letter letter;
    server_loop *loop;
} stop_letter;

static void stop_open(letter *self) {
    stop_letter *s = (stop_letter *)self;
    begin_to_stop(s->loop);
    free(s);
}

void server_loop_stop(server_loop *l) {
    if (l->started) {
        stop_letter *s = memory_new(sizeof *s);
        s->letter.open = stop_open;
        s->loop = l;
        mailbox_post(loop_mailbox(l->services.loop), &s->letter);
    }
}

static bool busy(const server_loop *l) {
    return l->in_flight > 0 || session_use_busy(l->uses) > 0 ||
           (l->schedule != NULL && plugin_schedule_busy(l->schedule) + plugin_watch_busy(l->watched) > 0);
}

// A request that still waits for something of ours when the patience is over: ending the workers ends the wait.
static void end_waiting(server_loop *l) {
    if (l->schedule != NULL && plugin_schedule_busy(l->schedule) == 0) {
        plugin_schedule_destroy(l->schedule);
        l->schedule = NULL;
    }
    plugin_pool_destroy(l->services.pool);
    l->services.pool = NULL;
    stream_end_all(l);
    while (l->suspended > 0 || session_use_busy(l->uses) > 0) {
        loop_turn(l->services.loop, STOP_TURN_MS);
    }
    plugin_schedule_destroy(l->schedule);
    l->schedule = NULL;
    plugin_watch_destroy(l->watched);
    l->watched = NULL;
}

static void *thread_run(void *context) {
    server_loop *l = context;
    while (!l->stopping) {
        loop_turn(l->services.loop, -1);
    }
    while (busy(l) && clock_steady() < l->stop_by) {
        loop_turn(l->services.loop, STOP_TURN_MS);
    }
    end_waiting(l);
    return NULL;
}

status server_loop_start(server_loop *l, int socket, unsigned connection_limit, fault *f) {
    status s = daemon_start(l, socket, connection_limit, f);
    if (s != STATUS_OK) {
        return s;
    }
    connection_list_start(&l->connections, l->services.loop, l->counts, connection_limit);
    l->gauges = loop_timer_add(l->services.loop, GAUGES_MS, true, gauges_set, l);
    if (l->schedule != NULL) {
        loop_timer_add(l->services.loop, USES_MS, true, uses_write, l);
    }
    if (pthread_create(&l->thread, NULL, thread_run, l) != 0) {
        return fault_set(f, STATUS_INTERNAL, "http.thread", "The system gives no thread for a loop.");
    }
    l->started = true;
    return STATUS_OK;
}

void server_loop_destroy(server_loop *l) {
    if (l == NULL) {
        return;
    }
    if (l->started) {
        pthread_join(l->thread, NULL);
    } else {
        if (l->schedule != NULL) {
            plugin_schedule_stop(l->schedule);
        }
        plugin_schedule_destroy(l->schedule);
        plugin_watch_destroy(l->watched);
        plugin_pool_destroy(l->services.pool);
    }
    if (l->watch != NULL) {
        loop_watch_remove(l->watch);
    }
    if (l->daemon != NULL) {
        MHD_stop_daemon(l->daemon);
    }
    connection_list_end(&l->connections);
    loop_put_off_cancel(l->services.loop, l);
    request_spare_free(l);
    portal_destroy(l->portal);
    kept_destroy(l->kept);
    session_use_destroy(l->uses);
    live_hub_leave(l->services.services->live, l->services.loop);
    store_close(l->services.store);
    loop_destroy(l->services.loop);
    free(l->under_way);
    free(l);
}
