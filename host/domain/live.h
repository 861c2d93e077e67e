// SPDX-License-Identifier: EUPL-1.2
//
// live: what is happening now, for open pages. A write collects events in a list; after its commit the list goes to the
// hub, which hands each event to the subscribers on every loop (server-sent events of a person or of a view).
#ifndef INTERLINK_DOMAIN_LIVE_H
#define INTERLINK_DOMAIN_LIVE_H

#include "base/loop.h"
#include "base/text.h"

typedef struct live_event {
    struct live_event *next;
    char topic[80]; // "person/ID" or "asset/ID"
    char id[40];    // for Last-Event-ID; "" if it cannot be asked for again
    char name[64];  // SSE event name: "notification", or the plugin's topic
    buffer data;    // JSON
} live_event;

typedef struct live_list {
    live_event *first, *last;
} live_list;

// Any thread that owns the list.
live_event *live_list_add(live_list *list, const char *kind, const char *whom, const char *name);
void live_list_clear(live_list *list);

typedef struct live_hub live_hub;
typedef struct live_subscription live_subscription;

live_hub *live_hub_create(void);
void live_hub_destroy(live_hub *h);
// Each loop registers once, before it subscribes.
void live_hub_join(live_hub *h, loop *l);
void live_hub_leave(live_hub *h, loop *l);
// Any thread. Takes the events and leaves the list empty.
void live_hub_publish(live_hub *h, live_list *list);

// On loop `l`: `receive` runs there for every event of the topic until live_unsubscribe.
typedef void live_receive(void *context, const live_event *event);
live_subscription *live_subscribe(live_hub *h, loop *l, const char *topic, live_receive *receive, void *context);
void live_unsubscribe(live_subscription *s);

#endif
