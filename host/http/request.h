// SPDX-License-Identifier: EUPL-1.2
//
// request: what the library calls for each request: the guard first, then the route, then the body, then the answer.
#ifndef INTERLINK_HTTP_REQUEST_H
#define INTERLINK_HTTP_REQUEST_H

#include "http/exchange.h"

// For MHD_OPTION_URI_LOG_CALLBACK, MHD_start_daemon and MHD_OPTION_NOTIFY_COMPLETED; `context` is the server_loop.
void *request_line(void *context, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result request_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **state);
void request_completed(void *context, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode how);

// Exchanges are used again.
void request_spare_free(server_loop *l);

#endif
