// SPDX-License-Identifier: EUPL-1.2
#include "worker/form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool form_is(str content_type) {
    static const char type[] = "application/x-www-form-urlencoded";
    size_t len = sizeof type - 1;
    return content_type.len >= len && strncasecmp(content_type.ptr, type, len) == 0 &&
           (content_type.len == len || strchr("; \t", content_type.ptr[len]));
}

// Cuts the next "name=value" off. Both are still encoded.
static bool next_field(str *form, str *name, str *value) {
    if (form->len == 0)
        return false;
    const char *end = memchr(form->ptr, '&', form->len);
    size_t len = end ? (size_t)(end - form->ptr) : form->len;
    const char *equals = memchr(form->ptr, '=', len);
    size_t name_len = equals ? (size_t)(equals - form->ptr) : len;
    *name = (str){form->ptr, name_len};
    *value = equals ? (str){equals + 1, len - name_len - 1} : (str){"", 0};
    size_t used = end ? len + 1 : len;
    form->ptr += used;
    form->len -= used;
    return true;
}

// Decodes into `room`, which has space for the text and a NUL. Texts with NUL or of no UTF-8 are refused, because
// neither JSON nor C could carry them on unchanged.
static bool decode(str encoded, char *room, size_t *len) {
    memcpy(room, encoded.ptr, encoded.len);
    int64_t decoded = text_decode_url(room, encoded.len, true);
    if (decoded < 0 || memchr(room, '\0', (size_t)decoded) || !text_is_utf8(room, (size_t)decoded))
        return false;
    room[decoded] = '\0';
    *len = (size_t)decoded;
    return true;
}

str form_value(arena *a, str form, const char *name) {
    str encoded, value;
    size_t len, wanted = strlen(name);
    while (next_field(&form, &encoded, &value)) {
        if (encoded.len < wanted || encoded.len > wanted * 3)
            continue;
        char *room = arena_copy(a, encoded.ptr, encoded.len);
        if (!decode(encoded, room, &len) || len != wanted || memcmp(room, name, len) != 0)
            continue;
        room = arena_copy(a, value.ptr, value.len);
        return decode(value, room, &len) ? (str){room, len} : (str){NULL, 0};
    }
    return (str){NULL, 0};
}

json_t *form_read(str form) {
    json_t *fields = json_object();
    char *room = malloc(2 * form.len + 2);
    if (!room || !fields)
        abort();
    str name, value;
    while (next_field(&form, &name, &value)) {
        size_t name_len, value_len;
        char *value_room = room + name.len + 1;
        if (!decode(name, room, &name_len) || !decode(value, value_room, &value_len))
            continue;
        json_t *values = json_object_get(fields, room);
        if (!values)
            json_object_set_new(fields, room, values = json_array());
        json_array_append_new(values, json_stringn(value_room, value_len));
    }
    free(room);
    return fields;
}
