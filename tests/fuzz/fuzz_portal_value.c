// SPDX-License-Identifier: EUPL-1.2
//
// JSON to Lua values and back, as the portal does it: null is absence.
#include "fuzz.h"

#include <jansson.h>
#include <lauxlib.h>

#include "portal/value_lua.h"

static int depth(const json_t *value) {
    const char *key;
    json_t *item;
    size_t i;
    int deepest = 0;
    if (json_is_object(value))
        json_object_foreach((json_t *)value, key, item)
            deepest = depth(item) > deepest ? depth(item) : deepest;
    else
        json_array_foreach(value, i, item)
            deepest = depth(item) > deepest ? depth(item) : deepest;
    return 1 + deepest;
}

// As it comes back: without members that are null, an item that is null is false, and what is empty is an object.
static json_t *lowered(const json_t *value) {
    const char *key;
    json_t *item, *copy;
    size_t i;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        copy = json_object();
        json_object_foreach((json_t *)value, key, item)
            if (!json_is_null(item))
                json_object_set_new(copy, key, lowered(item));
        return copy;
    case JSON_ARRAY:
        copy = json_array_size(value) ? json_array() : json_object();
        json_array_foreach(value, i, item)
            json_array_append_new(copy, json_is_null(item) ? json_false() : lowered(item));
        return copy;
    default:
        return json_incref((json_t *)value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *value = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value)
        return 0;
    lua_State *L = luaL_newstate();
    fuzz_claim(L != NULL, "there is memory");
    value_push(L, value);
    fuzz_claim(lua_gettop(L) == 1, "one value is pushed");
    const char *why = NULL;
    json_t *back = size < 200 && !json_is_null(value) ? value_read(L, 1, &why) : NULL;
    if (size < 200 && !json_is_null(value)) {
        fuzz_claim(back || why, "a value or a reason");
        fuzz_claim(back || depth(value) > VALUE_DEPTH || memchr(data, '\\', size), "what was JSON is JSON");
    }
    if (back) {
        json_t *wanted = lowered(value);
        fuzz_claim(json_equal(wanted, back), "what was pushed is read");
        json_decref(wanted);
    }
    fuzz_claim(lua_gettop(L) == 1, "the stack is as before");
    json_decref(back);
    json_decref(value);
    lua_close(L);
    return 0;
}
