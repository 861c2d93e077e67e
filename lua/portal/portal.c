// SPDX-License-Identifier: EUPL-1.2
#include "portal.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "base/memory.h"
#include "domain/meta.h"
#include "lua_memory.h"
#include "native.h"
#include "page_run.h"
#include "value_lua.h"

enum { IDLE_THREADS = 16 };

// A coroutine for one request. It is used again by a later one: a new one would have to grow its stack first.
typedef struct page_thread {
    lua_State *lua;
    int reference; // keeps it from being collected
} page_thread;

struct portal {
    services_loop *loop;
    lua_memory memory;
    lua_State *lua;
    int handle; // reference to the function that boot.lua gave
    size_t running;
    page_thread idle[IDLE_THREADS];
    size_t idle_count;
};

static void given_set(lua_State *lua, const char *name, const char *text) {
    lua_pushstring(lua, text);
    lua_setfield(lua, -2, name);
}

static void modules_find(lua_State *lua, const char *folder) {
    lua_getglobal(lua, "package");
    lua_pushfstring(lua, "%s/?.lua", folder);
    lua_setfield(lua, -2, "path");
    given_set(lua, "cpath", "");
    lua_pop(lua, 1);
}

// The site's own name in several languages, as the administration set it; nothing if it did not.
static void site_name_set(lua_State *lua, store *s) {
    buffer text = {0};
    fault unused = {0};
    json_t *names =
        meta_get(s, "site.name", &text, &unused) == STATUS_OK ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;
    if (names) {
        value_push(lua, names);
        lua_setfield(lua, -2, "site_name");
    }
    json_decref(names);
    buffer_free(&text);
}

// Runs boot.lua, which gives back the function that answers requests.
static int boot(lua_State *lua) {
    const char *folder = lua_tostring(lua, 1), *static_version = lua_tostring(lua, 2);
    modules_find(lua, folder);
    lua_pushfstring(lua, "%s/engine/boot.lua", folder);
    if (luaL_loadfilex(lua, lua_tostring(lua, -1), "t") != LUA_OK)
        return lua_error(lua);
    lua_newtable(lua);
    given_set(lua, "folder", folder);
    given_set(lua, "static_version", static_version);
    site_name_set(lua, lua_touserdata(lua, 3));
    native_push(lua);
    lua_setfield(lua, -2, "native");
    lua_pushcfunction(lua, page_run_call);
    lua_setfield(lua, -2, "call");
    lua_call(lua, 1, 1);
    return 1;
}

status portal_create(services_loop *on, const char *folder, const char *static_version, portal **out, fault *f) {
    portal *p = memory_new(sizeof *p);
    lua_State *lua = memory_sure(lua_newstate(lua_memory_give, &p->memory));
    p->loop = on;
    p->lua = lua;
    luaL_openlibs(lua);
    // Nearly all that a page makes is garbage when it is done; templates and texts stay for ever.
    lua_gc(lua, LUA_GCGEN, 0, 0);
    lua_pushcfunction(lua, boot);
    lua_pushstring(lua, folder);
    lua_pushstring(lua, static_version);
    lua_pushlightuserdata(lua, on->store);
    if (lua_pcall(lua, 3, 1, 0) != LUA_OK) {
        const char *why = lua_tostring(lua, -1);
        status s = fault_set(f, STATUS_INTERNAL, "portal.broken", "The pages cannot be loaded: %s",
                             why ? why : "a mistake without a text");
        portal_destroy(p);
        return s;
    }
    p->handle = luaL_ref(lua, LUA_REGISTRYINDEX);
    *out = p;
    return STATUS_OK;
}

void portal_destroy(portal *p) {
    if (!p)
        return;
    lua_close(p->lua);
    lua_memory_free(&p->memory);
    free(p);
}

static void text_set(lua_State *lua, const char *name, str text) {
    lua_pushlstring(lua, text.ptr ? text.ptr : "", text.len);
    lua_setfield(lua, -2, name);
}

static void person_push(lua_State *lua, const person *actor) {
    lua_createtable(lua, 0, 6);
    given_set(lua, "id", actor->id);
    given_set(lua, "name", actor->name);
    given_set(lua, "email", actor->email);
    given_set(lua, "kind", actor->kind);
    given_set(lua, "language", actor->language);
    lua_pushboolean(lua, actor->admin);
    lua_setfield(lua, -2, "admin");
}

