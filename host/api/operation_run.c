// SPDX-License-Identifier: EUPL-1.2
//
// An operation on its way: access, input, then step after step, each on the thread where it belongs.
#include <stddef.h>
#include <string.h>

#include "api/offload.h"
#include "api/operation_table.h"
#include "domain/audit.h"
#include "domain/catalogue.h"
#include "plugin/pool.h"

// Somebody else wins eight times in a row only if something is wrong; then the person should know.
enum { RETRIES = 8 };

// What the steps of one operation need besides its call. Lives in the call's arena.
typedef struct run {
    operation_call *call;
    answer *given; // where the starter wants the result
    buffer text;   // the result of the steps after a read, until it is certain
    answer_json json;
    unsigned attempts;
    status outcome; // of the step on another thread
    offload_job slow;
    write_job job; // last: its fault is large, and cleared when there is something to write
} run;

static void run_from_read(run *r);
static void run_plugin(run *r);
static void run_write(run *r);

static void run_end(run *r, status outcome) {
    operation_call *c = r->call;
    c->store = c->loop->store;
    c->answer = r->given;
    if (outcome != STATUS_OK) {
        if (c->fault.code[0] == 0) {
            fault_set(&c->fault, outcome, "internal", "Something went wrong here. Try again later.");
        }
        live_list_clear(&c->live);
    } else {
        live_hub_publish(c->services->live, &c->live);
        if (r->text.len > 0) {
            answer_raw(c->answer, buffer_str(&r->text));
        }
    }
    c->fault.status = outcome;
    c->done(c, outcome);
}

// A document changed under the call: begin again, unless that happened too often.
static void run_again(run *r) {
    operation_call *c = r->call;
    if (++r->attempts > RETRIES) {
        fault_set(&c->fault, STATUS_CONFLICT, "conflict.busy",
                  "Others are changing the same thing at this moment. Try again.");
        run_end(r, STATUS_CONFLICT);
        return;
    }
    run_from_read(r);
}

static void run_forget(run *r) {
    operation_call *c = r->call;
    fault_clear(&c->fault);
    c->plugin = NULL;
    c->state = NULL;
    c->set_session = NULL;
    c->http_status = c->operation->success;
    live_list_clear(&c->live);
    buffer_clear(&r->text);
    c->store = c->loop->store;
    if (!operation_is_read(c->operation)) {
        c->answer = answer_json_init(&r->json, &r->text);
    }
}

// ---- slow

static void slow_run(offload_job *job) {
    run *r = (run *)((char *)job - offsetof(run, slow));
    r->outcome = r->call->steps->slow(r->call);
}

static void slow_done(letter *l) {
    run *r = (run *)((char *)l - offsetof(run, slow.letter));
    if (r->outcome != STATUS_OK) {
        run_end(r, r->outcome);
        return;
    }
    run_plugin(r);
}

static void run_slow(run *r) {
    operation_call *c = r->call;
    if (c->steps->slow == NULL) {
        run_plugin(r);
        return;
    }
    c->store = NULL;
    r->slow = (offload_job){.letter.open = slow_done, .reply_to = loop_mailbox(c->loop->loop), .run = slow_run};
    if (!offload_submit(c->services->offload, &r->slow)) {
        fault_set(&c->fault, STATUS_LIMITED, "server.busy",
                  "Too many people are signing in at this moment. Try again soon.");
        run_end(r, STATUS_LIMITED);
    }
}

// ---- plugin

static void plugin_done(plugin_call *p) {
    run *r = p->context;
    operation_call *c = r->call;
    if (p->status != STATUS_OK) {
        c->fault = p->fault;
        run_end(r, p->status);
        return;
    }
    run_write(r);
}

static void run_plugin(run *r) {
    operation_call *c = r->call;
    c->store = c->loop->store;
    if (c->plugin == NULL) {
        run_write(r);
        return;
    }
    c->plugin->store = c->loop->store;
    c->plugin->context = r;
    c->plugin->done = plugin_done;
    plugin_pool_call(c->loop->pool, c->plugin);
}

// ---- write

static status write_step(write_job *job, store *s, fault *f) {
    run *r = (run *)((char *)job - offsetof(run, job));
    operation_call *c = r->call;
    c->store = s;
    status outcome = c->steps->write(c);
    if (outcome == STATUS_OK && c->operation->audited) {
        audit_event e = {.person = c->acted ? c->acted : c->actor.id, .what = c->operation->id, .about = c->id};
        outcome = audit_append(s, &e, &c->fault);
    }
    if (outcome == STATUS_OK && c->operation->changes_catalogue) {
        outcome = catalogue_changed(s, &c->fault);
    }
    if (outcome != STATUS_OK) {
        *f = c->fault;
    }
    return outcome;
}

// Told in the order of the writes: whoever listens takes an id as the mark of all that came before it.
static void write_kept(write_job *job) {
    operation_call *c = ((run *)((char *)job - offsetof(run, job)))->call;
    live_hub_publish(c->services->live, &c->live);
}

static void write_done(letter *l) {
    run *r = (run *)((char *)l - offsetof(run, job.letter));
    operation_call *c = r->call;
    if (r->job.outcome == STATUS_RETRY) {
        run_again(r);
        return;
    }
    if (r->job.outcome != STATUS_OK) {
        c->fault = r->job.fault;
        run_end(r, r->job.outcome);
        return;
    }
    c->store = c->loop->store;
    run_end(r, c->steps->after ? c->steps->after(c) : STATUS_OK);
}

static void run_write(run *r) {
    operation_call *c = r->call;
    if (c->steps->write == NULL) {
        run_end(r, STATUS_OK);
        return;
    }
    write_job_clear(&r->job);
    r->job.letter.open = write_done;
    r->job.reply_to = loop_mailbox(c->loop->loop);
    r->job.run = write_step;
    r->job.kept = write_kept;
    writer_submit(c->services->writer, &r->job);
}

// ---- read, and the beginning

static void run_from_read(run *r) {
    operation_call *c = r->call;
    run_forget(r);
    status s = c->steps->read ? c->steps->read(c) : STATUS_OK;
    if (s == STATUS_RETRY) {
        run_again(r);
    } else if (s != STATUS_OK || operation_is_read(c->operation)) {
        run_end(r, s);
    } else {
        run_slow(r);
    }
}

static void text_free(void *what) {
    buffer_free(what);
}

void operation_start(operation_call *c) {
    run *r = arena_alloc_head(c->arena, sizeof *r, offsetof(run, job));
    r->call = c;
    r->given = c->answer;
    arena_defer(c->arena, text_free, &r->text);
    c->steps = c->operation->steps;
    c->http_status = c->operation->success;
    c->store = c->loop->store;
    if (c->id == NULL) {
        c->id = "";
    }
    status s = access_check(c->store, &c->actor, c->operation->access, c->id, &c->access, &c->fault);
    if (s == STATUS_OK) {
        s = operation_input_check(c);
    }
    if (s != STATUS_OK) {
        run_end(r, s);
        return;
    }
    run_from_read(r);
}
