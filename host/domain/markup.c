// SPDX-License-Identifier: EUPL-1.2
#include "domain/markup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/entity.h"

enum { LIST_DEPTH = 8, HREF_TEXT = 2048 };

typedef enum emphasis { EMPHASIS_NONE, EMPHASIS_WANTED, EMPHASIS_OPEN } emphasis;

typedef struct converter {
    buffer *out;
    size_t start;          // where our text begins in `out`
    int breaks;            // line breaks owed before the next word: 1 a line, 2 a paragraph
    bool space;            // a space owed before the next word
    bool plain;            // words only, no marks
    int lists[LIST_DEPTH]; // -1 for bullets, else the last number
    int depth;
    bool item; // a list item was begun: its mark is owed
    emphasis bold, italic;
    char href[HREF_TEXT]; // of the open link, "" if none
    bool link_open;       // its bracket was written
    const char *skip;     // inside an element whose content goes too
} converter;

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool markup_is_html(str text) {
    for (size_t i = 0; i + 1 < text.len; i++) {
        char next = text.ptr[i + 1];
        if (text.ptr[i] == '<' && (isalpha((unsigned char)next) || next == '/' || next == '!')) {
            return true;
        }
        size_t used;
        char letters[8];
        if (text.ptr[i] == '&' && entity_read((str){text.ptr + i, text.len - i}, letters, &used) > 0) {
            return true;
        }
    }
    return false;
}

static void break_at_least(converter *c, int breaks) {
    if (c->out->len > c->start && c->breaks < breaks) {
        c->breaks = breaks;
    }
    c->space = false;
}

// What is owed before the next word: line breaks, the mark of a list item, a space, emphasis, a bracket.
static void pay(converter *c) {
    bool fresh = c->breaks > 0 || c->out->len == c->start;
    if (c->plain) {
        if ((c->breaks > 0 || c->space) && c->out->len > c->start) {
            buffer_add_char(c->out, ' ');
        }
    } else {
        for (int i = 0; i < c->breaks; i++) {
            buffer_add_char(c->out, '\n');
        }
        if (fresh && c->depth > 0) {
            for (int i = 1; i < c->depth; i++) {
                buffer_add(c->out, "  ");
            }
            int *number = &c->lists[c->depth - 1];
            if (!c->item) {
                buffer_add(c->out, "  ");
            } else if (*number < 0) {
                buffer_add(c->out, "- ");
            } else {
                buffer_printf(c->out, "%d. ", ++*number);
            }
            c->item = false;
        } else if (c->space && !fresh) {
            buffer_add_char(c->out, ' ');
        }
        if (c->bold == EMPHASIS_WANTED) {
            buffer_add(c->out, "**");
            c->bold = EMPHASIS_OPEN;
        }
        if (c->italic == EMPHASIS_WANTED) {
            buffer_add(c->out, "*");
            c->italic = EMPHASIS_OPEN;
        }
        if (c->href[0] != 0 && !c->link_open) {
            buffer_add_char(c->out, '[');
            c->link_open = true;
        }
    }
    c->breaks = 0;
    c->space = false;
}

static void close_link(converter *c) {
    if (c->link_open) {
        buffer_printf(c->out, "](%s)", c->href);
    }
    c->link_open = false;
    c->href[0] = 0;
}

static void close_emphasis(converter *c, emphasis *which, const char *mark) {
    if (*which == EMPHASIS_OPEN) {
        buffer_add(c->out, mark);
    }
    *which = EMPHASIS_NONE;
}

// Marks may not reach over a paragraph.
static void close_inline(converter *c) {
    close_link(c);
    close_emphasis(c, &c->italic, "*");
    close_emphasis(c, &c->bold, "**");
}

static bool must_escape(const converter *c, char letter, bool at_start) {
    if (c->plain) {
        return false;
    }
    return strchr("\\*[]<`_~", letter) != NULL || (at_start && strchr("#-+>=", letter) != NULL);
}

