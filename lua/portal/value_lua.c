// SPDX-License-Identifier: EUPL-1.2
#include "value_lua.h"

#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>

static void object_push(lua_State *lua, const json_t *value) {
    lua_createtable(lua, 0, (int)json_object_size(value));
    const char *key;
    json_t *member;
    // jansson's iterators take no const object, though they change nothing.
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        if (json_is_null(member))
            continue;
        value_push(lua, member);
        lua_setfield(lua, -2, key);
    }
}

static void array_push(lua_State *lua, const json_t *value) {
    size_t count = json_array_size(value);
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (json_is_null(item))
            lua_pushboolean(lua, 0);
        else
            value_push(lua, item);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
}

void value_push(lua_State *lua, const json_t *value) {
    // JSON from outside was read by jansson, which goes no deeper than 2048 levels; the stack holds far more.
    if (!lua_checkstack(lua, 4)) {
        lua_settop(lua, 0);
        lua_pushnil(lua);
        return;
    }
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        object_push(lua, value);
        break;
    case JSON_ARRAY:
        array_push(lua, value);
        break;
    case JSON_STRING:
        lua_pushlstring(lua, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(lua, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(lua, json_real_value(value));
        break;
    case JSON_TRUE:
        lua_pushboolean(lua, 1);
        break;
    case JSON_FALSE:
        lua_pushboolean(lua, 0);
        break;
    case JSON_NULL:
        lua_pushnil(lua);
        break;
    }
}

static json_t *read_at(lua_State *lua, int index, int depth, const char **why);

static bool is_array(lua_State *lua, int index) {
    if (luaL_getmetafield(lua, index, "__array") != LUA_TNIL) {
        lua_pop(lua, 1);
        return true;
    }
    return lua_rawlen(lua, index) > 0;
}

static json_t *read_array(lua_State *lua, int index, int depth, const char **why) {
    json_t *array = json_array();
    lua_Unsigned count = lua_rawlen(lua, index);
    for (lua_Unsigned i = 1; i <= count; i++) {
        lua_rawgeti(lua, index, (lua_Integer)i);
        json_t *item = read_at(lua, lua_gettop(lua), depth + 1, why);
        lua_pop(lua, 1);
        if (!item || json_array_append_new(array, item) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *read_object(lua_State *lua, int index, int depth, const char **why) {
    json_t *object = json_object();
    lua_pushnil(lua);
    while (lua_next(lua, index)) {
        json_t *member = NULL;
        if (lua_type(lua, -2) != LUA_TSTRING)
            *why = "an object has only texts as keys";
        else
            member = read_at(lua, lua_gettop(lua), depth + 1, why);
        if (!member || json_object_set_new(object, lua_tostring(lua, -2), member) != 0) {
            if (!*why)
                *why = "a key is not valid UTF-8";
            lua_pop(lua, 2);
            json_decref(object);
            return NULL;
        }
        lua_pop(lua, 1);
    }
    return object;
}

static json_t *read_number(lua_State *lua, int index, const char **why) {
    if (lua_isinteger(lua, index))
        return json_integer(lua_tointeger(lua, index));
    double number = lua_tonumber(lua, index);
    if (isfinite(number))
        return json_real(number);
    *why = "a number is not finite";
    return NULL;
}

static json_t *read_string(lua_State *lua, int index, const char **why) {
    size_t len;
    const char *text = lua_tolstring(lua, index, &len);
    json_t *value = json_stringn(text, len);
    if (!value)
        *why = "a text is not valid UTF-8";
    return value;
}

static json_t *read_at(lua_State *lua, int index, int depth, const char **why) {
    if (depth > VALUE_DEPTH || !lua_checkstack(lua, 4)) {
        *why = "tables are nested too deeply";
        return NULL;
    }
    switch (lua_type(lua, index)) {
    case LUA_TNIL:
        return json_null();
    case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(lua, index))
            return json_null();
        *why = "a pointer cannot become JSON";
        return NULL;
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(lua, index));
    case LUA_TNUMBER:
        return read_number(lua, index, why);
    case LUA_TSTRING:
        return read_string(lua, index, why);
    case LUA_TTABLE:
        return is_array(lua, index) ? read_array(lua, index, depth, why) : read_object(lua, index, depth, why);
    default:
        *why = "only tables, texts, numbers and booleans can become JSON";
        return NULL;
    }
}

json_t *value_read(lua_State *lua, int index, const char **why) {
    *why = NULL;
    return read_at(lua, lua_absindex(lua, index), 0, why);
}
