// SPDX-License-Identifier: EUPL-1.2
//
// notify: tell people that something happened. An act names an event, an audience and parameters; the text comes from a
// template in the language of whoever reads it (texts/<language>.json: "notification." + event).
#ifndef INTERLINK_DOMAIN_NOTIFY_H
#define INTERLINK_DOMAIN_NOTIFY_H

#include <jansson.h>

#include "base/answer.h"
#include "base/arena.h"
#include "domain/live.h"
#include "store/store.h"

typedef enum notify_audience {
    NOTIFY_PERSON,  // the one in `person`
    NOTIFY_PROCESS, // every member of `process`
    NOTIFY_NODE,    // those members of `process` who work there: contributors and administrators
    NOTIFY_CREATOR, // who made `asset`
    NOTIFY_ADMINS,  // administrators of the site
} notify_audience;

// Borrowed for the call.
typedef struct notify_event {
    const char *event; // "asset.created", "task.finished", "member.added", "plugin.quarantined", or "PLUGIN:TEMPLATE"
    notify_audience audience;
    const char *person; // for NOTIFY_PERSON
    const char *actor;  // id of the person who did it: is not told. NULL: tell everybody
    json_t *params;     // object of texts and numbers for the template; may be NULL. For "PLUGIN:TEMPLATE" it holds the
                        // template itself under "text": {"en": "{person} answered", ...}
    const char *process, *node, *asset; // what it is about; NULL where it does not apply
} notify_event;

// On the writer's thread: one row for each person of the audience, and a live event "notification" on the topic
// "person/ID" in `live` (may be NULL) with the same JSON as the list shows.
status notify_people(store *s, live_list *live, const notify_event *e, fault *f);

// The list {"items", "next", "unread"}, newest first, texts in `language`. `after` is a cursor or NULL.
status notify_list_write(store *s, answer *out, const char *person, const char *language, bool unread_only,
                         const char *after, int64_t limit, fault *f);

// Those created after notification `after` (an id), oldest first, at most `limit`: what a page missed. Live events as
// they would have been sent; the caller clears the list.
status notify_missed(store *s, const char *person, const char *language, const char *after, int64_t limit,
                     live_list *out, fault *f);

// Mark as read: those of `ids` (strings) that are this person's, or all with ids NULL.
status notify_mark_read(store *s, const char *person, const json_t *ids, fault *f);
// How many are unread. Counting ends at NOTIFY_UNREAD_MOST: every page shows the number, and nobody reads a larger one.
enum { NOTIFY_UNREAD_MOST = 1000 };
int64_t notify_unread(store *s, const char *person);

#endif
