// SPDX-License-Identifier: EUPL-1.2
//
// health: is the server up (/healthz), may it be sent requests (/readyz), how does it fare (/metrics).
#ifndef INTERLINK_HTTP_HEALTH_H
#define INTERLINK_HTTP_HEALTH_H

#include "http/exchange.h"

extern const route health_route;

#endif
