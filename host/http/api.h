// SPDX-License-Identifier: EUPL-1.2
//
// api: the operations over HTTP, below /api/v1.
#ifndef INTERLINK_HTTP_API_H
#define INTERLINK_HTTP_API_H

#include "http/exchange.h"

extern const route api_route;

#endif
