// SPDX-License-Identifier: EUPL-1.2
//
// reply: what goes back: status, headers, bytes. Every reply carries the headers that keep a browser from doing more
// with it than is meant.
#ifndef INTERLINK_HTTP_REPLY_H
#define INTERLINK_HTTP_REPLY_H

#include "http/etag.h"
#include "http/exchange.h"

#define REPLY_POLICY_NOTHING "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

#define REPLY_CACHE_NONE "no-store"
#define REPLY_CACHE_CHECK "no-cache" // may be kept, and is asked for again with its ETag
#define REPLY_CACHE_EVER "public, max-age=31536000, immutable"

enum { REPLY_HEADERS = 10 };

// Texts are borrowed until the reply is made.
typedef struct reply {
    unsigned status;
    const char *type;   // NULL: no body
    const char *cache;  // NULL: REPLY_CACHE_NONE
    const char *policy; // Content-Security-Policy; NULL: REPLY_POLICY_NOTHING
    const char *vary;
    bool tagged; // give it an ETag, and answer 304 to who has it already
    bool page;   // a page of the host: the headers that isolate it
    bool shared; // may be loaded by views, whose origin is opaque
    struct {
        const char *name, *value;
    } headers[REPLY_HEADERS]; // further ones, ended by a NULL name
} reply;

void reply_header(reply *r, const char *name, const char *value); // copies nothing

// Answer with these bytes; the buffer is taken and left empty. Compresses and answers 304 where it may.
void reply_bytes(exchange *x, const reply *r, buffer *body);
void reply_text(exchange *x, const reply *r, const char *body);

// Answer with a response that is made already. Gives back one reference when the exchange is over.
void reply_send(exchange *x, unsigned code, struct MHD_Response *response);

// What all replies of one server have in common.
typedef struct reply_site {
    bool secure; // people reach it by https
    etag_key tags;
} reply_site;
void reply_add_headers(const reply_site *site, const reply *r, struct MHD_Response *response);

// For answers that are sent many times.
typedef struct reply_kept {
    struct MHD_Response *plain, *gzip, *same; // gzip may be NULL; `same` is the 304
    char etag[ETAG_TEXT];
    unsigned status;
    size_t size; // in memory
} reply_kept;
// Takes the body. `level` is how hard to compress it (compress.h).
void reply_kept_make(const reply_site *site, const reply *r, int level, buffer *body, reply_kept *out);
void reply_kept_send(exchange *x, const reply_kept *k);
void reply_kept_free(reply_kept *k);

#endif
