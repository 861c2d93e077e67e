// SPDX-License-Identifier: EUPL-1.2
#include "plugin/sample.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DEEPEST = 16 };

static json_t *sample(const json_t *root, const json_t *schema, int depth);

// "#/$defs/name" only points into the schema itself, so it is walked part by part.
static const json_t *follow(const json_t *root, const json_t *schema) {
    for (int hops = 0; hops < DEEPEST; hops++) {
        const char *pointer = json_string_value(json_object_get(schema, "$ref"));
        if (!pointer || strncmp(pointer, "#/", 2) != 0)
            return schema;
        schema = root;
        for (const char *part = pointer + 2; part;) {
            size_t len = strcspn(part, "/");
            schema = json_object_getn(schema, part, len);
            part = part[len] ? part + len + 1 : NULL;
        }
    }
    return schema;
}

static json_t *sample_text(const json_t *schema) {
    static const struct {
        const char *format, *text;
    } FORMATS[] = {
        {"date", "2030-06-15"},
        {"date-time", "2030-06-15T10:00:00Z"},
        {"email", "somebody@example.org"},
        {"uri", "https://example.org/"},
        {"uuid", "01890000-0000-7000-8000-000000000000"},
        {"language", "en"},
    };
    const char *format = json_string_value(json_object_get(schema, "format"));
    for (size_t i = 0; format && i < sizeof FORMATS / sizeof FORMATS[0]; i++)
        if (strcmp(FORMATS[i].format, format) == 0)
            return json_string(FORMATS[i].text);
    const json_t *longest = json_object_get(schema, "maxLength");
    size_t least = (size_t)json_integer_value(json_object_get(schema, "minLength"));
    size_t most = longest ? (size_t)json_integer_value(longest) : SIZE_MAX;
    buffer text = {0};
    buffer_add(&text, "Sample");
    while (text.len < least)
        buffer_add(&text, " text");
    if (text.len > most)
        text.len = most;
    json_t *value = json_stringn(text.ptr, text.len);
    buffer_free(&text);
    return value;
}

static json_t *sample_number(const json_t *schema, bool whole) {
    const json_t *least = json_object_get(schema, "minimum"), *most = json_object_get(schema, "maximum");
    double value = least ? json_number_value(least) : most && json_number_value(most) < 1 ? json_number_value(most) : 1;
    return whole ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *sample_list(const json_t *root, const json_t *schema, int depth) {
    json_t *list = json_array();
    const json_t *items = json_object_get(schema, "items");
    size_t count = (size_t)json_integer_value(json_object_get(schema, "minItems"));
    for (size_t i = 0; i < (count ? count : 1) && i < 100; i++) {
        json_t *item = items ? sample(root, items, depth + 1) : json_string("Sample");
        // Lists mostly want entries that differ.
        if (json_is_string(item) && i > 0 && !json_object_get(follow(root, items), "enum")) {
            char text[200];
            snprintf(text, sizeof text, "%.150s %zu", json_string_value(item), i + 1);
            json_string_set(item, text);
        }
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *sample_object(const json_t *root, const json_t *schema, int depth) {
    json_t *object = json_object(), *part;
    const char *key;
    json_object_foreach(json_object_get(schema, "properties"), key, part)
        json_object_set_new(object, key, sample(root, part, depth + 1));
    return object;
}

static json_t *given(const json_t *schema) {
    json_t *examples = json_object_get(schema, "examples"), *all = json_object_get(schema, "enum");
    json_t *value = json_object_get(schema, "const");
    if (!value)
        value = json_array_get(examples, 0);
    if (!value)
        value = json_object_get(schema, "default");
    return value ? value : json_array_get(all, 0);
}

static json_t *sample(const json_t *root, const json_t *schema, int depth) {
    schema = follow(root, schema);
    if (depth > DEEPEST)
        return json_null();
    if (given(schema))
        return json_deep_copy(given(schema));
    const json_t *types = json_object_get(schema, "type");
    const char *type = json_string_value(json_is_array(types) ? json_array_get(types, 0) : types);
    if (!type)
        return json_object_get(schema, "properties") ? sample_object(root, schema, depth) : json_string("Sample");
    if (strcmp(type, "string") == 0)
        return sample_text(schema);
    if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
        return sample_number(schema, type[0] == 'i');
    if (strcmp(type, "array") == 0)
        return sample_list(root, schema, depth);
    if (strcmp(type, "object") == 0)
        return sample_object(root, schema, depth);
    return strcmp(type, "boolean") == 0 ? json_false() : json_null();
}

json_t *sample_create(const json_t *root, const json_t *schema) {
    return sample(root, schema, 0);
}
