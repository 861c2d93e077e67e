// SPDX-License-Identifier: EUPL-1.2
#include "answer_lua.h"

#include <assert.h>

#include "value_lua.h"

static answer_lua *self(answer *a) {
    return (answer_lua *)a;
}

// A value is on top of the stack: put it where it belongs. In an object its key lies below it.
static void value_store(answer_lua *a) {
    if (a->depth == 0)
        return;
    lua_Integer *items = &a->items[a->depth - 1];
    if (*items < 0)
        lua_rawset(a->lua, -3);
    else
        lua_rawseti(a->lua, -2, ++*items);
}

static void level_open(answer_lua *a, lua_Integer items) {
    assert(a->depth < ANSWER_LUA_DEPTH);
    lua_createtable(a->lua, 0, 0);
    a->items[a->depth++] = items;
}

static void face_object(answer *a) {
    level_open(self(a), -1);
}
static void face_array(answer *a) {
    level_open(self(a), 0);
}

static void face_end(answer *a) {
    assert(self(a)->depth > 0);
    self(a)->depth--;
    value_store(self(a));
}

static void face_key(answer *a, const char *name) {
    lua_pushstring(self(a)->lua, name);
}

static void face_string(answer *a, const char *ptr, size_t len) {
    lua_pushlstring(self(a)->lua, ptr, len);
    value_store(self(a));
}

static void face_integer(answer *a, int64_t v) {
    lua_pushinteger(self(a)->lua, v);
    value_store(self(a));
}

static void face_number(answer *a, double v) {
    lua_pushnumber(self(a)->lua, v);
    value_store(self(a));
}

static void face_boolean(answer *a, bool v) {
    lua_pushboolean(self(a)->lua, v);
    value_store(self(a));
}

static void face_null(answer *a) {
    answer_lua *l = self(a);
    if (l->depth > 0 && l->items[l->depth - 1] >= 0)
        lua_pushboolean(l->lua, 0); // an array keeps its places
    else
        lua_pushnil(l->lua);
    value_store(l);
}

static void face_raw(answer *a, const char *json, size_t len) {
    json_t *value = json_loadb(json, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value || json_is_null(value)) {
        face_null(a);
    } else {
        value_push(self(a)->lua, value);
        value_store(self(a));
    }
    json_decref(value);
}

static const answer_face lua_face = {
    .object = face_object,
    .array = face_array,
    .end = face_end,
    .key = face_key,
    .string = face_string,
    .integer = face_integer,
    .number = face_number,
    .boolean = face_boolean,
    .null = face_null,
    .raw = face_raw,
};

answer *answer_lua_init(answer_lua *a, lua_State *lua) {
    a->base.face = &lua_face;
    a->lua = lua;
    a->floor = lua_gettop(lua);
    a->depth = 0;
    // Each level holds a table and a key; room for all of them at once, so that writing never checks.
    bool room = lua_checkstack(lua, 2 * ANSWER_LUA_DEPTH + 8);
    assert(room);
    (void)room;
    return &a->base;
}

void answer_lua_drop(answer_lua *a) {
    lua_settop(a->lua, a->floor);
    a->depth = 0;
}
