// SPDX-License-Identifier: EUPL-1.2
#include "worker/http.h"

#include "worker/fetch.h"
#include "worker/json.h"

enum { BODY_SIZE = 1 << 20 };

// False with a failure where `headers` is no object of texts.
static bool write_headers(il_call *call, const il_json *headers) {
    const char *name;
    json_t *value;
    json_object_foreach(json_in(headers), name, value) {
        if (!json_is_string(value)) {
            call_fail(call, IL_INVALID, "The header %.60s is no text.", name);
            return false;
        }
        size_t mark = frame_nest(&call->channel->out, TAG_HEADER);
        frame_text(&call->channel->out, TAG_NAME, name);
        frame_bytes(&call->channel->out, TAG_VALUE, json_string_value(value), json_string_length(value));
        frame_unnest(&call->channel->out, mark);
    }
    return true;
}

static void read_header(json_t *headers, str rest) {
    fields f = {.rest = rest};
    frame_tag tag;
    str value, name = {0}, text = {0};
    while (fields_next(&f, &tag, &value)) {
        if (tag == TAG_NAME)
            name = value;
        else if (tag == TAG_VALUE)
            text = value;
    }
    if (name.ptr && text.ptr && !json_object_get(headers, name.ptr)) // the first of several
        json_object_set_new(headers, name.ptr, json_stringn(text.ptr, text.len));
}

static il_status read_answer(il_call *call, fields *answer, il_response *out) {
    frame_tag tag;
    str value, body = STR("");
    json_t *headers = call_keep(call, json_object());
    int32_t status = 0;
    while (fields_next(answer, &tag, &value)) {
        if (tag == TAG_ANSWER_STATUS)
            status = (int32_t)frame_value(value);
        else if (tag == TAG_VALUE)
            body = value;
        else if (tag == TAG_HEADER)
            read_header(headers, value);
    }
    json_t *type = json_object_get(headers, "content-type");
    *out = (il_response){.status = status, .body = call_str(body), .headers = json_out(headers)};
    out->type = type ? (il_str){json_string_value(type), json_string_length(type)} : (il_str){"", 0};
    return IL_OK;
}

static il_status ask(il_call *call, const char *method, const char *url, const il_json *headers, const char *type,
                     il_str body, il_response *out) {
    il_status status = call_permit(call, "http");
    if (status != IL_OK)
        return status;
    if (body.len > BODY_SIZE)
        return call_fail(call, IL_LIMIT, "A request has a body of %d bytes at most.", BODY_SIZE);
    size_t before = call->channel->out.len, mark = fetch_begin(call, FETCH_HTTP);
    fields answer;
    frame_text(&call->channel->out, TAG_METHOD, method);
    frame_text(&call->channel->out, TAG_PATH, url);
    frame_text(&call->channel->out, TAG_TYPE, type);
    frame_bytes(&call->channel->out, TAG_BODY, body.ptr, body.len);
    if (!write_headers(call, headers)) {
        call->channel->out.len = before;
        return IL_INVALID;
    }
    status = fetch_finish(call, mark, &answer);
    return status == IL_OK ? read_answer(call, &answer, out) : status;
}

static il_status http_get(il_call *call, const char *url, const il_json *headers, il_response *out) {
    return ask(call, "GET", url, headers, NULL, (il_str){"", 0}, out);
}

static il_status http_post(il_call *call, const char *url, const il_json *headers, const char *type, il_str body,
                           il_response *out) {
    return ask(call, "POST", url, headers, type, body, out);
}

const il_http_1 http_interface = {.size = sizeof(il_http_1), .get = http_get, .post = http_post};
