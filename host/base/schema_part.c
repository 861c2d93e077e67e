// SPDX-License-Identifier: EUPL-1.2
#include "base/schema_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

// One step of a JSON pointer: reads the token behind a slash (with ~0, ~1 and percent escapes, as it stands in a URI).
static const json_t *pointer_step(const json_t *at, const char *token, size_t len) {
    char name[256];
    if (len >= sizeof name)
        return NULL;
    memcpy(name, token, len);
    int64_t decoded = text_decode_url(name, len, false);
    if (decoded < 0)
        return NULL;
    size_t out = 0;
    for (size_t i = 0; i < (size_t)decoded; i++) {
        bool escape = name[i] == '~' && i + 1 < (size_t)decoded && (name[i + 1] == '0' || name[i + 1] == '1');
        name[out++] = !escape ? name[i] : name[i + 1] == '0' ? '~' : '/';
        i += escape;
    }
    name[out] = '\0';
    if (json_is_array(at))
        return json_array_get(at, strtoul(name, NULL, 10));
    return json_object_get(at, name);
}

const json_t *schema_target(const json_t *root, const json_t *schema) {
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (!ref || ref[0] != '#' || (ref[1] != '/' && ref[1] != '\0'))
        return NULL;
    const json_t *at = root;
    for (const char *p = ref + 1; at && *p == '/';) {
        size_t len = strcspn(p + 1, "/");
        at = pointer_step(at, p + 1, len);
        p += 1 + len;
    }
    return at;
}

const json_t *schema_find(const json_t *root, const json_t *schema, const char *keyword) {
    for (int hops = 0; schema && hops < SCHEMA_DEPTH; hops++) {
        const json_t *found = json_object_get(schema, keyword);
        if (found)
            return found;
        schema = schema_target(root, schema);
    }
    return NULL;
}

typedef struct type_rule {
    const char *name, *sentence;
} type_rule;

const char *schema_type_name(const char *type) {
    static const type_rule RULES[] = {
        {"string", "text"},      {"integer", "a whole number"}, {"number", "a number"}, {"boolean", "true or false"},
        {"object", "an object"}, {"array", "a list"},           {"null", "null"},
    };
    for (size_t i = 0; type && i < sizeof RULES / sizeof RULES[0]; i++)
        if (strcmp(RULES[i].name, type) == 0)
            return RULES[i].sentence;
    return NULL;
}

static bool one_type_fits(const char *type, const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_STRING:
        return strcmp(type, "string") == 0;
    // Only what is written without a point is an integer: whoever reads it calls json_integer_value.
    case JSON_INTEGER:
        return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
    case JSON_REAL:
        return strcmp(type, "number") == 0;
    case JSON_TRUE:
    case JSON_FALSE:
        return strcmp(type, "boolean") == 0;
    case JSON_OBJECT:
        return strcmp(type, "object") == 0;
    case JSON_ARRAY:
        return strcmp(type, "array") == 0;
    case JSON_NULL:
        return strcmp(type, "null") == 0;
    }
    return false;
}

bool schema_type_fits(const json_t *wanted, const json_t *value) {
    if (!json_is_array(wanted))
        return one_type_fits(json_string_value(wanted), value);
    const json_t *name;
    size_t i;
    json_array_foreach(wanted, i, name)
        if (one_type_fits(json_string_value(name), value))
            return true;
    return false;
}
