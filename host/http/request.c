// SPDX-License-Identifier: EUPL-1.2
#include "http/request.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "http/guard.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/router.h"
#include "http/server_loop.h"
#include "http/session.h"

// A body that was refused is read a little further, so that the client gets to read why; then the connection ends.
enum { SPARE_MOST = 256, BODY_KEPT = 64 * 1024, BODY_PATIENCE = 256 * 1024 };

// Of all bodies that one loop holds at a time.
enum { BODIES_MOST = 64 << 20 };

// ---- exchanges

static exchange *exchange_take(server_loop *l) {
    exchange *x = l->spare;
    if (x == NULL) {
        x = memory_new(sizeof *x);
        x->arena = arena_create();
        return x;
    }
    l->spare = x->next;
    l->spare_count--;
    return x;
}

static void exchange_free(exchange *x) {
    arena_destroy(x->arena);
    buffer_free(&x->body);
    free(x);
}

static void exchange_give_back(server_loop *l, exchange *x) {
    arena *kept_arena = x->arena;
    buffer body = x->body;
    arena_reset(kept_arena);
    if (l->spare_count == SPARE_MOST) {
        exchange_free(x);
        return;
    }
    if (body.capacity > BODY_KEPT) {
        buffer_free(&body);
    }
    buffer_clear(&body);
    memset(x, 0, offsetof(exchange, call.fault));
    fault_clear(&x->call.fault);
    x->arena = kept_arena;
    x->body = body;
    x->next = l->spare;
    l->spare = x;
    l->spare_count++;
}

void request_spare_free(server_loop *l) {
    while (l->spare != NULL) {
        exchange *x = l->spare;
        l->spare = x->next;
        exchange_free(x);
    }
}

// ---- the request line and headers

void *request_line(void *context, const char *uri, struct MHD_Connection *mhd) {
    server_loop *l = context;
    exchange *x = exchange_take(l);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->loop = l;
    x->mhd = mhd;
    x->connection = info->socket_context;
    x->started = clock_steady();
    x->secure = l->site->secure;
    x->line = uri ? uri : "";
    size_t len = strlen(x->line);
    x->target = (str){arena_copy(x->arena, x->line, len), len};
    connection_request(x->connection, x->started);
    metrics_add(&l->counts->begun);
    l->in_flight++;
    return x;
}

typedef struct reading {
    exchange *x;
    guard guard;
    const char *refused;
} reading;

static void header_note(exchange *x, const char *name, size_t len, const char *value) {
    static const char forwarded[] = "X-Forwarded-For";
    const struct {
        const char *name;
        const char **place;
    } wanted[] = {
        {"accept-encoding", &x->headers.accept_encoding},
        {"accept-language", &x->headers.accept_language},
        {"authorization", &x->headers.authorization},
        {"content-type", &x->headers.content_type},
        {"cookie", &x->headers.cookie},
        {"if-match", &x->headers.if_match},
        {"if-none-match", &x->headers.if_none_match},
        {"last-event-id", &x->headers.last_event_id},
        {"origin", &x->headers.origin},
        {"sec-fetch-dest", &x->headers.sec_fetch_dest},
        {"sec-fetch-site", &x->headers.sec_fetch_site},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (strlen(wanted[i].name) == len && strncasecmp(wanted[i].name, name, len) == 0 && *wanted[i].place == NULL) {
            *wanted[i].place = value;
        }
    }
    if (len == sizeof forwarded - 1 && strncasecmp(name, forwarded, len) == 0) {
        x->headers.forwarded_for = value;
    }
}

static enum MHD_Result header_read(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                   const char *value, size_t value_len) {
    reading *r = context;
    (void)kind;
    r->refused = guard_header(&r->guard, (str){name, name_len}, (str){value ? value : "", value_len});
    if (r->refused != NULL) {
        return MHD_NO;
    }
    header_note(r->x, name, name_len, value);
    return MHD_YES;
}

// "http://host/path" is what a proxy is sent; RFC 9112 section 3.2.2 wants it taken, if it names us.
static bool absolute_form_take(exchange *x, const char *host) {
    if (!str_starts(x->target, "http://") && !str_starts(x->target, "https://")) {
        return true;
    }
    const char *authority = strstr(x->target.ptr, "://") + 3, *end = x->target.ptr + x->target.len;
    size_t len = strcspn(authority, "/?");
    if (len != strlen(host) || strncasecmp(authority, host, len) != 0) {
        return false;
    }
    x->target = (str){authority + len, (size_t)(end - authority) - len};
    return true;
}

static void target_split(exchange *x) {
    const char *mark = memchr(x->target.ptr, '?', x->target.len);
    size_t len = mark ? (size_t)(mark - x->target.ptr) : x->target.len;
    x->path = (str){x->target.ptr, len};
    x->query = mark ? (str){mark + 1, x->target.len - len - 1} : (str){"", 0};
}

// Everything before the body. Leaves a reply if the request is refused.
static void headers_read(exchange *x, const char *version) {
    reading r = {.x = x};
#if MHD_VERSION < 0x00097600
    r.guard.layout = true;
#endif
    str line = {x->line, x->target.len};
    r.refused = guard_start(&r.guard, x->method, line, version);
    if (r.refused == NULL) {
        MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, header_read, &r);
    }
    if (r.refused == NULL) {
        r.refused = guard_end(&r.guard, x->method);
    }
    if (r.refused == NULL) {
        x->host = arena_copy(x->arena, r.guard.host.ptr, r.guard.host.len);
        r.refused = absolute_form_take(x, x->host) ? guard_target(x->target) : "The address names another host.";
    }
    if (r.refused != NULL) {
        bool many = r.guard.count > GUARD_HEADERS;
        metrics_add(&x->loop->counts->refused);
        problem_refuse(x, many ? 431 : 400, many ? "request.headers" : "request.malformed", r.refused);
        return;
    }
    if (x->target.len > GUARD_TARGET) {
        problem_refuse(x, 414, "request.target", "The address is longer than 8 KiB.");
        return;
    }
    target_split(x);
    x->has_body = r.guard.body;
    x->chunked = r.guard.chunked;
    x->body_size = r.guard.length;
}

