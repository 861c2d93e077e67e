// SPDX-License-Identifier: EUPL-1.2
//
// A plugin in Lua: the runtime turns its script into one, through the same interface that native ones get.
#include <string.h>

#include "worker/call.h"
#include "worker/plugin.h"

#ifdef INTERLINK_WORKER_LUA
#include "runtime/runtime.h"

_Static_assert(LUA_PLUGIN_ERROR == SENTENCE_SIZE, "one room for sentences");

static il_status run(plugin *self, int function, il_call *call) {
    char sentence[SENTENCE_SIZE] = "";
    il_status status = lua_plugin_call(self->code, function, call, sentence);
    return status != IL_OK && sentence[0] ? call_fail(call, status, "%s", sentence) : status;
}

static void interrupt(plugin *self) {
    lua_plugin_interrupt(self->code);
}

bool plugin_load_lua(plugin *p, const package *from, size_t memory, char sentence[SENTENCE_SIZE]) {
    lua_plugin *code = lua_plugin_load(&plugin_host, from->folder, from->entry, memory, sentence);
    if (!code)
        return false;
    *p = (plugin){lua_plugin_functions(code), run, interrupt, code};
    return true;
}
#else
bool plugin_load_lua(plugin *p, const package *from, size_t memory, char sentence[SENTENCE_SIZE]) {
    (void)p, (void)memory;
    return sentence_set(sentence, "%s is written in Lua, and this worker was built without it.", from->id);
}
#endif
