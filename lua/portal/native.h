// SPDX-License-Identifier: EUPL-1.2
//
// native: the functions that the portal's Lua code gets from C, as one table:
//
//   escape(text) -> text               & < > " ' become entities
//   url_encode(text) -> text           RFC 3986
//   writer(safe) -> put, take         see html_writer.h
//   form_decode(text) -> table         a=1&b=2&b=3: {a = {"1"}, b = {"2", "3"}}; nil for a bad escape or bad UTF-8
//   json_decode(text) -> value         nil, reason
//   json_encode(value) -> text         nil, reason
//   markdown(text, heading) -> text    safe HTML
//   now() -> integer                   milliseconds since 1970
//   time_read(text) -> integer         RFC 3339 or a plain date; nil for anything else
//   text_length(text) -> integer       in characters
//   folder(path) -> table              names of the files in a folder, sorted; nil, reason
//   null                               stands for a null that is to be written as JSON
//   log(level, text)                   "info", "warning" or "error"
#ifndef INTERLINK_PORTAL_NATIVE_H
#define INTERLINK_PORTAL_NATIVE_H

#include <lua.h>

// Pushes the table.
void native_push(lua_State *lua);

#endif
