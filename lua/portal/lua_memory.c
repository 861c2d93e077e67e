// SPDX-License-Identifier: EUPL-1.2
#include "lua_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SLAB_SIZE = 64 * 1024 };

// Which list a size belongs to; the size itself is at least 1.
static size_t list_of(size_t size) {
    return (size - 1) / LUA_MEMORY_STEP;
}

static void slab_add(lua_memory *memory) {
    char *slab = memory_take(SLAB_SIZE);
    memcpy(slab, &memory->slabs, sizeof memory->slabs);
    memory->slabs = slab;
    memory->at = slab + LUA_MEMORY_STEP; // malloc gives multiples of the step, and so do all blocks
    memory->end = slab + SLAB_SIZE;
}

static void *small_take(lua_memory *memory, size_t list) {
    void *block = memory->idle[list];
    if (block) {
        memcpy(&memory->idle[list], block, sizeof block);
        return block;
    }
    size_t size = (list + 1) * LUA_MEMORY_STEP;
    // What is left of a slab when a block does not fit is less than one small block: not worth a list.
    if ((size_t)(memory->end - memory->at) < size)
        slab_add(memory);
    block = memory->at;
    memory->at += size;
    return block;
}

static void block_drop(lua_memory *memory, void *block, size_t size) {
    if (size > LUA_MEMORY_SMALL) {
        free(block);
        return;
    }
    size_t list = list_of(size);
    memcpy(block, &memory->idle[list], sizeof block);
    memory->idle[list] = block;
}

static void *block_take(lua_memory *memory, size_t size) {
    if (size <= LUA_MEMORY_SMALL)
        return small_take(memory, list_of(size));
    return memory_take(size);
}

static void *large_resize(void *block, size_t size) {
    return memory_resize(block, size, 1);
}

void *lua_memory_give(void *context, void *block, size_t old_size, size_t size) {
    lua_memory *memory = context;
    if (!block) // Lua then says in old_size what the block is for
        return size > 0 ? block_take(memory, size) : NULL;
    if (size == 0) {
        if (old_size > 0)
            block_drop(memory, block, old_size);
        return NULL;
    }
    if (old_size > LUA_MEMORY_SMALL && size > LUA_MEMORY_SMALL)
        return large_resize(block, size);
    if (old_size <= LUA_MEMORY_SMALL && size <= LUA_MEMORY_SMALL && list_of(old_size) == list_of(size))
        return block;
    void *fresh = block_take(memory, size);
    memcpy(fresh, block, old_size < size ? old_size : size);
    block_drop(memory, block, old_size);
    return fresh;
}

void lua_memory_free(lua_memory *memory) {
    while (memory->slabs) {
        void *slab = memory->slabs;
        memcpy(&memory->slabs, slab, sizeof slab);
        free(slab);
    }
}
