// SPDX-License-Identifier: EUPL-1.2
#include "http/api.h"

#include <string.h>
#include <strings.h>

#include "http/cookie.h"
#include "http/export.h"
#include "http/form.h"
#include "http/kept.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"
#include "http/session.h"
#include "http/stream.h"

#define API_ROOT "/api/v1"
#define API_VARY "Accept-Encoding, Accept-Language, Authorization, Cookie"

// From the route to the answer; `state` of the exchange.
typedef struct api_request {
    const operation *operation;
    str path_id; // raw
    buffer out;
    answer_json json;
} api_request;

static void out_free(void *what) {
    buffer_free(what);
}

static bool is_json(const char *content_type) {
    size_t len = strcspn(content_type, "; \t");
    return len == strlen("application/json") && strncasecmp(content_type, "application/json", len) == 0;
}

// A form with files may be large: who may not send one is told before it is read.
static void files_begin(exchange *x, const operation *o, const char *id) {
    fault f;
    access_found found;
    fault_clear(&f);
    status s = session_resolve(x, &f);
    if (s == STATUS_OK) {
        s = access_check(x->loop->services.store, &x->actor, operation_access(o), id, &found, &f);
    }
    if (s != STATUS_OK) {
        problem_reply(x, &f);
    }
}

static void api_begin(exchange *x) {
    if (!str_starts(x->path, API_ROOT "/")) {
        problem_reply_http(x, 404, "path.not_found", "The API lies below /api/v1. See /api/v1/openapi.json.", NULL,
                           NULL);
        return;
    }
    api_request *r = arena_alloc(x->arena, sizeof *r);
    arena_defer(x->arena, out_free, &r->out);
    x->state = r;
    str path = {x->path.ptr + strlen(API_ROOT), x->path.len - strlen(API_ROOT)};
    const char *method = exchange_is(x, "HEAD") ? "GET" : x->method;
    char allow[64];
    status s = operation_route(x->loop->services.services->operations, method, path, &r->operation, &r->path_id, allow);
    if (s == STATUS_NOT_FOUND) {
        problem_reply_http(x, 404, "path.not_found", "There is nothing at this path. See /api/v1/openapi.json.", NULL,
                           NULL);
    } else if (s != STATUS_OK) {
        problem_reply_http(x, 405, "method", "This method does nothing here.", "Allow", arena_text(x->arena, allow));
    } else {
        x->body_limit = operation_body_limit(r->operation);
        if (operation_takes_files(r->operation)) {
            files_begin(x, r->operation, "");
        }
    }
}

// ---- the answer

static void cookie_set(exchange *x, reply *r, const char *token) {
    buffer cookie = {0};
    cookie_session_write(&cookie, x->secure, token, SESSION_SECONDS);
    reply_header(r, "Set-Cookie", arena_copy(x->arena, cookie.ptr, cookie.len));
    buffer_free(&cookie);
}

static void answer_send(exchange *x) {
    operation_call *c = &x->call;
    api_request *r = x->state;
    reply made = {.status = (unsigned)c->http_status, .vary = API_VARY, .tagged = operation_is_read(c->operation)};
    made.type = c->http_status == 204 ? NULL : "application/json";
    if (c->http_status == 204) {
        buffer_clear(&r->out);
    }
    if (c->set_session != NULL) {
        cookie_set(x, &made, c->set_session);
    }
    if (operation_is_kept(c->operation)) {
        made.cache = REPLY_CACHE_CHECK;
        kept_put(x->loop->kept, x, &made, &r->out);
    } else {
        reply_bytes(x, &made, &r->out);
    }
}

static void api_done(operation_call *c, status outcome) {
    exchange *x = c->context;
    if (outcome != STATUS_OK) {
        problem_reply(x, &c->fault);
    } else if (c->stream != NULL) {
        export_start(x);
    } else if (operation_is_live(c->operation)) {
        stream_person(x);
    } else {
        answer_send(x);
    }
}

// ---- the question

// `If-Match: "7"` says the version that the client has seen.
static const char *version_of(exchange *x) {
    const char *header = x->headers.if_match;
    if (header == NULL) {
        return NULL;
    }
    size_t len = strlen(header);
    if (len >= 2 && header[0] == '"' && header[len - 1] == '"') {
        return arena_copy(x->arena, header + 1, len - 2);
    }
    return header;
}

