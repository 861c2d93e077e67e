// SPDX-License-Identifier: EUPL-1.2
//
// usage: the log of who did what, with which Interlinker, in which task. Append-only, written in the same transaction
// as the act that it records. A person appears by a pseudonym that only this installation can link to them.
#ifndef INTERLINK_DOMAIN_USAGE_H
#define INTERLINK_DOMAIN_USAGE_H

#include "base/answer.h"
#include "base/id.h"
#include "domain/access.h"
#include "store/store.h"

enum { USAGE_PSEUDONYM_TEXT = 33 };

// Who does something, as the log and the notifications tell it. Borrowed for the call it is given to.
typedef struct usage_actor {
    const uint8_t *secret; // 32 bytes, of the installation
    const char *person;    // id of the person; NULL: nobody in particular, or not to be told
    const char *name;      // of the person, for the texts of notifications; may be NULL
    const char *role;      // citizen, official, company, nonprofit, plugin, system
    const char *plugin;    // "survey@1.0.0" when a plugin does it, or NULL
} usage_actor;

usage_actor usage_actor_of(const person *p, const uint8_t secret[32]);
// The host itself: clocks, commands.
usage_actor usage_actor_system(const uint8_t secret[32]);

// Anything but `action` may be NULL. All texts are borrowed for the call.
typedef struct usage_event {
    const char *person;    // id of the person; the log keeps the pseudonym. NULL: an anonymous act
    const char *pseudonym; // of `person`, if the caller knows it already; NULL: it is made
    const char *role;      // as in usage_actor
    const char *action;    // ^[a-z][a-z0-9_.-]{0,63}$
    const char *process, *node, *asset, *interlinker;
    const char *plugin; // "id@version"
    str data;           // a JSON object as text; empty is {}
    const char *id;     // NULL: a new one
    int64_t at;         // UTC milliseconds; 0: now
} usage_event;

// On the writer's thread.
status usage_append(store *s, const uint8_t secret[32], const usage_event *e, fault *f);

// An event of this actor, ready for its action, process, node ...
usage_event usage_event_by(const usage_actor *by);

bool usage_action_valid(const char *action);
void usage_pseudonym(const uint8_t secret[32], const char *person, char out[USAGE_PSEUDONYM_TEXT]);

// What to read. NULL or 0 is "any". `asset` or `process` make it quick; whoever asks has had its access checked.
typedef struct usage_filter {
    const char *process, *node, *asset, *interlinker;
    const char *person; // pseudonym
    const char *action;
    int64_t from, to;     // UTC milliseconds: from <= at < to
    const char *names_of; // a process whose members' names may be shown, or NULL
    const uint8_t *secret;
} usage_filter;

// The list {"items", "next"}, newest first. `after` is the cursor of an earlier answer, or NULL; a cursor that nobody
// gave out is STATUS_INVALID.
status usage_list_write(store *s, arena *a, answer *out, const usage_filter *filter, const char *after, int64_t limit,
                        fault *f);

// One event as usage.list shows it, its person by e->pseudonym. `name` may be NULL.
void usage_event_write(answer *out, const usage_event *e, const char *name);

#endif
