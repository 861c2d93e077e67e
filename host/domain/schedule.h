// SPDX-License-Identifier: EUPL-1.2
//
// schedule: what a plugin is to hear of, and when. A row goes in the same transaction as the act that it tells of, so
// each is told, and told once. What takes the rows is host/plugin/schedule.h.
#ifndef INTERLINK_DOMAIN_SCHEDULE_H
#define INTERLINK_DOMAIN_SCHEDULE_H

#include "domain/live.h"
#include "store/store.h"

#define SCHEDULE_TOPIC_KIND "schedule" // a live event "schedule/due" says that a row is due now
#define SCHEDULE_TOPIC "schedule/due"

// On the writer's thread. `event` is what the plugin's `event` gets ("schedule", "clone", "task.finished"), `at` UTC
// milliseconds; anything in the past is due at once, which `live` (may be NULL) then says. `data` is a JSON object.
status schedule_add(store *s, live_list *live, const char *asset, const char *event, int64_t at, str data, fault *f);

// The same for every asset of a task that a plugin runs, due at once.
status schedule_add_node(store *s, live_list *live, const char *node, const char *event, str data, fault *f);

int64_t schedule_count(store *s, const char *asset);

#endif
