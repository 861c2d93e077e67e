// SPDX-License-Identifier: EUPL-1.2
#include "worker/json.h"

#include <stdarg.h>

#include "worker/json_pattern.h"

// ---- reading

static il_json *value_parse(il_call *call, il_str text) {
    json_error_t error;
    if (!text.ptr) {
        call_fail(call, IL_INVALID, "There is no JSON text.");
        return NULL;
    }
    json_t *value = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, &error);
    if (!value)
        call_fail(call, IL_INVALID, "This is not JSON: line %d, column %d: %s.", error.line, error.column, error.text);
    return json_out(call_keep(call, value));
}

static il_json *value_get(const il_json *object, const char *key) {
    return json_out(object && key ? json_object_get(json_in(object), key) : NULL);
}

static il_json *value_at(const il_json *array, size_t index) {
    return json_out(array ? json_array_get(json_in(array), index) : NULL);
}

static size_t value_count(const il_json *value) {
    const json_t *v = json_in(value);
    return json_is_array(v) ? json_array_size(v) : json_is_object(v) ? json_object_size(v) : 0;
}

static const char *value_key_at(const il_json *object, size_t index) {
    json_t *v = json_in(object);
    if (!json_is_object(v) || index >= json_object_size(v))
        return NULL;
    void *at = json_object_iter(v);
    while (index-- > 0)
        at = json_object_iter_next(v, at);
    return json_object_iter_key(at);
}

static const char *value_next(const il_json *object, const char *key) {
    json_t *v = json_in(object);
    if (!json_is_object(v))
        return NULL;
    void *at = key ? json_object_iter_next(v, json_object_key_to_iter(key)) : json_object_iter(v);
    return at ? json_object_iter_key(at) : NULL;
}

static il_str value_text(const il_json *value) {
    const json_t *v = json_in(value);
    return json_is_string(v) ? (il_str){json_string_value(v), json_string_length(v)} : (il_str){NULL, 0};
}

static int64_t value_integer(const il_json *value, int64_t otherwise) {
    return json_is_integer(json_in(value)) ? json_integer_value(json_in(value)) : otherwise;
}

static double value_number(const il_json *value, double otherwise) {
    return json_is_number(json_in(value)) ? json_number_value(json_in(value)) : otherwise;
}

static int32_t value_truth(const il_json *value) {
    return json_is_true(json_in(value));
}

static int32_t value_kind(const il_json *value) {
    static const int32_t kinds[] = {
        [JSON_OBJECT] = IL_KIND_OBJECT,   [JSON_ARRAY] = IL_KIND_ARRAY, [JSON_STRING] = IL_KIND_TEXT,
        [JSON_INTEGER] = IL_KIND_INTEGER, [JSON_REAL] = IL_KIND_NUMBER, [JSON_TRUE] = IL_KIND_BOOLEAN,
        [JSON_FALSE] = IL_KIND_BOOLEAN,   [JSON_NULL] = IL_KIND_NULL,
    };
    return value ? kinds[json_typeof(json_in(value))] : IL_KIND_NONE;
}

// ---- making

static il_json *value_of(il_call *call, const char *pattern, ...) {
    va_list args;
    const char *wrong = NULL;
    va_start(args, pattern);
    json_t *value = json_pattern(pattern, args, &wrong);
    va_end(args);
    if (!value)
        call_fail(call, IL_FAILED, "The pattern %s makes no JSON: %s.", pattern, wrong);
    return json_out(call_keep(call, value));
}

static il_json *value_with(il_call *call, const il_json *object, const char *key, const il_json *value) {
    if (object && !json_is_object(json_in(object))) {
        call_fail(call, IL_FAILED, "A member (%s) can only be set in an object.", key);
        return NULL;
    }
    json_t *copy = object ? json_copy(json_in(object)) : json_object();
    if (!value) {
        json_object_del(copy, key);
    } else if (json_object_set(copy, key, json_in(value)) != 0) {
        call_fail(call, IL_INVALID, "The name of a member must be UTF-8 text.");
        json_decref(copy);
        return NULL;
    }
    return json_out(call_keep(call, copy));
}

static il_json *value_append(il_call *call, const il_json *array, const il_json *value) {
    if (array && !json_is_array(json_in(array))) {
        call_fail(call, IL_FAILED, "An item can only be appended to an array.");
        return NULL;
    }
    json_t *copy = array ? json_copy(json_in(array)) : json_array();
    if (value)
        json_array_append(copy, json_in(value));
    else
        json_array_append_new(copy, json_null());
    return json_out(call_keep(call, copy));
}

// ---- printing

static int print_part(const char *bytes, size_t len, void *out) {
    buffer_append(out, bytes, len);
    return 0;
}

void json_print(buffer *out, const json_t *value) {
    size_t before = out->len;
    // A value so deep that jansson refuses to print it cannot have come from outside; null is safe.
    if (!value || json_dump_callback(value, print_part, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
        out->len = before;
        buffer_add(out, "null");
    }
}

static il_str value_print(il_call *call, const il_json *value) {
    buffer b = {0};
    json_print(&b, json_in(value));
    il_str text = {arena_copy(call->arena, b.ptr, b.len), b.len};
    buffer_free(&b);
    return text;
}

const il_json_1 json_interface = {
    .size = sizeof(il_json_1),
    .parse = value_parse,
    .of = value_of,
    .get = value_get,
    .at = value_at,
    .count = value_count,
    .key_at = value_key_at,
    .text = value_text,
    .integer = value_integer,
    .number = value_number,
    .truth = value_truth,
    .with = value_with,
    .append = value_append,
    .print = value_print,
    .kind = value_kind,
    .next = value_next,
};
