// SPDX-License-Identifier: EUPL-1.2
//
// value: JSON and Lua values. An array is a table 1..n, or one made by il.array (so that an empty one stays
// an array); any other table is an object with text keys; null is il.null, so that a member that is null is not lost.
#ifndef INTERLINK_LUA_VALUE_H
#define INTERLINK_LUA_VALUE_H

#include <interlink.h>
#include <lua.h>

void value_open(lua_State *L);                  // the metatable of arrays and the null, once for a state
void value_array_mark(lua_State *L, int index); // makes the table at index an array
void value_null_push(lua_State *L);
void value_parse(lua_State *L, const char *text, size_t len); // pushes; a Lua error with the place if it is not JSON
void value_print(lua_State *L, int index);             // pushes the JSON text; a Lua error names the member at fault
void value_push(lua_State *L, const il_json *value);   // pushes nil for NULL
const il_json *value_to_json(lua_State *L, int index); // NULL for nil or nothing there; lives as long as the call

#endif
