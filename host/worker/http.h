// SPDX-License-Identifier: EUPL-1.2
//
// http: requests to servers out there. The worker has no network: the host makes them, to the hosts that the manifest
// names.
#ifndef INTERLINK_WORKER_HTTP_H
#define INTERLINK_WORKER_HTTP_H

#include <interlink.h>

extern const il_http_1 http_interface;

#endif