static status parts_fill(exchange *x, fault *f) {
    char boundary[MULTIPART_BOUNDARY];
    multipart *parts = arena_alloc(x->arena, sizeof *parts);
    multipart_is(x->headers.content_type, boundary);
    x->call.parts = parts;
    return multipart_parse(x->arena, buffer_str(&x->body), boundary, parts, f);
}

static status call_fill(exchange *x, fault *f) {
    api_request *r = x->state;
    operation_call *c = &x->call;
    operation_call_clear(c);
    c->arena = x->arena;
    c->operation = r->operation;
    c->services = x->loop->services.services;
    c->loop = &x->loop->services;
    c->actor = x->actor;
    c->language = x->language;
    c->session = x->session;
    c->network = x->network;
    if (operation_takes_files(r->operation)) {
        status read = parts_fill(x, f);
        if (read != STATUS_OK) {
            return read;
        }
    } else {
        c->body_text = buffer_str(&x->body);
    }
    c->if_match = version_of(x);
    c->done = api_done;
    c->context = x;
    char *id = arena_copy(x->arena, r->path_id.ptr ? r->path_id.ptr : "", r->path_id.len);
    int64_t len = text_decode_url(id, r->path_id.len, false);
    if (len < 0 || !text_is_utf8(id, (size_t)len)) {
        return fault_set(f, STATUS_MALFORMED, "path.malformed",
                         "The id in the address is not percent-encoded UTF-8 text.");
    }
    id[len] = 0;
    c->id = id;
    c->answer = answer_json_init(&r->json, &r->out);
    return x->query.len ? form_parse(x->arena, x->query, &c->query, f) : STATUS_OK;
}

static bool refuse_no_files(exchange *x) {
    char boundary[MULTIPART_BOUNDARY];
    if (multipart_is(x->headers.content_type, boundary)) {
        return false;
    }
    problem_reply_http(x, 415, "body.type", "Send the files as multipart/form-data.", "Accept", "multipart/form-data");
    return true;
}

// Only JSON is read, so that no form of another site can speak to the API. Where files are sent, refuse_cross_site
// wants the browser's word that the form is ours.
static bool refuse_body_type(exchange *x) {
    const api_request *r = x->state;
    if (operation_takes_files(r->operation)) {
        return refuse_no_files(x);
    }
    if (x->body.len == 0 || x->headers.content_type == NULL || is_json(x->headers.content_type)) {
        return false;
    }
    problem_reply_http(x, 415, "body.type", "Send the body as JSON, with Content-Type: application/json.", "Accept",
                       "application/json");
    return true;
}

static bool refuse_cross_site(exchange *x) {
    if (exchange_reads(x) || (!x->by_cookie && x->headers.authorization != NULL)) {
        return false;
    }
    // Without a session nothing is at stake but signing somebody in, so a program may leave the headers out.
    bool unsimple =
        !x->by_cookie || (x->body.len > 0 && x->headers.content_type != NULL && is_json(x->headers.content_type));
    if (!session_cross_site(x, unsimple)) {
        return false;
    }
    problem_reply_http(x, 403, "request.cross_site",
                       "This request came from another site, so it was refused. Use the site's own pages, or "
                       "Authorization: Bearer.",
                       NULL, NULL);
    return true;
}

static void api_run(exchange *x) {
    api_request *r = x->state;
    fault f;
    fault_clear(&f);
    status s = session_resolve(x, &f);
    if (s == STATUS_OK) {
        s = limit_person(x, &f);
    }
    if (s != STATUS_OK) {
        problem_reply(x, &f);
        return;
    }
    if (refuse_body_type(x) || refuse_cross_site(x)) {
        return;
    }
    if (operation_is_kept(r->operation) && kept_send(x->loop->kept, x)) {
        return;
    }
    s = call_fill(x, &f);
    if (s != STATUS_OK) {
        problem_reply(x, &f);
        return;
    }
    operation_start(&x->call);
}

// A kept answer for nobody in particular needs no database.
static bool api_asks(const exchange *x) {
    const api_request *r = x->state;
    return !operation_is_kept(r->operation) || x->headers.authorization != NULL || x->headers.cookie != NULL;
}

const route api_route = {"api", api_begin, api_run, api_asks, true};
