// SPDX-License-Identifier: EUPL-1.2
#include "base/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "base/schema_format.h"
#include "base/schema_part.h"
#include "base/text.h"

// One check on its way through the value.
typedef struct checker {
    const json_t *root;
    const schema_patterns *patterns; // or NULL
    schema_patterns *own;            // those that are compiled when they are met
    fault *f;
    buffer path; // JSON pointer of the value that is looked at
    int depth;
    int steps; // that patterns have left
    bool failed;
} checker;

static void check_value(checker *c, const json_t *schema, json_t *value);

static void complain(checker *c, const char *code, const char *sentence) {
    fault_add_field(c->f, c->path.ptr, code, "%s", sentence);
    c->failed = true;
}

// Steps into a member of an object or array; returns what path_leave needs.
static size_t path_enter(checker *c, const char *name) {
    size_t mark = c->path.len;
    buffer_add_char(&c->path, '/');
    for (const char *p = name; *p; p++) {
        if (*p == '~')
            buffer_add(&c->path, "~0");
        else if (*p == '/')
            buffer_add(&c->path, "~1");
        else
            buffer_add_char(&c->path, *p);
    }
    return mark;
}

static void path_leave(checker *c, size_t mark) {
    c->path.len = mark;
    c->path.ptr[mark] = '\0';
}

// JSON has one kind of number, so 1 and 1.0 are the same value in `const` and `enum`.
static bool values_equal(const json_t *a, const json_t *b) {
    if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b))
        return json_number_value(a) == json_number_value(b);
    return json_equal(a, b);
}

static void check_type(checker *c, const json_t *wanted, const json_t *value) {
    if (schema_type_fits(wanted, value))
        return;
    buffer sentence = {0};
    buffer_add(&sentence, "This must be ");
    size_t count = json_is_array(wanted) ? json_array_size(wanted) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_is_array(wanted) ? json_array_get(wanted, i) : wanted;
        buffer_add(&sentence, i == 0 ? "" : i + 1 == count ? " or " : ", ");
        buffer_add(&sentence, schema_type_name(json_string_value(name)));
    }
    buffer_add_char(&sentence, '.');
    complain(c, "type", sentence.ptr);
    buffer_free(&sentence);
}

static void check_choice(checker *c, const json_t *schema, const json_t *value) {
    const json_t *constant = json_object_get(schema, "const"), *choices = json_object_get(schema, "enum"), *choice;
    size_t i;
    if (constant && !values_equal(constant, value))
        complain(c, "const", "This is not the one value that is allowed here.");
    if (!choices)
        return;
    json_array_foreach(choices, i, choice)
        if (values_equal(choice, value))
            return;
    buffer sentence = {0};
    buffer_add(&sentence, "This must be one of: ");
    json_array_foreach(choices, i, choice) {
        char *text = json_dumps(choice, JSON_ENCODE_ANY | JSON_COMPACT);
        buffer_printf(&sentence, "%s%s", i ? ", " : "", json_is_string(choice) ? json_string_value(choice) : text);
        free(text);
    }
    buffer_add_char(&sentence, '.');
    complain(c, "enum", sentence.ptr);
    buffer_free(&sentence);
}

static bool fits(checker *c, const char *wanted, str text) {
    const pattern *p = schema_patterns_find(c->patterns, wanted);
    if (!p && !c->own)
        c->own = schema_patterns_create(NULL);
    if (!p)
        p = schema_patterns_take(c->own, wanted);
    return !p || pattern_fits(p, text, &c->steps); // schema_usable has refused what cannot be read
}

static void check_pattern(checker *c, const char *wanted, str text) {
    if (text.len > PATTERN_TEXT)
        complain(c, "too_long", "This is too long for what is expected here.");
    else if (!fits(c, wanted, text))
        complain(c, "pattern", "This is not written in the form that is expected here.");
}

