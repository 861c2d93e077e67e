// SPDX-License-Identifier: EUPL-1.2
//
// answer_lua: the second face of base/answer.h. What an operation writes becomes Lua tables on a Lua stack, with no
// JSON text in between. Times are the RFC 3339 texts that the API gives; null is absence, as in value_lua.h.
#ifndef INTERLINK_PORTAL_ANSWER_LUA_H
#define INTERLINK_PORTAL_ANSWER_LUA_H

#include <lua.h>

#include "base/answer.h"

enum { ANSWER_LUA_DEPTH = 128 }; // levels that C code writes one by one; raw JSON values may be deeper

enum { ANSWER_LUA_WANTED = 32 };

typedef struct answer_lua {
    answer base;
    lua_State *lua;
    int floor; // top of the stack before the answer
    int depth;
    lua_Integer items[ANSWER_LUA_DEPTH];   // of the array at this level; -1: an object
    int members[ANSWER_LUA_DEPTH];         // that the object at this level has so far
    int room[ANSWER_LUA_DEPTH];            // members of the last object at this level: its neighbours are like it
    const char *wanted[ANSWER_LUA_WANTED]; // names of members; others are left out, with all that is in them
    int wanted_count;                      // 0: all are wanted
    bool drop_next;                        // the value that comes belongs to a member that is not wanted
    int dropped;                           // levels open inside such a value
} answer_lua;

// The value written is left on top of `lua`'s stack.
answer *answer_lua_init(answer_lua *a, lua_State *lua);
// From now on only members with this name are kept, or with others wanted before; the name is borrowed while the answer
// is written. False if there are too many.
bool answer_lua_want(answer_lua *a, const char *name);
// Forget what was written so far, as when the operation failed half-way.
void answer_lua_drop(answer_lua *a);

#endif
