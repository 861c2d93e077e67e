// SPDX-License-Identifier: EUPL-1.2
#include "html_writer.h"

#include <inttypes.h>
#include <lauxlib.h>

#include "base/text.h"

static const char TYPE_NAME[] = "interlink.html_writer";

static buffer *own_buffer(lua_State *lua) {
    return lua_touserdata(lua, lua_upvalueindex(1));
}

static int writer_free(lua_State *lua) {
    buffer_free(luaL_checkudata(lua, 1, TYPE_NAME));
    return 0;
}

static void put_number(lua_State *lua, int index, buffer *out) {
    if (lua_isinteger(lua, index))
        buffer_printf(out, "%" PRId64, (int64_t)lua_tointeger(lua, index));
    else
        buffer_printf(out, "%.14g", (double)lua_tonumber(lua, index));
}

static void put_escaped(lua_State *lua, int index, buffer *out) {
    size_t len;
    const char *text;
    switch (lua_type(lua, index)) {
    case LUA_TSTRING:
        text = lua_tolstring(lua, index, &len);
        buffer_add_html(out, text, len);
        break;
    case LUA_TNUMBER:
        put_number(lua, index, out);
        break;
    case LUA_TBOOLEAN:
        buffer_add(out, lua_toboolean(lua, index) ? "true" : "false");
        break;
    case LUA_TNONE:
    case LUA_TNIL:
        break;
    default:
        luaL_error(lua, "a page cannot show a %s", luaL_typename(lua, index));
    }
}

static void put_text(lua_State *lua, int index, buffer *out) {
    size_t len;
    if (!lua_istable(lua, index)) {
        put_escaped(lua, index, out);
        return;
    }
    // Only engine/html.lua gives tables this metatable, and it is the writer's second upvalue.
    if (!lua_getmetatable(lua, index) || !lua_rawequal(lua, -1, lua_upvalueindex(2)))
        luaL_error(lua, "a page cannot show a table");
    lua_getfield(lua, index, "html");
    const char *text = lua_tolstring(lua, -1, &len);
    buffer_append(out, text, text ? len : 0);
    lua_pop(lua, 2);
}

static void put_url_part(lua_State *lua, int index, buffer *out) {
    if (lua_isnoneornil(lua, index))
        return;
    size_t len;
    const char *text = luaL_tolstring(lua, index, &len);
    buffer_add_url(out, text, len);
    lua_pop(lua, 1);
}

static int writer_put(lua_State *lua) {
    buffer *out = own_buffer(lua);
    const char *places = luaL_checkstring(lua, 1);
    for (int index = 2; *places; places++, index++) {
        size_t len;
        const char *text;
        switch (*places) {
        case 'h':
            text = luaL_checklstring(lua, index, &len);
            buffer_append(out, text, len);
            break;
        case 't':
            put_text(lua, index, out);
            break;
        case 'a':
            put_escaped(lua, index, out);
            break;
        case 'u':
            put_url_part(lua, index, out);
            break;
        default:
            return luaL_argerror(lua, 1, "there is no such place");
        }
    }
    return 0;
}

static int writer_take(lua_State *lua) {
    buffer *out = own_buffer(lua);
    lua_pushlstring(lua, out->ptr ? out->ptr : "", out->len);
    buffer_clear(out);
    return 1;
}

int html_writer_new(lua_State *lua) {
    luaL_checktype(lua, 1, LUA_TTABLE); // the metatable of safe HTML
    buffer *out = lua_newuserdatauv(lua, sizeof *out, 0);
    *out = (buffer){0};
    if (luaL_newmetatable(lua, TYPE_NAME)) {
        lua_pushcfunction(lua, writer_free);
        lua_setfield(lua, -2, "__gc");
    }
    lua_setmetatable(lua, -2);
    lua_pushvalue(lua, -1);
    lua_pushvalue(lua, 1);
    lua_pushcclosure(lua, writer_put, 2);
    lua_insert(lua, -2);
    lua_pushcclosure(lua, writer_take, 1);
    return 2;
}
