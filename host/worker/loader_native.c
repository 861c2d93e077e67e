// SPDX-License-Identifier: EUPL-1.2
//
// A plugin in a shared object: its one symbol is read and checked before any of its functions runs.
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/frame.h"
#include "worker/plugin.h"

static il_status run(plugin *self, int function, il_call *call) {
    const il_plugin *code = self->code;
    il_function *chosen = function == FUNCTION_CREATE   ? code->create
                          : function == FUNCTION_HANDLE ? code->handle
                                                        : code->event;
    return chosen(&plugin_host, call);
}

static bool check_interface(const il_plugin *code, const char *path, char sentence[SENTENCE_SIZE]) {
    // The first version of the structure ends with `event`; a shorter one was never made.
    size_t least = offsetof(il_plugin, event) + sizeof code->event;
    if (code->size < least)
        return sentence_set(sentence,
                            "%s: interlink_plugin has %u bytes, at least %zu are wanted. Build it with this host's "
                            "interlink.h and end it with IL_PLUGIN(...).",
                            path, code->size, least);
    if (code->abi != IL_ABI)
        return sentence_set(sentence,
                            "%s was built for version %u of the plugin interface, this host has version %u. %s", path,
                            code->abi, IL_ABI,
                            code->abi > IL_ABI ? "Update the host." : "Build it again with this host's interlink.h.");
    return true;
}

static bool check_text(const char *path, const char *what, const char *wanted, const char *got,
                       char sentence[SENTENCE_SIZE]) {
    if (got && strcmp(wanted, got) == 0)
        return true;
    return sentence_set(sentence, "%s says that its %s is \"%s\", interlinker.json says \"%s\". Make both the same.",
                        path, what, got ? got : "", wanted);
}

static bool check_needs(const il_plugin *code, const char *path, char sentence[SENTENCE_SIZE]) {
    static const char *const offered[] = {"il.call/1",    "il.json/1",   "il.documents/1", "il.files/1",
                                          "il.effects/1", "il.answer/1", "il.contact/1",   "il.assets/1", "il.http/1"};
    for (const char *const *need = code->needs; need && *need; need++) {
        bool found = false;
        for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++)
            found = found || strcmp(offered[i], *need) == 0;
        if (!found)
            return sentence_set(
                sentence,
                "%s needs \"%s\". This host (%s) offers il.call/1, il.json/1, il.documents/1, il.files/1, "
                "il.effects/1, il.answer/1, il.contact/1, il.assets/1 and il.http/1. Update the host, or take an older "
                "version of the plugin.",
                path, *need, INTERLINK_VERSION);
    }
    return true;
}

bool plugin_load_native(plugin *p, const package *from, char sentence[SENTENCE_SIZE]) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", from->folder, from->entry);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return sentence_set(sentence, "The plugin cannot be loaded: %s.", dlerror());
    const il_plugin *code = dlsym(library, "interlink_plugin");
    if (!code)
        return sentence_set(sentence, "%s exports no interlink_plugin. End its source with IL_PLUGIN(...).", path);
    if (!check_interface(code, path, sentence) || !check_text(path, "id", from->id, code->id, sentence) ||
        !check_text(path, "version", from->version, code->version, sentence) || !check_needs(code, path, sentence))
        return false;
    p->functions = (code->create ? 1u << FUNCTION_CREATE : 0) | (code->handle ? 1u << FUNCTION_HANDLE : 0) |
                   (code->event ? 1u << FUNCTION_EVENT : 0);
    p->run = run;
    p->code = (void *)(uintptr_t)code;
    return true;
}
