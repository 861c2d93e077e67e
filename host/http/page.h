// SPDX-License-Identifier: EUPL-1.2
//
// page: the portal's pages over HTTP.
#ifndef INTERLINK_HTTP_PAGE_H
#define INTERLINK_HTTP_PAGE_H

#include "http/exchange.h"

extern const route page_route;

#endif
