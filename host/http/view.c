// SPDX-License-Identifier: EUPL-1.2
#include "http/view.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/language.h"
#include "http/form.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"
#include "http/session.h"
#include "http/session_use.h"
#include "http/stream.h"
#include "http/view_page.h"
#include "plugin/effect.h"
#include "plugin/pool.h"

#define VIEW_ROOT "/view/"

// In its turn a call can only collide with those that began before it; so many in a row mean that something is wrong.
enum { VIEW_BODY = 1 << 20, RETRIES = 20 };

static void call_start(view_request *v);

// ---- the call and its effects

static void succeed(view_request *v) {
    turn_give_back(v->x->loop->turns, &v->turn);
    view_page_reply(v);
}

static void fail(view_request *v, status s, const fault *f) {
    fault copy = *f;
    copy.status = s;
    turn_give_back(v->x->loop->turns, &v->turn);
    live_list_clear(&v->live);
    problem_reply(v->x, &copy);
}

static void turn_came(letter *l) {
    call_start((view_request *)((char *)l - offsetof(view_request, turn.letter)));
}

// Make the call, in its turn when the asset is one that calls collide on.
static void call_in_turn(view_request *v) {
    server_loop *l = v->x->loop;
    v->turn.letter.open = turn_came;
    v->turn.reply_to = loop_mailbox(l->services.loop);
    if (v->turn.held || turn_take(l->turns, &v->turn, v->place.asset)) {
        call_start(v);
    }
}

static status effects_write(write_job *job, store *s, fault *f) {
    view_request *v = (view_request *)((char *)job - offsetof(view_request, job));
    services *all = v->x->loop->services.services;
    effect_context context = {.registry = all->registry,
                              .by = usage_actor_of(&v->x->actor, all->secret),
                              .interlinker = v->place.interlinker};
    live_list_clear(&v->live);
    return plugin_effects_commit(&v->call, s, &context, &v->live, f);
}

// In the order of the writes, as operations are told.
static void effects_kept(write_job *job) {
    view_request *v = (view_request *)((char *)job - offsetof(view_request, job));
    live_hub_publish(v->x->loop->services.services->live, &v->live);
}

static void effects_done(letter *l) {
    view_request *v = (view_request *)((char *)l - offsetof(view_request, job.letter));
    if (v->job.outcome == STATUS_RETRY && ++v->attempts <= RETRIES) {
        call_in_turn(v);
        return;
    }
    if (v->job.outcome == STATUS_RETRY) {
        fault f = {0};
        fault_set(&f, STATUS_CONFLICT, "conflict.busy",
                  "Others are changing the same thing at this moment. Try again.");
        fail(v, STATUS_CONFLICT, &f);
        return;
    }
    if (v->job.outcome != STATUS_OK) {
        fail(v, v->job.outcome, &v->job.fault);
        return;
    }
    succeed(v);
}

static void call_done(plugin_call *call) {
    view_request *v = call->context;
    server_loop *l = v->x->loop;
    if (call->status != STATUS_OK) {
        fail(v, call->status, &call->fault);
        return;
    }
    if (call->effect_count == 0) {
        succeed(v);
        return;
    }
    write_job_clear(&v->job);
    v->job.letter.open = effects_done;
    v->job.reply_to = loop_mailbox(l->services.loop);
    v->job.run = effects_write;
    v->job.kept = effects_kept;
    writer_submit(l->services.services->writer, &v->job);
}

static void call_start(view_request *v) {
    exchange *x = v->x;
    plugin_call *c = &v->call;
    plugin_call_clear(c);
    c->arena = x->arena;
    c->store = x->loop->services.store;
    c->plugin = v->place.plugin;
    c->function = FUNCTION_HANDLE;
    c->asset = v->place.asset;
    c->asset_name = v->place.name;
    c->node = v->place.node;
    c->node_name = v->place.node_name;
    c->process = v->place.process;
    c->process_name = v->place.process_name;
    c->person = x->actor.id;
    c->person_name = x->actor.name;
    c->person_email = x->actor.email;
    c->role = role_text(v->found.role);
    c->language = x->language;
    c->capability = v->capability;
    c->method = exchange_is(x, "HEAD") ? "GET" : x->method;
    c->path = arena_copy(x->arena, v->rest.ptr, v->rest.len);
    c->base = v->base;
    c->query = x->query;
    c->body = buffer_str(&x->body);
    c->body_type = str_from(x->headers.content_type ? x->headers.content_type : "");
    c->done = call_done;
    c->context = v;
    plugin_pool_call(x->loop->services.pool, c);
}

// ---- who, and what for

