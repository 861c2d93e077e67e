// SPDX-License-Identifier: EUPL-1.2
#include "http/export.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"

enum { BLOCK = 64 * 1024 };

typedef struct export {
    exchange *x;
    buffer part;
    size_t taken; // of the part
    bool more;
}
export;

static status part_next(export *e) {
    operation_call *c = &e->x->call;
    buffer_clear(&e->part);
    e->taken = 0;
    c->store = c->loop->store;
    return c->stream(c, &e->part, &e->more);
}

static ssize_t export_read(void *context, uint64_t sent, char *to, size_t room) {
    export *e = context;
    (void)sent;
    while (e->taken == e->part.len) {
        if (!e->more) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (part_next(e) != STATUS_OK) {
            log_write(LOG_ERROR, "http", "an export broke off: %s", e->x->call.fault.text);
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
    }
    size_t left = e->part.len - e->taken, count = left < room ? left : room;
    memcpy(to, e->part.ptr + e->taken, count);
    e->taken += count;
    return (ssize_t)count;
}

static void part_free(void *what) {
    buffer_free(what);
}

// "usage.export" as CSV is usage-2026-03-01.csv.
static const char *file_name(const exchange *x) {
    char now[CLOCK_TEXT];
    clock_format(clock_now(), now);
    const char *id = operation_id(x->call.operation);
    bool csv = strncmp(x->call.stream_type, "text/csv", 8) == 0;
    return arena_printf(x->arena, "attachment; filename=\"%.*s-%.10s.%s\"", (int)strcspn(id, "."), id, now,
                        csv ? "csv" : "jsonl");
}

void export_start(exchange *x) {
    export *e = arena_alloc(x->arena, sizeof *e);
    arena_defer(x->arena, part_free, &e->part);
    e->x = x;
    e->more = true;
    // The first part now: what fails here can still be said.
    status s = part_next(e);
    if (s != STATUS_OK) {
        x->call.fault.status = s;
        problem_reply(x, &x->call.fault);
        return;
    }
    struct MHD_Response *made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, export_read, e, NULL);
    reply r = {.status = 200, .type = x->call.stream_type, .vary = "Authorization, Cookie"};
    reply_header(&r, "Content-Disposition", file_name(x));
    reply_add_headers(x->loop->site, &r, made);
    reply_send(x, 200, made);
}
