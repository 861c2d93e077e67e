// SPDX-License-Identifier: EUPL-1.2
#include "worker/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/documents.h"
#include "worker/fields.h"
#include "worker/form.h"
#include "worker/json.h"

enum { DEBUG_LINES = 100, DEBUG_SIZE = 2000 };

// ---- from a frame

static str *text_field(il_call *call, frame_tag tag) {
    switch (tag) {
    case TAG_ASSET:
        return &call->asset;
    case TAG_ASSET_NAME:
        return &call->asset_name;
    case TAG_NODE:
        return &call->node;
    case TAG_NODE_NAME:
        return &call->node_name;
    case TAG_PROCESS:
        return &call->process;
    case TAG_PROCESS_NAME:
        return &call->process_name;
    case TAG_PERSON:
        return &call->person;
    case TAG_PERSON_NAME:
        return &call->person_name;
    case TAG_PERSON_EMAIL:
        return &call->person_email;
    case TAG_ROLE:
        return &call->role;
    case TAG_LANGUAGE:
        return &call->language;
    case TAG_CAPABILITY:
        return &call->capability;
    case TAG_METHOD:
        return &call->method;
    case TAG_PATH:
        return &call->path;
    case TAG_QUERY:
        return &call->query;
    case TAG_BODY:
        return &call->body;
    case TAG_BODY_TYPE:
        return &call->body_type;
    case TAG_BASE:
        return &call->base;
    case TAG_EVENT:
        return &call->event;
    case TAG_PARAMS:
        return &call->params_text;
    case TAG_DATA:
        return &call->data_text;
    default:
        return NULL;
    }
}

static bool read_field(il_call *call, frame_tag tag, str value) {
    str *text = text_field(call, tag);
    if (text)
        *text = value;
    switch (tag) {
    case TAG_FUNCTION:
        call->function = (frame_function)frame_value(value);
        break;
    case TAG_NOW:
        call->now = (int64_t)frame_value(value);
        break;
    case TAG_SEED:
        call->random = frame_value(value);
        break;
    case TAG_COMPLETE:
        call->complete = frame_value(value) == 1;
        break;
    case TAG_DOCUMENT:
        return documents_read(call, value) != NULL;
    case TAG_ABSENT:
        documents_absent(call, value);
        break;
    default:
        break;
    }
    return true;
}

static bool read_fields(il_call *call, str payload) {
    fields f = {.rest = payload};
    frame_tag tag;
    str value;
    while (fields_next(&f, &tag, &value))
        if (!read_field(call, tag, value))
            return false;
    return !f.broken;
}

bool call_begin(il_call *call, const frame *from) {
    buffer body = call->answer.body;
    buffer_clear(&body);
    *call = (il_call){.arena = call->arena, .package = call->package, .channel = call->channel, .number = from->call};
    call->answer.body = body;
    call->effects_end = &call->effects;
    char *payload = arena_copy(call->arena, from->payload.ptr, from->payload.len);
    return read_fields(call, (str){payload, from->payload.len});
}

void call_end(il_call *call) {
    arena_reset(call->arena);
    // One large page must not keep its memory for ever.
    if (call->answer.body.capacity > 1 << 20)
        buffer_free(&call->answer.body);
}

// ---- for the other files

il_status call_fail(il_call *call, il_status status, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t kept = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    // A cut must not leave half a character, because the sentence goes into JSON.
    while (kept > 0 && !text_is_utf8(text, kept))
        kept--;
    call->error = (str){arena_copy(call->arena, text, kept), kept};
    return status;
}

il_status call_permit(il_call *call, const char *permission) {
    if (package_permits(call->package, permission))
        return IL_OK;
    call_fail(call, IL_FORBIDDEN, "This tool may not do that: the permission \"%s\" is not granted to it.", permission);
    return IL_FORBIDDEN;
}

json_t *call_keep(il_call *call, json_t *value) {
    return arena_json(call->arena, value);
}

call_effect *call_effect_add(il_call *call, frame_effect kind) {
    call_effect *effect = arena_alloc(call->arena, sizeof *effect);
    effect->kind = kind;
    *call->effects_end = effect;
    call->effects_end = &effect->next;
    return effect;
}

// ---- the interface

static il_str text_or_empty(str s) {
    return s.ptr ? (il_str){s.ptr, s.len} : (il_str){"", 0};
}

static void call_person(il_call *call, il_person *out) {
    *out = (il_person){text_or_empty(call->person), text_or_empty(call->person_name), text_or_empty(call->role),
                       call->language.len ? call_str(call->language) : (il_str){"en", 2}};
}

