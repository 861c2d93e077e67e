// SPDX-License-Identifier: EUPL-1.2
//
// value_lua: JSON values as Lua values and back, for the portal.
// null is nil: a member that is null is simply absent from the table, an item of an array that is null is false.
// A null that is to be written, not left out, is the light userdata NULL (native.null).
// A table becomes an array when it has a first item or when its metatable says __array; anything else is an object.
#ifndef INTERLINK_PORTAL_VALUE_LUA_H
#define INTERLINK_PORTAL_VALUE_LUA_H

#include <jansson.h>
#include <lua.h>

enum { VALUE_DEPTH = 64 }; // deeper tables are refused: they are mistakes, or cycles

// Pushes one Lua value. Raises no Lua error (the portal's allocator aborts when memory is out).
void value_push(lua_State *lua, const json_t *value);

// A new reference that the caller owns; NULL, with a reason in *why, for what JSON cannot hold (functions, NaN, text
// that is not UTF-8, tables nested deeper than VALUE_DEPTH). The stack is as before.
json_t *value_read(lua_State *lua, int index, const char **why);

#endif
