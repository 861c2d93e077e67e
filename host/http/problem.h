// SPDX-License-Identifier: EUPL-1.2
//
// problem: a request that could not be answered as asked. Programs get RFC 9457, people a readable page; both carry an
// id that stands in the log with the reason.
#ifndef INTERLINK_HTTP_PROBLEM_H
#define INTERLINK_HTTP_PROBLEM_H

#include "http/exchange.h"

#define PROBLEM_RETRY "6" // seconds after which a sign-in that was slowed may be tried again

// By the status of the fault. After STATUS_LIMITED its `about` may say how many seconds to wait.
void problem_reply(exchange *x, const fault *f);
// For what only HTTP knows: 405, 414, 415, 431 ... `header` (may be NULL) with `value` is added.
void problem_reply_http(exchange *x, unsigned http_status, const char *code, const char *text, const char *header,
                        const char *value);
// The same, and the connection closes: nobody can tell where the next request begins.
void problem_refuse(exchange *x, unsigned http_status, const char *code, const char *text);

const char *problem_id(exchange *x); // made when first asked for

#endif