static void call_place(il_call *call, il_place *out) {
    *out =
        (il_place){text_or_empty(call->asset),     text_or_empty(call->asset_name), text_or_empty(call->node),
                   text_or_empty(call->node_name), text_or_empty(call->process),    text_or_empty(call->process_name)};
}

static il_str call_capability(il_call *call) {
    return text_or_empty(call->capability);
}

static il_str call_method(il_call *call) {
    return text_or_empty(call->method);
}

static il_str call_path(il_call *call) {
    return call->path.len ? call_str(call->path) : (il_str){"/", 1};
}

static il_str call_query(il_call *call, const char *name) {
    return call_str(form_value(call->arena, call->query, name));
}

static il_str call_form(il_call *call, const char *name) {
    return form_is(call->body_type) ? call_str(form_value(call->arena, call->body, name)) : (il_str){NULL, 0};
}

static il_json *call_form_all(il_call *call) {
    if (!call->form)
        call->form = call_keep(call, form_read(form_is(call->body_type) ? call->body : (str){0}));
    return json_out(call->form);
}

static il_str call_body(il_call *call) {
    return text_or_empty(call->body);
}

// What came as JSON text is read when somebody asks for it. The host has checked it, so it is an object.
static il_json *object_of(il_call *call, json_t **kept, str text) {
    if (!*kept) {
        json_t *value = text.len ? json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL) : NULL;
        *kept = call_keep(call, value ? value : json_object());
    }
    return json_out(*kept);
}

static il_json *call_params(il_call *call) {
    return object_of(call, &call->params, call->params_text);
}

static il_json *call_settings(il_call *call) {
    return json_out(call->package->settings);
}

static il_str call_event(il_call *call) {
    return text_or_empty(call->event);
}

static il_json *call_data(il_call *call) {
    return object_of(call, &call->data, call->data_text);
}

static int64_t call_now(il_call *call) {
    return call->now;
}

static il_str call_link(il_call *call, const char *path) {
    buffer b = {0};
    buffer_append(&b, call->base.ptr, call->base.len);
    if (path[0] != '/')
        buffer_add_char(&b, '/');
    buffer_add(&b, path);
    il_str link = {arena_copy(call->arena, b.ptr, b.len), b.len};
    buffer_free(&b);
    return link;
}

static il_str call_text(il_call *call, const char *key) {
    str text = package_text(call->package, call->language, key);
    return text.ptr ? call_str(text) : il_text(key);
}

static il_str call_text_with(il_call *call, const char *key, const il_json *params) {
    il_str text = call_text(call, key);
    buffer b = {0};
    template_fill(&b, (str){text.ptr, text.len}, json_in(params));
    il_str filled = {arena_copy(call->arena, b.ptr, b.len), b.len};
    buffer_free(&b);
    return filled;
}

static il_str call_error(il_call *call) {
    return text_or_empty(call->error);
}

static il_status call_fail_with(il_call *call, il_status status, const char *sentence) {
    return call_fail(call, status, "%s", sentence ? sentence : "");
}

static void call_debug(il_call *call, const char *text) {
    if (call->debug_lines++ >= DEBUG_LINES)
        return;
    size_t mark = frame_begin(&call->channel->out, FRAME_LOG, call->number);
    frame_bytes(&call->channel->out, TAG_TEXT, text, strnlen(text, DEBUG_SIZE));
    frame_number(&call->channel->out, TAG_LEVEL, 0);
    frame_finish(&call->channel->out, mark);
}

// splitmix64: good enough for shuffling, and any seed will do.
static uint64_t call_random(il_call *call) {
    uint64_t z = call->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

const il_call_1 call_interface = {
    .size = sizeof(il_call_1),
    .person = call_person,
    .place = call_place,
    .capability = call_capability,
    .method = call_method,
    .path = call_path,
    .query = call_query,
    .form = call_form,
    .form_all = call_form_all,
    .body = call_body,
    .params = call_params,
    .settings = call_settings,
    .event = call_event,
    .data = call_data,
    .now = call_now,
    .link = call_link,
    .text = call_text,
    .error = call_error,
    .fail = call_fail_with,
    .debug = call_debug,
    .text_with = call_text_with,
    .random = call_random,
};

static il_status contact_email(il_call *call, il_str *out) {
    il_status status = call_permit(call, "person.contact");
    if (status == IL_OK)
        *out = text_or_empty(call->person_email);
    return status;
}

const il_contact_1 contact_interface = {.size = sizeof(il_contact_1), .email = contact_email};
