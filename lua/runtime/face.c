// SPDX-License-Identifier: EUPL-1.2
//
// face: the `call` that create, handle and event get. Fields are fetched from the host when they are first read, so
// a call costs only what it uses. sdk/lua/interlink.lua describes all of this for authors.
#include <string.h>

#include "plugin.h"
#include "value.h"

typedef void getter(lua_State *L, const il_host *host, il_call *call); // pushes one value

typedef struct field {
    const char *name;
    getter *get;
} field;

// ---- fields ----

static void set_text(lua_State *L, const char *name, il_str text) {
    plugin_text_push(L, text);
    lua_setfield(L, -2, name);
}

static void get_person(lua_State *L, const il_host *host, il_call *call) {
    il_person person = {0};
    host->call->person(call, &person);
    lua_createtable(L, 0, 4);
    set_text(L, "id", person.id);
    set_text(L, "name", person.name);
    set_text(L, "role", person.role);
    set_text(L, "language", person.language);
}

static void get_place(lua_State *L, const il_host *host, il_call *call) {
    il_place place = {0};
    host->call->place(call, &place);
    lua_createtable(L, 0, 6);
    set_text(L, "asset", place.asset);
    set_text(L, "asset_name", place.asset_name);
    set_text(L, "node", place.node);
    set_text(L, "node_name", place.node_name);
    set_text(L, "process", place.process);
    set_text(L, "process_name", place.process_name);
}

static void get_capability(lua_State *L, const il_host *host, il_call *call) {
    plugin_text_push(L, host->call->capability(call));
}

static void get_method(lua_State *L, const il_host *host, il_call *call) {
    plugin_text_push(L, host->call->method(call));
}

static void get_path(lua_State *L, const il_host *host, il_call *call) {
    plugin_text_push(L, host->call->path(call));
}

static void get_body(lua_State *L, const il_host *host, il_call *call) {
    plugin_text_push(L, host->call->body(call));
}

static void get_event(lua_State *L, const il_host *host, il_call *call) {
    plugin_text_push(L, host->call->event(call));
}

static void get_now(lua_State *L, const il_host *host, il_call *call) {
    lua_pushinteger(L, host->call->now(call));
}

static void push_or_empty(lua_State *L, const il_json *value) {
    if (value) {
        value_push(L, value);
    } else {
        lua_newtable(L);
    }
}

static void get_params(lua_State *L, const il_host *host, il_call *call) {
    push_or_empty(L, host->call->params(call));
}

static void get_settings(lua_State *L, const il_host *host, il_call *call) {
    push_or_empty(L, host->call->settings(call));
}

static void get_data(lua_State *L, const il_host *host, il_call *call) {
    push_or_empty(L, host->call->data(call));
}

static const field fields[] = {{"person", get_person}, {"place", get_place},       {"capability", get_capability},
                               {"method", get_method}, {"path", get_path},         {"body", get_body},
                               {"event", get_event},   {"now", get_now},           {"params", get_params},
                               {"data", get_data},     {"settings", get_settings}, {NULL, NULL}};

// ---- the call object ----

static il_call *call_of(lua_State *L) {
    lua_Integer *serial = luaL_checkudata(L, 1, "call");
    il_call *call = plugin_call_now(L);
    if (*serial != plugin_of(L)->serial) {
        luaL_error(L, "this call is over: a call object must not be kept, keep documents instead");
    }
    return call;
}

// Stack: call, key. Upvalue 1: methods and the six groups by name.
static int call_index(lua_State *L) {
    il_call *call = call_of(L);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, -2) != LUA_TNIL) {
            return 1;
        }
    }
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (const field *f = fields; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            lua_settop(L, 2);
            f->get(L, plugin_of(L)->host, call);
            if (lua_getiuservalue(L, 1, 1) != LUA_TTABLE) {
                lua_createtable(L, 0, 4);
                lua_pushvalue(L, -1);
                lua_setiuservalue(L, 1, 1);
                lua_remove(L, -2);
            }
            lua_pushvalue(L, 2);
            lua_pushvalue(L, 3);
            lua_rawset(L, -3);
            lua_settop(L, 3);
            return 1;
        }
    }
    return luaL_error(L, "a call has nothing called `%s`", luaL_tolstring(L, 2, NULL));
}

static int call_newindex(lua_State *L) {
    return luaL_error(L, "`%s` cannot be set: a call is read only", luaL_tolstring(L, 2, NULL));
}

void face_call_push(lua_State *L) {
    lua_Integer *serial = lua_newuserdatauv(L, sizeof *serial, 1);
    *serial = plugin_of(L)->serial;
    luaL_setmetatable(L, "call");
}

// ---- answers ----

static il_str check_text(lua_State *L, int index) {
    il_str text;
    text.ptr = luaL_checklstring(L, index, &text.len);
    return text;
}

static int call_html(lua_State *L) {
    il_call *call = call_of(L);
    const char *page = luaL_checkstring(L, 2);
    plugin_check(L, plugin_of(L)->host->answer->html(call, page, value_to_json(L, 3)), "html");
    return 0;
}

static int call_page(lua_State *L) {
    il_call *call = call_of(L);
    const char *file = luaL_checkstring(L, 2);
    plugin_check(L, plugin_of(L)->host->answer->page(call, file, value_to_json(L, 3)), "page");
    return 0;
}

static int call_json(lua_State *L) {
    il_call *call = call_of(L);
    luaL_checkany(L, 2);
    if (lua_isnil(L, 2)) {
        value_null_push(L);
        lua_replace(L, 2);
    }
    plugin_check(L, plugin_of(L)->host->answer->json(call, value_to_json(L, 2)), "json");
    return 0;
}

