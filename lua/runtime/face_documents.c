// SPDX-License-Identifier: EUPL-1.2
//
// call.documents: what an asset keeps. A document that was read in this call is written back with the version
// read unless the script says another, so an author gets protection against lost updates without asking for it.
#include "plugin.h"
#include "value.h"

enum { LIST_LIMIT = 500 };

// Stack index 1: documents. Pushes the table of versions that this call has read.
static void push_versions(lua_State *L) {
    lua_Integer *serial = luaL_checkudata(L, 1, "documents");
    plugin_call_now(L);
    if (*serial == plugin_of(L)->serial) {
        lua_getiuservalue(L, 1, 1);
        return;
    }
    *serial = plugin_of(L)->serial;
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
}

static void remember(lua_State *L, const char *key, uint64_t version) {
    push_versions(L);
    lua_pushinteger(L, (lua_Integer)version);
    lua_setfield(L, -2, key);
    lua_pop(L, 1);
}

// documents:get(key) -> value or nil, version
static int documents_get(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    il_call *call = plugin_call_now(L);
    const char *key = luaL_checkstring(L, 2);
    il_document document = {0};
    il_status status = plugin_of(L)->host->documents->get(call, key, &document);
    if (status == IL_ABSENT) {
        remember(L, key, IL_NEW);
        lua_pushnil(L);
        lua_pushinteger(L, IL_NEW);
        return 2;
    }
    plugin_check(L, status, "documents:get");
    remember(L, key, document.version);
    value_push(L, document.value);
    lua_pushinteger(L, (lua_Integer)document.version);
    return 2;
}

// Pushes a list of {key, value, version}; its length is *count.
static void push_page(lua_State *L, const char *prefix, const char *after, uint32_t limit, size_t *count,
                      int32_t *more) {
    il_call *call = plugin_call_now(L);
    const il_document *found = NULL;
    *count = 0;
    *more = 0;
    plugin_check(L, plugin_of(L)->host->documents->list(call, prefix, after, limit, &found, count, more),
                 "documents:list");
    lua_createtable(L, (int)*count, 0);
    for (size_t i = 0; i < *count; i++) {
        lua_createtable(L, 0, 3);
        plugin_text_push(L, found[i].key);
        remember(L, lua_tostring(L, -1), found[i].version);
        lua_setfield(L, -2, "key");
        value_push(L, found[i].value);
        lua_setfield(L, -2, "value");
        lua_pushinteger(L, (lua_Integer)found[i].version);
        lua_setfield(L, -2, "version");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

// documents:list(prefix, after, limit) -> {{key, value, version} ...}, more
static int documents_list(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    const char *prefix = luaL_optstring(L, 2, ""), *after = luaL_optstring(L, 3, "");
    lua_Integer limit = luaL_optinteger(L, 4, 100);
    luaL_argcheck(L, limit >= 1 && limit <= LIST_LIMIT, 4, "want 1 to 500");
    size_t count;
    int32_t more;
    push_page(L, prefix, after, (uint32_t)limit, &count, &more);
    lua_pushboolean(L, more);
    return 2;
}

// The iterator of documents:each. Upvalues: prefix, page, place in it, documents, whether there is more after it.
static int each_next(lua_State *L) {
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(4)); // for remember(), which looks at index 1
    lua_Integer place = lua_tointeger(L, lua_upvalueindex(3)) + 1;
    lua_Integer length = (lua_Integer)lua_rawlen(L, lua_upvalueindex(2));
    if (place > length) {
        if (!lua_toboolean(L, lua_upvalueindex(5))) {
            return 0;
        }
        const char *after = "";
        if (length > 0) {
            lua_rawgeti(L, lua_upvalueindex(2), length);
            lua_getfield(L, -1, "key");
            after = lua_tostring(L, -1);
        }
        size_t count;
        int32_t more;
        push_page(L, lua_tostring(L, lua_upvalueindex(1)), after, LIST_LIMIT, &count, &more);
        lua_replace(L, lua_upvalueindex(2));
        lua_pushboolean(L, more && count > 0);
        lua_replace(L, lua_upvalueindex(5));
        place = 1;
    }
    lua_pushinteger(L, place);
    lua_replace(L, lua_upvalueindex(3));
    if (lua_rawgeti(L, lua_upvalueindex(2), place) != LUA_TTABLE) {
        return 0;
    }
    lua_getfield(L, -1, "key");
    lua_getfield(L, -2, "value");
    lua_getfield(L, -3, "version");
    return 3;
}

// for key, value, version in documents:each(prefix) do
static int documents_each(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    lua_pushstring(L, luaL_optstring(L, 2, ""));
    lua_newtable(L);
    lua_pushinteger(L, 0);
    lua_pushvalue(L, 1);
    lua_pushboolean(L, 1);
    lua_pushcclosure(L, each_next, 5);
    return 1;
}

static int documents_count(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    uint64_t count = 0;
    il_call *call = plugin_call_now(L);
    plugin_check(L, plugin_of(L)->host->documents->count(call, luaL_optstring(L, 2, ""), &count), "documents:count");
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

// The version that the script says, else the one that this call read, else IL_NEW.
static uint64_t version_for(lua_State *L, int argument, const char *key) {
    if (!lua_isnoneornil(L, argument)) {
        return (uint64_t)luaL_checkinteger(L, argument);
    }
    push_versions(L);
    lua_getfield(L, -1, key);
    uint64_t version = (uint64_t)lua_tointeger(L, -1);
    lua_pop(L, 2);
    return version;
}

static int documents_put(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    il_call *call = plugin_call_now(L);
    const char *key = luaL_checkstring(L, 2);
    luaL_argcheck(L, !lua_isnoneornil(L, 3), 3, "want a value, got nil; use documents:remove to delete");
    const il_json *value = value_to_json(L, 3);
    plugin_check(L, plugin_of(L)->host->documents->put(call, key, value, version_for(L, 4, key)), "documents:put");
    return 0;
}

static int documents_append(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    il_call *call = plugin_call_now(L);
    const char *prefix = luaL_checkstring(L, 2);
    luaL_argcheck(L, !lua_isnoneornil(L, 3), 3, "want a value, got nil");
    plugin_check(L, plugin_of(L)->host->documents->append(call, prefix, value_to_json(L, 3)), "documents:append");
    return 0;
}

static int documents_remove(lua_State *L) {
    luaL_checkudata(L, 1, "documents");
    il_call *call = plugin_call_now(L);
    const char *key = luaL_checkstring(L, 2);
    plugin_check(L, plugin_of(L)->host->documents->remove(call, key, version_for(L, 3, key)), "documents:remove");
    return 0;
}

static const luaL_Reg methods[] = {
    {"get", documents_get}, {"list", documents_list},     {"each", documents_each},     {"count", documents_count},
    {"put", documents_put}, {"append", documents_append}, {"remove", documents_remove}, {NULL, NULL}};

void documents_push(lua_State *L) {
    lua_Integer *serial = lua_newuserdatauv(L, sizeof *serial, 1);
    *serial = -1;
    luaL_newmetatable(L, "documents");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}
