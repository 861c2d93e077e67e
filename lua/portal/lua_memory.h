// SPDX-License-Identifier: EUPL-1.2
//
// lua_memory: where a portal's Lua state keeps its values. A page makes some thousand small tables and texts and drops
// them together, so small blocks come from lists of their own, one for each size, which is several times as fast as
// malloc. Their memory is kept for the next page and given back at the end. Used on one thread. Internal to lua/portal.
#ifndef INTERLINK_PORTAL_LUA_MEMORY_H
#define INTERLINK_PORTAL_LUA_MEMORY_H

#include <stddef.h>

enum { LUA_MEMORY_STEP = 16, LUA_MEMORY_SMALL = 512 }; // bytes: sizes differ by a step, larger ones are malloc's

typedef struct lua_memory {
    void *idle[LUA_MEMORY_SMALL / LUA_MEMORY_STEP]; // blocks of each size that are free; each begins with the next one
    char *at, *end;                                 // what is left of the newest slab
    void *slabs;                                    // each begins with the one before it
} lua_memory;

// A lua_Alloc whose context is a zeroed lua_memory. A lack of memory ends the program: Lua would report it by a jump
// through C code, and a host that cannot hold one page cannot go on.
void *lua_memory_give(void *context, void *block, size_t old_size, size_t size);

// After lua_close.
void lua_memory_free(lua_memory *memory);

#endif
