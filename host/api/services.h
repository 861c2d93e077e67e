// SPDX-License-Identifier: EUPL-1.2
//
// services: what every operation may use, made once at start-up and shared by all loops.
#ifndef INTERLINK_API_SERVICES_H
#define INTERLINK_API_SERVICES_H

#include <stdatomic.h>

#include "base/loop.h"
#include "base/rate.h"
#include "domain/live.h"
#include "plugin/pool.h"
#include "plugin/registry.h"
#include "store/writer.h"

typedef struct operation_table operation_table;
typedef struct offload offload; // a few helper threads for slow work

typedef struct services {
    const char *data_folder;      // interlink.db, blobs/, plugins/
    const char *program_folder;   // interlink-worker, share/
    const char *revocations;      // the file of the revocation list, or its address; its signature is beside it
    const char *public_url;       // "https://..." behind a proxy, or "" for plain http
    const char *security_contact; // whom to tell of a weakness, a URI, or NULL
    cgroup_tree *groups; // where workers are started, or NULL
    writer *writer;
    plugin_registry *registry;
    operation_table *operations;
    offload *offload;
    live_hub *live;
    rate_table *attempts; // to sign in, see attempt.h
    uint8_t secret[32];   // of this installation: tickets, pseudonyms
    size_t kept_answers;  // finished public answers that each loop may hold; 0: none
    atomic_bool stopping;
} services;

// What each loop has for itself.
typedef struct services_loop {
    services *services;
    loop *loop;
    store *store; // reader
    plugin_pool *pool;
} services_loop;

#endif
