// SPDX-License-Identifier: EUPL-1.2
#include <interlink.h>

static il_status handle(const il_host *il, il_call *call) {
    il_place place;
    il->call->place(call, &place);
    return il->answer->html(call, "<h1>{{t.hello}}</h1><p>{{t.opened}}</p>",
                            il->json->of(call, "{\"name\": %s}", place.asset_name));
}

static const char *const needs[] = {"il.call/1", "il.json/1", "il.answer/1", NULL};
IL_PLUGIN(.id = "hello-c", .version = "1.0.0", .needs = needs, .handle = handle);