// While the reserve of memory is in use, what is under way needs it.
static bool memory_begin(exchange *x) {
    fault f = {0};
    if (!memory_low()) {
        return true;
    }
    fault_set(&f, STATUS_UNAVAILABLE, "server.memory",
              "The server is short of memory at this moment, so it takes on nothing new. Try again in a minute.");
    x->language = session_language(x);
    problem_reply(x, &f);
    return false;
}

static void route_begin(exchange *x) {
    x->room = router_find(x->path);
    x->route = router_route((router_room)x->room);
    if (!limit_begin(x) || !memory_begin(x)) {
        return;
    }
    x->route->begin(x);
    if (x->response != NULL || !x->has_body) {
        return;
    }
    if (x->body_size > x->body_limit || x->body_limit == 0) {
        problem_reply_http(x, 413, "body.too_large",
                           x->body_limit ? arena_printf(x->arena, "The body may have %zu bytes at most.", x->body_limit)
                                         : "This takes no body. Send none.",
                           NULL, NULL);
        return;
    }
    // In chunks the size is not announced; then it is what is allowed.
    size_t reserve = x->body_size ? (size_t)x->body_size : x->body_limit;
    if (x->loop->body_bytes + reserve > BODIES_MOST) {
        fault f = {0};
        fault_set(&f, STATUS_UNAVAILABLE, "server.busy",
                  "So much is being sent at this moment that there is no room. Try again soon.");
        problem_reply(x, &f);
        return;
    }
    x->body_reserved = reserve;
    x->loop->body_bytes += reserve;
    connection_body(x->connection, x->started);
}

// ---- the body and the answer

static enum MHD_Result body_take(exchange *x, const char *bytes, size_t *size) {
    connection_receive(x->connection, *size);
    if (x->body.len + *size > x->body_limit) {
        x->body_too_large = true;
        x->body_dropped += *size;
    } else if (!x->body_too_large) {
        buffer_append(&x->body, bytes, *size);
    }
    *size = 0;
    return x->body_dropped > BODY_PATIENCE ? MHD_NO : MHD_YES;
}

// The library ends a connection whose request asks for that, and says so in the answer. After a body in chunks, because
// it reads their frames less strictly than others do: what follows is never taken for a request.
static void end_after_answer(exchange *x) {
    if ((x->chunked || x->connection->requests >= CONNECTION_REQUESTS) &&
        MHD_set_connection_value(x->mhd, MHD_HEADER_KIND, "Connection", "close") != MHD_YES) {
        connection_shut(x->connection);
    }
}

static enum MHD_Result answer_queue(exchange *x) {
    end_after_answer(x);
    if (x->connection->phase != CONNECTION_STREAM) {
        connection_answer(x->connection);
    }
    enum MHD_Result done = MHD_queue_response(x->mhd, x->status, x->response);
    if (!x->response_shared) {
        MHD_destroy_response(x->response);
    }
    x->response = NULL;
    x->answered = true;
    return done;
}

static void route_run(exchange *x) {
    store *reader = x->loop->services.store;
    bool together = x->route->asks != NULL && x->route->asks(x) && store_begin(reader, NULL) == STATUS_OK;
    x->route->run(x);
    if (together && store_commit(reader, NULL) != STATUS_OK) {
        store_rollback(reader);
    }
}

static enum MHD_Result answer_make(exchange *x) {
    if (x->response == NULL && !x->running) {
        x->running = true;
        connection_work(x->connection, x->started);
        if (x->body_too_large) {
            problem_refuse(x, 413, "body.too_large",
                           arena_printf(x->arena, "The body may have %zu bytes at most.", x->body_limit));
        } else {
            route_run(x);
        }
    }
    if (x->response != NULL) {
        return answer_queue(x);
    }
    x->suspended = true;
    x->loop->suspended++;
    MHD_suspend_connection(x->mhd);
    return MHD_YES;
}

enum MHD_Result request_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **state) {
    exchange *x = *state;
    (void)context, (void)mhd, (void)url;
    if (!x->seen) {
        x->seen = true;
        x->method = method;
        headers_read(x, version);
        if (x->response == NULL) {
            route_begin(x);
        }
        return x->response ? answer_queue(x) : MHD_YES;
    }
    if (*upload_size > 0) {
        return body_take(x, upload, upload_size);
    }
    return answer_make(x);
}

void request_completed(void *context, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode how) {
    server_loop *l = context;
    exchange *x = *state;
    (void)mhd, (void)how;
    if (x == NULL) {
        return;
    }
    *state = NULL;
    int64_t now = clock_steady();
    if (x->answered && x->connection->phase != CONNECTION_STREAM) {
        metrics_count(l->counts, x->room, x->status, now - x->started);
    }
    if (x->response != NULL && !x->response_shared) {
        MHD_destroy_response(x->response);
    }
    connection_idle(x->connection, now);
    limit_end(x);
    l->in_flight--;
    l->body_bytes -= x->body_reserved;
    exchange_give_back(l, x);
}
