// SPDX-License-Identifier: EUPL-1.2
#include "worker/effects.h"

#include <string.h>

#include "worker/json.h"

enum { WORD_SIZE = 64 };

// "answered", "vote.changed": what a usage log is filtered by.
static bool is_word(const char *word) {
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
    return word[0] >= 'a' && word[0] <= 'z' && word[len] == '\0' && len <= WORD_SIZE;
}

static call_effect *add(il_call *call, frame_effect kind, const char *key, const il_json *data) {
    call_effect *effect = call_effect_add(call, kind);
    effect->key = arena_str(call->arena, str_from(key));
    effect->value = call_keep(call, data ? json_incref(json_in(data)) : json_object());
    return effect;
}

static il_status log_action(il_call *call, const char *action, const il_json *data, bool anonymous) {
    if (!is_word(action))
        return call_fail(call, IL_INVALID, "\"%.80s\" is no action for the log: a-z first, then a-z 0-9 _ . and -.",
                         action);
    add(call, EFFECT_LOG, action, data)->anonymous = anonymous;
    return IL_OK;
}

static il_status effects_log(il_call *call, const char *action, const il_json *data) {
    return log_action(call, action, data, false);
}

static il_status effects_log_anonymous(il_call *call, const char *action, const il_json *data) {
    return log_action(call, action, data, true);
}

static il_status effects_notify(il_call *call, const char *audience, const char *text_key, const il_json *params) {
    il_status status = call_permit(call, "notify");
    if (status != IL_OK)
        return status;
    if (strcmp(audience, "process") != 0 && strcmp(audience, "creator") != 0)
        return call_fail(call, IL_INVALID, "\"%.40s\" is no audience: say \"process\" or \"creator\".", audience);
    if (!package_text(call->package, STR("en"), text_key).ptr)
        return call_fail(call, IL_FAILED, "i18n/en.json has no text \"%.80s\" to notify with.", text_key);
    add(call, EFFECT_NOTIFY, text_key, params)->type = arena_str(call->arena, str_from(audience));
    return IL_OK;
}

static il_status effects_publish(il_call *call, const char *topic, const il_json *data) {
    il_status status = call_permit(call, "publish");
    if (status != IL_OK)
        return status;
    if (!is_word(topic))
        return call_fail(call, IL_INVALID, "\"%.80s\" is no topic: a-z first, then a-z 0-9 _ . and -.", topic);
    add(call, EFFECT_PUBLISH, topic, data);
    return IL_OK;
}

static il_status effects_schedule(il_call *call, int64_t at, const il_json *data) {
    il_status status = call_permit(call, "schedule");
    if (status != IL_OK)
        return status;
    add(call, EFFECT_SCHEDULE, NULL, data)->at = at;
    return IL_OK;
}

static il_status effects_complete(il_call *call) {
    il_status status = call_permit(call, "complete");
    if (status == IL_OK)
        call_effect_add(call, EFFECT_COMPLETE);
    return status;
}

const il_effects_1 effects_interface = {
    .size = sizeof(il_effects_1),
    .log = effects_log,
    .log_anonymous = effects_log_anonymous,
    .notify = effects_notify,
    .publish = effects_publish,
    .schedule = effects_schedule,
    .complete = effects_complete,
};
