// SPDX-License-Identifier: EUPL-1.2
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "http/server_loop.h"

// Descriptors for everything that is no connection: database, workers, files.
enum { OTHER_DESCRIPTORS = 256, LEAST_CONNECTIONS = 64, BACKLOG = 1024 };

// Busy networks and accounts that are told apart, at 8 bytes each.
enum { BUCKETS = 64 * 1024 };

// What a client has not acknowledged for so long is given up, also after the connection was closed here.
enum { UNACKNOWLEDGED_MS = 30000 };

// Of an answer, the system holds so much that the client has not taken (twice that, by its own reckoning). By itself it
// would take megabytes for each, and a thousand clients who ask for a large file and do not read it would keep it busy
// for seconds.
enum { SEND_BUFFER = 128 * 1024 };

struct http_server {
    server_shared shared;
    server_loop **loops;
    size_t count;
    uint16_t port;
};

// ---- sockets

typedef struct address {
    struct sockaddr_storage storage;
    socklen_t size;
    int family;
} address;

static status address_read(const http_options *o, address *out, fault *f) {
    struct sockaddr_in *four = (struct sockaddr_in *)&out->storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->storage;
    char text[sizeof o->address];
    size_t len = strlen(o->address);
    bool brackets = len > 1 && o->address[0] == '[' && o->address[len - 1] == ']';
    memcpy(text, o->address + brackets, len + 1 - brackets);
    text[len - 2 * brackets] = 0;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(o->port);
        out->size = sizeof *four;
    } else if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(o->port);
        out->size = sizeof *six;
    } else {
        return fault_set(f, STATUS_INVALID, "http.address",
                         "\"%s\" is no address to listen on. Give a numeric one, such as 127.0.0.1 or [::1].",
                         o->address);
    }
    out->family = out->storage.ss_family;
    return STATUS_OK;
}

static uint16_t *port_place(address *a) {
    return a->family == AF_INET ? &((struct sockaddr_in *)&a->storage)->sin_port
                                : &((struct sockaddr_in6 *)&a->storage)->sin6_port;
}

static status bind_failed(const http_options *o, fault *f) {
    if (errno == EADDRINUSE) {
        return fault_set(f, STATUS_CONFLICT, "http.in_use",
                         "Another program listens on %s:%u already. Stop it, or choose another port with --listen.",
                         o->address, o->port);
    }
    return fault_set(f, STATUS_INVALID, "http.address", "%s:%u cannot be listened on: %s.", o->address, o->port,
                     strerror(errno));
}

// Sockets that share a port would share it with another server of the same user too, without a word. A socket that does
// not share finds that out first.
static status probe(const http_options *o, const address *a, fault *f) {
    int fd = socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    status s = bind(fd, (const struct sockaddr *)&a->storage, a->size) == 0 && listen(fd, 1) == 0 ? STATUS_OK
                                                                                                  : bind_failed(o, f);
    close(fd);
    return s;
}

static int listen_on(const http_options *o, address *a, fault *f) {
    int fd = socket(a->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BUFFER}, sizeof(int));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){UNACKNOWLEDGED_MS}, sizeof(unsigned));
    if (bind(fd, (struct sockaddr *)&a->storage, a->size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&a->storage, &a->size) != 0) {
        bind_failed(o, f);
        close(fd);
        return -1;
    }
    return fd;
}

// As many as the system lets this process have.
static unsigned connection_limit(size_t loops) {
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    rlim_t most = files.rlim_cur > 1000000 ? 1000000 : files.rlim_cur;
    size_t each = most > OTHER_DESCRIPTORS ? (size_t)(most - OTHER_DESCRIPTORS) / loops : 0;
    return (unsigned)(each < LEAST_CONNECTIONS ? LEAST_CONNECTIONS : each);
}

// ---- the server

static status loops_create(http_server *s, fault *f) {
    for (size_t i = 0; i < s->shared.metrics.loops; i++) {
        status outcome = server_loop_create(&s->shared, i, &s->loops[i], f);
        s->count = i + 1;
        if (outcome != STATUS_OK) {
            return outcome;
        }
    }
    return STATUS_OK;
}

static status loops_start(http_server *s, const http_options *o, fault *f) {
    address at;
    status outcome = address_read(o, &at, f);
    if (outcome == STATUS_OK && o->port != 0) {
        outcome = probe(o, &at, f);
    }
    unsigned limit = connection_limit(s->count);
    for (size_t i = 0; outcome == STATUS_OK && i < s->count; i++) {
        int fd = listen_on(o, &at, f);
        outcome = fd < 0 ? f->status : server_loop_start(s->loops[i], fd, limit, f);
        s->port = ntohs(*port_place(&at));
    }
    return outcome;
}

status http_server_start(services *all, const http_options *options, http_server **out, fault *f) {
    http_server *s = memory_new(sizeof *s);
    *out = s;
    s->shared.services = all;
    s->shared.site.secure = strncmp(all->public_url ? all->public_url : "", "https://", 8) == 0;
    s->shared.site.tags = etag_key_from(all->secret);
    s->shared.turns = turn_list_create();
    s->shared.limits.rates = rate_create(BUCKETS);
    s->shared.limits.proxies = options->proxies;
    s->shared.metrics.loops = options->loops;
    s->shared.metrics.each = memory_new(options->loops * sizeof *s->shared.metrics.each);
    s->loops = memory_new(options->loops * sizeof *s->loops);
    status outcome = static_files_load(all->program_folder, &s->shared.site, &s->shared.files, f);
    if (outcome == STATUS_OK) {
        outcome = loops_create(s, f);
    }
    if (outcome == STATUS_OK) {
        outcome = loops_start(s, options, f);
    }
    if (outcome != STATUS_OK) {
        http_server_stop(s);
        *out = NULL;
    }
    return outcome;
}

uint16_t http_server_port(const http_server *s) {
    return s->port;
}

void http_server_stop(http_server *s) {
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        server_loop_stop(s->loops[i]);
    }
    for (size_t i = 0; i < s->count; i++) {
        server_loop_destroy(s->loops[i]);
    }
    static_files_free(s->shared.files);
    turn_list_destroy(s->shared.turns);
    rate_destroy(s->shared.limits.rates);
    free(s->shared.metrics.each);
    free(s->loops);
    free(s);
}
