// SPDX-License-Identifier: EUPL-1.2
#include "runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "value.h"

static const char failure_key; // its address is the registry's key of the failures' metatable

// ---- memory: one budget for everything that the script keeps ----

static void *memory_change(void *context, void *block, size_t old_size, size_t new_size) {
    lua_plugin *p = context;
    size_t old = block ? old_size : 0; // without a block, Lua says what kind of object it makes
    if (new_size == 0) {
        p->used -= old;
        free(block);
        return NULL;
    }
    if (new_size > old && p->used - old + new_size > p->limit) {
        return NULL;
    }
    void *fresh = realloc(block, new_size);
    if (fresh) {
        p->used = p->used - old + new_size;
    }
    return fresh;
}

// Every entry into Lua is protected, so this is a bug of ours, not of the script.
static int panic(lua_State *L) {
    fprintf(stderr, "lua: an error outside of a protected call: %s\n", lua_tostring(L, -1));
    abort();
}

// ---- failures: errors with a status ----

typedef struct failure {
    il_status status;
    char sentence[LUA_PLUGIN_ERROR];
} failure;

static int failure_text(lua_State *L) {
    lua_pushstring(L, ((failure *)lua_touserdata(L, 1))->sentence);
    return 1;
}

static void failure_open(lua_State *L) {
    lua_newtable(L);
    lua_pushcfunction(L, failure_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "failure");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &failure_key);
}

static failure *failure_at(lua_State *L, int index) {
    failure *f = lua_touserdata(L, index);
    if (!f || !lua_getmetatable(L, index)) {
        return NULL;
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &failure_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? f : NULL;
}

void plugin_fail(lua_State *L, il_status status, const char *sentence) {
    failure *f = lua_newuserdatauv(L, sizeof *f, 0);
    f->status = status;
    snprintf(f->sentence, sizeof f->sentence, "%s", sentence);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &failure_key);
    lua_setmetatable(L, -2);
    lua_error(L);
}

void plugin_check(lua_State *L, il_status status, const char *function) {
    if (status == IL_OK) {
        return;
    }
    lua_plugin *p = plugin_of(L);
    il_str why = p->call ? p->host->call->error(p->call) : (il_str){NULL, 0};
    char sentence[LUA_PLUGIN_ERROR];
    if (why.ptr && why.len) {
        snprintf(sentence, sizeof sentence, "%.*s", (int)(why.len < 400 ? why.len : 400), why.ptr);
    } else {
        snprintf(sentence, sizeof sentence, "%s did not succeed.", function);
    }
    plugin_fail(L, status, sentence);
}

il_call *plugin_call_now(lua_State *L) {
    lua_plugin *p = plugin_of(L);
    if (!p->call) {
        luaL_error(L, "this can only be done while a call runs, inside create, handle or event");
    }
    return p->call;
}

void plugin_text_push(lua_State *L, il_str text) {
    if (text.ptr) {
        lua_pushlstring(L, text.ptr, text.len);
    } else {
        lua_pushnil(L);
    }
}

// ---- load ----

static void keep_functions(lua_plugin *p, const char *entry) {
    static const char *const names[] = {
        [LUA_PLUGIN_CREATE] = "create", [LUA_PLUGIN_HANDLE] = "handle", [LUA_PLUGIN_EVENT] = "event"};
    lua_State *L = p->state;
    if (!lua_istable(L, -1)) {
        luaL_error(L, "%s must end with `return { handle = function(call) ... end }`, but it returns a %s", entry,
                   luaL_typename(L, -1));
    }
    for (int i = LUA_PLUGIN_CREATE; i <= LUA_PLUGIN_EVENT; i++) {
        lua_pushstring(L, names[i]);
        int type = lua_rawget(L, -2);
        if (type == LUA_TFUNCTION) {
            p->function_ref[i] = luaL_ref(L, LUA_REGISTRYINDEX);
            p->functions |= 1u << i;
            continue;
        }
        if (type != LUA_TNIL) {
            luaL_error(L, "%s: `%s` must be a function, got a %s", entry, names[i], luaL_typename(L, -1));
        }
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (strcmp(key, "create") != 0 && strcmp(key, "handle") != 0 && strcmp(key, "event") != 0) {
            luaL_error(L, "%s returns a table with `%s`: only create, handle and event are known", entry,
                       *key ? key : luaL_typename(L, -2));
        }
    }
    if (p->functions == 0) {
        luaL_error(L, "%s returns a table without create, handle or event", entry);
    }
    lua_pop(L, 1);
}

// Protected: everything that can fail for want of memory is in here.
static int load_protected(lua_State *L) {
    const char *entry = lua_touserdata(L, 1);
    value_open(L);
    failure_open(L);
    sandbox_open(L);
    face_open(L);
    modules_open(L);
    lua_settop(L, 0);
    modules_run(L, entry);
    keep_functions(plugin_of(L), entry);
    return 0;
}

