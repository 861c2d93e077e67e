// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "api/operation_table.h"
#include "base/schema.h"

// Deeper than any honest form; deep values cost stack wherever they are walked.
enum { BODY_DEPTH = 64 };

static const operation_parameter *parameter_find(const operation *o, const char *name) {
    for (size_t i = 0; i < o->parameter_count; i++) {
        if (strcmp(o->parameters[i].name, name) == 0) {
            return &o->parameters[i];
        }
    }
    return NULL;
}

// ---- query

// One raw value (a text from a URL, or a page's own string, number or boolean) as the schema wants it.
static json_t *value_coerce(const operation *o, const json_t *schema, const json_t *raw) {
    if (json_is_string(raw)) {
        return schema_coerce(o->root, schema, json_string_value(raw));
    }
    return json_copy((json_t *)raw);
}

// "a,b" stands for two values of a list.
static void list_add(const operation *o, const operation_parameter *p, json_t *list, const char *text) {
    while (*text) {
        size_t len = strcspn(text, ",");
        if (len > 0) {
            json_t *part = json_stringn(text, len);
            if (part != NULL) {
                json_array_append_new(list, value_coerce(o, p->items, part));
            }
            json_decref(part);
        }
        text += len + (text[len] == ',');
    }
}

static json_t *list_coerce(const operation *o, const operation_parameter *p, const json_t *raw) {
    json_t *list = json_array();
    if (json_is_string(raw)) {
        list_add(o, p, list, json_string_value(raw));
    }
    size_t i;
    json_t *value;
    json_array_foreach((json_t *)raw, i, value) {
        if (json_is_string(value)) {
            list_add(o, p, list, json_string_value(value));
        } else {
            json_array_append(list, value);
        }
    }
    return list;
}

static void query_take(operation_call *c, json_t *checked, const char *name, const json_t *raw) {
    const operation *o = c->operation;
    char pointer[120];
    snprintf(pointer, sizeof pointer, "query/%s", name);
    const operation_parameter *p = parameter_find(o, name);
    if (p == NULL) {
        fault_add_field(&c->fault, pointer, "unknown", "There is no parameter of this name here. Leave it out.");
        return;
    }
    if (p->items == NULL && json_is_array(raw)) {
        fault_add_field(&c->fault, pointer, "repeated", "This parameter was given more than once. Give it once.");
        return;
    }
    json_t *value = p->items ? list_coerce(o, p, raw) : value_coerce(o, p->schema, raw);
    schema_check_with(o->patterns, o->root, p->schema, value, pointer, &c->fault);
    json_object_set_new(checked, name, value);
}

static void query_check(operation_call *c) {
    const operation *o = c->operation;
    json_t *checked = arena_json(c->arena, json_object());
    const char *name;
    json_t *raw;
    json_object_foreach(c->query, name, raw) {
        if (!json_is_null(raw)) {
            query_take(c, checked, name, raw);
        }
    }
    for (size_t i = 0; i < o->parameter_count; i++) {
        const operation_parameter *p = &o->parameters[i];
        if (json_object_get(checked, p->name) != NULL) {
            continue;
        }
        json_t *otherwise = json_object_get(p->schema, "default");
        if (otherwise != NULL) {
            json_object_set_new(checked, p->name, json_deep_copy(otherwise));
        } else if (p->required) {
            char pointer[120];
            snprintf(pointer, sizeof pointer, "query/%s", p->name);
            fault_add_field(&c->fault, pointer, "required", "This parameter is needed.");
        }
    }
    c->query = checked;
}

// ---- body

static bool too_deep(str text) {
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];
        if (quoted) {
            if (ch == '\\') {
                i++;
            } else if (ch == '"') {
                quoted = false;
            }
        } else if (ch == '"') {
            quoted = true;
        } else if (ch == '[' || ch == '{') {
            if (++depth > BODY_DEPTH) {
                return true;
            }
        } else if (ch == ']' || ch == '}') {
            depth--;
        }
    }
    return false;
}

static status body_read(operation_call *c) {
    if (too_deep(c->body_text)) {
        return fault_set(&c->fault, STATUS_MALFORMED, "body.too_deep",
                         "The body has values inside values more than %d deep. Make it flatter.", BODY_DEPTH);
    }
    json_error_t error;
    c->body = json_loadb(c->body_text.ptr, c->body_text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (c->body == NULL) {
        return fault_set(&c->fault, STATUS_MALFORMED, "body.malformed",
                         "The body is not JSON: %s, in line %d, column %d.", error.text, error.line, error.column);
    }
    arena_json(c->arena, c->body);
    return STATUS_OK;
}

// A form with files: its parts are named as the schema names members. What is in them is for the operation to say.
static status parts_check(operation_call *c) {
    const json_t *schema = c->operation->body_schema, *name;
    size_t i;
    if (c->parts == NULL) {
        return fault_set(&c->fault, STATUS_MALFORMED, "body.missing", "A form with files is needed.");
    }
    for (size_t part = 0; part < c->parts->count; part++) {
        char pointer[120];
        const char *given = c->parts->parts[part].name.ptr;
        snprintf(pointer, sizeof pointer, "/%.100s", given);
        if (json_object_get(json_object_get(schema, "properties"), given) == NULL) {
            fault_add_field(&c->fault, pointer, "unknown", "There is no field of this name here. Leave it out.");
        }
    }
    json_array_foreach(json_object_get(schema, "required"), i, name) {
        const multipart_part *part = multipart_find(c->parts, json_string_value(name));
        if (part == NULL || part->bytes.len == 0) {
            char pointer[120];
            snprintf(pointer, sizeof pointer, "/%.100s", json_string_value(name));
            fault_add_field(&c->fault, pointer, "required", "This file is needed.");
        }
    }
    return STATUS_OK;
}

static status body_check(operation_call *c) {
    const operation *o = c->operation;
    if (operation_takes_files(o)) {
        return parts_check(c);
    }
    if (c->body == NULL && c->body_text.len > 0) {
        status s = body_read(c);
        if (s != STATUS_OK) {
            return s;
        }
    }
    if (o->body_schema == NULL) {
        if (c->body != NULL) {
            return fault_set(&c->fault, STATUS_MALFORMED, "body.unwanted", "This takes no body. Send none.");
        }
        return STATUS_OK;
    }
    if (c->body == NULL) {
        if (o->body_required) {
            return fault_set(&c->fault, STATUS_MALFORMED, "body.missing", "A body is needed: a JSON object.");
        }
        c->body = arena_json(c->arena, json_object());
    }
    schema_check_with(o->patterns, o->root, o->body_schema, c->body, "", &c->fault);
    return STATUS_OK;
}

status operation_input_check(operation_call *c) {
    query_check(c);
    status s = body_check(c);
    if (s == STATUS_OK && c->fault.field_count > 0) {
        s = STATUS_INVALID;
    }
    return s;
}
