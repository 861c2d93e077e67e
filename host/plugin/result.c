// SPDX-License-Identifier: EUPL-1.2
#include "plugin/result.h"

#include <stdio.h>
#include <string.h>

enum { TYPE_LONGEST = 127, LOCATION_LONGEST = 2000, FILENAME_LONGEST = 200 };

static void effect_read_field(plugin_effect *e, frame_tag tag, str value) {
    switch (tag) {
    case TAG_EFFECT_KIND:
        e->kind = (frame_effect)frame_value(value);
        break;
    case TAG_KEY:
    case TAG_PREFIX:
    case TAG_NAME:
    case TAG_ACTION:
    case TAG_TOPIC:
    case TAG_TEMPLATE:
        e->key = value;
        break;
    case TAG_VALUE:
    case TAG_DATA:
    case TAG_PARAMS:
        e->value = value;
        break;
    case TAG_TYPE:
    case TAG_AUDIENCE:
        e->type = value;
        break;
    case TAG_DOCUMENT_VERSION:
        e->version = frame_value(value);
        break;
    case TAG_AT:
        e->at = (int64_t)frame_value(value);
        break;
    case TAG_ANONYMOUS:
        e->anonymous = frame_value(value) != 0;
        break;
    default:
        break;
    }
}

static bool effect_read(plugin_effect *e, str fields) {
    str value;
    frame_tag tag;
    bool broken = false;
    while (frame_field(&fields, &tag, &value, &broken))
        effect_read_field(e, tag, value);
    return !broken && e->kind >= EFFECT_PUT && e->kind <= EFFECT_COMPLETE;
}

// Numbers of effects first, so that they are one array.
static bool count_effects(str payload, size_t *count) {
    str value;
    frame_tag tag;
    bool broken = false;
    *count = 0;
    while (frame_field(&payload, &tag, &value, &broken))
        *count += tag == TAG_EFFECT;
    return !broken;
}

static bool read_fields(plugin_call *call, str payload, str *error) {
    str value;
    frame_tag tag;
    bool broken = false;
    while (frame_field(&payload, &tag, &value, &broken)) {
        switch (tag) {
        case TAG_ANSWER_STATUS:
            call->http_status = (int)(frame_value(value) % 1000);
            break;
        case TAG_ANSWER_TYPE:
            call->answer_type = value;
            break;
        case TAG_ANSWER_BODY:
            call->answer_body = value;
            break;
        case TAG_ANSWER_LOCATION:
            call->answer_location = value;
            break;
        case TAG_ANSWER_FILENAME:
            call->answer_filename = value;
            break;
        case TAG_ERROR:
            *error = value;
            break;
        case TAG_EFFECT:
            if (!effect_read(&call->effects[call->effect_count++], value))
                return false;
            break;
        default:
            break;
        }
    }
    return !broken;
}

// ---- is the answer fit for a header of HTTP?

static bool is_plain(str s, size_t longest) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~')
            return false;
    return s.len <= longest;
}

static bool location_fits(str s) {
    if (!s.ptr)
        return true;
    // Below the view's own address, whatever a browser makes of it.
    bool own = s.len > 0 && s.ptr[0] == '/' && !(s.len > 1 && s.ptr[1] == '/') && !text_climbs(s);
    return own && is_plain(s, LOCATION_LONGEST);
}

static bool filename_fits(str s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 127 || strchr("/\\\"", s.ptr[i]))
            return false;
    return s.len <= FILENAME_LONGEST && text_is_utf8(s.ptr, s.len);
}

// A refusal is shown to a person, so it must be text and say something.
static bool sentence_fits(str s) {
    return s.len > 0 && !memchr(s.ptr, '\0', s.len) && text_is_utf8(s.ptr, s.len);
}

static bool answer_fits(const plugin_call *call) {
    bool status_fits = call->http_status >= 200 && call->http_status <= 599;
    return status_fits && is_plain(call->answer_type, TYPE_LONGEST) && location_fits(call->answer_location) &&
           filename_fits(call->answer_filename);
}

// ---- outcomes

static status refusal_status(int http_status) {
    switch (http_status) {
    case 403:
        return STATUS_FORBIDDEN;
    case 404:
        return STATUS_NOT_FOUND;
    case 409:
        return STATUS_CONFLICT;
    case 413:
        return STATUS_TOO_LARGE;
    case 429:
        return STATUS_LIMITED;
    case 504:
        return STATUS_PLUGIN_LATE;
    default:
        return http_status >= 500 ? STATUS_PLUGIN_FAILED : STATUS_INVALID;
    }
}

static void drop_answer(plugin_call *call) {
    call->answer_type = call->answer_body = call->answer_location = call->answer_filename = (str){0};
    call->effects = NULL;
    call->effect_count = 0;
}

static void refuse(plugin_call *call, str error) {
    char sentence[sizeof call->fault.text - 120];
    size_t len = error.len < sizeof sentence - 1 ? error.len : sizeof sentence - 1;
    // Cut between characters, not through one.
    while (len > 0 && len < error.len && ((unsigned char)error.ptr[len] & 0xC0) == 0x80)
        len--;
    snprintf(sentence, sizeof sentence, "%.*s", (int)len, error.ptr);
    call->status = refusal_status(call->http_status);
    if (call->status == STATUS_PLUGIN_LATE)
        fault_set(&call->fault, call->status, "plugin.late", RESULT_LATE);
    else if (call->status == STATUS_PLUGIN_FAILED)
        fault_set(&call->fault, call->status, "plugin.failed",
                  "The tool failed (%s). Nothing was changed. Tell the administrator if it happens again.", sentence);
    else
        fault_set(&call->fault, call->status, "plugin.refused", "%s", sentence);
    snprintf(call->fault.about, sizeof call->fault.about, "%s", call->plugin);
    drop_answer(call);
}

static void fail(plugin_call *call, const char *why) {
    call->http_status = 502;
    call->status =
        fault_set(&call->fault, STATUS_PLUGIN_FAILED, "plugin.nonsense",
                  "The tool gave an answer that cannot be shown (%s). Nothing was changed. Tell its author.", why);
    snprintf(call->fault.about, sizeof call->fault.about, "%s", call->plugin);
    drop_answer(call);
}

bool result_read(plugin_call *call, str payload) {
    size_t count;
    str error = {0};
    if (!count_effects(payload, &count))
        return false;
    call->http_status = 200;
    if (count > RESULT_EFFECTS) {
        fail(call, "it asks for more than 1000 effects at once");
        return true;
    }
    payload = arena_str(call->arena, payload); // the fields then point into one copy
    if (count)
        call->effects = arena_alloc(call->arena, count * sizeof *call->effects);
    if (!read_fields(call, payload, &error))
        return false;
    if (call->http_status >= 400 && error.ptr && sentence_fits(error))
        refuse(call, error);
    else if (call->http_status >= 400 && error.ptr)
        fail(call, "its sentence is empty or no text");
    else if (call->http_status >= 400 || !answer_fits(call))
        fail(call, "its status, type, address or file name is not valid");
    else
        call->status = STATUS_OK;
    return true;
}
