// SPDX-License-Identifier: EUPL-1.2
//
// schema_usable: is a schema within the subset? Everything that schema_check takes for granted is made sure here.
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/schema.h"
#include "base/schema_format.h"
#include "base/schema_part.h"
#include "base/text.h"

typedef struct inspector {
    const json_t *root;
    fault *f;
    const json_t **seen; // targets of $ref that were or are being looked at: a schema may refer to itself
    size_t seen_count, seen_capacity;
    int depth;
    int patterns; // seen so far
} inspector;

enum { PATTERNS_MOST = 100 }; // each takes up to a millisecond to compile

static status inspect(inspector *in, const json_t *schema, const char *where);

static status refuse(inspector *in, const char *where, const char *why, const char *detail) {
    return fault_set(in->f, STATUS_INVALID, "schema.unusable",
                     "The schema cannot be used: \"%.80s\" %.160s%.160s. Correct the schema.", where, why, detail);
}

typedef status keyword_check(inspector *in, const json_t *schema, const json_t *value, const char *name);

static status keyword_type(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *type = json_is_array(value) ? json_array_get(value, i) : value;
        if (!schema_type_name(json_string_value(type)))
            return refuse(in, name, "must be the name of a JSON type or a list of such names", "");
    }
    return count ? STATUS_OK : refuse(in, name, "must not be an empty list", "");
}

static status keyword_list(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    return json_array_size(value) ? STATUS_OK : refuse(in, name, "must be a list with at least one entry", "");
}

static status keyword_names(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    const json_t *item;
    size_t i;
    if (!json_is_array(value))
        return refuse(in, name, "must be a list of names", "");
    json_array_foreach(value, i, item)
        if (!json_is_string(item))
            return refuse(in, name, "must be a list of names", "");
    return STATUS_OK;
}

static status keyword_parts(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    const char *key;
    json_t *part;
    if (!json_is_object(value))
        return refuse(in, name, "must be an object of schemas", "");
    json_object_foreach((json_t *)value, key, part) {
        status s = inspect(in, part, key);
        if (s != STATUS_OK)
            return s;
    }
    return STATUS_OK;
}

static status keyword_part(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    return inspect(in, value, name);
}

static status keyword_others(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    return json_is_boolean(value) ? STATUS_OK : inspect(in, value, name);
}

static status keyword_count(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    bool fits = json_is_integer(value) && json_integer_value(value) >= 0;
    return fits ? STATUS_OK : refuse(in, name, "must be a whole number that is not negative", "");
}

static status keyword_number(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    return json_is_number(value) ? STATUS_OK : refuse(in, name, "must be a number", "");
}

static status keyword_boolean(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    return json_is_boolean(value) ? STATUS_OK : refuse(in, name, "must be true or false", "");
}

static status keyword_pattern(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    char trouble[PATTERN_TROUBLE];
    if (!json_is_string(value))
        return refuse(in, name, "must be text", "");
    if (++in->patterns > PATTERNS_MOST)
        return refuse(in, name, "stands in it more than a hundred times", "");
    pattern *compiled = pattern_create(json_string_value(value), trouble);
    if (!compiled)
        return refuse(in, name, trouble, "");
    pattern_destroy(compiled);
    return STATUS_OK;
}

static status keyword_format(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)schema;
    bool known = json_is_string(value) && schema_format_name(json_string_value(value));
    return known ? STATUS_OK : refuse(in, name, "must be date, date-time, email, uri, uuid or language", "");
}

static status keyword_any(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    (void)in, (void)schema, (void)value, (void)name;
    return STATUS_OK;
}

static bool seen_before(inspector *in, const json_t *target) {
    for (size_t i = 0; i < in->seen_count; i++)
        if (in->seen[i] == target)
            return true;
    if (in->seen_count == in->seen_capacity) {
        in->seen_capacity = in->seen_capacity ? in->seen_capacity * 2 : 16;
        in->seen = memory_resize(in->seen, in->seen_capacity, sizeof *in->seen);
    }
    in->seen[in->seen_count++] = target;
    return false;
}

static status keyword_ref(inspector *in, const json_t *schema, const json_t *value, const char *name) {
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    const json_t *target = schema;
    // A chain of $ref that comes back to itself would never reach a rule.
    for (int hops = 0; json_object_get(target, "$ref"); hops++) {
        target = schema_target(in->root, target);
        if (!json_is_object(target))
            return refuse(in, name, "points to nothing: ", text);
        if (hops == SCHEMA_DEPTH / 2)
            return refuse(in, name, "goes in a circle: ", text);
    }
    const json_t *next = schema_target(in->root, schema);
    return seen_before(in, next) ? STATUS_OK : inspect(in, next, text);
}

// Runs after all other keywords of its schema, so that checking against that schema is safe.
static status default_check(inspector *in, const json_t *schema, const char *where) {
    const json_t *value = json_object_get(schema, "default");
    if (!value)
        return STATUS_OK;
    json_t *copy = json_deep_copy(value);
    status s = schema_check(in->root, schema, copy, "", NULL);
    json_decref(copy);
    return s == STATUS_OK ? STATUS_OK : refuse(in, where, "has a default that its own rules do not allow", "");
}

typedef struct keyword {
    const char *name;
    keyword_check *check;
} keyword;

static const keyword *keyword_find(const char *name) {
    static const keyword KEYWORDS[] = {
        {"type", keyword_type},       {"enum", keyword_list},
        {"const", keyword_any},       {"properties", keyword_parts},
        {"required", keyword_names},  {"additionalProperties", keyword_others},
        {"items", keyword_part},      {"minItems", keyword_count},
        {"maxItems", keyword_count},  {"uniqueItems", keyword_boolean},
        {"minLength", keyword_count}, {"maxLength", keyword_count},
        {"pattern", keyword_pattern}, {"minimum", keyword_number},
        {"maximum", keyword_number},  {"format", keyword_format},
        {"$ref", keyword_ref},        {"$defs", keyword_parts},
        {"default", keyword_any},     {"title", keyword_any},
        {"description", keyword_any}, {"examples", keyword_any},
        {"deprecated", keyword_any},  {"$schema", keyword_any},
        {"$id", keyword_any},         {"$comment", keyword_any},
    };
    static const keyword ANNOTATION = {"x-", keyword_any};
    for (size_t i = 0; i < sizeof KEYWORDS / sizeof KEYWORDS[0]; i++)
        if (strcmp(KEYWORDS[i].name, name) == 0)
            return &KEYWORDS[i];
    return strncmp(name, "x-", 2) == 0 ? &ANNOTATION : NULL;
}

static status inspect(inspector *in, const json_t *schema, const char *where) {
    const char *name;
    json_t *value;
    if (!json_is_object(schema))
        return refuse(in, where, "must be a schema, which is an object", "");
    if (in->depth >= SCHEMA_DEPTH)
        return refuse(in, where, "is nested too deeply", "");
    in->depth++;
    status s = STATUS_OK;
    json_object_foreach((json_t *)schema, name, value) {
        const keyword *known = keyword_find(name);
        s = known ? known->check(in, schema, value, name)
                  : refuse(in, name, "is a keyword that this program does not know", "");
        if (s != STATUS_OK)
            break;
    }
    if (s == STATUS_OK)
        s = default_check(in, schema, where);
    in->depth--;
    return s;
}

status schema_usable(const json_t *root, const json_t *schema, fault *f) {
    inspector in = {.root = root, .f = f};
    seen_before(&in, schema);
    status s = inspect(&in, schema, "the schema");
    free(in.seen);
    return s;
}
