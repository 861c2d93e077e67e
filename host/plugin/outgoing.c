// SPDX-License-Identifier: EUPL-1.2
#include "plugin/outgoing.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "plugin/call.h"
#include "plugin/fetch.h"

enum { HOSTS = 20, LATE_MS = 50 };

typedef struct wish {
    str method, url, type, body;
    egress_header headers[EGRESS_HEADERS + 2]; // one too many shows that there are too many; and one is ours
    size_t count;
} wish;

bool outgoing_asked(const frame *in) {
    str rest = in->payload, value;
    frame_tag tag;
    bool broken = false;
    while (frame_field(&rest, &tag, &value, &broken))
        if (tag == TAG_FETCH)
            return frame_value(value) == FETCH_HTTP;
    return false;
}

static void read_header(wish *w, str rest, bool *broken) {
    egress_header *h = &w->headers[w->count];
    frame_tag tag;
    str value;
    if (w->count > EGRESS_HEADERS)
        return;
    *h = (egress_header){STR(""), STR("")};
    while (frame_field(&rest, &tag, &value, broken)) {
        if (tag == TAG_NAME)
            h->name = value;
        else if (tag == TAG_VALUE)
            h->value = value;
    }
    w->count++;
}

static bool read_wish(const frame *in, wish *w) {
    str rest = in->payload, value;
    frame_tag tag;
    bool broken = false;
    *w = (wish){.method = STR(""), .url = STR(""), .body = STR("")};
    while (frame_field(&rest, &tag, &value, &broken)) {
        if (tag == TAG_METHOD)
            w->method = value;
        else if (tag == TAG_PATH)
            w->url = value;
        else if (tag == TAG_TYPE)
            w->type = value;
        else if (tag == TAG_BODY)
            w->body = value;
        else if (tag == TAG_HEADER)
            read_header(w, value, &broken);
    }
    return !broken && (str_is(w->method, "GET") || str_is(w->method, "POST"));
}

// ---- the answer

static void refuse(plugin_outgoing *o, const fault *why) {
    fetch_refuse(plugin_channel_out(o->channel), o->call, FETCH_HTTP, why);
    plugin_channel_flush(o->channel);
}

static void on_done(void *context, const egress_answer *answer) {
    plugin_outgoing *o = context;
    buffer *out = plugin_channel_out(o->channel);
    o->request = NULL;
    if (answer->status != STATUS_OK) {
        log_write(LOG_INFO, "plugin", "a request out failed: %s plugin=%s", answer->why->text, o->manifest->label);
        refuse(o, answer->why);
        return;
    }
    size_t mark = frame_begin(out, FRAME_VALUE, o->call);
    frame_number(out, TAG_FETCH, FETCH_HTTP);
    frame_number(out, TAG_ANSWER_STATUS, (uint64_t)answer->code);
    for (size_t i = 0; i < answer->header_count; i++) {
        size_t header = frame_nest(out, TAG_HEADER);
        frame_str(out, TAG_NAME, answer->headers[i].name);
        frame_str(out, TAG_VALUE, answer->headers[i].value);
        frame_unnest(out, header);
    }
    frame_bytes(out, TAG_VALUE, answer->body.ptr, answer->body.len);
    frame_finish(out, mark);
    plugin_channel_flush(o->channel);
}

// ---- the request

static void hosts_of(const manifest *m, const char *hosts[HOSTS + 1]) {
    const json_t *host;
    size_t i, count = 0;
    json_array_foreach(m->hosts, i, host)
        if (count < HOSTS)
            hosts[count++] = json_string_value(host);
    hosts[count] = NULL;
}

static status send(plugin_outgoing *o, const call_slot *slot, wish *w, uint32_t timeout_ms, fault *f) {
    const char *hosts[HOSTS + 1];
    char key[60];
    hosts_of(o->manifest, hosts);
    if (w->type.ptr && w->count <= EGRESS_HEADERS)
        w->headers[w->count++] = (egress_header){STR("Content-Type"), w->type};
    // The same when the call is run again.
    snprintf(key, sizeof key, "%016" PRIx64 "%012" PRIx64 "-%u", slot->seed, (uint64_t)slot->now, slot->outgoing);
    egress_ask ask = {.post = str_is(w->method, "POST"),
                      .url = w->url,
                      .hosts = hosts,
                      .headers = w->headers,
                      .header_count = w->count,
                      .idempotency_key = key,
                      .body = w->body,
                      .timeout_ms = timeout_ms};
    return egress_start(o->egress, &ask, on_done, o, &o->request, f);
}

bool outgoing_start(plugin_outgoing *o, call_slot *slot, const frame *in, uint32_t timeout_ms) {
    fault why = {0};
    wish w;
    if (o->request || !read_wish(in, &w))
        return false;
    o->call = in->call;
    status s = STATUS_OK;
    if (!o->egress)
        s = fault_set(&why, STATUS_UNAVAILABLE, "egress.none", "No other server can be asked while a tool is tried.");
    else if (++slot->outgoing > OUTGOING_LIMIT)
        s = fault_set(&why, STATUS_TOO_LARGE, "egress.many", "One call may ask other servers %d times.",
                      OUTGOING_LIMIT);
    else if (timeout_ms <= LATE_MS)
        s = fault_set(&why, STATUS_UNAVAILABLE, "egress.late", "There is no time left in this call to ask a server.");
    else
        s = send(o, slot, &w, timeout_ms - LATE_MS, &why);
    if (s != STATUS_OK)
        refuse(o, &why);
    return true;
}

void outgoing_cancel(plugin_outgoing *o, uint64_t call) {
    if (!o->request || (call && o->call != call))
        return;
    egress_cancel(o->request);
    o->request = NULL;
}