static const char *reader_language(const exchange *x) {
    const char *wanted = language_find(form_find(x->arena, x->query, "lang"));
    if (wanted == NULL) {
        wanted = language_find(x->actor.language);
    }
    return wanted ? wanted : "en";
}

// The ticket says who and which asset; what that person may do is looked up now.
static status entitle(view_request *v, str ticket, fault *f) {
    exchange *x = v->x;
    store *reader = x->loop->services.store;
    status s = plugin_ticket_read(x->loop->services.services->secret, ticket, clock_now(), &v->ticket, f);
    if (s == STATUS_OK) {
        s = session_find(reader, v->ticket.session, &x->actor, f);
        if (s == STATUS_UNAUTHENTICATED) {
            s = fault_set(f, STATUS_FORBIDDEN, "ticket.session",
                          "You have signed out meanwhile. Sign in, and open the tool from its task again.");
        }
    }
    if (s == STATUS_OK) {
        session_use_note(x->loop->uses, v->ticket.session); // who works in a tool is there
        x->language = reader_language(x);
        s = limit_person(x, f);
    }
    if (s == STATUS_OK) {
        s = access_check(reader, &x->actor, "asset.view", v->ticket.asset, &v->found, f);
    }
    if (s == STATUS_OK) {
        s = asset_place_find(reader, x->arena, v->ticket.asset, &v->place, f);
    }
    v->capability = v->ticket.edit && v->found.role >= ROLE_CONTRIBUTOR ? "edit" : "view";
    return s;
}

// Asked again while a stream is open.
static bool still_entitled(exchange *x) {
    view_request *v = x->state;
    access_found found;
    person actor;
    return clock_now() < v->ticket.expires &&
           session_find(x->loop->services.store, v->ticket.session, &actor, NULL) == STATUS_OK &&
           access_check(x->loop->services.store, &actor, "asset.view", v->ticket.asset, &found, NULL) == STATUS_OK;
}

// What a browser says that it wants an answer for (Fetch Metadata): a frame, or a part of the page in it. A view that
// would be a page of its own, outside the frame's sandbox, or be put where scripts run in another way, is not given.
// Browsers that say nothing, and programs, get it: the policy that comes with it holds wherever it is opened.
static bool view_in_place(const exchange *x) {
    static const char *const PLACES[] = {"iframe", "empty", "image", "script", "style",
                                         "font",   "audio", "video", "track"};
    const char *dest = x->headers.sec_fetch_dest;
    for (size_t i = 0; dest != NULL && i < sizeof PLACES / sizeof *PLACES; i++) {
        if (strcmp(dest, PLACES[i]) == 0) {
            return true;
        }
    }
    return dest == NULL;
}

static void view_begin(exchange *x) {
    x->language = session_language(x);
    if (!view_in_place(x)) {
        problem_reply_http(x, 403, "view.alone", "This is a part of a page. Open the tool from its task.", NULL, NULL);
        return;
    }
    if (!exchange_reads(x) && !exchange_is(x, "POST")) {
        problem_reply_http(x, 405, "method", "Views are read, and forms are posted.", "Allow", "GET, HEAD, POST");
        return;
    }
    x->body_limit = VIEW_BODY;
}

static void view_run(exchange *x) {
    view_request *v = arena_alloc_head(x->arena, sizeof *v, offsetof(view_request, call));
    x->state = v;
    v->x = x;
    const char *begin = x->path.ptr + strlen(VIEW_ROOT), *end = x->path.ptr + x->path.len;
    const char *slash = memchr(begin, '/', (size_t)(end - begin));
    str ticket = {begin, (size_t)((slash ? slash : end) - begin)};
    fault f;
    fault_clear(&f);
    status s = entitle(v, ticket, &f);
    if (s != STATUS_OK) {
        fail(v, s, &f);
        return;
    }
    v->base = arena_printf(x->arena, VIEW_ROOT STR_FORMAT, STR_ARG(ticket));
    if (slash == NULL) {
        reply r = {.status = 308};
        reply_header(&r, "Location", arena_printf(x->arena, "%s/", v->base));
        reply_text(x, &r, "");
        return;
    }
    v->rest = (str){slash, (size_t)(end - slash)};
    if (str_is(v->rest, "/events")) {
        stream_asset(x, v->place.asset, still_entitled);
    } else if (str_starts(v->rest, "/web/")) {
        view_page_file(v, (str){v->rest.ptr + 1, v->rest.len - 1});
    } else if (v->place.plugin == NULL) {
        problem_reply_http(x, 404, "view.none", "This has no view.", NULL, NULL);
    } else if (!exchange_reads(x) && turn_contended(x->loop->turns, v->place.asset)) {
        call_in_turn(v);
    } else {
        call_start(v);
    }
}

const route view_route = {"view", view_begin, view_run, exchange_always, false};
