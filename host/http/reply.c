// SPDX-License-Identifier: EUPL-1.2
#include "http/reply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "http/compress.h"
#include "http/server_loop.h"

void reply_header(reply *r, const char *name, const char *value) {
    for (size_t i = 0; i < REPLY_HEADERS; i++) {
        if (r->headers[i].name == NULL) {
            r->headers[i].name = name;
            r->headers[i].value = value;
            return;
        }
    }
    assert(false && "a reply has at most REPLY_HEADERS headers of its own");
}

static void add(struct MHD_Response *to, const char *name, const char *value) {
    if (value == NULL || MHD_add_response_header(to, name, value) == MHD_YES) {
        return;
    }
    if (strpbrk(value, "\r\n") != NULL) {
        abort(); // somebody above should not have let this through
    }
    if (!memory_spend() || MHD_add_response_header(to, name, value) == MHD_NO) {
        memory_end();
    }
}

static void add_page_headers(struct MHD_Response *to) {
    add(to, "Cross-Origin-Opener-Policy", "same-origin");
    add(to, "Cross-Origin-Embedder-Policy", "require-corp");
    add(to, "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), usb=(), serial=(), bluetooth=(), payment=(), browsing-topics=()");
}

void reply_add_headers(const reply_site *site, const reply *r, struct MHD_Response *to) {
    add(to, "Content-Type", r->type);
    add(to, "Cache-Control", r->cache ? r->cache : REPLY_CACHE_NONE);
    add(to, "Content-Security-Policy", r->policy ? r->policy : REPLY_POLICY_NOTHING);
    add(to, "X-Content-Type-Options", "nosniff");
    // Pages of the host name themselves to themselves, so that an old browser's Origin of a form is not null.
    add(to, "Referrer-Policy", r->page ? "same-origin" : "no-referrer");
    add(to, "Cross-Origin-Resource-Policy", r->shared ? "cross-origin" : "same-origin");
    add(to, "Vary", r->vary);
    if (site->secure) {
        add(to, "Strict-Transport-Security", "max-age=63072000; includeSubDomains");
    }
    if (r->page) {
        add_page_headers(to);
    }
    for (size_t i = 0; i < REPLY_HEADERS && r->headers[i].name; i++) {
        add(to, r->headers[i].name, r->headers[i].value);
    }
}

// ---- one reply

static struct MHD_Response *response_try(const buffer *body) {
    return body->len == 0 ? MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT)
                          : MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_MUST_FREE);
}

static struct MHD_Response *response_of(buffer *body) {
    struct MHD_Response *made = response_try(body);
    if (made == NULL && memory_spend()) {
        made = response_try(body);
    }
    memory_sure(made);
    if (body->len == 0) {
        buffer_free(body);
    }
    *body = (buffer){0}; // else it belongs to the response
    return made;
}

static struct MHD_Response *not_modified(const reply_site *site, const reply *r, const char *etag) {
    buffer nothing = {0};
    struct MHD_Response *made = response_of(&nothing);
    reply same = *r;
    same.type = NULL;
    reply_add_headers(site, &same, made);
    add(made, "ETag", etag);
    return made;
}

void reply_send(exchange *x, unsigned code, struct MHD_Response *response) {
    assert(x->response == NULL);
    x->response = response;
    x->status = code;
    if (x->suspended) {
        x->suspended = false;
        x->loop->suspended--;
        MHD_resume_connection(x->mhd);
        server_loop_wake(x->loop);
    }
}

void reply_bytes(exchange *x, const reply *r, buffer *body) {
    char etag[ETAG_TEXT] = "";
    if (r->tagged && r->status == 200 && exchange_reads(x)) {
        etag_make(&x->loop->site->tags, buffer_str(body), etag);
        if (etag_matches(x->headers.if_none_match, etag)) {
            buffer_free(body);
            reply_send(x, 304, not_modified(x->loop->site, r, etag));
            return;
        }
    }
    buffer small = {0};
    bool gzip = compress_worth(r->type, body->len) && compress_accepted(x->headers.accept_encoding) &&
                compress_gzip(buffer_str(body), COMPRESS_ONCE, &small);
    if (gzip) {
        buffer_free(body);
        *body = small;
        etag_for_gzip(etag);
    }
    struct MHD_Response *made = response_of(body);
    reply_add_headers(x->loop->site, r, made);
    if (etag[0]) {
        add(made, "ETag", etag);
    }
    if (gzip) {
        add(made, "Content-Encoding", "gzip");
    }
    reply_send(x, r->status, made);
}

void reply_text(exchange *x, const reply *r, const char *body) {
    buffer bytes = {0};
    buffer_add(&bytes, body);
    reply_bytes(x, r, &bytes);
}

// ---- a reply for many

void reply_kept_make(const reply_site *site, const reply *r, int level, buffer *body, reply_kept *out) {
    *out = (reply_kept){.status = r->status};
    etag_make(&site->tags, buffer_str(body), out->etag);
    out->same = not_modified(site, r, out->etag);
    out->size = body->len + sizeof *out;
    buffer small = {0};
    if (compress_worth(r->type, body->len) && compress_gzip(buffer_str(body), level, &small)) {
        char etag[ETAG_TEXT];
        snprintf(etag, sizeof etag, "%s", out->etag);
        etag_for_gzip(etag);
        out->size += small.len;
        out->gzip = response_of(&small);
        reply_add_headers(site, r, out->gzip);
        add(out->gzip, "ETag", etag);
        add(out->gzip, "Content-Encoding", "gzip");
    }
    out->plain = response_of(body);
    reply_add_headers(site, r, out->plain);
    add(out->plain, "ETag", out->etag);
}

// The library counts references; the exchange gives its own back like any other.
void reply_kept_send(exchange *x, const reply_kept *k) {
    unsigned code = k->status;
    struct MHD_Response *chosen = k->plain;
    if (etag_matches(x->headers.if_none_match, k->etag)) {
        chosen = k->same;
        code = 304;
    } else if (k->gzip != NULL && compress_accepted(x->headers.accept_encoding)) {
        chosen = k->gzip;
    }
    x->response_shared = true;
    reply_send(x, code, chosen);
}

void reply_kept_free(reply_kept *k) {
    struct MHD_Response *all[] = {k->plain, k->gzip, k->same};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] != NULL) {
            MHD_destroy_response(all[i]);
        }
    }
    *k = (reply_kept){0};
}
