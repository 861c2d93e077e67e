// SPDX-License-Identifier: EUPL-1.2
//
// revocation_watch: follows the revocation list where it is published, in a file or at an address, so that what it
// names has stopped within a minute. On one loop.
#ifndef INTERLINK_PLUGIN_REVOCATION_WATCH_H
#define INTERLINK_PLUGIN_REVOCATION_WATCH_H

#include "base/loop.h"
#include "domain/live.h"
#include "store/writer.h"

typedef struct revocation_watch revocation_watch;

// Borrowed until destroy.
typedef struct revocation_watch_parts {
    loop *loop;
    writer *writer;
    live_hub *live;     // where the administrators are told what has stopped
    const char *source; // path of the list, or its address; the signature is beside it: source.minisig
} revocation_watch_parts;

// Is it one: https://...? Then it is not a file.
bool revocation_is_address(const char *source);

revocation_watch *revocation_watch_create(const revocation_watch_parts *parts);
void revocation_watch_look(revocation_watch *w); // to be called each second
void revocation_watch_stop(revocation_watch *w); // what is being fetched is dropped
size_t revocation_watch_busy(const revocation_watch *w);
void revocation_watch_destroy(revocation_watch *w); // stopped, and not busy

#endif
