// SPDX-License-Identifier: EUPL-1.2
//
// egress: requests to servers out there, on behalf of somebody who is not trusted with the network. https only, to
// named hosts, at port 443, with the certificate checked; never to an address of this machine or this house, however
// its name is resolved: the address is looked at when the connection is made, so a name that changes its mind gains
// nothing. A redirect is followed to the same host only. No cookies, no proxy, no compression. Over libcurl; on one
// loop's thread.
#ifndef INTERLINK_BASE_EGRESS_H
#define INTERLINK_BASE_EGRESS_H

#include "base/loop.h"
#include "base/status.h"
#include "base/text.h"

enum {
    EGRESS_URL = 4000,         // bytes of a URL
    EGRESS_HEADERS = 16,       // headers of a request
    EGRESS_HEADER = 4000,      // bytes of a header's value
    EGRESS_ANSWER = 1 << 20,   // bytes of a body
    EGRESS_ANSWER_HEADERS = 64 // headers of an answer that are kept
};

typedef struct egress egress;
typedef struct egress_request egress_request;

typedef struct egress_header {
    str name, value; // names of an answer are in small letters
} egress_header;

// Borrowed for the call of egress_start.
typedef struct egress_ask {
    bool post;
    str url;
    const char *const *hosts; // that may be asked: lower case, ended by NULL
    const egress_header *headers;
    size_t header_count;
    const char *idempotency_key; // of a POST (draft-ietf-httpapi-idempotency-key-header)
    str body;
    uint32_t timeout_ms; // for all of it, redirects too
} egress_ask;

// Borrowed for the call of egress_done. With a status other than STATUS_OK there is only `why`: STATUS_FORBIDDEN when
// it is against the rules, STATUS_TOO_LARGE, else STATUS_UNAVAILABLE.
typedef struct egress_answer {
    status status;
    const fault *why;
    int code; // 200 ...
    str body;
    const egress_header *headers;
    size_t header_count;
} egress_answer;
typedef void egress_done(void *context, const egress_answer *answer);

egress *egress_create(loop *l);
void egress_destroy(egress *e); // what is under way is dropped without its egress_done; NULL is fine

// STATUS_OK: `done` follows from the loop, once, unless it is cancelled. Else nothing was sent, and `f` says why.
status egress_start(egress *e, const egress_ask *ask, egress_done *done, void *context, egress_request **out, fault *f);
void egress_cancel(egress_request *r); // not from its own egress_done, which ends it; NULL is fine

#endif
