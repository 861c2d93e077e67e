// SPDX-License-Identifier: EUPL-1.2
//
// The table of operations: openapi.json read once, each operation bound to its steps, and the way from a path to one.
#include "api/operation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/operation_table.h"
#include "base/memory.h"
#include "base/schema.h"

extern const char api_document[];
extern const size_t api_document_len;

enum { BODY_LIMIT = 64 * 1024, METHODS = 5, PATH_TEMPLATE = 96 };

static const char *const method_names[METHODS] = {"get", "post", "put", "patch", "delete"};

// One path of the document with what each method does there.
typedef struct place {
    const char *path;
    const operation *by_method[METHODS];
} place;

struct operation_table {
    json_t *document;
    schema_patterns *patterns;
    operation *operations;
    size_t count;
    place *places; // open addressing by the hash of the path
    size_t place_slots;
};

const char *operation_document(size_t *len) {
    *len = api_document_len;
    return api_document;
}

// ---- paths

static uint32_t path_hash(const char *path, size_t len) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)path[i]) * 16777619u;
    }
    return hash;
}

// The slot that holds `path`, or the empty one where it belongs.
static place *place_slot(const operation_table *t, const char *path, size_t len) {
    size_t slot = path_hash(path, len) & (t->place_slots - 1);
    while (t->places[slot].path != NULL &&
           (strlen(t->places[slot].path) != len || memcmp(t->places[slot].path, path, len) != 0)) {
        slot = (slot + 1) & (t->place_slots - 1);
    }
    return &t->places[slot];
}

static const place *place_find(const operation_table *t, const char *path, size_t len) {
    const place *p = place_slot(t, path, len);
    return p->path ? p : NULL;
}

// "/nodes/0190.../assets" is found as "/nodes/{id}/assets": an id is always the second part.
static const place *place_with_id(const operation_table *t, str path, str *path_id) {
    const char *end = path.ptr + path.len;
    const char *id = path.len > 1 ? memchr(path.ptr + 1, '/', path.len - 1) : NULL;
    if (id == NULL || ++id == end) {
        return NULL;
    }
    const char *rest = memchr(id, '/', (size_t)(end - id));
    rest = rest ? rest : end;
    if (rest == id) {
        return NULL;
    }
    char template[PATH_TEMPLATE];
    int len =
        snprintf(template, sizeof template, "%.*s{id}%.*s", (int)(id - path.ptr), path.ptr, (int)(end - rest), rest);
    if (len < 0 || (size_t)len >= sizeof template) {
        return NULL;
    }
    *path_id = (str){id, (size_t)(rest - id)};
    return place_find(t, template, (size_t)len);
}

static int method_index(const char *method) {
    for (int i = 0; i < METHODS; i++) {
        if (strcasecmp(method_names[i], method) == 0) {
            return i;
        }
    }
    return -1;
}

static void allow_list(const place *p, char allow[64]) {
    size_t used = 0;
    allow[0] = 0;
    for (int i = 0; i < METHODS; i++) {
        if (p->by_method[i] == NULL) {
            continue;
        }
        char name[8] = "";
        for (size_t c = 0; method_names[i][c]; c++) {
            name[c] = (char)toupper((unsigned char)method_names[i][c]);
        }
        used += (size_t)snprintf(allow + used, 64 - used, "%s%s%s", used ? ", " : "", name, i == 0 ? ", HEAD" : "");
    }
}

status operation_route(const operation_table *t, const char *method, str path, const operation **out, str *path_id,
                       char allow[64]) {
    *out = NULL;
    *path_id = (str){NULL, 0};
    const place *p = place_find(t, path.ptr, path.len);
    if (p == NULL) {
        p = place_with_id(t, path, path_id);
    }
    if (p == NULL) {
        return STATUS_NOT_FOUND;
    }
    int index = method_index(method);
    if (index < 0 || p->by_method[index] == NULL) {
        allow_list(p, allow);
        return STATUS_FORBIDDEN;
    }
    *out = p->by_method[index];
    return STATUS_OK;
}

// ---- reading the document

