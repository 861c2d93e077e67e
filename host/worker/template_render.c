// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "worker/template_parts.h"

enum { PAGE_LIMIT = 12 << 20 }; // a page that would not fit into a frame is not finished

typedef struct renderer {
    const template *t;
    const template_source *source;
    buffer *out;
    buffer scratch;                           // a filled text, a printed value
    const json_t *scopes[TEMPLATE_DEPTH + 1]; // the data, then the item of each section we are in
    size_t depth;
} renderer;

// ---- values

static const json_t *member(const json_t *object, const char *name) {
    return json_is_object(object) ? json_object_get(object, name) : NULL;
}

// The words of a name: the first is looked for outward, the others inside of it.
static const json_t *find(const renderer *r, str name) {
    if (name.len == 0)
        return r->scopes[r->depth];
    const json_t *value = NULL;
    for (size_t i = r->depth + 1; !value && i-- > 0;)
        value = member(r->scopes[i], name.ptr);
    for (const char *word = name.ptr + strlen(name.ptr) + 1; value && word < name.ptr + name.len;
         word += strlen(word) + 1)
        value = member(value, word);
    return value;
}

static bool is_empty(const json_t *value) {
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        return json_string_length(value) == 0;
    case JSON_INTEGER:
        return json_integer_value(value) == 0;
    case JSON_REAL:
        return !(json_real_value(value) < 0 || json_real_value(value) > 0);
    case JSON_ARRAY:
        return json_array_size(value) == 0;
    case JSON_OBJECT:
        return json_object_size(value) == 0;
    case JSON_TRUE:
        return false;
    default:
        return true;
    }
}

// A value as text. `room` holds the digits of a number, `scratch` what has to be printed.
static str value_text(const json_t *value, char room[40], buffer *scratch) {
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        return (str){json_string_value(value), json_string_length(value)};
    case JSON_INTEGER:
        return (str){room, (size_t)snprintf(room, 40, "%" JSON_INTEGER_FORMAT, json_integer_value(value))};
    case JSON_REAL:
        return (str){room, (size_t)snprintf(room, 40, "%.15g", json_real_value(value))};
    case JSON_TRUE:
        return STR("true");
    case JSON_FALSE:
        return STR("false");
    case JSON_ARRAY:
    case JSON_OBJECT: {
        char *printed = json_dumps(value, JSON_COMPACT);
        buffer_clear(scratch);
        buffer_add(scratch, printed ? printed : "");
        free(printed);
        return buffer_str(scratch);
    }
    default:
        return STR("");
    }
}

// ---- escaping for a place

static bool is_safe_url(str url) {
    while (url.len && (unsigned char)url.ptr[0] <= ' ')
        url = (str){url.ptr + 1, url.len - 1};
    size_t len = 0;
    while (len < url.len && !memchr(":/?#", url.ptr[len], 4))
        len++;
    if (len == url.len || url.ptr[len] != ':')
        return true; // relative
    static const char *const schemes[] = {"http", "https", "mailto"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strlen(schemes[i]) == len && strncasecmp(url.ptr, schemes[i], len) == 0)
            return true;
    return false;
}

static void add_path(buffer *out, str path) {
    while (path.len) {
        const char *slash = memchr(path.ptr, '/', path.len);
        size_t len = slash ? (size_t)(slash - path.ptr) : path.len;
        buffer_add_url(out, path.ptr, len);
        if (!slash)
            break;
        buffer_add_char(out, '/');
        path = (str){path.ptr + len + 1, path.len - len - 1};
    }
}

static bool is_plain_style(str value) {
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("#%.,- ", c)))
            return false;
    }
    return true;
}

static void add_escaped(buffer *out, markup_place place, str value) {
    if (place == PLACE_URL && !is_safe_url(value))
        value = STR("#");
    switch (place) {
    case PLACE_URL_PATH:
        add_path(out, value);
        break;
    case PLACE_URL_QUERY:
        buffer_add_url(out, value.ptr, value.len);
        break;
    case PLACE_STYLE:
        if (is_plain_style(value))
            buffer_append(out, value.ptr, value.len);
        break;
    default:
        buffer_add_html(out, value.ptr, value.len);
    }
}

