// SPDX-License-Identifier: EUPL-1.2
#include "worker/json_pattern.h"

#include <interlink.h>
#include <stdbool.h>
#include <string.h>

enum { DEPTH = 64 };

typedef struct reader {
    const char *p;
    va_list args;
    int depth;
    const char *wrong;
} reader;

static json_t *read_value(reader *r);

static json_t *fail(reader *r, const char *wrong) {
    if (!r->wrong)
        r->wrong = wrong;
    return NULL;
}

static char skip_space(reader *r) {
    while (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r')
        r->p++;
    return *r->p;
}

static bool take(reader *r, char c) {
    bool is = skip_space(r) == c;
    r->p += is;
    return is;
}

static json_t *read_place(reader *r) {
    json_t *value;
    r->p += 2;
    switch (r->p[-1]) {
    case 's': {
        il_str s = va_arg(r->args, il_str);
        value = s.ptr ? json_stringn(s.ptr, s.len) : json_null();
        return value ? value : fail(r, "a text for %s is not UTF-8");
    }
    case 'i':
        return json_integer(va_arg(r->args, int64_t));
    case 'f':
        value = json_real(va_arg(r->args, double));
        return value ? value : fail(r, "a number for %f is not finite");
    case 'b':
        return json_boolean(va_arg(r->args, int));
    case 'j': {
        json_t *given = va_arg(r->args, json_t *);
        return given ? json_incref(given) : json_null();
    }
    case '\0':
        r->p--;
        return fail(r, "it ends after %");
    default:
        return fail(r, "after % only s, i, f, b and j mean something");
    }
}

static json_t *read_plain(reader *r) {
    const char *start = r->p;
    if (*r->p == '"') {
        for (r->p++; *r->p && *r->p != '"'; r->p++)
            if (*r->p == '\\' && r->p[1])
                r->p++;
        if (!*r->p)
            return fail(r, "a text has no closing quote");
        r->p++;
    } else {
        r->p += strspn(r->p, "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    }
    json_t *value = json_loadb(start, (size_t)(r->p - start), JSON_DECODE_ANY, NULL);
    return value ? value : fail(r, "a plain value in it is not JSON");
}

static json_t *read_array(reader *r) {
    json_t *array = json_array();
    r->p++;
    if (take(r, ']'))
        return array;
    do {
        json_t *item = read_value(r);
        if (!item || json_array_append_new(array, item) != 0) {
            json_decref(array);
            return fail(r, "an item cannot be added");
        }
    } while (take(r, ','));
    if (take(r, ']'))
        return array;
    json_decref(array);
    return fail(r, "an array is not closed");
}

static bool read_member(reader *r, json_t *object) {
    if (skip_space(r) != '"' && *r->p != '%')
        return fail(r, "a member has no name") != NULL;
    json_t *key = read_value(r);
    json_t *value = NULL;
    if (key && !json_is_string(key))
        fail(r, "the name of a member is no text");
    else if (key && !take(r, ':'))
        fail(r, "a member has no : behind its name");
    else if (key)
        value = read_value(r);
    bool ok = value && json_object_set_new(object, json_string_value(key), value) == 0;
    if (!ok)
        fail(r, "a member cannot be set");
    json_decref(key);
    return ok;
}

static json_t *read_object(reader *r) {
    json_t *object = json_object();
    r->p++;
    if (take(r, '}'))
        return object;
    do {
        if (!read_member(r, object)) {
            json_decref(object);
            return NULL;
        }
    } while (take(r, ','));
    if (take(r, '}'))
        return object;
    json_decref(object);
    return fail(r, "an object is not closed");
}

static json_t *read_value(reader *r) {
    if (r->depth == DEPTH)
        return fail(r, "it is too deep");
    r->depth++;
    json_t *value;
    switch (skip_space(r)) {
    case '%':
        value = read_place(r);
        break;
    case '[':
        value = read_array(r);
        break;
    case '{':
        value = read_object(r);
        break;
    default:
        value = read_plain(r);
    }
    r->depth--;
    return value;
}

json_t *json_pattern(const char *pattern, va_list args, const char **wrong) {
    reader r = {.p = pattern};
    va_copy(r.args, args);
    json_t *value = read_value(&r);
    if (value && skip_space(&r) != '\0') {
        json_decref(value);
        value = fail(&r, "something stands behind the value");
    }
    va_end(r.args);
    *wrong = r.wrong;
    return value;
}
