// SPDX-License-Identifier: EUPL-1.2
#include "api/manifest_text.h"

#include <ctype.h>
#include <string.h>

// A language tag as a key: two or three small letters, perhaps with a region.
static bool is_language(const char *key) {
    size_t len = strcspn(key, "-");
    if (len < 2 || len > 3) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!islower((unsigned char)key[i])) {
            return false;
        }
    }
    return true;
}

static bool is_by_language(const json_t *value) {
    const char *key;
    json_t *text;
    json_object_foreach((json_t *)value, key, text) {
        if (!is_language(key) || !json_is_string(text)) {
            return false;
        }
    }
    return json_object_size(value) > 0;
}

static json_t *pick(const json_t *texts, const char *language) {
    json_t *text = json_object_get(texts, language);
    if (text == NULL) {
        text = json_object_get(texts, "en");
    }
    return text != NULL ? text : json_object_iter_value(json_object_iter((json_t *)texts));
}

// Members of these are names that the author chose, so a field called "it" is a field and no Italian text.
static bool holds_names(const char *key) {
    return strcmp(key, "properties") == 0 || strcmp(key, "$defs") == 0;
}

// Values that a form sends, as they are.
static bool holds_values(const char *key) {
    return strcmp(key, "default") == 0 || strcmp(key, "const") == 0 || strcmp(key, "enum") == 0 ||
           strcmp(key, "examples") == 0;
}

static json_t *copy(const json_t *value, const char *language, bool names) {
    if (json_is_array(value)) {
        json_t *list = json_array();
        size_t i;
        json_t *entry;
        json_array_foreach((json_t *)value, i, entry) {
            json_array_append_new(list, copy(entry, language, false));
        }
        return list;
    }
    if (!json_is_object(value)) {
        return json_deep_copy(value);
    }
    json_t *object = json_object();
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member) {
        if (names) {
            json_object_set_new(object, key, copy(member, language, false));
        } else if (holds_values(key)) {
            json_object_set_new(object, key, json_deep_copy(member));
        } else if (json_is_object(member) && !holds_names(key) && is_by_language(member)) {
            json_object_set(object, key, pick(member, language));
        } else {
            json_object_set_new(object, key, copy(member, language, holds_names(key)));
        }
    }
    return object;
}

json_t *manifest_schema_text(arena *a, const json_t *schema, const char *language) {
    return schema != NULL ? arena_json(a, copy(schema, language, false)) : NULL;
}

void manifest_put_params(answer *out, arena *a, const manifest *m, const char *language) {
    answer_key(out, "params");
    const json_t *params = m != NULL ? manifest_schema_text(a, m->params, language) : NULL;
    if (params != NULL) {
        answer_json_value(out, params);
    } else {
        answer_null(out);
    }
}

void manifest_put_capabilities(answer *out, const manifest *m) {
    answer_key(out, "capabilities");
    if (m != NULL && m->capabilities != NULL) {
        answer_json_value(out, m->capabilities);
    } else {
        answer_array(out);
        answer_end(out);
    }
}
