// SPDX-License-Identifier: EUPL-1.2
//
// The smaller parts of the face: call.files, call.form, call.query, and what require "interlink" gives.
#include <stdint.h>
#include <stdio.h>

#include "plugin.h"
#include "value.h"

void plugin_object_push(lua_State *L, const char *kind, const luaL_Reg *functions) {
    lua_newuserdatauv(L, 0, 0);
    luaL_newmetatable(L, kind);
    lua_newtable(L);
    luaL_setfuncs(L, functions, 0);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

// ---- call.files ----

static const il_files_1 *files_of(lua_State *L) {
    luaL_checkudata(L, 1, "files");
    const il_files_1 *files = plugin_of(L)->host->files;
    if (!files) {
        luaL_error(L, "this host keeps no files: it has no il.files/1");
    }
    return files;
}

static int files_put(lua_State *L) {
    const il_files_1 *files = files_of(L);
    const char *name = luaL_checkstring(L, 2), *type = luaL_checkstring(L, 3);
    il_str bytes;
    bytes.ptr = luaL_checklstring(L, 4, &bytes.len);
    plugin_check(L, files->put(plugin_call_now(L), name, type, bytes), "files:put");
    return 0;
}

static int files_get(lua_State *L) {
    const il_files_1 *files = files_of(L);
    il_str bytes = {NULL, 0}, type = {NULL, 0};
    il_status status = files->get(plugin_call_now(L), luaL_checkstring(L, 2), &bytes, &type);
    if (status == IL_ABSENT) {
        lua_pushnil(L);
        return 1;
    }
    plugin_check(L, status, "files:get");
    plugin_text_push(L, bytes);
    plugin_text_push(L, type);
    return 2;
}

static int files_remove(lua_State *L) {
    const il_files_1 *files = files_of(L);
    plugin_check(L, files->remove(plugin_call_now(L), luaL_checkstring(L, 2)), "files:remove");
    return 0;
}

void files_push(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"put", files_put}, {"get", files_get}, {"remove", files_remove}, {NULL, NULL}};
    plugin_object_push(L, "files", functions);
}

// ---- call.form and call.query: any name is a field ----

static int form_index(lua_State *L) {
    plugin_text_push(L, plugin_of(L)->host->call->form(plugin_call_now(L), luaL_checkstring(L, 2)));
    return 1;
}

static int query_index(lua_State *L) {
    plugin_text_push(L, plugin_of(L)->host->call->query(plugin_call_now(L), luaL_checkstring(L, 2)));
    return 1;
}

static int fields_newindex(lua_State *L) {
    return luaL_error(L, "`%s` cannot be set: what a person sent is read only", luaL_tolstring(L, 2, NULL));
}

void fields_push(lua_State *L, bool form) {
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 4);
    lua_pushcfunction(L, form ? form_index : query_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, fields_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, form ? "form" : "query");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

// ---- require "interlink" ----

static int interlink_array(lua_State *L) {
    lua_settop(L, 1);
    if (lua_isnil(L, 1)) {
        lua_newtable(L);
        lua_replace(L, 1);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    value_array_mark(L, 1);
    return 1;
}

static int interlink_parse(lua_State *L) {
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    value_parse(L, text, len);
    return 1;
}

static int interlink_print(lua_State *L) {
    luaL_checkany(L, 1);
    value_print(L, 1);
    return 1;
}

// The calendar by arithmetic: libc's gmtime would look for a time zone file, which the jail does not let it.
// Both after Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras have 400 years.
typedef struct day {
    int64_t year;
    int month, day;
} day;

static int64_t days_of(day d) {
    int64_t year = d.year - (d.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400, in_era = year - era * 400;
    int64_t in_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static day day_of(int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, in_era = days - era * 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100), month = (5 * in_year + 2) / 153;
    day d = {year + era * 400, (int)(month < 10 ? month + 3 : month - 9), (int)(in_year - (153 * month + 2) / 5 + 1)};
    d.year += d.month <= 2;
    return d;
}

// Milliseconds to "2026-05-01T18:00:00Z".
static int interlink_date(lua_State *L) {
    lua_Integer ms = luaL_checkinteger(L, 1);
    luaL_argcheck(L, ms >= -62167219200000 && ms <= 253402300799999, 1, "want milliseconds of a year from 0 to 9999");
    int64_t seconds = ms / 1000 - (ms % 1000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int rest = (int)(seconds - days * 86400);
    day d = day_of(days);
    char text[80];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)d.year, d.month, d.day, rest / 3600,
             rest / 60 % 60, rest % 60);
    lua_pushstring(L, text);
    return 1;
}

// "2026-05-01" or "2026-05-01T18:00:00Z" to milliseconds; nil if it is not a date that exists.
static int interlink_time(lua_State *L) {
    const char *text = luaL_checkstring(L, 1);
    int year, month, mday, hour = 0, minute = 0, second = 0, used = 0, used_time = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &mday, &used) != 3 || used != 10) {
        return 0;
    }
    const char *rest = text + used;
    if (*rest && (sscanf(rest, "T%2d:%2d:%2dZ%n", &hour, &minute, &second, &used_time) != 3 || used_time != 10 ||
                  rest[used_time])) {
        return 0;
    }
    if (year < 0 || month < 1 || month > 12 || mday < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59) {
        return 0;
    }
    int64_t days = days_of((day){year, month, mday});
    if (day_of(days).day != mday) { // 31 February is a day in March
        return 0;
    }
    lua_pushinteger(L, (days * 86400 + hour * 3600 + minute * 60 + second) * 1000);
    return 1;
}

void interlink_open(lua_State *L) {
    static const luaL_Reg functions[] = {{"array", interlink_array}, {"parse", interlink_parse},
                                         {"print", interlink_print}, {"date", interlink_date},
                                         {"time", interlink_time},   {NULL, NULL}};
    luaL_newlib(L, functions);
    value_null_push(L);
    lua_setfield(L, -2, "null");
    lua_pushinteger(L, (lua_Integer)IL_NEW);
    lua_setfield(L, -2, "NEW");
    lua_pushinteger(L, (lua_Integer)IL_ANY);
    lua_setfield(L, -2, "ANY");
}
