// SPDX-License-Identifier: EUPL-1.2
//
// plugin: what the files of the runtime share. Not for others: see runtime.h.
#ifndef INTERLINK_LUA_PLUGIN_H
#define INTERLINK_LUA_PLUGIN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "runtime.h"

struct lua_plugin {
    const il_host *host;
    lua_State *state;
    il_call *call;               // the one under way, else NULL
    lua_Integer serial;          // of the call: a kept call object of an earlier one is recognised by it
    lua_Integer random_serial;   // the call that math.random was seeded for
    size_t used, limit;          // bytes
    int function_ref[4];         // by LUA_PLUGIN_CREATE ..., in the registry
    uint32_t functions;          // bits
    lua_State *volatile running; // the coroutine that runs now, for the interrupt
    volatile sig_atomic_t interrupted;
};

// Why the script's call ended early: an error value of its own kind, so that its status reaches the host.
void plugin_fail(lua_State *L, il_status status, const char *sentence); // does not return
// Turns a status of the host into an error that says which function failed.
void plugin_check(lua_State *L, il_status status, const char *function);
// The call under way; an error outside of one (at load time, or from a call object that was kept).
il_call *plugin_call_now(lua_State *L);
void plugin_text_push(lua_State *L, il_str text); // nil when there is none
// An object without fields, such as call.files: only these functions.
void plugin_object_push(lua_State *L, const char *kind, const luaL_Reg *functions);

static inline lua_plugin *plugin_of(lua_State *L) {
    return *(lua_plugin **)lua_getextraspace(L);
}

void plugin_interrupted(lua_State *L, lua_Debug *record); // the hook

void sandbox_open(lua_State *L); // the libraries that a script may use
bool modules_read(lua_State *L, const char *folder, char error[LUA_PLUGIN_ERROR]);
int modules_run(lua_State *L, const char *name); // pushes what the file returned; an error if it cannot run
void modules_open(lua_State *L);                 // `require`

void interlink_open(lua_State *L);         // pushes the table that require "interlink" gives
void face_open(lua_State *L);              // the metatables of calls
void face_call_push(lua_State *L);         // a call object for plugin->call
void documents_push(lua_State *L);         // call.documents
void files_push(lua_State *L);             // call.files
void assets_push(lua_State *L);            // call.assets
void http_push(lua_State *L);              // call.http
void fields_push(lua_State *L, bool form); // call.form, call.query

#endif
