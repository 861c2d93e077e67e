// SPDX-License-Identifier: EUPL-1.2
#include "http/limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/cookie.h"
#include "http/problem.h"
#include "http/server_loop.h"
#include "http/session.h"

enum { KIND_NETWORK = 1, KIND_ACCOUNT };

// A town hall: 200 people behind one address at a request a second each, and a good deal more.
static const rate_limit of_network = {.burst = 2000, .per_minute = 300 * 60};
// A person who opens a page full of tools; a script should do with that too.
static const rate_limit of_account = {.burst = 400, .per_minute = 40 * 60};

static uint64_t network_key(const limits *all, const network_address *a) {
    uint8_t part[NETWORK_PART];
    network_part(a, part);
    uint64_t key = rate_key(all->rates, KIND_NETWORK, part, sizeof part);
    return key ? key : 1;
}

void limit_peer_find(const limits *all, const struct sockaddr *socket, limit_peer *out) {
    *out = (limit_peer){.local = true};
    if (network_address_of(socket, &out->address)) {
        out->local = network_is_local(&out->address);
        out->proxy = network_list_has(&all->proxies, &out->address);
        out->network = network_key(all, &out->address);
    }
}

static void tell_of_proxy(limits *all) {
    if (!atomic_load(&all->told) && !atomic_exchange(&all->told, true)) {
        log_write(
            LOG_WARNING, "http",
            "requests carry X-Forwarded-For, and no proxy is named that may say so. If one stands in front, people "
            "behind it cannot be told apart. Start with --proxy and its address.");
    }
}

static void origin_find(exchange *x) {
    limits *all = x->loop->limits;
    const limit_peer *peer = &x->connection->peer;
    const char *forwarded = x->headers.forwarded_for;
    if (peer->proxy && forwarded != NULL) {
        network_address client = network_client(&all->proxies, &peer->address, str_from(forwarded));
        x->network = network_key(all, &client);
    } else if (!peer->local) {
        x->network = peer->network;
        if (forwarded != NULL && all->proxies.count == 0) {
            tell_of_proxy(all);
        }
    } else if (forwarded != NULL) {
        tell_of_proxy(all); // counted by account only: whoever it is did not ask from here
    } else {
        x->uncounted = true;
    }
}

static status limited(exchange *x, int64_t wait, fault *f) {
    fault_set(f, STATUS_LIMITED, "request.too_often",
              "So many requests came from you that this one has to wait. Try again in a moment.");
    snprintf(f->about, sizeof f->about, "%" PRId64, wait / 1000000000 + 1);
    metrics_add(&x->loop->counts->limited);
    return STATUS_LIMITED;
}

static bool claims_a_session(const exchange *x) {
    return x->headers.authorization != NULL ||
           (x->headers.cookie != NULL && cookie_find(x->headers.cookie, cookie_session_name(x->secure)).len > 0);
}

static bool under_way_count(exchange *x) {
    uint16_t *counter = &x->loop->under_way->requests[x->network % LIMIT_COUNTERS];
    if (*counter >= LIMIT_UNDER_WAY) {
        return false;
    }
    ++*counter;
    x->under_way = true;
    return true;
}

bool limit_begin(exchange *x) {
    origin_find(x);
    if (x->network == 0) {
        return true;
    }
    int64_t wait = 0;
    if (!under_way_count(x)) {
        wait = 1;
    } else if (x->route->counted && !claims_a_session(x)) {
        wait = rate_take(x->loop->limits->rates, x->network, of_network, x->started);
    }
    if (wait > 0) {
        fault f = {0};
        limited(x, wait, &f);
        x->language = session_language(x);
        problem_reply(x, &f);
    }
    return wait == 0;
}

status limit_person(exchange *x, fault *f) {
    if (x->uncounted) {
        return STATUS_OK;
    }
    rate_table *rates = x->loop->limits->rates;
    int64_t wait = 0;
    if (x->actor.id[0]) {
        wait =
            rate_take(rates, rate_key(rates, KIND_ACCOUNT, x->actor.id, strlen(x->actor.id)), of_account, x->started);
    } else if (x->network != 0 && claims_a_session(x)) {
        wait = rate_take(rates, x->network, of_network, x->started);
    }
    return wait > 0 ? limited(x, wait, f) : STATUS_OK;
}

void limit_end(exchange *x) {
    if (x->under_way) {
        x->under_way = false;
        x->loop->under_way->requests[x->network % LIMIT_COUNTERS]--;
    }
}

uint16_t *limit_stream(exchange *x, fault *f) {
    uint64_t account = rate_key(x->loop->limits->rates, KIND_ACCOUNT, x->actor.id, strlen(x->actor.id));
    uint16_t *counter = &x->loop->under_way->streams[account % LIMIT_COUNTERS];
    if (*counter >= LIMIT_STREAMS) {
        metrics_add(&x->loop->counts->limited);
        fault_set(f, STATUS_LIMITED, "stream.too_many",
                  "You follow what happens here in %d places. Close some of them.", LIMIT_STREAMS);
        return NULL;
    }
    ++*counter;
    return counter;
}
