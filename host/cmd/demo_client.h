// SPDX-License-Identifier: EUPL-1.2
//
// demo_client: just enough of HTTP/1.1 to use our own server on this machine: one request a connection, blocking.
#ifndef INTERLINK_CMD_DEMO_CLIENT_H
#define INTERLINK_CMD_DEMO_CLIENT_H

#include <stdint.h>

#include "base/text.h"

typedef struct demo_request {
    const char *method, *path;
    const char *type;  // of the body; NULL without one
    const char *token; // for Authorization: Bearer, or NULL
    str body;
} demo_request;

// The status code of the answer, and its body in `answer` (cleared first); 0 if there was none.
int demo_client_send(uint16_t port, const demo_request *request, buffer *answer);

#endif
