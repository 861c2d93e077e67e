// SPDX-License-Identifier: EUPL-1.2
//
// JSON to Lua values and back, as Lua plugins do it. What jansson reads comes back the same.
#include "fuzz.h"

#include <jansson.h>
#include <lauxlib.h>
#include <lua.h>

#include "value.h"

static int there_and_back(lua_State *L) {
    size_t len;
    const char *text = lua_tolstring(L, 1, &len);
    value_parse(L, text, len);
    value_print(L, -1);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    lua_State *L = luaL_newstate();
    fuzz_claim(L != NULL, "there is memory");
    value_open(L);
    lua_pushcfunction(L, there_and_back);
    lua_pushlstring(L, (const char *)data, size);
    bool read = lua_pcall(L, 1, 1, 0) == LUA_OK;
    size_t len;
    const char *text = lua_tolstring(L, -1, &len);
    fuzz_claim(text && len, "there is a value or a sentence");
    int flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;
    json_t *wanted = json_loadb((const char *)data, size, flags, NULL),
           *got = read ? json_loadb(text, len, flags, NULL) : NULL;
    if (read && wanted)
        fuzz_claim(got && json_equal(wanted, got), "what was read is written");
    // jansson passes over a NUL behind a number.
    if (!read && wanted && !memchr(data, 0, size))
        fuzz_claim(strstr(text, "64 levels") || strstr(text, "no value that JSON knows") || strstr(text, "number"),
                   "JSON is read unless it is too deep or a number too long");
    json_decref(wanted);
    json_decref(got);
    lua_close(L);
    return 0;
}
