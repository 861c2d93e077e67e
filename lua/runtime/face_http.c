// SPDX-License-Identifier: EUPL-1.2
//
// call.http: servers out there, asked by the host.
#include "plugin.h"
#include "value.h"

static const il_http_1 *http_of(lua_State *L) {
    luaL_checkudata(L, 1, "http");
    const il_http_1 *http = plugin_of(L)->host->http;
    if (!http) {
        luaL_error(L, "this host asks no other servers: it has no il.http/1");
    }
    return http;
}

// Gives {status, type, body, headers}; nil and a sentence where there is no answer, because servers fail every day and
// a tool must go on.
static int answer_push(lua_State *L, il_status status, const il_response *response, const char *function) {
    if (status == IL_FAILED) {
        lua_pushnil(L);
        plugin_text_push(L, plugin_of(L)->host->call->error(plugin_call_now(L)));
        return 2;
    }
    plugin_check(L, status, function);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, response->status);
    lua_setfield(L, -2, "status");
    plugin_text_push(L, response->type);
    lua_setfield(L, -2, "type");
    plugin_text_push(L, response->body);
    lua_setfield(L, -2, "body");
    value_push(L, response->headers);
    lua_setfield(L, -2, "headers");
    return 1;
}

static int http_get(lua_State *L) {
    const il_http_1 *http = http_of(L);
    il_response response = {0};
    const char *url = luaL_checkstring(L, 2);
    return answer_push(L, http->get(plugin_call_now(L), url, value_to_json(L, 3), &response), &response, "http:get");
}

static int http_post(lua_State *L) {
    const il_http_1 *http = http_of(L);
    il_response response = {0};
    const char *url = luaL_checkstring(L, 2), *type = luaL_checkstring(L, 3);
    il_str body;
    body.ptr = luaL_checklstring(L, 4, &body.len);
    il_status status = http->post(plugin_call_now(L), url, value_to_json(L, 5), type, body, &response);
    return answer_push(L, status, &response, "http:post");
}

void http_push(lua_State *L) {
    static const luaL_Reg functions[] = {{"get", http_get}, {"post", http_post}, {NULL, NULL}};
    plugin_object_push(L, "http", functions);
}
