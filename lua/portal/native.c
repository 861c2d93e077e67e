// SPDX-License-Identifier: EUPL-1.2
#include "native.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "html_writer.h"
#include "markdown.h"
#include "value_lua.h"

enum { FORM_FIELDS = 200 };

static str text_argument(lua_State *lua, int index) {
    str s;
    s.ptr = luaL_checklstring(lua, index, &s.len);
    return s;
}

static int buffer_return(lua_State *lua, buffer *b) {
    lua_pushlstring(lua, b->ptr ? b->ptr : "", b->len);
    buffer_free(b);
    return 1;
}

static int native_escape(lua_State *lua) {
    str s = text_argument(lua, 1);
    buffer out = {0};
    buffer_add_html(&out, s.ptr, s.len);
    return buffer_return(lua, &out);
}

static int native_url_encode(lua_State *lua) {
    str s = text_argument(lua, 1);
    buffer out = {0};
    buffer_add_url(&out, s.ptr, s.len);
    return buffer_return(lua, &out);
}

// Decodes one name or value; false if it is not a text that a form can hold.
static bool piece_push(lua_State *lua, const char *from, size_t len) {
    char *copy = memory_take(len + 1);
    memcpy(copy, from, len);
    int64_t size = text_decode_url(copy, len, true);
    bool fine = size >= 0 && text_is_utf8(copy, (size_t)size);
    if (fine)
        lua_pushlstring(lua, copy, (size_t)size);
    free(copy);
    return fine;
}

// The table lies on top of the stack; appends one value to the list under its name.
static bool pair_add(lua_State *lua, const char *from, const char *end) {
    const char *equals = memchr(from, '=', (size_t)(end - from));
    const char *name_end = equals ? equals : end;
    if (!piece_push(lua, from, (size_t)(name_end - from)))
        return false;
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, -3) == LUA_TNIL) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        lua_pushvalue(lua, -2);
        lua_pushvalue(lua, -2);
        lua_rawset(lua, -5);
    }
    const char *value = equals ? equals + 1 : end;
    bool fine = piece_push(lua, value, (size_t)(end - value));
    if (fine)
        lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
    lua_pop(lua, 2);
    return fine;
}

// nil as well when there are more fields than any form of ours has.
static int native_form_decode(lua_State *lua) {
    str s = text_argument(lua, 1);
    lua_newtable(lua);
    const char *at = s.ptr, *end = s.ptr + s.len;
    for (int count = 0; at < end; count++) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (!stop)
            stop = end;
        if (count == FORM_FIELDS || (stop > at && !pair_add(lua, at, stop))) {
            lua_pushnil(lua);
            return 1;
        }
        at = stop + 1;
    }
    return 1;
}

static int native_json_decode(lua_State *lua) {
    str s = text_argument(lua, 1);
    json_error_t error;
    json_t *value = json_loadb(s.ptr, s.len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (!value) {
        lua_pushnil(lua);
        lua_pushfstring(lua, "line %d: %s", error.line, error.text);
        return 2;
    }
    value_push(lua, value);
    json_decref(value);
    return 1;
}

static int native_json_encode(lua_State *lua) {
    luaL_checkany(lua, 1);
    const char *why;
    json_t *value = value_read(lua, 1, &why);
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (!text) {
        lua_pushnil(lua);
        lua_pushstring(lua, why ? why : "cannot become JSON");
        return 2;
    }
    lua_pushstring(lua, text);
    free(text);
    return 1;
}

static int native_markdown(lua_State *lua) {
    str s = text_argument(lua, 1);
    int heading = (int)luaL_optinteger(lua, 2, 2);
    luaL_argcheck(lua, heading >= 1 && heading <= 6, 2, "a heading's level is 1 to 6");
    buffer out = {0};
    markdown_html(s, heading, &out);
    return buffer_return(lua, &out);
}

static int native_now(lua_State *lua) {
    lua_pushinteger(lua, clock_now());
    return 1;
}

static int native_time_read(lua_State *lua) {
    str s = text_argument(lua, 1);
    int64_t milliseconds;
    if (clock_parse(s.ptr, s.len, &milliseconds))
        lua_pushinteger(lua, milliseconds);
    else
        lua_pushnil(lua);
    return 1;
}

static int native_text_length(lua_State *lua) {
    str s = text_argument(lua, 1);
    lua_pushinteger(lua, text_is_utf8(s.ptr, s.len) ? (lua_Integer)text_length(s.ptr, s.len) : (lua_Integer)s.len);
    return 1;
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static int native_folder(lua_State *lua) {
    const char *path = luaL_checkstring(lua, 1);
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) {
        lua_pushnil(lua);
        lua_pushfstring(lua, "%s: %s", path, strerror(errno));
        return 2;
    }
    lua_createtable(lua, count, 0);
    for (int i = 0; i < count; i++) {
        lua_pushstring(lua, entries[i]->d_name);
        lua_rawseti(lua, -2, i + 1);
        free(entries[i]);
    }
    free(entries);
    return 1;
}

static int native_log(lua_State *lua) {
    static const char *const names[] = {"info", "warning", "error", NULL};
    static const log_level levels[] = {LOG_INFO, LOG_WARNING, LOG_ERROR};
    int level = luaL_checkoption(lua, 1, "info", names);
    log_write(levels[level], "portal", "%s", luaL_checkstring(lua, 2));
    return 0;
}

void native_push(lua_State *lua) {
    static const luaL_Reg functions[] = {
        {"escape", native_escape},
        {"url_encode", native_url_encode},
        {"writer", html_writer_new},
        {"form_decode", native_form_decode},
        {"json_decode", native_json_decode},
        {"json_encode", native_json_encode},
        {"markdown", native_markdown},
        {"now", native_now},
        {"time_read", native_time_read},
        {"text_length", native_text_length},
        {"folder", native_folder},
        {"log", native_log},
        {NULL, NULL},
    };
    luaL_newlib(lua, functions);
    lua_pushlightuserdata(lua, NULL);
    lua_setfield(lua, -2, "null");
}
