// SPDX-License-Identifier: EUPL-1.2
#include "worker/template.h"

#include <stdlib.h>
#include <string.h>

#include "worker/template_parts.h"

typedef struct compiler {
    template *t;
    markup markup;
    size_t at, capacity, names_used, depth;
    size_t open[TEMPLATE_DEPTH];   // sections that are not closed yet
    markup before[TEMPLATE_DEPTH]; // where each of them began
    char *sentence;
} compiler;

static void *must(void *memory) {
    if (!memory)
        abort();
    return memory;
}

static int line_of(const compiler *c) {
    int line = 1;
    for (size_t i = 0; i < c->at; i++)
        line += c->t->page[i] == '\n';
    return line;
}

static template_part *add_part(compiler *c, part_kind kind, str text) {
    if (c->t->count == c->capacity) {
        c->capacity = c->capacity ? c->capacity * 2 : 32;
        c->t->parts = must(realloc(c->t->parts, c->capacity * sizeof *c->t->parts));
    }
    template_part *part = &c->t->parts[c->t->count++];
    *part = (template_part){.kind = kind, .text = text};
    return part;
}

// ---- names

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           (unsigned char)c >= 0x80;
}

static bool is_name(str name) {
    if (str_is(name, "."))
        return true;
    bool dot = true; // no empty words: neither ".a" nor "a..b" nor "a."
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '.' ? dot : !is_name_char(name.ptr[i]))
            return false;
        dot = name.ptr[i] == '.';
    }
    return !dot;
}

// The words of a name, each ended by NUL. `dots`: they separate words.
static str add_name(compiler *c, str name, bool dots) {
    if (str_is(name, "."))
        return (str){"", 0};
    char *words = c->t->names + c->names_used;
    memcpy(words, name.ptr, name.len);
    words[name.len] = '\0';
    for (size_t i = 0; dots && i < name.len; i++)
        if (words[i] == '.')
            words[i] = '\0';
    c->names_used += name.len + 1;
    return (str){words, name.len + 1};
}

// ---- tags

static bool add_value(compiler *c, str name) {
    const char *why;
    markup_place place = markup_value(&c->markup, &why);
    if (place == PLACE_NONE)
        return sentence_set(c->sentence, "Line %d of the page: {{" STR_FORMAT "}} stands %s.", line_of(c),
                            STR_ARG(name), why);
    bool link = str_is(name, "link");
    template_part *part;
    if (link)
        part = add_part(c, PART_LINK, name);
    else if (str_starts(name, "t.") && name.len > 2)
        part = add_part(c, PART_TEXT, add_name(c, (str){name.ptr + 2, name.len - 2}, false));
    else
        part = add_part(c, PART_VALUE, add_name(c, name, true));
    part->place = place;
    markup_passed(&c->markup, link);
    return true;
}

static bool open_section(compiler *c, part_kind kind, str name) {
    if (c->depth == TEMPLATE_DEPTH)
        return sentence_set(c->sentence, "Line %d of the page: more than %d sections stand in each other.", line_of(c),
                            TEMPLATE_DEPTH);
    c->before[c->depth] = c->markup;
    c->open[c->depth++] = c->t->count;
    add_part(c, kind, add_name(c, name, true));
    return true;
}

// A section may come again right behind itself, where the markup is not as it was before the section: its values must
// have a good place there too.
static bool repeat_section(const template *t, size_t from, size_t to, markup *m) {
    const char *why;
    for (size_t i = from; i < to; i++) {
        const template_part *part = &t->parts[i];
        markup before = *m;
        switch (part->kind) {
        case PART_LITERAL:
            markup_read(m, part->text.ptr, part->text.len);
            break;
        case PART_SECTION:
        case PART_INVERTED:
            if (!repeat_section(t, i + 1, part->end, m) || !markup_join(m, &before))
                return false;
            i = part->end - 1;
            break;
        default:
            if (markup_value(m, &why) == PLACE_NONE)
                return false;
            markup_passed(m, part->kind == PART_LINK);
        }
    }
    return true;
}

static bool close_section(compiler *c, str name) {
    if (c->depth == 0)
        return sentence_set(c->sentence, "Line %d of the page: {{/" STR_FORMAT "}} closes nothing.", line_of(c),
                            STR_ARG(name));
    template_part *section = &c->t->parts[c->open[--c->depth]];
    size_t used = c->names_used;
    if (!str_equal(add_name(c, name, true), section->text))
        return sentence_set(c->sentence, "Line %d of the page: {{/" STR_FORMAT "}} does not close the section %s.",
                            line_of(c), STR_ARG(name), section->text.len ? section->text.ptr : ".");
    c->names_used = used;
    section->end = c->t->count;
    bool fits = markup_join(&c->markup, &c->before[c->depth]);
    markup once = c->markup;
    if (fits && section->kind == PART_SECTION)
        fits = repeat_section(c->t, c->open[c->depth] + 1, section->end, &c->markup) && markup_join(&c->markup, &once);
    if (!fits)
        return sentence_set(c->sentence,
                            "Line %d of the page: the section " STR_FORMAT
                            " begins and ends in different places of the "
                            "HTML, such as outside and inside of a tag.",
                            line_of(c), STR_ARG(name));
    return true;
}

