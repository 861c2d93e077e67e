// SPDX-License-Identifier: EUPL-1.2
#include <interlink.h>

static il_status handle(const il_host *il, il_call *call) {
    il_person person;
    il->call->person(call, &person);
    return il->answer->html(call, "<h1>{{t.hello}}</h1><p>{{t.role}}</p>", il->json->of(call, "{\"role\": %s}", person.role));
}

static const char *const needs[] = {"il.call/1", "il.json/1", "il.answer/1", NULL};
IL_PLUGIN(.id = "hello-c", .version = "1.0.0", .needs = needs, .handle = handle);
