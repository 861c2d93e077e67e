// SPDX-License-Identifier: EUPL-1.2
#include "api/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const char *input_text(const json_t *from, const char *name) {
    return json_string_value(json_object_get(from, name));
}

int64_t input_int(const json_t *from, const char *name, int64_t otherwise) {
    const json_t *value = json_object_get(from, name);
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : otherwise;
}

bool input_flag(const json_t *from, const char *name) {
    return json_is_true(json_object_get(from, name));
}

// RFC 3339 asks for seconds; a person, and the form of a browser, may leave them out.
static bool parse_time(const char *text, int64_t *out) {
    size_t len = strlen(text);
    if (clock_parse(text, len, out))
        return true;
    char full[64];
    if (len < 16 || len > 40 || (text[10] != 'T' && text[10] != 't') || text[16] == ':')
        return false;
    int size = snprintf(full, sizeof full, "%.16s:00%s", text, text[16] ? text + 16 : "Z");
    return clock_parse(full, (size_t)size, out);
}

status input_time(const json_t *from, const char *place, const char *name, int64_t *out, bool *given, fault *f) {
    const json_t *value = json_object_get(from, name);
    *out = 0;
    if (given)
        *given = value != NULL;
    if (!json_is_string(value) || parse_time(json_string_value(value), out))
        return STATUS_OK;
    char pointer[80];
    snprintf(pointer, sizeof pointer, "%s/%s", place, name);
    return fault_add_field(f, pointer, "format",
                           "Give a date, such as 2026-03-31, or a date and time, such as "
                           "2026-03-31T10:00:00Z.");
}

int64_t input_version(const operation_call *c) {
    int64_t version = input_int(c->body, "version", 0);
    if (version || !c->if_match)
        return version;
    const char *text = c->if_match + strspn(c->if_match, " W/\"");
    return strtoll(text, NULL, 10);
}

usage_actor input_actor(const operation_call *c) {
    return usage_actor_of(&c->actor, c->services->secret);
}
