// SPDX-License-Identifier: EUPL-1.2
#include "domain/import_texts.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "domain/markup.h"

enum { ID_LENGTH = 120, LANGUAGE_LENGTH = 11 };

static const char *type_name(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

// A language tag as in "en" or "pt-BR"; the letters of the language itself are kept small.
static const char *language_tag(arena *a, const char *text) {
    size_t len = strlen(text), first = strcspn(text, "-_");
    if (len > LANGUAGE_LENGTH || first < 2 || first > 3) {
        return NULL;
    }
    char *tag = arena_copy(a, text, len);
    for (size_t i = 0; i < len; i++) {
        if (i < first ? !isalpha((unsigned char)tag[i]) : i > first && !isalnum((unsigned char)tag[i])) {
            return NULL;
        }
        if (i < first) {
            tag[i] = (char)tolower((unsigned char)tag[i]);
        } else if (i == first) {
            tag[i] = '-';
        }
    }
    return first == len || len > first + 1 ? tag : NULL;
}

static const char *text_clean(arena *a, const char *text, import_kind kind) {
    str given = str_from(text);
    while (given.len > 0 && isspace((unsigned char)given.ptr[0])) {
        given = (str){given.ptr + 1, given.len - 1};
    }
    while (given.len > 0 && isspace((unsigned char)given.ptr[given.len - 1])) {
        given.len--;
    }
    if (kind == IMPORT_AS_IS || (kind == IMPORT_MARKDOWN && !markup_is_html(given))) {
        return arena_copy(a, given.ptr, given.len);
    }
    buffer out = {0};
    (kind == IMPORT_LINE ? markup_to_line : markup_to_markdown)(&out, given);
    const char *clean = arena_copy(a, out.ptr, out.len);
    buffer_free(&out);
    return clean;
}

static void texts_add(const import_place *at, import_texts *texts, const char *key, const json_t *value,
                      import_kind kind) {
    arena *a = at->report->arena;
    import_place place = import_member(at, key);
    const char *tag = language_tag(a, key);
    if (tag == NULL) {
        import_fault(&place, "\"%s\" is not a language (\"en\", \"it\" ...)", key);
        return;
    }
    if (json_is_null(value)) {
        return; // not translated
    }
    if (!json_is_string(value)) {
        import_fault(&place, "a text is expected here, not %s", type_name(value));
        return;
    }
    for (size_t i = 0; i < texts->count; i++) {
        if (strcasecmp(texts->items[i].language, tag) == 0) {
            import_fault(&place, "the language \"%s\" stands here twice", tag);
            return;
        }
    }
    // An empty text still takes its place in the list until all are read, so that a language twice is always seen.
    texts->items[texts->count++] = (import_text){tag, text_clean(a, json_string_value(value), kind)};
}

static void texts_drop_empty(import_texts *texts) {
    size_t kept = 0;
    for (size_t i = 0; i < texts->count; i++) {
        if (texts->items[i].text[0] != 0) {
            texts->items[kept++] = texts->items[i];
        }
    }
    texts->count = kept;
}

import_texts import_texts_read(const import_place *at, const json_t *object, const char *key, import_kind kind,
                               import_need need) {
    import_texts texts = {0};
    const json_t *value = json_object_get(object, key);
    import_place place = import_member(at, key);
    if (value == NULL || json_is_null(value)) {
        if (need == IMPORT_MUST) {
            import_fault(&place, "this is missing");
        }
        return texts;
    }
    if (!json_is_object(value)) {
        import_fault(&place, "texts by language are expected here ({\"en\": \"...\"}), not %s", type_name(value));
        return texts;
    }
    size_t before = at->report->fault_count;
    texts.items = arena_alloc(at->report->arena, (json_object_size(value) + 1) * sizeof *texts.items);
    const char *language;
    json_t *text;
    json_object_foreach((json_t *)value, language, text) {
        texts_add(&place, &texts, language, text, kind);
    }
    texts_drop_empty(&texts);
    if (need == IMPORT_MUST && texts.count == 0 && at->report->fault_count == before) {
        import_fault(&place, "a text in at least one language is needed here");
    }
    return texts;
}

str import_texts_json(arena *a, import_texts texts) {
    buffer out = {0};
    buffer_add_char(&out, '{');
    for (size_t i = 0; i < texts.count; i++) {
        buffer_add(&out, i > 0 ? ", " : "");
        buffer_add_json(&out, texts.items[i].language, strlen(texts.items[i].language));
        buffer_add(&out, ": ");
        buffer_add_json(&out, texts.items[i].text, strlen(texts.items[i].text));
    }
    buffer_add_char(&out, '}');
    str json = arena_str(a, buffer_str(&out));
    buffer_free(&out);
    return json;
}

const char *import_texts_find(import_texts texts, const char *language) {
    for (size_t i = 0; i < texts.count; i++) {
        if (strcmp(texts.items[i].language, language) == 0) {
            return texts.items[i].text;
        }
    }
    return NULL;
}

str import_languages_json(arena *a, import_texts texts) {
    import_list list = {arena_alloc(a, (texts.count + 1) * sizeof *list.items), texts.count};
    for (size_t i = 0; i < texts.count; i++) {
        list.items[i] = texts.items[i].language;
    }
    return import_list_json(a, list);
}

static void tag_add(json_t *words, str word) {
    buffer line = {0};
    markup_to_line(&line, word);
    if (line.len > 0) {
        json_array_append_new(words, json_stringn(line.ptr, line.len));
    }
    buffer_free(&line);
}

static json_t *tags_of(const import_place *at, const json_t *value) {
    json_t *words = json_array();
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        while (*text != 0) {
            size_t len = strcspn(text, ";");
            tag_add(words, (str){text, len});
            text += len + (text[len] == ';');
        }
    } else if (json_is_array(value)) {
        size_t i;
        json_t *word;
        json_array_foreach((json_t *)value, i, word) {
            if (json_is_string(word)) {
                tag_add(words, str_from(json_string_value(word)));
            } else {
                import_place place = import_entry(at, i);
                import_fault(&place, "a word is expected here, not %s", type_name(word));
            }
        }
    } else if (!json_is_null(value)) {
        import_fault(at, "a list of words is expected here, not %s", type_name(value));
    }
    return words;
}

