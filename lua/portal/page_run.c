// SPDX-License-Identifier: EUPL-1.2
#include "page_run.h"

#include <assert.h>
#include <lauxlib.h>

#include "value_lua.h"

page_run *page_run_of(lua_State *thread) {
    return *(page_run **)lua_getextraspace(thread);
}

static void field_text(lua_State *lua, const char *name, const char *text) {
    lua_pushstring(lua, text);
    lua_setfield(lua, -2, name);
}

static void problem_fields_push(lua_State *lua, const fault *f) {
    size_t count = f->field_count < FAULT_FIELDS ? f->field_count : FAULT_FIELDS;
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(lua, 0, 3);
        field_text(lua, "pointer", f->fields[i].pointer);
        field_text(lua, "code", f->fields[i].code);
        field_text(lua, "detail", f->fields[i].text);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
}

static int problem_push(lua_State *lua, status outcome, const fault *f) {
    lua_pushnil(lua);
    lua_createtable(lua, 0, 5);
    lua_pushinteger(lua, status_http(outcome));
    lua_setfield(lua, -2, "status");
    field_text(lua, "code", f->code);
    field_text(lua, "detail", f->text);
    field_text(lua, "about", f->about);
    problem_fields_push(lua, f);
    lua_setfield(lua, -2, "errors");
    return 2;
}

// Leaves the results on the thread's stack and says how many.
static int results_push(page_run *run) {
    lua_State *lua = run->thread;
    bool read = run->call->answer == &run->lua_answer.base;
    if (run->call->set_session)
        run->exchange->set_session = run->call->set_session;
    if (run->outcome != STATUS_OK) {
        if (read)
            answer_lua_drop(&run->lua_answer);
        buffer_free(&run->json);
        return problem_push(lua, run->outcome, &run->call->fault);
    }
    if (read) {
        if (lua_gettop(lua) == run->lua_answer.floor)
            lua_pushboolean(lua, 1);
        return 1;
    }
    json_t *value = run->json.len ? json_loadb(run->json.ptr, run->json.len, JSON_DECODE_ANY, NULL) : NULL;
    buffer_free(&run->json);
    if (value)
        value_push(lua, value);
    else
        lua_pushboolean(lua, 1); // done, and nothing to say: a 204
    json_decref(value);
    return 1;
}

static void call_done(operation_call *c, status outcome) {
    page_run *run = c->context;
    run->outcome = outcome;
    run->settled = true;
    if (!run->waiting)
        return; // page_run_call has not come back yet and will see it
    run->waiting = false;
    run->resume(run, results_push(run));
}

// A value in a URL is text: numbers and truths are written as they stand there, a list with commas.
static json_t *query_value(lua_State *lua, int index) {
    luaL_Buffer joined;
    if (lua_type(lua, index) != LUA_TTABLE) {
        size_t len;
        const char *text = luaL_tolstring(lua, index, &len);
        json_t *value = json_stringn(text, len);
        lua_pop(lua, 1);
        return value;
    }
    luaL_buffinit(lua, &joined);
    lua_Unsigned count = lua_rawlen(lua, index);
    for (lua_Unsigned i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&joined, ',');
        lua_rawgeti(lua, index, (lua_Integer)i);
        luaL_addvalue(&joined);
    }
    luaL_pushresult(&joined);
    json_t *value = json_string(lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return value;
}

static json_t *query_read(lua_State *lua, int index, arena *memory) {
    json_t *query = arena_json(memory, json_object());
    if (!lua_istable(lua, index))
        return query;
    lua_pushnil(lua);
    while (lua_next(lua, index)) {
        luaL_argcheck(lua, lua_type(lua, -2) == LUA_TSTRING, index, "names of parameters are texts");
        json_object_set_new(query, lua_tostring(lua, -2), query_value(lua, lua_gettop(lua)));
        lua_pop(lua, 1);
    }
    return query;
}

static json_t *body_read(lua_State *lua, int index, arena *memory) {
    if (lua_isnoneornil(lua, index))
        return NULL;
    const char *why;
    json_t *body = value_read(lua, index, &why);
    if (!body)
        luaL_argerror(lua, index, why);
    return arena_json(memory, body);
}

// The list of names at the index stays on the stack during the call, and so do the names.
static void members_read(lua_State *lua, int index, answer_lua *a) {
    if (lua_isnoneornil(lua, index))
        return;
    luaL_checktype(lua, index, LUA_TTABLE);
    lua_Integer count = (lua_Integer)lua_rawlen(lua, index);
    for (lua_Integer i = 1; i <= count; i++) {
        luaL_argcheck(lua, lua_rawgeti(lua, index, i) == LUA_TSTRING, index, "names of members are texts");
        luaL_argcheck(lua, answer_lua_want(a, lua_tostring(lua, -1)), index, "too many members");
        lua_pop(lua, 1);
    }
}

static answer *call_answer(page_run *run, bool read) {
    if (!read)
        return answer_json_init(&run->json_answer, &run->json);
    answer *a = answer_lua_init(&run->lua_answer, run->thread);
    members_read(run->thread, 6, &run->lua_answer);
    return a;
}

int page_run_call(lua_State *lua) {
    page_run *run = page_run_of(lua);
    const char *name = luaL_checkstring(lua, 1);
    const operation *wanted = operation_by_id(run->loop->services->operations, name);
    if (!wanted)
        return luaL_error(lua, "there is no operation %s", name);
    arena *memory = run->exchange->arena;
    operation_call *c = arena_alloc(memory, sizeof *c);
    c->arena = memory;
    c->operation = wanted;
    c->services = run->loop->services;
    c->loop = run->loop;
    c->actor = run->exchange->actor;
    c->language = arena_text(memory, luaL_optstring(lua, 5, "en"));
    c->id = arena_text(memory, luaL_optstring(lua, 2, ""));
    c->query = query_read(lua, 3, memory);
    c->body = body_read(lua, 4, memory);
    c->parts = operation_takes_files(wanted) ? run->exchange->files : NULL;
    c->session = run->exchange->session;
    c->network = run->exchange->network;
    c->answer = call_answer(run, operation_is_read(wanted));
    c->done = call_done;
    c->context = run;
    run->call = c;
    run->settled = run->waiting = false;
    operation_start(c);
    if (run->settled)
        return results_push(run);
    // A read is answered at once: its answer is written on this very stack, which must not move on without it.
    assert(!operation_is_read(wanted));
    run->waiting = true;
    return lua_yield(lua, 0);
}
