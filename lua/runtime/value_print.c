// SPDX-License-Identifier: EUPL-1.2
//
// The other half of value.h: Lua values to JSON text. The text grows in one Lua userdata, so that an error on the way
// leaves nothing behind.
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"
#include "value.h"

enum { PRINT_DEPTH = 64, PRINT_NAME = 60 };

typedef struct step {
    const char *key; // NULL: `index` counts
    lua_Integer index;
} step;

typedef struct printer {
    lua_State *L;
    char *bytes;
    size_t len, size;
    int slot; // stack index of the userdata that holds the bytes
    int depth;
    step path[PRINT_DEPTH + 1];
} printer;

static void printer_room(printer *p, size_t more) {
    if (p->len + more <= p->size) {
        return;
    }
    size_t size = p->size;
    while (size < p->len + more) {
        size *= 2;
    }
    char *bytes = lua_newuserdatauv(p->L, size, 0);
    memcpy(bytes, p->bytes, p->len);
    lua_replace(p->L, p->slot);
    p->bytes = bytes;
    p->size = size;
}

static void printer_add(printer *p, const char *bytes, size_t len) {
    printer_room(p, len);
    memcpy(p->bytes + p->len, bytes, len);
    p->len += len;
}

// "value.options[3]": where in the value the fault is.
static void printer_fail(printer *p, const char *what) {
    luaL_Buffer b;
    luaL_buffinit(p->L, &b);
    luaL_addstring(&b, "value");
    for (int i = 1; i <= p->depth && i <= PRINT_DEPTH; i++) {
        char name[PRINT_NAME + 8];
        if (p->path[i].key) {
            snprintf(name, sizeof name, ".%.*s", PRINT_NAME, p->path[i].key);
        } else {
            snprintf(name, sizeof name, "[%lld]", (long long)p->path[i].index);
        }
        luaL_addstring(&b, name);
    }
    luaL_pushresult(&b);
    luaL_error(p->L, "%s: %s", lua_tostring(p->L, -1), what);
}

static const char *const short_escape[128] = {
    ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t", ['\b'] = "\\b", ['\f'] = "\\f"};

// The length of the UTF-8 sequence at s, 0 if it is none (RFC 3629: no surrogates, nothing overlong).
static size_t utf8_length(const unsigned char *s, size_t left) {
    size_t n = s[0] < 0x80                   ? 1
               : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
               : (s[0] & 0xF0) == 0xE0       ? 3
               : s[0] >= 0xF0 && s[0] < 0xF5 ? 4
                                             : 0;
    if (n == 0 || n > left) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool bad = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) ||
               (s[0] == 0xF4 && s[1] > 0x8F);
    return bad ? 0 : n;
}

static void printer_text(printer *p, const char *text, size_t len) {
    printer_add(p, "\"", 1);
    size_t begin = 0, i = 0;
    while (i < len) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80) {
            size_t n = utf8_length((const unsigned char *)text + i, len - i);
            if (n == 0) {
                printer_fail(p, "want text in UTF-8, got a string with other bytes");
            }
            i += n;
            continue;
        }
        if (c >= 32 && c != '"' && c != '\\') {
            i++;
            continue;
        }
        char hex[8];
        const char *escape = short_escape[c];
        if (!escape) {
            snprintf(hex, sizeof hex, "\\u%04x", c);
            escape = hex;
        }
        printer_add(p, text + begin, i - begin);
        printer_add(p, escape, strlen(escape));
        begin = ++i;
    }
    printer_add(p, text + begin, len - begin);
    printer_add(p, "\"", 1);
}

static void printer_number(printer *p, int index) {
    char text[40];
    int len;
    if (lua_isinteger(p->L, index)) {
        len = snprintf(text, sizeof text, "%lld", (long long)lua_tointeger(p->L, index));
    } else {
        double n = lua_tonumber(p->L, index);
        if (!isfinite(n)) {
            printer_fail(p, "want a number that JSON knows, got nan or infinity");
        }
        len = snprintf(text, sizeof text, "%.17g", n);
        if (!strpbrk(text, ".e")) { // stays a float when it is read again
            len += snprintf(text + len, sizeof text - (size_t)len, ".0");
        }
    }
    printer_add(p, text, (size_t)len);
}

