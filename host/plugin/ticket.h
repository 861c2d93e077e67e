// SPDX-License-Identifier: EUPL-1.2
//
// ticket: a short-lived signed word in a URL that opens one view of one asset for one person. Nothing is kept for
// it: whoever can make its MAC made it. The person's role is looked up at each use, so a member who was removed is
// out at once.
#ifndef INTERLINK_PLUGIN_TICKET_H
#define INTERLINK_PLUGIN_TICKET_H

#include "base/id.h"
#include "base/status.h"
#include "base/text.h"

enum { PLUGIN_TICKET_TEXT = 73, PLUGIN_TICKET_MS = 60 * 60 * 1000 }; // with the NUL; how long a new one lasts

typedef struct plugin_ticket {
    char asset[ID_TEXT], person[ID_TEXT];
    bool edit;       // capability "edit", else "view"
    int64_t expires; // UTC milliseconds, kept in whole seconds
} plugin_ticket;

// Both ids must be UUIDs as id_create makes them.
void plugin_ticket_write(const uint8_t secret[32], const plugin_ticket *t, char out[PLUGIN_TICKET_TEXT]);
// STATUS_NOT_FOUND for what we never wrote, STATUS_FORBIDDEN "ticket.expired" after its time. Any bytes are safe.
status plugin_ticket_read(const uint8_t secret[32], str text, int64_t now, plugin_ticket *out, fault *f);

#endif