// What a form must bring back: bound to the session, so that no other site can know it.
static void token_set(lua_State *lua, const portal_exchange *x, const services *s) {
    static const char digits[] = "0123456789abcdef";
    char what[160], hex[2 * CRYPTO_MAC];
    uint8_t mac[CRYPTO_MAC];
    int len = snprintf(what, sizeof what, "form:%s", x->session ? x->session : "");
    crypto_mac(s->secret, what, (size_t)len < sizeof what ? (size_t)len : sizeof what - 1, mac);
    for (size_t i = 0; i < CRYPTO_MAC; i++) {
        hex[2 * i] = digits[mac[i] >> 4];
        hex[2 * i + 1] = digits[mac[i] & 15];
    }
    text_set(lua, "csrf", (str){hex, sizeof hex});
}

static void request_push(lua_State *lua, const portal_exchange *x, const services *s) {
    lua_createtable(lua, 0, 12);
    given_set(lua, "method", x->method);
    text_set(lua, "path", x->path);
    text_set(lua, "query", x->query);
    text_set(lua, "body", x->body);
    given_set(lua, "accept_language", x->accept_language); // NULL is nil
    given_set(lua, "language_cookie", x->language_cookie);
    given_set(lua, "id", x->request_id);
    given_set(lua, "origin", x->origin);
    lua_pushboolean(lua, x->cross_site);
    lua_setfield(lua, -2, "cross_site");
    token_set(lua, x, s);
    if (x->actor.id[0]) {
        person_push(lua, &x->actor);
        lua_setfield(lua, -2, "person");
    }
}

static const char *answer_text_field(lua_State *lua, const char *name, arena *memory) {
    lua_getfield(lua, -1, name);
    const char *copy = arena_text(memory, lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return copy;
}

static void answer_take(lua_State *lua, portal_exchange *x) {
    lua_getfield(lua, -1, "status");
    x->http_status = (int)lua_tointeger(lua, -1);
    lua_pop(lua, 1);
    lua_getfield(lua, -1, "body");
    str body = {0};
    body.ptr = lua_tolstring(lua, -1, &body.len);
    x->page = arena_str(x->arena, body);
    lua_pop(lua, 1);
    x->location = answer_text_field(lua, "location", x->arena);
    x->language = answer_text_field(lua, "language", x->arena);
    x->set_language = answer_text_field(lua, "set_language", x->arena);
}

// Even the error page could not be made: say so with what is left.
static void answer_plainly(lua_State *lua, portal_exchange *x) {
    const char *why = lua_tostring(lua, -1);
    log_write(LOG_ERROR, "portal", "no page could be made request=%s why=%s", x->request_id ? x->request_id : "",
              why ? why : "unknown");
    x->http_status = 500;
    x->location = x->set_language = NULL;
    x->language = "en";
    const char *page = arena_printf(
        x->arena,
        "<!doctype html><html lang=\"en\"><head><title>Something went wrong</title></head><body><main>"
        "<h1>Something went wrong</h1><p>This page could not be shown. Please try again; if it happens again, "
        "tell the people who run this site this number: %s</p></main></body></html>",
        x->request_id ? x->request_id : "-");
    x->page = str_from(page);
}

static page_thread thread_take(portal *p) {
    if (p->idle_count > 0)
        return p->idle[--p->idle_count];
    page_thread fresh = {.lua = lua_newthread(p->lua)};
    fresh.reference = luaL_ref(p->lua, LUA_REGISTRYINDEX);
    return fresh;
}

// A coroutine that ended by a mistake is of no more use.
static void thread_give(portal *p, page_thread thread, bool fine) {
    if (!fine || p->idle_count == IDLE_THREADS) {
        luaL_unref(p->lua, LUA_REGISTRYINDEX, thread.reference);
        return;
    }
    lua_settop(thread.lua, 0);
    p->idle[p->idle_count++] = thread;
}

static void run_resume(page_run *run, int values) {
    int results = 0;
    portal *p = run->exchange->state;
    int state = lua_resume(run->thread, p->lua, values, &results);
    if (state == LUA_YIELD)
        return; // waits for an operation, whose end comes back here
    portal_exchange *x = run->exchange;
    if (state == LUA_OK && results == 1 && lua_istable(run->thread, -1))
        answer_take(run->thread, x);
    else
        answer_plainly(run->thread, x);
    thread_give(p, (page_thread){run->thread, run->reference}, state == LUA_OK);
    p->running--;
    x->done(x);
}

void portal_request(portal *p, portal_exchange *x) {
    page_run *run = arena_alloc(x->arena, sizeof *run);
    x->state = p;
    run->loop = p->loop;
    run->exchange = x;
    run->resume = run_resume;
    page_thread thread = thread_take(p);
    run->thread = thread.lua;
    run->reference = thread.reference;
    *(page_run **)lua_getextraspace(run->thread) = run;
    p->running++;
    lua_rawgeti(run->thread, LUA_REGISTRYINDEX, p->handle);
    request_push(run->thread, x, p->loop->services);
    run_resume(run, 1);
}