static void put_letters(converter *c, const char *letters, size_t len) {
    bool at_start = c->breaks > 0 || c->out->len == c->start;
    pay(c);
    if (len == 1 && must_escape(c, letters[0], at_start)) {
        buffer_add_char(c->out, '\\');
    }
    buffer_append(c->out, letters, len);
}

// Only links that lead to a page or a mailbox; the rest stays as its words.
static void href_take(converter *c, str value) {
    static const char *const schemes[] = {"https://", "http://", "mailto:"};
    bool good = false;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        good = good || (value.len > strlen(schemes[i]) && strncasecmp(value.ptr, schemes[i], strlen(schemes[i])) == 0);
    }
    if (!good || c->plain || value.len * 3 >= HREF_TEXT) {
        return;
    }
    char *to = c->href;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char letter = (unsigned char)value.ptr[i];
        char decoded[8];
        size_t used;
        size_t len = entity_read((str){value.ptr + i, value.len - i}, decoded, &used);
        if (len == 1) {
            letter = (unsigned char)decoded[0];
            i += used - 1;
        }
        if (letter <= 0x20 || strchr("()<>\\\"", letter) != NULL) {
            static const char digits[] = "0123456789ABCDEF";
            *to++ = '%';
            *to++ = digits[letter >> 4];
            *to++ = digits[letter & 15];
        } else {
            *to++ = (char)letter;
        }
    }
    *to = 0;
}

// The value of href among the attributes of a tag.
static void link_begin(converter *c, str attributes) {
    close_link(c);
    for (size_t i = 0; i + 5 < attributes.len; i++) {
        if ((i > 0 && !is_space(attributes.ptr[i - 1])) || strncasecmp(attributes.ptr + i, "href", 4) != 0) {
            continue;
        }
        size_t at = i + 4;
        while (at < attributes.len && (is_space(attributes.ptr[at]) || attributes.ptr[at] == '=')) {
            at++;
        }
        char quote = at < attributes.len ? attributes.ptr[at] : 0;
        bool quoted = quote == '"' || quote == '\'';
        size_t from = at + quoted, to = from;
        while (to < attributes.len && (quoted ? attributes.ptr[to] != quote : !is_space(attributes.ptr[to]))) {
            to++;
        }
        while (from < to && is_space(attributes.ptr[from])) {
            from++;
        }
        if (from < to) {
            href_take(c, (str){attributes.ptr + from, to - from});
        }
        return;
    }
}

static bool named(str name, const char *list) {
    // `list` holds names between spaces: " p div ".
    char wanted[16];
    if (name.len + 2 >= sizeof wanted) {
        return false;
    }
    size_t len = 0;
    wanted[len++] = ' ';
    for (size_t i = 0; i < name.len; i++) {
        wanted[len++] = (char)tolower((unsigned char)name.ptr[i]);
    }
    wanted[len++] = ' ';
    wanted[len] = 0;
    return strstr(list, wanted) != NULL;
}

static void list_tag(converter *c, bool closing, bool numbered) {
    close_inline(c);
    if (closing) {
        c->depth -= c->depth > 0;
        c->item = false;
        break_at_least(c, c->depth > 0 ? 1 : 2);
    } else {
        break_at_least(c, c->depth > 0 ? 1 : 2);
        if (c->depth < LIST_DEPTH) {
            c->lists[c->depth++] = numbered ? 0 : -1;
        }
    }
}

static void emphasis_tag(converter *c, bool closing, emphasis *which, const char *mark) {
    if (closing) {
        close_emphasis(c, which, mark);
    } else if (!c->plain && *which == EMPHASIS_NONE) {
        *which = EMPHASIS_WANTED;
    }
}