static int call_file(lua_State *L) {
    il_call *call = call_of(L);
    const char *name = luaL_checkstring(L, 2), *type = luaL_checkstring(L, 3);
    plugin_check(L, plugin_of(L)->host->answer->file(call, name, type, check_text(L, 4)), "file");
    return 0;
}

static int call_redirect(lua_State *L) {
    il_call *call = call_of(L);
    plugin_check(L, plugin_of(L)->host->answer->redirect(call, luaL_checkstring(L, 2)), "redirect");
    return 0;
}

static int call_problem(lua_State *L) {
    il_call *call = call_of(L);
    lua_Integer status = luaL_checkinteger(L, 2);
    luaL_argcheck(L, status >= 400 && status <= 499, 2, "want a status from 400 to 499");
    plugin_check(L, plugin_of(L)->host->answer->problem(call, (int32_t)status, luaL_checkstring(L, 3)), "problem");
    return 0;
}

// ---- effects ----

static int call_log(lua_State *L) {
    il_call *call = call_of(L);
    const char *action = luaL_checkstring(L, 2);
    plugin_check(L, plugin_of(L)->host->effects->log(call, action, value_to_json(L, 3)), "log");
    return 0;
}

static int call_log_anonymous(lua_State *L) {
    il_call *call = call_of(L);
    const char *action = luaL_checkstring(L, 2);
    plugin_check(L, plugin_of(L)->host->effects->log_anonymous(call, action, value_to_json(L, 3)), "log_anonymous");
    return 0;
}

static int call_notify(lua_State *L) {
    il_call *call = call_of(L);
    const char *audience = luaL_checkstring(L, 2), *key = luaL_checkstring(L, 3);
    plugin_check(L, plugin_of(L)->host->effects->notify(call, audience, key, value_to_json(L, 4)), "notify");
    return 0;
}

static int call_publish(lua_State *L) {
    il_call *call = call_of(L);
    const char *topic = luaL_checkstring(L, 2);
    plugin_check(L, plugin_of(L)->host->effects->publish(call, topic, value_to_json(L, 3)), "publish");
    return 0;
}

static int call_schedule(lua_State *L) {
    il_call *call = call_of(L);
    lua_Integer at = luaL_checkinteger(L, 2);
    plugin_check(L, plugin_of(L)->host->effects->schedule(call, at, value_to_json(L, 3)), "schedule");
    return 0;
}

static int call_complete(lua_State *L) {
    il_call *call = call_of(L);
    plugin_check(L, plugin_of(L)->host->effects->complete(call), "complete");
    return 0;
}

// ---- the rest ----

static int call_link(lua_State *L) {
    il_call *call = call_of(L);
    plugin_text_push(L, plugin_of(L)->host->call->link(call, luaL_checkstring(L, 2)));
    return 1;
}

static int call_text(lua_State *L) {
    il_call *call = call_of(L);
    const il_call_1 *host = plugin_of(L)->host->call;
    const char *key = luaL_checkstring(L, 2);
    plugin_text_push(L,
                     lua_isnoneornil(L, 3) ? host->text(call, key) : host->text_with(call, key, value_to_json(L, 3)));
    return 1;
}

static int call_fail(lua_State *L) {
    static const char *const kinds[] = {"invalid", "forbidden", "absent", "conflict", "limit", "failed", NULL};
    call_of(L);
    int kind = luaL_checkoption(L, 2, NULL, kinds);
    plugin_fail(L, IL_INVALID + kind, luaL_checkstring(L, 3));
    return 0;
}

static int call_debug(lua_State *L) {
    il_call *call = call_of(L);
    plugin_of(L)->host->call->debug(call, luaL_tolstring(L, 2, NULL));
    return 0;
}

static int call_email(lua_State *L) {
    il_call *call = call_of(L);
    const il_contact_1 *contact = plugin_of(L)->host->contact;
    il_str email = {"", 0};
    if (!contact) {
        return luaL_error(L, "this host tells no addresses: it has no il.contact/1");
    }
    plugin_check(L, contact->email(call, &email), "email");
    plugin_text_push(L, email);
    return 1;
}

// Every value of a field of the form that may be there several times, like check boxes.
static int call_values(lua_State *L) {
    il_call *call = call_of(L);
    luaL_checkstring(L, 2);
    const il_json *all = plugin_of(L)->host->call->form_all(call);
    value_push(L, plugin_of(L)->host->json->get(all, lua_tostring(L, 2)));
    if (lua_isnil(L, -1)) {
        lua_newtable(L);
        value_array_mark(L, -1);
    }
    return 1;
}

static const luaL_Reg methods[] = {{"html", call_html},
                                   {"page", call_page},
                                   {"json", call_json},
                                   {"file", call_file},
                                   {"redirect", call_redirect},
                                   {"problem", call_problem},
                                   {"log", call_log},
                                   {"notify", call_notify},
                                   {"publish", call_publish},
                                   {"schedule", call_schedule},
                                   {"complete", call_complete},
                                   {"link", call_link},
                                   {"text", call_text},
                                   {"fail", call_fail},
                                   {"debug", call_debug},
                                   {"values", call_values},
                                   {"email", call_email},
                                   {"log_anonymous", call_log_anonymous},
                                   {NULL, NULL}};

void face_open(lua_State *L) {
    luaL_newmetatable(L, "call");
    luaL_newlib(L, methods);
    documents_push(L);
    lua_setfield(L, -2, "documents");
    files_push(L);
    lua_setfield(L, -2, "files");
    assets_push(L);
    lua_setfield(L, -2, "assets");
    http_push(L);
    lua_setfield(L, -2, "http");
    fields_push(L, true);
    lua_setfield(L, -2, "form");
    fields_push(L, false);
    lua_setfield(L, -2, "query");
    lua_pushcclosure(L, call_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, call_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
