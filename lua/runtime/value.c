// SPDX-License-Identifier: EUPL-1.2
#include "value.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

enum { VALUE_DEPTH = 64 };

static const char array_key, null_key; // their addresses are keys of the registry

void value_open(lua_State *L) {
    lua_newtable(L);
    lua_pushliteral(L, "array");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &array_key);
    lua_newuserdatauv(L, 0, 0);
    lua_newtable(L);
    lua_pushliteral(L, "null");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
}

void value_array_mark(lua_State *L, int index) {
    index = lua_absindex(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key);
    lua_setmetatable(L, index);
}

void value_null_push(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key);
}

// ---- JSON text to Lua ----

typedef struct reader {
    lua_State *L;
    const char *start, *at, *end;
    int depth;
} reader;

static void reader_value(reader *r);

static void reader_fail(reader *r, const char *what) {
    int line = 1;
    for (const char *c = r->start; c < r->at; c++) {
        line += *c == '\n';
    }
    luaL_error(r->L, "this is not JSON: %s at character %d, line %d", what, (int)(r->at - r->start) + 1, line);
}

static void reader_space(reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) {
        r->at++;
    }
}

static bool reader_take(reader *r, char c) {
    reader_space(r);
    if (r->at < r->end && *r->at == c) {
        r->at++;
        return true;
    }
    return false;
}

static unsigned reader_hex(reader *r) {
    unsigned n = 0;
    if (r->end - r->at < 4) {
        reader_fail(r, "an unfinished \\u");
    }
    for (int i = 0; i < 4; i++, r->at++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *found = *r->at ? strchr(digits, *r->at) : NULL;
        if (!found) {
            reader_fail(r, "a \\u without four hexadecimal digits");
        }
        unsigned digit = (unsigned)(found - digits);
        n = n * 16 + (digit < 16 ? digit : digit - 6);
    }
    return n;
}

static void reader_unicode(reader *r, luaL_Buffer *b) {
    unsigned n = reader_hex(r);
    if (n >= 0xD800 && n < 0xDC00) { // the first half of a character beyond the first 65,536
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u') {
            reader_fail(r, "half a surrogate pair");
        }
        r->at += 2;
        unsigned low = reader_hex(r);
        if (low < 0xDC00 || low > 0xDFFF) {
            reader_fail(r, "half a surrogate pair");
        }
        n = 0x10000 + ((n - 0xD800) << 10) + (low - 0xDC00);
    } else if (n >= 0xDC00 && n <= 0xDFFF) {
        reader_fail(r, "half a surrogate pair");
    }
    char bytes[4];
    size_t len = 0;
    if (n < 0x80) {
        bytes[len++] = (char)n;
    } else if (n < 0x800) {
        bytes[len++] = (char)(0xC0 | n >> 6);
    } else if (n < 0x10000) {
        bytes[len++] = (char)(0xE0 | n >> 12);
        bytes[len++] = (char)(0x80 | (n >> 6 & 63));
    } else {
        bytes[len++] = (char)(0xF0 | n >> 18);
        bytes[len++] = (char)(0x80 | (n >> 12 & 63));
        bytes[len++] = (char)(0x80 | (n >> 6 & 63));
    }
    if (n >= 0x80) {
        bytes[len++] = (char)(0x80 | (n & 63));
    }
    luaL_addlstring(b, bytes, len);
}

static void reader_escape(reader *r, luaL_Buffer *b) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) {
        reader_fail(r, "an unfinished text");
    }
    char c = *r->at++;
    const char *found = c ? strchr(from, c) : NULL;
    if (found) {
        luaL_addchar(b, to[found - from]);
    } else if (c == 'u') {
        reader_unicode(r, b);
    } else {
        r->at--;
        reader_fail(r, "an unknown \\ in a text");
    }
}

// After the opening quote.
static void reader_text(reader *r) {
    const char *begin = r->at;
    while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 32) {
        r->at++;
    }
    if (r->at < r->end && *r->at == '"') { // nearly all texts: nothing to replace
        lua_pushlstring(r->L, begin, (size_t)(r->at - begin));
        r->at++;
        return;
    }
    luaL_Buffer b;
    luaL_buffinit(r->L, &b);
    luaL_addlstring(&b, begin, (size_t)(r->at - begin));
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        if (c == '\\') {
            reader_escape(r, &b);
        } else if ((unsigned char)c < 32) {
            reader_fail(r, "a control character in a text");
        } else {
            luaL_addchar(&b, c);
        }
    }
    if (r->at == r->end) {
        reader_fail(r, "an unfinished text");
    }
    r->at++;
    luaL_pushresult(&b);
}

static const char *reader_digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at;
}

static void reader_number(reader *r) {
    const char *begin = r->at, *at = begin + (*begin == '-'), *digits = at;
    bool whole = true;
    at = reader_digits(at, r->end);
    bool good = at > digits && (*digits != '0' || at == digits + 1);
    if (good && at < r->end && *at == '.') {
        const char *fraction = ++at;
        at = reader_digits(at, r->end);
        good = at > fraction;
        whole = false;
    }
    if (good && at < r->end && (*at | 32) == 'e') {
        at++;
        at += at < r->end && (*at == '+' || *at == '-');
        const char *exponent = at;
        at = reader_digits(at, r->end);
        good = at > exponent;
        whole = false;
    }
    char text[64];
    size_t len = (size_t)(at - begin);
    if (!good || len >= sizeof text) {
        reader_fail(r, "no value that JSON knows");
    }
    memcpy(text, begin, len);
    text[len] = 0;
    r->at = at;
    // lua_stringtonumber gives an integer where it fits and a float where it does not.
    if (whole && lua_stringtonumber(r->L, text)) {
        return;
    }
    lua_pushnumber(r->L, strtod(text, NULL));
}

