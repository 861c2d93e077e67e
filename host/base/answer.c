// SPDX-License-Identifier: EUPL-1.2
#include "base/answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

// ---- what both faces share

void answer_str(answer *a, str s) {
    if (s.ptr)
        a->face->string(a, s.ptr, s.len);
    else
        a->face->null(a);
}

void answer_text(answer *a, const char *text) {
    answer_str(a, str_from(text));
}

void answer_raw(answer *a, str json) {
    if (json.len)
        a->face->raw(a, json.ptr, json.len);
    else
        a->face->null(a);
}

void answer_time(answer *a, int64_t milliseconds) {
    if (milliseconds == 0) {
        a->face->null(a);
        return;
    }
    char text[CLOCK_TEXT];
    clock_format(milliseconds, text);
    a->face->string(a, text, strlen(text));
}

void answer_json_value(answer *a, const json_t *value) {
    const char *key;
    json_t *item;
    size_t i;
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        answer_object(a);
        json_object_foreach((json_t *)value, key, item) {
            answer_key(a, key);
            answer_json_value(a, item);
        }
        answer_end(a);
        break;
    case JSON_ARRAY:
        answer_array(a);
        json_array_foreach(value, i, item)
            answer_json_value(a, item);
        answer_end(a);
        break;
    case JSON_STRING:
        a->face->string(a, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        answer_int(a, json_integer_value(value));
        break;
    case JSON_REAL:
        answer_number(a, json_real_value(value));
        break;
    case JSON_TRUE:
        answer_bool(a, true);
        break;
    case JSON_FALSE:
        answer_bool(a, false);
        break;
    case JSON_NULL:
        answer_null(a);
        break;
    }
}

void answer_put_text(answer *a, const char *key, const char *text) {
    answer_key(a, key);
    answer_text(a, text);
}

void answer_put_str(answer *a, const char *key, str s) {
    answer_key(a, key);
    answer_str(a, s);
}

void answer_put_int(answer *a, const char *key, int64_t v) {
    answer_key(a, key);
    answer_int(a, v);
}

void answer_put_bool(answer *a, const char *key, bool v) {
    answer_key(a, key);
    answer_bool(a, v);
}

void answer_put_time(answer *a, const char *key, int64_t milliseconds) {
    answer_key(a, key);
    answer_time(a, milliseconds);
}

void answer_put_raw(answer *a, const char *key, str json) {
    answer_key(a, key);
    answer_raw(a, json);
}

// ---- the JSON face

static answer_json *json_face(answer *a) {
    return (answer_json *)a;
}

static void before_value(answer_json *a) {
    if (a->comma)
        buffer_add_char(a->out, ',');
    a->comma = true;
}

static void open_level(answer_json *a, bool is_object) {
    before_value(a);
    if (a->depth >= ANSWER_DEPTH)
        abort(); // deeper than any parsed JSON can be: an operation that never calls answer_end
    uint64_t bit = (uint64_t)1 << (a->depth % 64), *word = &a->objects[a->depth / 64];
    *word = is_object ? *word | bit : *word & ~bit;
    a->depth++;
    a->comma = false;
    buffer_add_char(a->out, is_object ? '{' : '[');
}

static void json_object_begin(answer *base) {
    open_level(json_face(base), true);
}

static void json_array_begin(answer *base) {
    open_level(json_face(base), false);
}

static void json_level_end(answer *base) {
    answer_json *a = json_face(base);
    if (a->depth == 0)
        abort(); // one answer_end too many
    a->depth--;
    bool is_object = a->objects[a->depth / 64] >> (a->depth % 64) & 1;
    buffer_add_char(a->out, is_object ? '}' : ']');
    a->comma = true;
}

static void json_key(answer *base, const char *name) {
    answer_json *a = json_face(base);
    if (a->comma)
        buffer_add_char(a->out, ',');
    buffer_add_json(a->out, name, strlen(name));
    buffer_add_char(a->out, ':');
    a->comma = false;
}

static void json_string_put(answer *base, const char *ptr, size_t len) {
    answer_json *a = json_face(base);
    before_value(a);
    buffer_add_json(a->out, ptr, len);
}

static void json_integer_put(answer *base, int64_t v) {
    answer_json *a = json_face(base);
    before_value(a);
    char digits[24], *p = digits + sizeof digits;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (v < 0)
        *--p = '-';
    buffer_append(a->out, p, (size_t)(digits + sizeof digits - p));
}

// The shortest of the three precisions that reads back as the same number. The decimal point of the process's
// locale, whatever it is, becomes a full stop.
static void json_number_put(answer *base, double v) {
    answer_json *a = json_face(base);
    before_value(a);
    if (!isfinite(v)) {
        buffer_add(a->out, "null");
        return;
    }
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, v);
        if (precision == 17 || strtod(text, NULL) == v)
            break;
    }
    bool point = false;
    for (const char *p = text; *p; p++) {
        if (strchr("0123456789+-e", *p))
            buffer_add_char(a->out, *p);
        else if (!point) {
            buffer_add_char(a->out, '.');
            point = true;
        }
    }
}

static void json_boolean_put(answer *base, bool v) {
    answer_json *a = json_face(base);
    before_value(a);
    buffer_add(a->out, v ? "true" : "false");
}

static void json_null_put(answer *base) {
    answer_json *a = json_face(base);
    before_value(a);
    buffer_append(a->out, "null", 4);
}

static void json_raw_put(answer *base, const char *json, size_t len) {
    answer_json *a = json_face(base);
    before_value(a);
    buffer_append(a->out, json, len);
}

answer *answer_json_init(answer_json *a, buffer *out) {
    static const answer_face FACE = {
        .object = json_object_begin,
        .array = json_array_begin,
        .end = json_level_end,
        .key = json_key,
        .string = json_string_put,
        .integer = json_integer_put,
        .number = json_number_put,
        .boolean = json_boolean_put,
        .null = json_null_put,
        .raw = json_raw_put,
    };
    a->base.face = &FACE;
    a->out = out;
    a->depth = 0;
    a->comma = false;
    return &a->base;
}