// What a {"$ref": "#/a/b"} stands for; anything else stands for itself.
static const json_t *resolve(const json_t *document, const json_t *value) {
    const char *ref = json_string_value(json_object_get(value, "$ref"));
    if (ref == NULL) {
        return value;
    }
    const json_t *at = document;
    char part[80];
    for (const char *p = ref + 1; *p == '/';) {
        size_t len = strcspn(++p, "/");
        snprintf(part, sizeof part, "%.*s", (int)len, p);
        at = json_object_get(at, part);
        p += len;
    }
    return at;
}

static status mistake(fault *f, const operation *o, const char *what) {
    return fault_set(f, STATUS_INTERNAL, "openapi", "openapi.json, operation %s: %s.", o->id ? o->id : "?", what);
}

static status parameters_read(operation *o, const json_t *list, fault *f) {
    size_t i;
    json_t *entry;
    o->parameters = memory_new((json_array_size(list) + 1) * sizeof *o->parameters);
    json_array_foreach((json_t *)list, i, entry) {
        const json_t *p = resolve(o->root, entry);
        const char *in = json_string_value(json_object_get(p, "in"));
        if (in == NULL || strcmp(in, "query") != 0) {
            continue;
        }
        operation_parameter *out = &o->parameters[o->parameter_count++];
        out->name = json_string_value(json_object_get(p, "name"));
        out->schema = json_object_get(p, "schema");
        out->required = json_is_true(json_object_get(p, "required"));
        const char *type = json_string_value(json_object_get(out->schema, "type"));
        out->items = type && strcmp(type, "array") == 0 ? json_object_get(out->schema, "items") : NULL;
        status s = schema_usable(o->root, out->schema, f);
        if (out->name == NULL || out->schema == NULL || s != STATUS_OK) {
            return s != STATUS_OK ? s : mistake(f, o, "a parameter needs a name and a schema");
        }
    }
    return STATUS_OK;
}

static status body_read(operation *o, const json_t *entry, fault *f) {
    const json_t *body = json_object_get(entry, "requestBody");
    if (body == NULL) {
        return STATUS_OK;
    }
    const json_t *content = json_object_get(body, "content"), *media = json_object_get(content, "application/json");
    o->takes_files = media == NULL;
    media = media ? media : json_object_get(content, "multipart/form-data");
    o->body_schema = json_object_get(media, "schema");
    o->body_required = json_is_true(json_object_get(body, "required"));
    const json_t *limit = json_object_get(entry, "x-body-limit");
    o->body_limit = limit ? (size_t)json_integer_value(limit) : BODY_LIMIT;
    if (o->body_schema == NULL) {
        return mistake(f, o, "its body needs a schema");
    }
    return schema_usable(o->root, o->body_schema, f);
}

static status operation_read(operation *o, const json_t *root, const char *path, const char *method,
                             const json_t *entry, fault *f) {
    o->root = root;
    o->path = path;
    o->method = method;
    o->id = json_string_value(json_object_get(entry, "operationId"));
    o->access = json_string_value(json_object_get(entry, "x-access"));
    o->kept = json_is_true(json_object_get(entry, "x-kept"));
    o->live = json_is_true(json_object_get(entry, "x-live"));
    o->changes_catalogue = json_object_get(entry, "x-changes") != NULL;
    o->audited = json_is_true(json_object_get(entry, "x-audit")) || (o->access && strcmp(o->access, "site.admin") == 0);
    o->success = 200;
    const char *code;
    json_t *response;
    json_object_foreach(json_object_get(entry, "responses"), code, response) {
        if (code[0] == '2') {
            o->success = atoi(code);
        }
    }
    if (o->id == NULL || o->access == NULL) {
        return mistake(f, o, "it needs an operationId and an x-access");
    }
    if (!access_rule_known(o->access)) {
        return mistake(f, o, "its x-access is no rule");
    }
    if (o->kept && (strcmp(o->access, "anonymous") != 0 || strcmp(method, "get") != 0)) {
        return mistake(f, o, "only what everybody may read can be kept");
    }
    status s = parameters_read(o, json_object_get(entry, "parameters"), f);
    return s != STATUS_OK ? s : body_read(o, entry, f);
}

