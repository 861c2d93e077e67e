// SPDX-License-Identifier: EUPL-1.2
#include "http/health.h"

#include "base/answer.h"
#include "http/metrics.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"

static bool plugin_write(const plugin_info *info, void *context) {
    answer_put_text(context, info->id, plugin_state_text(info->state));
    return true;
}

// A plugin in trouble is said, and does not make the site unready: everything else works.
static void ready_reply(exchange *x) {
    services *all = x->loop->services.services;
    bool store_fine = store_count(x->loop->services.store, -1, "SELECT count(*) FROM meta", "") >= 0;
    bool ready = store_fine && !atomic_load(&all->stopping);
    buffer out = {0};
    answer_json json;
    answer *a = answer_json_init(&json, &out);
    answer_object(a);
    answer_put_text(a, "status", ready ? "ok" : atomic_load(&all->stopping) ? "stopping" : "failed");
    answer_put_text(a, "store", store_fine ? "ok" : "failed");
    answer_key(a, "plugins");
    answer_object(a);
    plugin_registry_each(all->registry, plugin_write, a);
    answer_end(a);
    answer_end(a);
    reply_bytes(x, &(reply){.status = ready ? 200 : 503, .type = "application/json"}, &out);
}

static void health_begin(exchange *x) {
    if (!exchange_reads(x)) {
        problem_reply_http(x, 405, "method", "This can only be read.", "Allow", "GET, HEAD");
    }
}

static void health_run(exchange *x) {
    if (str_is(x->path, "/healthz")) {
        reply_text(x, &(reply){.status = 200, .type = "application/json"}, "{\"status\":\"ok\"}");
    } else if (str_is(x->path, "/readyz")) {
        ready_reply(x);
    } else {
        buffer out = {0};
        metrics_write(x->loop->metrics, x->loop->services.services, &out);
        reply_bytes(x, &(reply){.status = 200, .type = "text/plain; version=0.0.4; charset=utf-8"}, &out);
    }
}

const route health_route = {"health", health_begin, health_run, NULL, false};
