// SPDX-License-Identifier: EUPL-1.2
//
// sandbox: the libraries that a script may use. What could reach out (io, os, package, debug), load code that nobody
// reviewed (load, loadfile, dofile, string.dump) or run at a time of its own (__gc) is not there.
#include <string.h>

#include "plugin.h"

static const char *const not_for_scripts[] = {"load", "loadfile", "dofile", "collectgarbage", "warn", NULL};

static int sandbox_print(lua_State *L) {
    int count = lua_gettop(L);
    lua_plugin *p = plugin_of(L);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (int i = 1; i <= count; i++) {
        if (i > 1) {
            luaL_addchar(&b, '\t');
        }
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&b);
    }
    luaL_pushresult(&b);
    if (p->call) {
        p->host->call->debug(p->call, lua_tostring(L, -1));
    }
    return 0;
}

static int sandbox_setmetatable(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnoneornil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) {
            return luaL_error(L, "setmetatable: __gc is not for plugins, a call must not leave work behind");
        }
        lua_pop(L, 1);
    }
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
        return luaL_error(L, "setmetatable: this table's metatable is protected");
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

// ---- coroutines: the interrupt must reach the one that runs ----

// Upvalue 1: coroutine.resume. Calls it with everything on the stack, and says meanwhile which one runs.
static int resume_tracked(lua_State *L) {
    lua_plugin *p = plugin_of(L);
    lua_State *coroutine = lua_tothread(L, 1);
    luaL_argexpected(L, coroutine, 1, "coroutine");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_State *before = p->running;
    p->running = coroutine;
    if (p->interrupted) {
        lua_sethook(coroutine, plugin_interrupted, LUA_MASKCOUNT, 1);
    }
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0); // fails only for want of memory
    p->running = before;
    if (p->interrupted) {
        lua_sethook(before, plugin_interrupted, LUA_MASKCOUNT, 1);
    }
    return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

// Upvalues: the tracked resume, the coroutine. What coroutine.wrap gives.
static int wrapped_call(lua_State *L) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_rotate(L, 1, 2);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    if (lua_toboolean(L, 1)) {
        return lua_gettop(L) - 1;
    }
    lua_settop(L, 2);
    return lua_error(L);
}

// Upvalue 1: the tracked resume.
static int sandbox_wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_State *coroutine = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, coroutine, 1);
    lua_pushcclosure(L, wrapped_call, 2);
    return 1;
}

static void open_coroutine(lua_State *L) {
    luaL_requiref(L, LUA_COLIBNAME, luaopen_coroutine, 1);
    lua_getfield(L, -1, "resume");
    lua_pushcclosure(L, resume_tracked, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "resume");
    lua_pushcclosure(L, sandbox_wrap, 1);
    lua_setfield(L, -2, "wrap");
    lua_pop(L, 1);
}

// ---- globals: a misspelt name is an error that says so ----

static int global_read(lua_State *L) {
    return luaL_error(L, "there is nothing called `%s`", luaL_tolstring(L, 2, NULL));
}

static int global_write(lua_State *L) {
    return luaL_error(L, "`%s` needs `local`: what a call leaves in a global would be seen by others' calls",
                      luaL_tolstring(L, 2, NULL));
}

static void globals_protect(lua_State *L) {
    lua_pushglobaltable(L);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, global_read);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, global_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

static void open_string(lua_State *L) {
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    lua_pop(L, 1);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

// Upvalues: math.random, math.randomseed. A call that is run again must come to the same end, so the numbers of a call
// follow from the host's.
static int random_seeded(lua_State *L) {
    lua_plugin *p = plugin_of(L);
    if (p->call && p->random_serial != p->serial) {
        p->random_serial = p->serial;
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_pushinteger(L, (lua_Integer)p->host->call->random(p->call));
        lua_pushinteger(L, (lua_Integer)p->host->call->random(p->call));
        lua_call(L, 2, 0);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static void open_math(lua_State *L) {
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    lua_getfield(L, -1, "random");
    lua_getfield(L, -2, "randomseed");
    lua_pushcclosure(L, random_seeded, 2);
    lua_setfield(L, -2, "random");
    lua_pushnil(L);
    lua_setfield(L, -2, "randomseed");
    lua_pop(L, 1);
}

void sandbox_open(lua_State *L) {
    static const luaL_Reg others[] = {
        {LUA_GNAME, luaopen_base}, {LUA_TABLIBNAME, luaopen_table}, {LUA_UTF8LIBNAME, luaopen_utf8}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        luaL_requiref(L, others[i].name, others[i].func, 1);
        lua_pop(L, 1);
    }
    open_math(L);
    open_string(L);
    open_coroutine(L);
    for (const char *const *name = not_for_scripts; *name; name++) {
        lua_pushnil(L);
        lua_setglobal(L, *name);
    }
    lua_pushcfunction(L, sandbox_print);
    lua_setglobal(L, "print");
    lua_pushcfunction(L, sandbox_setmetatable);
    lua_setglobal(L, "setmetatable");
    globals_protect(L);
}
