// SPDX-License-Identifier: EUPL-1.2
//
// call.assets: what else stands in the task, to be read. Nothing that is read here is remembered for documents:put.
#include "plugin.h"
#include "value.h"

enum { LIST_LIMIT = 500 };

static const il_assets_1 *assets_of(lua_State *L) {
    luaL_checkudata(L, 1, "assets");
    const il_assets_1 *assets = plugin_of(L)->host->assets;
    if (!assets) {
        luaL_error(L, "this host shows no other assets: it has no il.assets/1");
    }
    return assets;
}

static void set_text(lua_State *L, const char *name, il_str text) {
    plugin_text_push(L, text);
    lua_setfield(L, -2, name);
}

// assets:list() -> {{id, name, interlinker} ...}
static int assets_list(lua_State *L) {
    const il_asset *found = NULL;
    size_t count = 0;
    plugin_check(L, assets_of(L)->list(plugin_call_now(L), &found, &count), "assets:list");
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 3);
        set_text(L, "id", found[i].id);
        set_text(L, "name", found[i].name);
        set_text(L, "interlinker", found[i].interlinker);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

// assets:get(asset, key) -> value or nil
static int assets_get(lua_State *L) {
    il_document document = {0};
    const char *asset = luaL_checkstring(L, 2), *key = luaL_checkstring(L, 3);
    il_status status = assets_of(L)->get(plugin_call_now(L), asset, key, &document);
    if (status == IL_ABSENT) {
        lua_pushnil(L);
        return 1;
    }
    plugin_check(L, status, "assets:get");
    value_push(L, document.value);
    return 1;
}

// assets:documents(asset, prefix, after, limit) -> {{key, value} ...}, more; nil without such an asset
static int assets_documents(lua_State *L) {
    const char *asset = luaL_checkstring(L, 2), *prefix = luaL_optstring(L, 3, ""), *after = luaL_optstring(L, 4, "");
    lua_Integer limit = luaL_optinteger(L, 5, 100);
    luaL_argcheck(L, limit >= 1 && limit <= LIST_LIMIT, 5, "want 1 to 500");
    const il_document *found = NULL;
    size_t count = 0;
    int32_t more = 0;
    il_status status = assets_of(L)->documents(plugin_call_now(L), asset, prefix, after, (uint32_t)limit, &found,
                                               &count, &more);
    if (status == IL_ABSENT) {
        lua_pushnil(L);
        return 1;
    }
    plugin_check(L, status, "assets:documents");
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "key", found[i].key);
        value_push(L, found[i].value);
        lua_setfield(L, -2, "value");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushboolean(L, more);
    return 2;
}

void assets_push(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"list", assets_list}, {"get", assets_get}, {"documents", assets_documents}, {NULL, NULL}};
    plugin_object_push(L, "assets", functions);
}
