// SPDX-License-Identifier: EUPL-1.2
#include "answer_lua.h"

#include <assert.h>
#include <string.h>

#include "value_lua.h"

static answer_lua *self(answer *a) {
    return (answer_lua *)a;
}

// A value is on top of the stack: put it where it belongs. In an object its key lies below it.
static void value_store(answer_lua *a) {
    if (a->depth == 0)
        return;
    lua_Integer *items = &a->items[a->depth - 1];
    if (*items < 0) {
        a->members[a->depth - 1]++;
        lua_rawset(a->lua, -3);
    } else {
        lua_rawseti(a->lua, -2, ++*items);
    }
}

// Is the value that comes left out?
static bool value_dropped(answer_lua *a) {
    if (a->dropped > 0)
        return true;
    bool drop = a->drop_next;
    a->drop_next = false;
    return drop;
}

static bool level_dropped(answer_lua *a) {
    if (!value_dropped(a))
        return false;
    a->dropped++;
    return true;
}

static void face_object(answer *a) {
    answer_lua *l = self(a);
    if (level_dropped(l))
        return;
    assert(l->depth < ANSWER_LUA_DEPTH);
    lua_createtable(l->lua, 0, l->room[l->depth]);
    l->members[l->depth] = 0;
    l->items[l->depth++] = -1;
}

static void face_array(answer *a) {
    answer_lua *l = self(a);
    if (level_dropped(l))
        return;
    assert(l->depth < ANSWER_LUA_DEPTH);
    lua_createtable(l->lua, 0, 0);
    l->items[l->depth++] = 0;
}

static void face_end(answer *a) {
    answer_lua *l = self(a);
    if (l->dropped > 0) {
        l->dropped--;
        return;
    }
    assert(l->depth > 0);
    l->depth--;
    if (l->items[l->depth] < 0)
        l->room[l->depth] = l->members[l->depth];
    value_store(l);
}

static bool is_wanted(const answer_lua *a, const char *name) {
    if (a->wanted_count == 0)
        return true;
    for (int i = 0; i < a->wanted_count; i++)
        if (strcmp(a->wanted[i], name) == 0)
            return true;
    return false;
}

static void face_key(answer *a, const char *name) {
    answer_lua *l = self(a);
    if (l->dropped > 0)
        return;
    if (is_wanted(l, name))
        lua_pushstring(l->lua, name);
    else
        l->drop_next = true;
}

static void face_string(answer *a, const char *ptr, size_t len) {
    if (value_dropped(self(a)))
        return;
    lua_pushlstring(self(a)->lua, ptr, len);
    value_store(self(a));
}

static void face_integer(answer *a, int64_t v) {
    if (value_dropped(self(a)))
        return;
    lua_pushinteger(self(a)->lua, v);
    value_store(self(a));
}

static void face_number(answer *a, double v) {
    if (value_dropped(self(a)))
        return;
    lua_pushnumber(self(a)->lua, v);
    value_store(self(a));
}

static void face_boolean(answer *a, bool v) {
    if (value_dropped(self(a)))
        return;
    lua_pushboolean(self(a)->lua, v);
    value_store(self(a));
}

static void null_store(answer_lua *l) {
    if (l->depth > 0 && l->items[l->depth - 1] >= 0)
        lua_pushboolean(l->lua, 0); // an array keeps its places
    else
        lua_pushnil(l->lua);
    value_store(l);
}

static void face_null(answer *a) {
    if (!value_dropped(self(a)))
        null_store(self(a));
}

// Most raw values are names: a text without escapes is taken as it stands.
static bool is_plain_text(const char *json, size_t len) {
    return len >= 2 && json[0] == '"' && !memchr(json, '\\', len) && memchr(json + 1, '"', len - 1) == json + len - 1;
}

static void face_raw(answer *a, const char *json, size_t len) {
    if (value_dropped(self(a)))
        return;
    if (is_plain_text(json, len)) {
        face_string(a, json + 1, len - 2);
        return;
    }
    json_t *value = json_loadb(json, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value || json_is_null(value)) {
        null_store(self(a));
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
    memset(a->room, 0, sizeof a->room);
    a->wanted_count = a->dropped = 0;
    a->drop_next = false;
    // Each level holds a table and a key; room for all of them at once, so that writing never checks.
    bool room = lua_checkstack(lua, 2 * ANSWER_LUA_DEPTH + 8);
    assert(room);
    (void)room;
    return &a->base;
}

bool answer_lua_want(answer_lua *a, const char *name) {
    if (a->wanted_count == ANSWER_LUA_WANTED)
        return false;
    a->wanted[a->wanted_count++] = name;
    return true;
}

void answer_lua_drop(answer_lua *a) {
    lua_settop(a->lua, a->floor);
    a->depth = a->dropped = 0;
    a->drop_next = false;
}
