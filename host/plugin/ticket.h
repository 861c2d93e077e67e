// SPDX-License-Identifier: EUPL-1.2
//
// ticket: a short-lived signed word in a URL that opens one view of one asset for one person. Nothing is kept for
// it: whoever can make its MAC made it. It names the session in which it was asked for, by the hash that the database
// has, and the person's role is looked up at each use: so signing out ends it, and a member who was removed is out at
// once.
#ifndef INTERLINK_PLUGIN_TICKET_H
#define INTERLINK_PLUGIN_TICKET_H

#include "base/crypto.h"
#include "base/id.h"
#include "base/status.h"
#include "base/text.h"

enum { PLUGIN_TICKET_TEXT = 93, PLUGIN_TICKET_MS = 60 * 60 * 1000 }; // with the NUL; how long a new one lasts

typedef struct plugin_ticket {
    char asset[ID_TEXT], session[2 * CRYPTO_HASH + 1];
    bool edit;       // capability "edit", else "view"
    int64_t expires; // UTC milliseconds, kept in whole seconds
} plugin_ticket;

// The asset's id is a UUID as id_create makes them, the session's hash what session_hash makes.
void plugin_ticket_write(const uint8_t secret[32], const plugin_ticket *t, char out[PLUGIN_TICKET_TEXT]);
// STATUS_NOT_FOUND for what we never wrote, STATUS_FORBIDDEN "ticket.expired" after its time. Any bytes are safe.
status plugin_ticket_read(const uint8_t secret[32], str text, int64_t now, plugin_ticket *out, fault *f);

#endif
