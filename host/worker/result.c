// SPDX-License-Identifier: EUPL-1.2
#include "worker/result.h"

#include "worker/json.h"

// A value is written straight into the frame, its length when it is known.
static void write_json(buffer *out, frame_tag tag, const json_t *value) {
    size_t mark = frame_nest(out, tag);
    json_print(out, value);
    frame_unnest(out, mark);
}

static void write_effect(buffer *out, const call_effect *effect) {
    size_t mark = frame_nest(out, TAG_EFFECT);
    frame_number(out, TAG_EFFECT_KIND, effect->kind);
    switch (effect->kind) {
    case EFFECT_PUT:
        write_json(out, TAG_VALUE, effect->value);
        __attribute__((fallthrough));
    case EFFECT_DELETE:
        frame_str(out, TAG_KEY, effect->key);
        frame_number(out, TAG_DOCUMENT_VERSION, effect->version);
        break;
    case EFFECT_APPEND:
        frame_str(out, TAG_PREFIX, effect->key);
        write_json(out, TAG_VALUE, effect->value);
        break;
    case EFFECT_FILE_PUT:
        frame_str(out, TAG_TYPE, effect->type);
        frame_bytes(out, TAG_VALUE, effect->bytes.ptr, effect->bytes.len);
        __attribute__((fallthrough));
    case EFFECT_FILE_DELETE:
        frame_str(out, TAG_NAME, effect->key);
        break;
    case EFFECT_LOG:
        frame_str(out, TAG_ACTION, effect->key);
        write_json(out, TAG_DATA, effect->value);
        frame_number(out, TAG_ANONYMOUS, effect->anonymous);
        break;
    case EFFECT_NOTIFY:
        frame_str(out, TAG_AUDIENCE, effect->type);
        frame_str(out, TAG_TEMPLATE, effect->key);
        write_json(out, TAG_PARAMS, effect->value);
        break;
    case EFFECT_PUBLISH:
        frame_str(out, TAG_TOPIC, effect->key);
        write_json(out, TAG_DATA, effect->value);
        break;
    case EFFECT_SCHEDULE:
        frame_number(out, TAG_AT, (uint64_t)effect->at);
        write_json(out, TAG_DATA, effect->value);
        break;
    case EFFECT_COMPLETE:
        break;
    }
    frame_unnest(out, mark);
}

static void write_answer(buffer *out, const call_answer *answer) {
    if (!answer->status)
        return;
    frame_number(out, TAG_ANSWER_STATUS, (uint64_t)answer->status);
    frame_text(out, TAG_ANSWER_TYPE, answer->type);
    frame_text(out, TAG_ANSWER_FILENAME, answer->filename);
    frame_text(out, TAG_ANSWER_LOCATION, answer->location);
    if (answer->type)
        frame_bytes(out, TAG_ANSWER_BODY, answer->body.ptr, answer->body.len);
}

static void write_refusal(buffer *out, int status, str sentence) {
    frame_number(out, TAG_ANSWER_STATUS, (uint64_t)status);
    frame_bytes(out, TAG_ERROR, sentence.ptr, sentence.len);
}

static int http_status(il_status status) {
    static const int codes[] = {[IL_OK] = 200,       [IL_INVALID] = 422, [IL_FORBIDDEN] = 403, [IL_ABSENT] = 404,
                                [IL_CONFLICT] = 409, [IL_LIMIT] = 413,   [IL_FAILED] = 500};
    return status > IL_OK && status <= IL_FAILED ? codes[status] : codes[IL_FAILED];
}

void result_write(il_call *call, il_status status) {
    buffer *out = &call->channel->out;
    size_t mark = frame_begin(out, FRAME_RESULT, call->number);
    if (status != IL_OK) {
        str sentence = call->error.len ? call->error : STR("The tool failed and did not say why.");
        write_refusal(out, call->late && status == IL_FAILED ? 504 : http_status(status), sentence);
    } else if (call->answer.status >= 400) {
        write_refusal(out, call->answer.status, call->answer.sentence);
    } else if (call->function == FUNCTION_HANDLE && !call->answer.status) {
        write_refusal(out, 500, STR("The tool gave no answer."));
    } else {
        write_answer(out, &call->answer);
        for (const call_effect *effect = call->effects; effect; effect = effect->next)
            if (!effect->dropped)
                write_effect(out, effect);
    }
    if (out->len - mark - FRAME_HEADER > FRAME_LIMIT) {
        out->len = mark;
        frame_begin(out, FRAME_RESULT, call->number);
        write_refusal(out, 413, STR("What the tool wants to write and show at once is too large."));
    }
    frame_finish(out, mark);
}