static void check_string(checker *c, const json_t *schema, const json_t *value) {
    str text = {json_string_value(value), json_string_length(value)};
    const json_t *least = json_object_get(schema, "minLength"), *most = json_object_get(schema, "maxLength");
    const char *wanted = json_string_value(json_object_get(schema, "pattern"));
    const char *format = json_string_value(json_object_get(schema, "format"));
    char sentence[160];
    if (memchr(text.ptr, '\0', text.len)) {
        complain(c, "control", "This has a NUL character, which no text may have.");
        return;
    }
    int64_t length = (int64_t)text_length(text.ptr, text.len);
    if (most && length > json_integer_value(most)) {
        snprintf(sentence, sizeof sentence, "This is %" PRId64 " characters long; at most %" PRId64 " are allowed.",
                 length, (int64_t)json_integer_value(most));
        complain(c, "too_long", sentence);
        return; // what is too long is not given to the pattern
    }
    if (least && length < json_integer_value(least)) {
        if (length == 0)
            snprintf(sentence, sizeof sentence, "This must not be empty.");
        else
            snprintf(sentence, sizeof sentence, "This must have at least %" PRId64 " characters.",
                     (int64_t)json_integer_value(least));
        complain(c, "too_short", sentence);
    }
    if (format && !schema_format_fits(format, text)) {
        snprintf(sentence, sizeof sentence, "This must be %s.", schema_format_name(format));
        complain(c, "format", sentence);
    }
    if (wanted)
        check_pattern(c, wanted, text);
}

// Negative, zero or positive; whole numbers are compared exactly.
static int number_compare(const json_t *a, const json_t *b) {
    if (json_is_integer(a) && json_is_integer(b))
        return (json_integer_value(a) > json_integer_value(b)) - (json_integer_value(a) < json_integer_value(b));
    return (json_number_value(a) > json_number_value(b)) - (json_number_value(a) < json_number_value(b));
}

static void check_number(checker *c, const json_t *schema, const json_t *value) {
    const json_t *least = json_object_get(schema, "minimum"), *most = json_object_get(schema, "maximum");
    char sentence[160];
    if (least && number_compare(value, least) < 0) {
        snprintf(sentence, sizeof sentence, "This must be at least %.15g.", json_number_value(least));
        complain(c, "too_small", sentence);
    }
    if (most && number_compare(value, most) > 0) {
        snprintf(sentence, sizeof sentence, "This must be at most %.15g.", json_number_value(most));
        complain(c, "too_large", sentence);
    }
}

// A set of canonical texts, so that a long list costs no comparison of each with each.
static bool all_unique(const json_t *list) {
    json_t *seen = json_object(), *item;
    size_t i;
    bool unique = true;
    json_array_foreach(list, i, item) {
        double number = json_number_value(item);
        bool whole = json_is_real(item) && number > -9e15 && number < 9e15 && number == (double)(int64_t)number;
        json_t *plain = whole ? json_integer((int64_t)number) : json_incref(item);
        char *text = json_dumps(plain, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
        json_decref(plain);
        unique = text && !json_object_get(seen, text);
        if (unique)
            json_object_set_new(seen, text, json_true());
        free(text);
        if (!unique)
            break;
    }
    json_decref(seen);
    return unique;
}

static void check_array(checker *c, const json_t *schema, json_t *value) {
    const json_t *least = json_object_get(schema, "minItems"), *most = json_object_get(schema, "maxItems");
    const json_t *items = json_object_get(schema, "items");
    int64_t count = (int64_t)json_array_size(value);
    char sentence[160];
    if (most && count > json_integer_value(most)) {
        snprintf(sentence, sizeof sentence, "This has %" PRId64 " entries; at most %" PRId64 " are allowed.", count,
                 (int64_t)json_integer_value(most));
        complain(c, "too_many", sentence);
        return; // a list that is too long is not walked
    }
    if (least && count < json_integer_value(least)) {
        snprintf(sentence, sizeof sentence, "This must have at least %" PRId64 " %s.",
                 (int64_t)json_integer_value(least), json_integer_value(least) == 1 ? "entry" : "entries");
        complain(c, "too_few", sentence);
    }
    if (json_is_true(json_object_get(schema, "uniqueItems")) && !all_unique(value))
        complain(c, "duplicate", "This has the same entry twice.");
    if (!items)
        return;
    json_t *item;
    size_t i;
    json_array_foreach(value, i, item) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        size_t mark = path_enter(c, name);
        check_value(c, items, item);
        path_leave(c, mark);
    }
}

static void fill_defaults(checker *c, const json_t *properties, json_t *value) {
    const char *name;
    json_t *part;
    json_object_foreach((json_t *)properties, name, part) {
        const json_t *standard = schema_find(c->root, part, "default");
        if (standard && !json_object_get(value, name))
            json_object_set_new(value, name, json_deep_copy(standard));
    }
}

static void check_required(checker *c, const json_t *required, const json_t *value) {
    const json_t *name;
    size_t i;
    json_array_foreach(required, i, name) {
        if (json_object_get(value, json_string_value(name)))
            continue;
        size_t mark = path_enter(c, json_string_value(name));
        complain(c, "required", "This is needed and missing.");
        path_leave(c, mark);
    }
}