str import_tags_read(const import_place *at, const json_t *object, const char *key) {
    arena *a = at->report->arena;
    const json_t *value = json_object_get(object, key);
    import_place place = import_member(at, key);
    if (value == NULL || json_is_null(value)) {
        return STR("{}");
    }
    if (!json_is_object(value)) {
        import_fault(&place, "lists of words by language are expected here ({\"en\": [\"...\"]}), not %s",
                     type_name(value));
        return STR("{}");
    }
    json_t *tags = arena_json(a, json_object());
    const char *language;
    json_t *words;
    json_object_foreach((json_t *)value, language, words) {
        import_place entry = import_member(&place, language);
        const char *tag = language_tag(a, language);
        json_t *list = tags_of(&entry, words);
        if (tag == NULL) {
            import_fault(&entry, "\"%s\" is not a language (\"en\", \"it\" ...)", language);
        } else if (json_object_get(tags, tag) != NULL) {
            import_fault(&entry, "the language \"%s\" stands here twice", tag);
        } else if (json_array_size(list) > 0) {
            json_object_set(tags, tag, list);
        }
        json_decref(list);
    }
    char *text = json_dumps(tags, 0);
    str json = arena_str(a, str_from(text));
    free(text);
    return json;
}

import_list import_list_read(const import_place *at, const json_t *object, const char *key, bool strict) {
    import_list list = {0};
    const json_t *value = import_array_read(at, object, key, IMPORT_MAY);
    import_place place = import_member(at, key);
    list.items = arena_alloc(at->report->arena, (json_array_size(value) + 1) * sizeof *list.items);
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)value, i, entry) {
        import_place here = import_entry(&place, i);
        const char *text = json_string_value(entry);
        if (text == NULL || text[0] == 0) {
            import_fault(&here, "a text is expected here, not %s", text != NULL ? "an empty one" : type_name(entry));
            continue;
        }
        bool twice = false;
        for (size_t k = 0; k < list.count && !twice; k++) {
            twice = strcmp(list.items[k], text) == 0;
        }
        if (!twice) {
            list.items[list.count++] = text;
        } else if (strict) {
            import_fault(&here, "\"%s\" stands in this list twice", text);
        } else {
            import_warning(&here, "\"%s\" stands in this list twice; it counts once", text);
        }
    }
    return list;
}

