// SPDX-License-Identifier: EUPL-1.2
#include "http/form.h"

#include <string.h>

// The next "name=value" of `rest`; false at the end. Empty ones are skipped.
static bool field_next(str *rest, str *name, str *value) {
    while (rest->len > 0) {
        const char *end = memchr(rest->ptr, '&', rest->len);
        size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
        str field = {rest->ptr, len};
        size_t step = end ? len + 1 : len;
        rest->ptr += step;
        rest->len -= step;
        if (field.len == 0) {
            continue;
        }
        const char *equals = memchr(field.ptr, '=', field.len);
        *name = (str){field.ptr, equals ? (size_t)(equals - field.ptr) : field.len};
        *value = equals ? (str){equals + 1, (size_t)(field.ptr + field.len - equals - 1)} : (str){"", 0};
        return true;
    }
    return false;
}

// Decoded text in the arena; ptr NULL if it is broken.
static str decode(arena *a, str raw) {
    char *text = arena_copy(a, raw.ptr, raw.len);
    int64_t len = text_decode_url(text, raw.len, true);
    if (len < 0 || !text_is_utf8(text, (size_t)len) || memchr(text, 0, (size_t)len) != NULL) {
        return (str){NULL, 0};
    }
    text[len] = 0;
    return (str){text, (size_t)len};
}

static void field_put(json_t *object, const char *name, str value) {
    json_t *text = json_stringn(value.ptr, value.len);
    json_t *there = json_object_get(object, name);
    if (there == NULL) {
        json_object_set_new(object, name, text);
    } else if (json_is_array(there)) {
        json_array_append_new(there, text);
    } else {
        json_t *list = json_array();
        json_array_append(list, there);
        json_array_append_new(list, text);
        json_object_set_new(object, name, list);
    }
}

status form_parse(arena *a, str text, json_t **out, fault *f) {
    *out = arena_json(a, json_object());
    str name, value;
    for (size_t count = 0; field_next(&text, &name, &value); count++) {
        if (count == FORM_FIELDS) {
            return fault_set(f, STATUS_MALFORMED, "form.too_many", "There are more than %d fields.", FORM_FIELDS);
        }
        name = decode(a, name);
        value = decode(a, value);
        if (name.ptr == NULL || value.ptr == NULL) {
            return fault_set(f, STATUS_MALFORMED, "form.malformed",
                             "A name or value is not percent-encoded UTF-8 text.");
        }
        field_put(*out, name.ptr, value);
    }
    return STATUS_OK;
}

static void encode(buffer *out, str text) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
        buffer_append(out, plain ? text.ptr + i : escaped, plain ? 1 : sizeof escaped);
    }
}

void form_add(buffer *out, str name, str value) {
    if (out->len > 0) {
        buffer_add(out, "&");
    }
    encode(out, name);
    buffer_add(out, "=");
    encode(out, value);
}

const char *form_find(arena *a, str text, const char *name) {
    str field, value;
    while (field_next(&text, &field, &value)) {
        field = decode(a, field);
        if (field.ptr != NULL && str_is(field, name)) {
            return decode(a, value).ptr;
        }
    }
    return NULL;
}