static void tag(converter *c, str name, bool closing, str attributes) {
    static const char *const skipped[] = {"script",   "style",  "head",   "title",
                                          "template", "iframe", "object", "textarea"};
    for (size_t i = 0; !closing && i < sizeof skipped / sizeof *skipped; i++) {
        if (name.len == strlen(skipped[i]) && strncasecmp(name.ptr, skipped[i], name.len) == 0) {
            c->skip = skipped[i];
            return;
        }
    }
    if (named(name, " ul ol ")) {
        list_tag(c, closing, named(name, " ol "));
    } else if (named(name, " li ")) {
        close_inline(c);
        break_at_least(c, 1);
        c->item = !closing && c->depth > 0;
    } else if (named(
                   name,
                   " br p div section article header footer table tr h1 h2 h3 h4 h5 h6 blockquote pre dl dt dd hr ")) {
        close_inline(c);
        break_at_least(c, c->depth > 0 ? 1 : 2);
    } else if (named(name, " td th ")) {
        c->space = true;
    } else if (named(name, " b strong ")) {
        emphasis_tag(c, closing, &c->bold, "**");
    } else if (named(name, " i em ")) {
        emphasis_tag(c, closing, &c->italic, "*");
    } else if (named(name, " a ")) {
        if (closing) {
            close_link(c);
        } else {
            link_begin(c, attributes);
        }
    }
}

// How many bytes a tag or comment takes, 0 if a `<` is only a sign. A tag that never ends takes the rest.
static size_t markup_take(converter *c, str rest) {
    if (rest.len >= 4 && memcmp(rest.ptr, "<!--", 4) == 0) {
        const char *end = memmem(rest.ptr + 4, rest.len - 4, "-->", 3);
        return end != NULL ? (size_t)(end - rest.ptr) + 3 : rest.len;
    }
    bool closing = rest.len > 1 && rest.ptr[1] == '/';
    size_t from = closing ? 2 : 1, to = from;
    if (rest.len <= from || (!isalpha((unsigned char)rest.ptr[from]) && rest.ptr[from] != '!')) {
        return 0;
    }
    while (to < rest.len && (isalnum((unsigned char)rest.ptr[to]) || rest.ptr[to] == '!')) {
        to++;
    }
    size_t end = to;
    char quote = 0;
    while (end < rest.len && (quote != 0 || rest.ptr[end] != '>')) {
        char letter = rest.ptr[end++];
        if (quote != 0) {
            quote = letter == quote ? 0 : quote;
        } else if (letter == '"' || letter == '\'') {
            quote = letter;
        }
    }
    str name = {rest.ptr + from, to - from};
    if (c->skip == NULL) {
        tag(c, name, closing, (str){rest.ptr + to, end - to});
    } else if (closing && name.len == strlen(c->skip) && strncasecmp(name.ptr, c->skip, name.len) == 0) {
        c->skip = NULL;
    }
    return end < rest.len ? end + 1 : rest.len;
}

static size_t code_point_size(str rest) {
    unsigned char first = (unsigned char)rest.ptr[0];
    size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return size <= rest.len ? size : rest.len;
}

static void convert(converter *c, str html) {
    for (size_t i = 0; i < html.len;) {
        str rest = {html.ptr + i, html.len - i};
        char letters[8];
        size_t used = 0;
        if (rest.ptr[0] == '<' && (used = markup_take(c, rest)) > 0) {
            i += used;
            continue;
        }
        size_t len = entity_read(rest, letters, &used);
        if (len == 0) {
            len = used = code_point_size(rest);
            memcpy(letters, rest.ptr, len);
        }
        i += used;
        if (c->skip != NULL) {
            continue;
        }
        bool blank = (len == 1 && (is_space(letters[0]) || (unsigned char)letters[0] < 0x20 || letters[0] == 0x7f)) ||
                     (len == 2 && memcmp(letters, "\xC2\xA0", 2) == 0);
        if (blank) {
            c->space = true;
        } else {
            put_letters(c, letters, len);
        }
    }
    close_inline(c);
}

void markup_to_markdown(buffer *out, str html) {
    converter c = {.out = out, .start = out->len};
    convert(&c, html);
}

void markup_to_line(buffer *out, str text) {
    converter c = {.out = out, .start = out->len, .plain = true};
    convert(&c, text);
}