static void check_object(checker *c, const json_t *schema, json_t *value) {
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const char *name;
    json_t *member;
    fill_defaults(c, properties, value);
    check_required(c, json_object_get(schema, "required"), value);
    json_object_foreach(value, name, member) {
        const json_t *part = json_object_get(properties, name);
        size_t mark = path_enter(c, name);
        if (part)
            check_value(c, part, member);
        else if (json_is_false(others))
            complain(c, "unknown", "There is no field of this name.");
        else if (json_is_object(others))
            check_value(c, others, member);
        path_leave(c, mark);
    }
}

static void check_value(checker *c, const json_t *schema, json_t *value) {
    if (c->depth >= SCHEMA_DEPTH) {
        complain(c, "too_deep", "This is nested too deeply.");
        return;
    }
    c->depth++;
    const json_t *target = schema_target(c->root, schema);
    if (target)
        check_value(c, target, value);
    const json_t *type = json_object_get(schema, "type");
    if (type)
        check_type(c, type, value);
    check_choice(c, schema, value);
    switch (json_typeof(value)) {
    case JSON_STRING:
        check_string(c, schema, value);
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        check_number(c, schema, value);
        break;
    case JSON_ARRAY:
        check_array(c, schema, value);
        break;
    case JSON_OBJECT:
        check_object(c, schema, value);
        break;
    default:
        break;
    }
    c->depth--;
}

status schema_check_with(const schema_patterns *patterns, const json_t *root, const json_t *schema, json_t *value,
                         const char *at, fault *f) {
    checker c = {.root = root, .patterns = patterns, .f = f, .steps = PATTERN_STEPS};
    buffer_add(&c.path, at);
    check_value(&c, schema, value);
    buffer_free(&c.path);
    schema_patterns_destroy(c.own);
    return c.failed ? STATUS_INVALID : STATUS_OK;
}

status schema_check(const json_t *root, const json_t *schema, json_t *value, const char *at, fault *f) {
    return schema_check_with(NULL, root, schema, value, at, f);
}

// ---- text to value

static json_t *coerce_number(const char *text, bool whole) {
    char *end = NULL;
    if (!(*text == '-' || (*text >= '0' && *text <= '9')) || strspn(text, "0123456789+-.eE") != strlen(text))
        return NULL;
    errno = 0;
    if (whole) {
        long long number = strtoll(text, &end, 10);
        return errno == 0 && *end == '\0' && end != text ? json_integer(number) : NULL;
    }
    double number = strtod(text, &end);
    return errno == 0 && *end == '\0' && end != text ? json_real(number) : NULL;
}

static json_t *coerce_boolean(const char *text) {
    if (strcmp(text, "true") == 0 || strcmp(text, "on") == 0 || strcmp(text, "1") == 0)
        return json_true();
    if (strcmp(text, "false") == 0 || strcmp(text, "off") == 0 || strcmp(text, "0") == 0)
        return json_false();
    return NULL;
}

static json_t *coerce_structure(const char *text, json_type type) {
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (value && json_typeof(value) == type)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *coerce_as(const json_t *root, const json_t *schema, const char *type, const char *text) {
    if (strcmp(type, "integer") == 0)
        return coerce_number(text, true);
    if (strcmp(type, "number") == 0) {
        json_t *whole = coerce_number(text, true);
        return whole ? whole : coerce_number(text, false);
    }
    if (strcmp(type, "boolean") == 0)
        return coerce_boolean(text);
    if (strcmp(type, "null") == 0)
        return *text == '\0' ? json_null() : NULL;
    if (strcmp(type, "object") == 0)
        return coerce_structure(text, JSON_OBJECT);
    if (strcmp(type, "array") == 0) {
        json_t *list = coerce_structure(text, JSON_ARRAY);
        const json_t *items = schema_find(root, schema, "items");
        if (!list) {
            list = json_array();
            json_array_append_new(list, items ? schema_coerce(root, items, text) : json_string(text));
        }
        return list;
    }
    return NULL;
}

json_t *schema_coerce(const json_t *root, const json_t *schema, const char *text) {
    const json_t *type = schema_find(root, schema, "type");
    size_t count = json_is_array(type) ? json_array_size(type) : type ? 1 : 0;
    json_t *value = NULL;
    // A string takes any text, so it is what is left when no other type of the list fits.
    for (size_t i = 0; i < count && !value; i++) {
        const json_t *name = json_is_array(type) ? json_array_get(type, i) : type;
        value = coerce_as(root, schema, json_string_value(name), text);
    }
    if (!value)
        value = json_string(text);
    return value ? value : json_null(); // text that is not UTF-8 is no JSON string
}