static bool compile_tag(compiler *c, str tag) {
    char sign = '\0';
    if (tag.len && strchr("#^/!{&>=", tag.ptr[0])) {
        sign = tag.ptr[0];
        tag = (str){tag.ptr + 1, tag.len - 1};
    }
    if (sign == '!')
        return true;
    while (tag.len && (tag.ptr[0] == ' ' || tag.ptr[0] == '\n'))
        tag = (str){tag.ptr + 1, tag.len - 1};
    while (tag.len && (tag.ptr[tag.len - 1] == ' ' || tag.ptr[tag.len - 1] == '\n'))
        tag.len--;
    if (sign == '{' || sign == '&')
        return sentence_set(c->sentence, "Line %d of the page: a value cannot be put in unescaped; write {{name}}.",
                            line_of(c));
    if (sign == '>' || sign == '=' || !is_name(tag))
        return sentence_set(c->sentence, "Line %d of the page: {{" STR_FORMAT "}} is no name of a value.", line_of(c),
                            STR_ARG(tag));
    switch (sign) {
    case '#':
        return open_section(c, PART_SECTION, tag);
    case '^':
        return open_section(c, PART_INVERTED, tag);
    case '/':
        return close_section(c, tag);
    default:
        return add_value(c, tag);
    }
}

static void add_literal(compiler *c, size_t len) {
    if (len) {
        add_part(c, PART_LITERAL, (str){c->t->page + c->at, len});
        markup_read(&c->markup, c->t->page + c->at, len);
        c->at += len;
    }
}

static bool compile(compiler *c) {
    size_t len = c->t->len;
    for (;;) {
        const char *rest = c->t->page + c->at;
        const char *open = memmem(rest, len - c->at, "{{", 2);
        add_literal(c, open ? (size_t)(open - rest) : len - c->at);
        if (!open)
            break;
        const char *close = memmem(open + 2, len - c->at - 2, "}}", 2);
        if (!close)
            return sentence_set(c->sentence, "Line %d of the page: {{ has no }}.", line_of(c));
        if (!compile_tag(c, (str){open + 2, (size_t)(close - open) - 2}))
            return false;
        c->at = (size_t)(close - c->t->page) + 2;
    }
    if (c->depth) {
        const template_part *section = &c->t->parts[c->open[c->depth - 1]];
        return sentence_set(c->sentence, "The section %s of the page is not closed.",
                            section->text.len ? section->text.ptr : ".");
    }
    return true;
}

template *template_compile(str page, char sentence[SENTENCE_SIZE]) {
    template *t = must(calloc(1, sizeof *t));
    t->page = must(malloc(page.len + 1));
    if (page.len)
        memcpy(t->page, page.ptr, page.len);
    t->page[page.len] = '\0';
    t->len = page.len;
    // A name and its NUL are shorter than the braces around it, so all names together fit into as much room again.
    t->names = must(malloc(page.len + 1));
    compiler c = {.t = t, .sentence = sentence};
    if (compile(&c))
        return t;
    template_destroy(t);
    return NULL;
}

void template_destroy(template *t) {
    if (!t)
        return;
    free(t->page);
    free(t->names);
    free(t->parts);
    free(t);
}

// ---- cache

enum { CACHE_SIZE = 64 };

struct template_cache {
    template *pages[CACHE_SIZE];
    const char *texts[CACHE_SIZE]; // where the page came from: only a hint where to look first
    size_t next;                   // the one to give up when all are in use
};

template_cache *template_cache_create(void) {
    return must(calloc(1, sizeof(template_cache)));
}

void template_cache_destroy(template_cache *cache) {
    if (!cache)
        return;
    for (size_t i = 0; i < CACHE_SIZE; i++)
        template_destroy(cache->pages[i]);
    free(cache);
}

static bool is_page(const template *t, str page) {
    return t && str_equal((str){t->page, t->len}, page);
}

const template *template_cache_get(template_cache *cache, str page, char sentence[SENTENCE_SIZE]) {
    for (size_t i = 0; i < CACHE_SIZE; i++)
        if (cache->texts[i] == page.ptr && is_page(cache->pages[i], page))
            return cache->pages[i];
    for (size_t i = 0; i < CACHE_SIZE; i++)
        if (is_page(cache->pages[i], page))
            return cache->pages[i];
    template *t = template_compile(page, sentence);
    if (t) {
        template_destroy(cache->pages[cache->next]);
        cache->pages[cache->next] = t;
        cache->texts[cache->next] = page.ptr;
        cache->next = (cache->next + 1) % CACHE_SIZE;
    }
    return t;
}