static void printer_value(printer *p, int index);

static void printer_member(printer *p) {
    p->depth++;
    if (p->depth > PRINT_DEPTH) {
        printer_fail(p, "want at most 64 levels; does a table hold itself?");
    }
    printer_value(p, lua_gettop(p->L));
    p->depth--;
}

static void printer_array(printer *p, int index) {
    lua_Integer count = (lua_Integer)lua_rawlen(p->L, index);
    printer_add(p, "[", 1);
    for (lua_Integer i = 1; i <= count; i++) {
        if (i > 1) {
            printer_add(p, ",", 1);
        }
        if (p->depth < PRINT_DEPTH) {
            p->path[p->depth + 1] = (step){NULL, i};
        }
        lua_rawgeti(p->L, index, i);
        printer_member(p);
        lua_pop(p->L, 1);
    }
    printer_add(p, "]", 1);
}

static void printer_object(printer *p, int index) {
    bool first = true;
    printer_add(p, "{", 1);
    lua_pushnil(p->L);
    while (lua_next(p->L, index)) {
        if (lua_type(p->L, -2) != LUA_TSTRING) {
            printer_fail(p, lua_type(p->L, -2) == LUA_TNUMBER ? "want names or 1, 2, 3 ... without gaps, got a mixture"
                                                              : "want names as keys, got another type");
        }
        size_t len;
        const char *key = lua_tolstring(p->L, -2, &len);
        if (p->depth < PRINT_DEPTH) {
            p->path[p->depth + 1] = (step){key, 0};
        }
        if (!first) {
            printer_add(p, ",", 1);
        }
        first = false;
        printer_text(p, key, len);
        printer_add(p, ":", 1);
        printer_member(p);
        lua_pop(p->L, 1);
    }
    printer_add(p, "}", 1);
}

// An array is what is marked as one, and what has a first element and nothing but elements.
static bool table_is_array(printer *p, int index) {
    bool marked = false;
    if (lua_getmetatable(p->L, index)) {
        lua_getfield(p->L, -1, "__name");
        const char *name = lua_type(p->L, -1) == LUA_TSTRING ? lua_tostring(p->L, -1) : "";
        marked = strcmp(name, "array") == 0;
        lua_pop(p->L, 2);
    }
    lua_Unsigned elements = lua_rawlen(p->L, index), members = 0;
    if (!marked && elements == 0) {
        return false;
    }
    for (lua_pushnil(p->L); lua_next(p->L, index); lua_pop(p->L, 1)) {
        members++;
    }
    if (members != elements) {
        if (marked) {
            printer_fail(p, "want a list 1, 2, 3 ... without gaps, got one with gaps or names");
        }
        return false;
    }
    return true;
}

static void printer_value(printer *p, int index) {
    lua_State *L = p->L;
    luaL_checkstack(L, 8, "JSON");
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        printer_add(p, lua_toboolean(L, index) ? "true" : "false", lua_toboolean(L, index) ? 4 : 5);
        return;
    case LUA_TNUMBER:
        printer_number(p, index);
        return;
    case LUA_TSTRING: {
        size_t len;
        const char *text = lua_tolstring(L, index, &len);
        printer_text(p, text, len);
        return;
    }
    case LUA_TTABLE:
        if (table_is_array(p, index)) {
            printer_array(p, index);
        } else {
            printer_object(p, index);
        }
        return;
    default:
        break;
    }
    value_null_push(L);
    bool null = lua_isnil(L, index) || lua_rawequal(L, -1, index);
    lua_pop(L, 1);
    if (null) {
        printer_add(p, "null", 4);
        return;
    }
    char what[120];
    snprintf(what, sizeof what, "want text, number, boolean, table or il.null, got a %s", luaL_typename(L, index));
    printer_fail(p, what);
}

void value_print(lua_State *L, int index) {
    printer p = {.L = L, .size = 256};
    index = lua_absindex(L, index);
    p.bytes = lua_newuserdatauv(L, p.size, 0);
    p.slot = lua_gettop(L);
    printer_value(&p, index);
    lua_pushlstring(L, p.bytes, p.len);
    lua_replace(L, p.slot);
}
