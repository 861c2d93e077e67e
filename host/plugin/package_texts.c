// SPDX-License-Identifier: EUPL-1.2
//
// Are the texts of a package there, in every language, with the same keys and the same {places} to fill?
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugin/file.h"
#include "plugin/package_part.h"

enum { TEXT_BYTES = 256 * 1024 };

// NULL if there is no such file, or it is none that can be used (then that was said).
static json_t *read_texts(const package_check *c, const char *language) {
    char name[64];
    buffer text = {0};
    json_error_t error;
    snprintf(name, sizeof name, "i18n/%.16s.json", language);
    if (!file_read(c->folder, name, TEXT_BYTES, &text)) {
        package_fault(c, "There is no %s, although the manifest lists the language \"%s\".", name, language);
        buffer_free(&text);
        return NULL;
    }
    json_t *texts = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error), *value;
    const char *key;
    buffer_free(&text);
    if (!json_is_object(texts)) {
        package_fault(c, "%s is no JSON object: line %d, %s.", name, texts ? 1 : error.line,
                      texts ? "it must begin with {" : error.text);
        json_decref(texts);
        return NULL;
    }
    json_object_foreach(texts, key, value)
        if (!json_is_string(value) || json_string_length(value) == 0)
            package_fault(c, "%s: \"%s\" must be a text, and not an empty one.", name, key);
    return texts;
}

// Every {place} of `a` is in `b`.
static bool same_places(const char *a, const char *b) {
    for (const char *open = strchr(a, '{'); open; open = strchr(open + 1, '{')) {
        size_t len = strcspn(open, "}");
        if (open[len] && !memmem(b, strlen(b), open, len + 1))
            return false;
    }
    return true;
}

static void compare(const package_check *c, const char *language, const json_t *texts, const char *other,
                    const json_t *others) {
    const char *key;
    json_t *text;
    json_object_foreach((json_t *)texts, key, text) {
        const char *a = json_string_value(text), *b = json_string_value(json_object_get(others, key));
        if (!b)
            package_fault(c, "i18n/%s.json has no text \"%s\", which i18n/%s.json has.", other, key, language);
        else if (a && (!same_places(a, b) || !same_places(b, a)))
            package_fault(c, "The text \"%s\" has other {places} to fill in i18n/%s.json than in i18n/%s.json.", key,
                          other, language);
    }
    json_object_foreach((json_t *)others, key, text)
        if (!json_object_get(texts, key))
            package_fault(c, "i18n/%s.json has no text \"%s\", which i18n/%s.json has.", language, key, other);
}

void package_check_texts(const package_check *c, const manifest *m) {
    char folder[PATH_MAX];
    const json_t *language;
    json_t *first = NULL;
    const char *first_language = NULL;
    size_t i;
    if (snprintf(folder, sizeof folder, "%s/i18n", c->folder) >= PATH_MAX || access(folder, F_OK) != 0) {
        package_note(c, "There is no folder i18n/: the tool brings no texts of its own.");
        return;
    }
    json_array_foreach(m->languages, i, language) {
        const char *code = json_string_value(language);
        json_t *texts = read_texts(c, code);
        if (texts && first)
            compare(c, first_language, first, code, texts);
        if (texts && !first) {
            first = json_incref(texts);
            first_language = code;
        }
        json_decref(texts);
    }
    json_decref(first);
}
