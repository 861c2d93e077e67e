// SPDX-License-Identifier: EUPL-1.2
//
// runtime: a Lua script as a plugin. It gives a script what interlink.h gives a native one, and nothing else: no
// files, no clock, no way to load code that is not in its own package, and no bytecode.
//
// Threads: one at a time for each lua_plugin, except lua_plugin_interrupt. The jail and the deadline are the worker's
// (worker/); what is done here makes for good messages and small budgets, not for the security boundary.
#ifndef INTERLINK_LUA_RUNTIME_H
#define INTERLINK_LUA_RUNTIME_H

#include <interlink.h>

#define LUA_PLUGIN_ERROR 512 // room for an error text, with its end

typedef struct lua_plugin lua_plugin;

// The functions of a plugin, for lua_plugin_call; as bits (1 << it) in lua_plugin_functions.
enum { LUA_PLUGIN_CREATE = 1, LUA_PLUGIN_HANDLE = 2, LUA_PLUGIN_EVENT = 3 };

// Reads every *.lua file below `folder` (absolute; a package), runs `entry` ("main.lua") and keeps the functions of
// the table that it returns. `host` is borrowed until lua_plugin_close. `memory_limit` is in bytes, for everything the
// script keeps and makes. NULL when it cannot be loaded; then `error` is a sentence. lua_plugin_close frees it.
lua_plugin *lua_plugin_load(const il_host *host, const char *folder, const char *entry, size_t memory_limit,
                            char error[LUA_PLUGIN_ERROR]);

// Runs one function for one call. `call` is borrowed for the time of it. IL_OK, or why not with a sentence in `error`:
// the script's own words (call:fail), the host's, or "main.lua:12: attempt to ..." with IL_FAILED.
il_status lua_plugin_call(lua_plugin *plugin, int function, il_call *call, char error[LUA_PLUGIN_ERROR]);

// Bits (1 << LUA_PLUGIN_CREATE ...) of the functions that the script has.
uint32_t lua_plugin_functions(const lua_plugin *plugin);

// Makes the call under way fail at its next instruction, and every one after that, so that pcall cannot swallow it.
// Async-signal-safe, if the signal comes to the thread that runs the plugin. Code inside one long library
// function (string.find) is not reached: the kill that follows is the bound.
void lua_plugin_interrupt(lua_plugin *plugin);

void lua_plugin_close(lua_plugin *plugin); // NULL is fine

#endif
