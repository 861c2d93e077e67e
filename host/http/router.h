// SPDX-License-Identifier: EUPL-1.2
//
// router: which room answers a path, by its first part. What nobody else takes is a page of the portal.
#ifndef INTERLINK_HTTP_ROUTER_H
#define INTERLINK_HTTP_ROUTER_H

#include "http/exchange.h"

typedef enum router_room {
    ROUTER_API,
    ROUTER_VIEW,
    ROUTER_STATIC,
    ROUTER_FILES,
    ROUTER_HEALTH,
    ROUTER_CONTACT,
    ROUTER_PAGE,
    ROUTER_ROOMS,
} router_room;

router_room router_find(str path);
const char *router_name(router_room room);
const route *router_route(router_room room);
bool router_for_people(const route *r); // errors are pages there

#endif
