// SPDX-License-Identifier: EUPL-1.2
//
// html_writer: the text of a page while templates write it. A page is a few hundred pieces; they go straight into one
// buffer, so that no Lua string is made for a value that was only escaped. Internal to lua/portal.
#ifndef INTERLINK_PORTAL_HTML_WRITER_H
#define INTERLINK_PORTAL_HTML_WRITER_H

#include <lua.h>

// The Lua function writer(safe) -> put, take; `safe` is the metatable of safe HTML. Both belong to one buffer, which
// lives as long as they do.
//   put(places, ...)   appends each value as the letter of its place says, and nothing for nil:
//                      h  HTML as it is        t  text, where safe HTML may stand (its text in the field `html`)
//                      a  in an attribute      u  one part of an address
//   take() -> text     all that was put, and empties the buffer
int html_writer_new(lua_State *lua);

#endif
