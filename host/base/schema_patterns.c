// SPDX-License-Identifier: EUPL-1.2
#include "base/schema_patterns.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// A schema has a handful of different patterns, so they are simply looked through.
typedef struct entry {
    struct entry *next;
    char *text;
    pattern *compiled;
} entry;

struct schema_patterns {
    entry *first;
};

static const pattern *find(const entry *first, const char *text) {
    for (const entry *e = first; e; e = e->next)
        if (strcmp(e->text, text) == 0)
            return e->compiled;
    return NULL;
}

const pattern *schema_patterns_take(schema_patterns *p, const char *text) {
    char trouble[PATTERN_TROUBLE];
    const pattern *there = find(p->first, text);
    pattern *compiled = there ? NULL : pattern_create(text, trouble);
    if (!compiled)
        return there;
    entry *e = memory_new(sizeof *e);
    *e = (entry){p->first, memory_text(text), compiled};
    p->first = e;
    return compiled;
}

static void collect(schema_patterns *p, const json_t *value) {
    const char *name;
    json_t *part;
    size_t i;
    json_object_foreach((json_t *)value, name, part) {
        if (json_is_string(part) && strcmp(name, "pattern") == 0)
            schema_patterns_take(p, json_string_value(part)); // or a member of an example that is only called pattern
        collect(p, part);
    }
    json_array_foreach(value, i, part)
        collect(p, part);
}

schema_patterns *schema_patterns_create(const json_t *root) {
    schema_patterns *p = memory_new(sizeof *p);
    collect(p, root);
    return p;
}

void schema_patterns_destroy(schema_patterns *p) {
    if (!p)
        return;
    for (entry *e = p->first, *next; e; e = next) {
        next = e->next;
        pattern_destroy(e->compiled);
        free(e->text);
        free(e);
    }
    free(p);
}

const pattern *schema_patterns_find(const schema_patterns *p, const char *text) {
    return p ? find(p->first, text) : NULL;
}