static void error_say(lua_State *L, char error[LUA_PLUGIN_ERROR]) {
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    failure *f = failure_at(L, -1);
    if (f) {
        snprintf(error, LUA_PLUGIN_ERROR, "%s", f->sentence);
    } else if (text) {
        snprintf(error, LUA_PLUGIN_ERROR, "%s", text);
    } else {
        snprintf(error, LUA_PLUGIN_ERROR, "an error that is not a text but a %s", luaL_typename(L, -1));
    }
}

static bool host_fits(const il_host *host, char error[LUA_PLUGIN_ERROR]) {
    if (host && host->call && host->json && host->documents && host->effects && host->answer) {
        return true;
    }
    snprintf(
        error, LUA_PLUGIN_ERROR,
        "This host does not offer all that a Lua plugin needs (il.call/1, il.json/1, il.documents/1, il.effects/1, "
        "il.answer/1): use a newer host.");
    return false;
}

lua_plugin *lua_plugin_load(const il_host *host, const char *folder, const char *entry, size_t memory_limit,
                            char error[LUA_PLUGIN_ERROR]) {
    if (!host_fits(host, error)) {
        return NULL;
    }
    lua_plugin *p = calloc(1, sizeof *p);
    if (!p) {
        snprintf(error, LUA_PLUGIN_ERROR, "There is no memory left to load %s.", entry);
        return NULL;
    }
    p->host = host;
    p->limit = memory_limit;
    lua_State *L = lua_newstate(memory_change, p);
    if (!L) {
        snprintf(error, LUA_PLUGIN_ERROR, "A memory limit of %zu bytes is too small for Lua.", memory_limit);
        free(p);
        return NULL;
    }
    p->state = L;
    p->running = L;
    *(lua_plugin **)lua_getextraspace(L) = p;
    lua_atpanic(L, panic);
    if (modules_read(L, folder, error)) {
        lua_pushcfunction(L, load_protected);
        lua_pushlightuserdata(L, (void *)(uintptr_t)entry);
        if (lua_pcall(L, 1, 0, 0) == LUA_OK) {
            return p;
        }
        error_say(L, error);
    }
    lua_plugin_close(p);
    return NULL;
}

// ---- calls ----

// For the author: where it happened. The person reads only the sentence. Arguments and locals are not in a traceback.
static int explain(lua_State *L) {
    lua_plugin *p = plugin_of(L);
    if (failure_at(L, 1) || lua_type(L, 1) != LUA_TSTRING) {
        return 1;
    }
    luaL_traceback(L, L, lua_tostring(L, 1), 1);
    p->host->call->debug(p->call, lua_tostring(L, -1));
    lua_settop(L, 1);
    return 1;
}

static int call_protected(lua_State *L) {
    lua_plugin *p = plugin_of(L);
    lua_Integer function = lua_tointeger(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, p->function_ref[function]);
    face_call_push(L);
    lua_call(L, 1, 0);
    return 0;
}

static il_status call_failed(lua_plugin *p, char error[LUA_PLUGIN_ERROR]) {
    failure *f = failure_at(p->state, -1);
    il_status status = f ? f->status : IL_FAILED;
    error_say(p->state, error);
    lua_pop(p->state, 1);
    return status;
}

il_status lua_plugin_call(lua_plugin *p, int function, il_call *call, char error[LUA_PLUGIN_ERROR]) {
    lua_State *L = p->state;
    error[0] = 0;
    if (function < LUA_PLUGIN_CREATE || function > LUA_PLUGIN_EVENT || !(p->functions & 1u << function)) {
        snprintf(error, LUA_PLUGIN_ERROR, "This plugin has no function for that.");
        return IL_FAILED;
    }
    p->call = call;
    p->serial++;
    p->interrupted = 0;
    p->running = L;
    lua_sethook(L, NULL, 0, 0);
    lua_settop(L, 0);
    lua_pushcfunction(L, explain);
    lua_pushcfunction(L, call_protected);
    lua_pushinteger(L, function);
    il_status status = lua_pcall(L, 1, 0, 1) == LUA_OK ? IL_OK : call_failed(p, error);
    p->call = NULL;
    lua_settop(L, 0);
    return status;
}

uint32_t lua_plugin_functions(const lua_plugin *p) {
    return p->functions;
}

// ---- interrupt ----

void plugin_interrupted(lua_State *L, lua_Debug *record) {
    (void)record;
    lua_plugin *p = plugin_of(L);
    // Armed again on both: the script's pcall, and the coroutine that resumed this one, meet the next one at once.
    lua_sethook(L, plugin_interrupted, LUA_MASKCOUNT, 1);
    lua_sethook(p->state, plugin_interrupted, LUA_MASKCOUNT, 1);
    luaL_where(L, 0);
    luaL_error(L, "%sthis took longer than a call may take (see \"limits\" in interlinker.json)", lua_tostring(L, -1));
}

void lua_plugin_interrupt(lua_plugin *p) {
    p->interrupted = 1;
    lua_sethook(p->running, plugin_interrupted, LUA_MASKCOUNT, 1);
    if (p->running != p->state) {
        lua_sethook(p->state, plugin_interrupted, LUA_MASKCOUNT, 1);
    }
}

void lua_plugin_close(lua_plugin *p) {
    if (p) {
        lua_close(p->state);
        free(p);
    }
}