static status table_read(operation_table *t, fault *f) {
    json_t *paths = json_object_get(t->document, "paths");
    size_t path_count = json_object_size(paths);
    for (t->place_slots = 16; t->place_slots < 2 * path_count; t->place_slots *= 2) {
    }
    t->places = memory_new(t->place_slots * sizeof *t->places);
    t->operations = memory_new((path_count * METHODS + 1) * sizeof *t->operations);
    const char *path;
    json_t *methods;
    json_object_foreach(paths, path, methods) {
        place *p = place_slot(t, path, strlen(path));
        p->path = path;
        for (int i = 0; i < METHODS; i++) {
            const json_t *entry = json_object_get(methods, method_names[i]);
            if (entry == NULL) {
                continue;
            }
            operation *o = &t->operations[t->count++];
            status s = operation_read(o, t->document, path, method_names[i], entry, f);
            if (s != STATUS_OK) {
                return s;
            }
            p->by_method[i] = o;
        }
    }
    t->patterns = schema_patterns_create(t->document);
    for (size_t i = 0; i < t->count; i++) {
        t->operations[i].patterns = t->patterns;
    }
    return STATUS_OK;
}

// ---- binding

static status steps_bind(operation_table *t, const operation_steps *steps, fault *f) {
    operation *o = (operation *)operation_by_id(t, steps->id);
    if (o == NULL) {
        return fault_set(f, STATUS_INTERNAL, "openapi",
                         "There are functions for %s, but openapi.json does not name it.", steps->id);
    }
    if (o->steps != NULL) {
        return mistake(f, o, "two groups have functions for it");
    }
    bool get = operation_is_read(o);
    if (get && (steps->slow || steps->write)) {
        return mistake(f, o, "it is a GET, so it has only a read step");
    }
    if (!steps->read && !steps->write && !o->live) {
        return mistake(f, o, "it has no function");
    }
    o->steps = steps;
    return STATUS_OK;
}

static status table_bind(operation_table *t, const operation_steps *const *groups, fault *f) {
    for (; *groups; groups++) {
        for (const operation_steps *steps = *groups; steps->id; steps++) {
            status s = steps_bind(t, steps, f);
            if (s != STATUS_OK) {
                return s;
            }
        }
    }
    for (size_t i = 0; i < t->count; i++) {
        if (t->operations[i].steps == NULL) {
            return mistake(f, &t->operations[i], "it has no function");
        }
    }
    return STATUS_OK;
}

status operation_table_create(const operation_steps *const *groups, operation_table **out, fault *f) {
    operation_table *t = memory_new(sizeof *t);
    json_error_t error;
    t->document = json_loadb(api_document, api_document_len, JSON_REJECT_DUPLICATES, &error);
    status s = t->document
                   ? STATUS_OK
                   : fault_set(f, STATUS_INTERNAL, "openapi", "openapi.json, line %d: %s.", error.line, error.text);
    if (s == STATUS_OK) {
        s = table_read(t, f);
    }
    if (s == STATUS_OK) {
        s = table_bind(t, groups, f);
    }
    if (s != STATUS_OK) {
        operation_table_destroy(t);
        t = NULL;
    }
    *out = t;
    return s;
}

void operation_table_destroy(operation_table *t) {
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        free(t->operations[i].parameters);
    }
    free(t->operations);
    free(t->places);
    schema_patterns_destroy(t->patterns);
    json_decref(t->document);
    free(t);
}

// ---- what an operation is

const operation *operation_by_id(const operation_table *t, const char *id) {
    for (size_t i = 0; i < t->count; i++) {
        if (strcmp(t->operations[i].id, id) == 0) {
            return &t->operations[i];
        }
    }
    return NULL;
}

bool operation_is_read(const operation *o) {
    return strcmp(o->method, "get") == 0;
}

bool operation_is_kept(const operation *o) {
    return o->kept;
}

bool operation_is_live(const operation *o) {
    return o->live;
}

const char *operation_id(const operation *o) {
    return o->id;
}

bool operation_takes_files(const operation *o) {
    return o->takes_files && o->body_schema != NULL;
}

const char *operation_access(const operation *o) {
    return o->access;
}

size_t operation_body_limit(const operation *o) {
    return o->body_limit;
}