// ---- texts with {names}

typedef const json_t *finder(const void *context, const char *name);

// Adds a text, each {name} that is found replaced. A name is short and plain, anything else in braces stays.
static void fill(buffer *out, str text, finder *look_up, const void *context) {
    const char *p = text.ptr, *end = text.ptr + text.len;
    while (p < end) {
        const char *open = memchr(p, '{', (size_t)(end - p));
        const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
        if (!close)
            break;
        char name[64], room[40];
        size_t len = (size_t)(close - open) - 1;
        const json_t *value = NULL;
        if (len > 0 && len < sizeof name) {
            memcpy(name, open + 1, len);
            name[len] = '\0';
            value = look_up(context, name);
        }
        const char *copied = value ? open : open + 1;
        buffer_append(out, p, (size_t)(copied - p));
        p = copied;
        if (value) {
            buffer scratch = {0};
            str shown = value_text(value, room, &scratch);
            buffer_append(out, shown.ptr, shown.len);
            buffer_free(&scratch);
            p = close + 1;
        }
    }
    if (p < end)
        buffer_append(out, p, (size_t)(end - p));
}

static const json_t *find_param(const void *context, const char *name) {
    return member(context, name);
}

static const json_t *find_outward(const void *context, const char *name) {
    return find(context, (str){name, strlen(name) + 1});
}

void template_fill(buffer *out, str text, const json_t *params) {
    fill(out, text, find_param, params);
}

static void render_text(renderer *r, const template_part *part) {
    str text = r->source->text(r->source->context, part->text.ptr);
    if (text.len && memchr(text.ptr, '{', text.len)) {
        buffer filled = {0};
        fill(&filled, text, find_outward, r);
        add_escaped(r->out, part->place, buffer_str(&filled));
        buffer_free(&filled);
    } else {
        add_escaped(r->out, part->place, text);
    }
}

// ---- parts

static bool render(renderer *r, size_t from, size_t to);

static bool render_section(renderer *r, size_t at) {
    const template_part *section = &r->t->parts[at];
    const json_t *value = find(r, section->text);
    if (is_empty(value))
        return true;
    bool ok = true;
    r->depth++;
    if (json_is_array(value)) {
        for (size_t i = 0; ok && i < json_array_size(value); i++) {
            r->scopes[r->depth] = json_array_get(value, i);
            ok = render(r, at + 1, section->end);
        }
    } else {
        r->scopes[r->depth] = value;
        ok = render(r, at + 1, section->end);
    }
    r->depth--;
    return ok;
}

static bool render(renderer *r, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        const template_part *part = &r->t->parts[i];
        char room[40];
        switch (part->kind) {
        case PART_LITERAL:
            buffer_append(r->out, part->text.ptr, part->text.len);
            break;
        case PART_VALUE:
            add_escaped(r->out, part->place, value_text(find(r, part->text), room, &r->scratch));
            break;
        case PART_TEXT:
            render_text(r, part);
            break;
        case PART_LINK:
            buffer_add_html(r->out, r->source->link.ptr, r->source->link.len);
            break;
        case PART_SECTION:
            if (!render_section(r, i))
                return false;
            i = part->end - 1;
            break;
        case PART_INVERTED:
            if (!is_empty(find(r, part->text)))
                i = part->end - 1;
            break;
        }
        if (r->out->len > PAGE_LIMIT)
            return false;
    }
    return true;
}

bool template_render(const template *t, const json_t *data, const template_source *source, buffer *out,
                     char sentence[SENTENCE_SIZE]) {
    renderer r = {.t = t, .source = source, .out = out};
    r.scopes[0] = data;
    bool ok = render(&r, 0, t->count);
    buffer_free(&r.scratch);
    if (!ok)
        return sentence_set(sentence, "The page is larger than %d MB; show less on one page.", PAGE_LIMIT >> 20);
    return true;
}
