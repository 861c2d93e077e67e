// SPDX-License-Identifier: EUPL-1.2
//
// view: the web page that a plugin gives for an asset, below /view/TICKET/. The ticket is the only credential. The page
// runs in a sandbox with an opaque origin and can load and send nothing but below its own ticket.
#ifndef INTERLINK_HTTP_VIEW_H
#define INTERLINK_HTTP_VIEW_H

#include "domain/asset_place.h"
#include "http/exchange.h"
#include "http/turn.h"
#include "plugin/ticket.h"

extern const route view_route;

// One request to a view; `state` of the exchange.
typedef struct view_request {
    exchange *x;
    const char *base; // "/view/TICKET"
    str rest;         // of the path, raw, with its slash: "/", "/results" ...
    plugin_ticket ticket;
    asset_place place;
    access_found found; // the person's role today
    const char *capability;
    unsigned attempts;
    turn turn; // after a collision
    live_list live;
    // Large, and cleared when they begin.
    plugin_call call;
    write_job job;
} view_request;

#endif