str import_list_json(arena *a, import_list list) {
    buffer out = {0};
    buffer_add_char(&out, '[');
    for (size_t i = 0; i < list.count; i++) {
        buffer_add(&out, i > 0 ? ", " : "");
        buffer_add_json(&out, list.items[i], strlen(list.items[i]));
    }
    buffer_add_char(&out, ']');
    str json = arena_str(a, buffer_str(&out));
    buffer_free(&out);
    return json;
}

const char *import_word_read(const import_place *at, const json_t *object, const char *key, import_need need) {
    const json_t *value = json_object_get(object, key);
    import_place place = import_member(at, key);
    if (value == NULL || json_is_null(value)) {
        if (need == IMPORT_MUST) {
            import_fault(&place, "this is missing");
        }
        return NULL;
    }
    if (!json_is_string(value)) {
        import_fault(&place, "a text is expected here, not %s", type_name(value));
        return NULL;
    }
    return json_string_value(value);
}

const char *import_choice_read(const import_place *at, const json_t *object, const char *key,
                               const char *const *words) {
    const char *value = import_word_read(at, object, key, IMPORT_MUST);
    if (value == NULL) {
        return NULL;
    }
    buffer known = {0};
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            buffer_free(&known);
            return words[i];
        }
        buffer_printf(&known, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    import_place place = import_member(at, key);
    import_fault(&place, "\"%s\" is not known here; it can be: %s", value, known.ptr);
    buffer_free(&known);
    return NULL;
}

const char *import_id_read(const import_place *at, const json_t *object, const char *key) {
    const char *value = import_word_read(at, object, key, IMPORT_MUST);
    if (value == NULL) {
        return NULL;
    }
    bool good = isalnum((unsigned char)value[0]) && strlen(value) <= ID_LENGTH;
    for (const char *c = value; *c != 0 && good; c++) {
        good = isalnum((unsigned char)*c) || strchr("_.-", *c) != NULL;
    }
    if (!good) {
        import_place place = import_member(at, key);
        import_fault(&place,
                     "\"%s\" cannot be an id: letters, digits, _ . and - only, at most %d, a letter or digit first",
                     value, ID_LENGTH);
        return NULL;
    }
    return value;
}

void import_languages_check(const import_place *at, const json_t *object) {
    import_list list = import_list_read(at, object, "languages", true);
    import_place place = import_member(at, "languages");
    for (size_t i = 0; i < list.count; i++) {
        if (language_tag(at->report->arena, list.items[i]) == NULL) {
            import_fault(&place, "\"%s\" is not a language (\"en\", \"it\" ...)", list.items[i]);
        }
    }
}

bool import_is_object(const import_place *at, const json_t *value) {
    if (!json_is_object(value)) {
        import_fault(at, "an object is expected here, not %s", type_name(value));
        return false;
    }
    return true;
}

const json_t *import_array_read(const import_place *at, const json_t *object, const char *key, import_need need) {
    const json_t *value = json_object_get(object, key);
    import_place place = import_member(at, key);
    if (value == NULL || json_is_null(value)) {
        if (need == IMPORT_MUST) {
            import_fault(&place, "this is missing");
        }
        return NULL;
    }
    if (!json_is_array(value)) {
        import_fault(&place, "a list is expected here, not %s", type_name(value));
        return NULL;
    }
    return value;
}
