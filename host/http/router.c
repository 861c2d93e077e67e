// SPDX-License-Identifier: EUPL-1.2
#include "http/router.h"

#include "http/api.h"
#include "http/contact.h"
#include "http/files.h"
#include "http/health.h"
#include "http/page.h"
#include "http/static.h"
#include "http/view.h"

static const struct {
    const char *prefix;
    router_room room;
} prefixes[] = {
    {"/api/", ROUTER_API},         {"/view/", ROUTER_VIEW},   {"/static/", ROUTER_STATIC},
    {"/view-kit/", ROUTER_STATIC}, {"/files/", ROUTER_FILES},
};

static const char *const health_paths[] = {"/healthz", "/readyz", "/metrics"};

router_room router_find(str path) {
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (str_starts(path, prefixes[i].prefix)) {
            return prefixes[i].room;
        }
    }
    for (size_t i = 0; i < sizeof health_paths / sizeof *health_paths; i++) {
        if (str_is(path, health_paths[i])) {
            return ROUTER_HEALTH;
        }
    }
    return str_is(path, "/.well-known/security.txt") ? ROUTER_CONTACT : ROUTER_PAGE;
}

static const route *const routes[ROUTER_ROOMS] = {
    [ROUTER_API] = &api_route,     [ROUTER_VIEW] = &view_route,     [ROUTER_STATIC] = &static_route,
    [ROUTER_FILES] = &files_route, [ROUTER_HEALTH] = &health_route, [ROUTER_CONTACT] = &contact_route,
    [ROUTER_PAGE] = &page_route,
};

const route *router_route(router_room room) {
    return routes[room];
}

const char *router_name(router_room room) {
    return routes[room]->name;
}

bool router_for_people(const route *r) {
    return r == &view_route || r == &files_route || r == &page_route;
}
