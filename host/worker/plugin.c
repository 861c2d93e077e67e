// SPDX-License-Identifier: EUPL-1.2
#include "worker/plugin.h"

#include <string.h>

#include "worker/answer.h"
#include "worker/assets.h"
#include "worker/call.h"
#include "worker/documents.h"
#include "worker/effects.h"
#include "worker/files.h"
#include "worker/http.h"
#include "worker/json.h"

const il_host plugin_host = {
    .size = sizeof(il_host),
    .abi = IL_ABI,
    .version = INTERLINK_VERSION,
    .call = &call_interface,
    .json = &json_interface,
    .documents = &documents_interface,
    .files = &files_interface,
    .effects = &effects_interface,
    .answer = &answer_interface,
    .contact = &contact_interface,
    .assets = &assets_interface,
    .http = &http_interface,
};

bool plugin_load(plugin *p, const package *from, size_t memory, char sentence[SENTENCE_SIZE]) {
    *p = (plugin){0};
    const char *entry = from->entry;
    if (entry[0] == '\0' || entry[0] == '/' || strstr(entry, ".."))
        return sentence_set(sentence, "The entry \"%s\" in interlinker.json must name a file inside the package.",
                            entry);
    if (strcmp(from->runtime, "native") == 0)
        return plugin_load_native(p, from, sentence);
    if (strcmp(from->runtime, "lua") == 0)
        return plugin_load_lua(p, from, memory, sentence);
    return sentence_set(sentence, "The runtime \"%s\" in interlinker.json is neither \"native\" nor \"lua\".",
                        from->runtime);
}

il_status plugin_run(plugin *p, il_call *call) {
    int function = (int)call->function;
    if (function < FUNCTION_CREATE || function > FUNCTION_EVENT)
        return call_fail(call, IL_FAILED, "The host asked for a function that this worker does not know.");
    if (p->functions & (1u << function))
        return p->run(p, function, call);
    if (function == FUNCTION_HANDLE)
        return call_fail(call, IL_ABSENT, "This tool has no page.");
    return IL_OK; // nothing to be prepared, nothing to be done
}
