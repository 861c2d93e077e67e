#include <interlink.h>

// Somebody opens the tool in a task: the form's values, checked against `params` of the manifest, become its first
// document.
static il_status create(const il_host *il, il_call *call) {
    il_json *question = il->json->get(il->call->params(call), "question");
    il_json *first = il->json->of(call, "{\"question\": %j, \"agreed\": 0}", question);
    return il->documents->put(call, "tool", first, IL_NEW);
}

// Somebody pressed the button. If two do so at the same moment, the second call is run again with what the first one
// wrote.
static il_status agree(const il_host *il, il_call *call, const il_document *tool) {
    int64_t agreed = il->json->integer(il->json->get(tool->value, "agreed"), 0) + 1;
    il_json *next = il->json->with(call, tool->value, "agreed", il->json->of(call, "%i", agreed));
    il_status status = il->documents->put(call, "tool", next, tool->version);
    if (status == IL_OK) {
        status = il->effects->log(call, "agreed", NULL);
    }
    return status == IL_OK ? il->answer->redirect(call, "/") : status;
}

static il_status handle(const il_host *il, il_call *call) {
    il_document tool;
    il_status status = il->documents->get(call, "tool", &tool);
    if (status != IL_OK) {
        return status;
    }
    if (il_equal(il->call->method(call), "POST")) {
        return agree(il, call, &tool);
    }
    return il->answer->html(call,
                            "<h1>{{question}}</h1>"
                            "<p>{{t.agreed}}</p>"
                            "<form method=\"post\" action=\"{{link}}/\"><button>{{t.agree}}</button></form>",
                            tool.value);
}

static const char *const needs[] = {"il.call/1", "il.json/1", "il.documents/1", "il.effects/1", "il.answer/1", NULL};
IL_PLUGIN(.id = "my-tool", .version = "1.0.0", .needs = needs, .create = create, .handle = handle);