static void reader_array(reader *r) {
    lua_newtable(r->L);
    lua_rawgetp(r->L, LUA_REGISTRYINDEX, &array_key);
    lua_setmetatable(r->L, -2);
    if (reader_take(r, ']')) {
        return;
    }
    lua_Integer count = 0;
    do {
        reader_value(r);
        lua_rawseti(r->L, -2, ++count);
    } while (reader_take(r, ','));
    if (!reader_take(r, ']')) {
        reader_fail(r, "a list without its end");
    }
}

static void reader_object(reader *r) {
    lua_newtable(r->L);
    if (reader_take(r, '}')) {
        return;
    }
    do {
        if (!reader_take(r, '"')) {
            reader_fail(r, "an object's member without a name");
        }
        reader_text(r);
        if (!reader_take(r, ':')) {
            reader_fail(r, "a name without a value");
        }
        reader_value(r);
        lua_rawset(r->L, -3);
    } while (reader_take(r, ','));
    if (!reader_take(r, '}')) {
        reader_fail(r, "an object without its end");
    }
}

static bool reader_word(reader *r, const char *word) {
    size_t len = strlen(word);
    if ((size_t)(r->end - r->at) >= len && memcmp(r->at, word, len) == 0) {
        r->at += len;
        return true;
    }
    return false;
}

static void reader_value(reader *r) {
    if (++r->depth > VALUE_DEPTH) {
        reader_fail(r, "more than 64 levels");
    }
    luaL_checkstack(r->L, 8, "JSON");
    reader_space(r);
    if (reader_take(r, '"')) {
        reader_text(r);
    } else if (reader_take(r, '{')) {
        reader_object(r);
    } else if (reader_take(r, '[')) {
        reader_array(r);
    } else if (reader_word(r, "true")) {
        lua_pushboolean(r->L, 1);
    } else if (reader_word(r, "false")) {
        lua_pushboolean(r->L, 0);
    } else if (reader_word(r, "null")) {
        value_null_push(r->L);
    } else if (r->at < r->end && (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))) {
        reader_number(r);
    } else {
        reader_fail(r, r->at < r->end ? "no value that JSON knows" : "nothing where a value must be");
    }
    r->depth--;
}

void value_parse(lua_State *L, const char *text, size_t len) {
    reader r = {L, text, text, text + len, 0};
    reader_value(&r);
    reader_space(&r);
    if (r.at != r.end) {
        reader_fail(&r, "more after its end");
    }
}

static void push_kind(lua_State *L, const il_json_1 *json, const il_json *value, int depth);

static void push_members(lua_State *L, const il_json_1 *json, const il_json *value, int depth) {
    size_t count = json->count(value);
    lua_createtable(L, 0, (int)count);
    for (const char *key = json->next(value, NULL); key; key = json->next(value, key)) {
        lua_pushstring(L, key);
        push_kind(L, json, json->get(value, key), depth + 1);
        lua_rawset(L, -3);
    }
}

static void push_items(lua_State *L, const il_json_1 *json, const il_json *value, int depth) {
    size_t count = json->count(value);
    lua_createtable(L, (int)count, 0);
    value_array_mark(L, -1);
    for (size_t i = 0; i < count; i++) {
        push_kind(L, json, json->at(value, i), depth + 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_kind(lua_State *L, const il_json_1 *json, const il_json *value, int depth) {
    if (depth > VALUE_DEPTH) {
        luaL_error(L, "a value with more than 64 levels");
    }
    luaL_checkstack(L, 8, "JSON");
    switch (json->kind(value)) {
    case IL_KIND_OBJECT:
        push_members(L, json, value, depth);
        return;
    case IL_KIND_ARRAY:
        push_items(L, json, value, depth);
        return;
    case IL_KIND_TEXT:
        plugin_text_push(L, json->text(value));
        return;
    case IL_KIND_INTEGER:
        lua_pushinteger(L, json->integer(value, 0));
        return;
    case IL_KIND_NUMBER:
        lua_pushnumber(L, json->number(value, 0));
        return;
    case IL_KIND_BOOLEAN:
        lua_pushboolean(L, json->truth(value));
        return;
    case IL_KIND_NULL:
        value_null_push(L);
        return;
    default:
        lua_pushnil(L);
    }
}

void value_push(lua_State *L, const il_json *value) {
    push_kind(L, plugin_of(L)->host->json, value, 0);
}

const il_json *value_to_json(lua_State *L, int index) {
    if (lua_isnoneornil(L, index)) {
        return NULL;
    }
    lua_plugin *p = plugin_of(L);
    il_str text;
    value_print(L, index);
    text.ptr = lua_tolstring(L, -1, &text.len);
    il_json *value = p->host->json->parse(plugin_call_now(L), text);
    lua_pop(L, 1);
    if (!value) {
        luaL_error(L, "the host does not take this value: it is too large or not JSON");
    }
    return value;
}
