// SPDX-License-Identifier: EUPL-1.2
#include "html_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct reader {
    str page;
    size_t at;
    html_sink *sink;
    void *context;
} reader;

static int peek(const reader *r, size_t ahead) {
    return r->at + ahead < r->page.len ? (unsigned char)r->page.ptr[r->at + ahead] : -1;
}

static bool is_blank(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool ahead_is(const reader *r, size_t ahead, const char *word) {
    size_t len = strlen(word);
    return r->at + ahead + len <= r->page.len && strncasecmp(r->page.ptr + r->at + ahead, word, len) == 0;
}

static str cut(const reader *r, size_t from, size_t to) {
    return (str){r->page.ptr + from, to - from};
}

static void say(const reader *r, html_kind kind, str text) {
    html_piece piece = {.kind = kind, .text = text};
    if (text.len)
        r->sink(r->context, &piece);
}

bool html_is(str name, const char *lower) {
    return name.len == strlen(lower) && strncasecmp(name.ptr, lower, name.len) == 0;
}

// ---- tags

static str attribute_value(reader *r, char *quote) {
    int first = peek(r, 0);
    *quote = first == '"' || first == '\'' ? (char)first : 0;
    r->at += *quote != 0;
    size_t from = r->at;
    while (peek(r, 0) >= 0 && (*quote ? peek(r, 0) != *quote : !is_blank(peek(r, 0)) && peek(r, 0) != '>'))
        r->at++;
    str value = cut(r, from, r->at);
    r->at += *quote != 0;
    return value;
}

// One attribute; we are on the first byte of its name, which may be any but a blank, / and >.
static void attribute(reader *r) {
    html_piece piece = {.kind = HTML_ATTRIBUTE};
    size_t from = r->at++;
    while (peek(r, 0) >= 0 && !is_blank(peek(r, 0)) && !strchr("/>=", peek(r, 0)))
        r->at++;
    piece.text = cut(r, from, r->at);
    while (is_blank(peek(r, 0)))
        r->at++;
    if (peek(r, 0) == '=') {
        r->at++;
        while (is_blank(peek(r, 0)))
            r->at++;
        if (peek(r, 0) != '>')
            piece.value = attribute_value(r, &piece.quote);
    }
    r->sink(r->context, &piece);
}

// We are on the first letter of its name. Gives the name.
static str tag(reader *r, html_kind kind) {
    size_t from = r->at;
    while (peek(r, 0) >= 0 && !is_blank(peek(r, 0)) && peek(r, 0) != '/' && peek(r, 0) != '>')
        r->at++;
    str name = cut(r, from, r->at);
    say(r, kind, name);
    while (peek(r, 0) >= 0 && peek(r, 0) != '>') {
        if (is_blank(peek(r, 0)) || peek(r, 0) == '/')
            r->at++;
        else
            attribute(r);
    }
    if (r->at > r->page.len)
        r->at = r->page.len;
    r->at += r->at < r->page.len;
    return name;
}

// ---- comments

static void bogus(reader *r) {
    size_t from = r->at;
    while (peek(r, 0) >= 0 && peek(r, 0) != '>')
        r->at++;
    say(r, HTML_COMMENT, cut(r, from, r->at));
    r->at += peek(r, 0) == '>';
}

// Behind <!--.
static void comment(reader *r) {
    size_t from = r->at, close = 0;
    if (ahead_is(r, 0, ">"))
        close = 1;
    else if (ahead_is(r, 0, "->"))
        close = 2;
    while (!close && peek(r, 0) >= 0) {
        close = ahead_is(r, 0, "-->") ? 3 : ahead_is(r, 0, "--!>") ? 4 : 0;
        r->at += !close;
    }
    say(r, HTML_COMMENT, cut(r, from, r->at));
    r->at += close;
}

// ---- elements whose content is no markup

static bool word_ends(const reader *r, size_t ahead) {
    int c = peek(r, ahead);
    return is_blank(c) || c == '/' || c == '>';
}

static bool end_of(const reader *r, str name) {
    return peek(r, 0) == '<' && peek(r, 1) == '/' && r->at + 2 + name.len <= r->page.len &&
           strncasecmp(r->page.ptr + r->at + 2, name.ptr, name.len) == 0 && word_ends(r, 2 + name.len);
}

// A script may hold <!-- <script> </script> -->, of which the inner end is none.
static void script(reader *r, str name) {
    int level = 0;
    size_t from = r->at, dashes = 0;
    while (peek(r, 0) >= 0 && !(level < 2 && end_of(r, name))) {
        size_t step = 1, seen = 0;
        if (level == 0 && ahead_is(r, 0, "<!--")) {
            level = 1, step = 4, seen = 2;
        } else if (level > 0 && peek(r, 0) == '-') {
            seen = dashes + 1;
        } else if (level > 0 && peek(r, 0) == '>' && dashes >= 2) {
            level = 0;
        } else if (level == 1 && ahead_is(r, 0, "<script") && word_ends(r, 7)) {
            level = 2, step = 8;
        } else if (level == 2 && end_of(r, name)) {
            level = 1, step = 9;
        }
        dashes = seen;
        r->at += step;
    }
    say(r, HTML_RAW, cut(r, from, r->at));
}

static void content(reader *r, str name, html_kind kind) {
    size_t from = r->at;
    while (peek(r, 0) >= 0 && !end_of(r, name))
        r->at++;
    say(r, kind, cut(r, from, r->at));
}

static void after_tag(reader *r, str name) {
    static const char *const raw[] = {"style", "xmp", "iframe", "noembed", "noframes", "noscript"};
    if (html_is(name, "script"))
        script(r, name);
    if (html_is(name, "title") || html_is(name, "textarea"))
        content(r, name, HTML_TEXT);
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++)
        if (html_is(name, raw[i]))
            content(r, name, HTML_RAW);
    if (html_is(name, "plaintext")) {
        say(r, HTML_TEXT, cut(r, r->at, r->page.len));
        r->at = r->page.len;
    }
}

// ---- the whole

// We are on a `<`. False if it is only a sign.
static bool less(reader *r) {
    bool closing = peek(r, 1) == '/';
    int first = peek(r, 1 + closing);
    if (first < 0 || (first >= 0x80 && !closing))
        return false;
    if (isalpha(first)) {
        r->at += 1 + closing;
        str name = tag(r, closing ? HTML_END_TAG : HTML_TAG);
        if (!closing)
            after_tag(r, name);
    } else if (closing && first == '>') {
        r->at += 3;
    } else if (ahead_is(r, 0, "<!--")) {
        r->at += 4;
        comment(r);
    } else if (closing || first == '!' || first == '?') {
        r->at += closing || first == '!' ? 2 : 1;
        bogus(r);
    } else {
        return false;
    }
    return true;
}

void html_read(str page, html_sink *sink, void *context) {
    reader r = {.page = page, .sink = sink, .context = context};
    size_t from = 0;
    while (r.at < page.len) {
        size_t before = r.at;
        if (page.ptr[r.at] != '<') {
            r.at++;
            continue;
        }
        say(&r, HTML_TEXT, cut(&r, from, before));
        from = before;
        if (less(&r))
            from = r.at;
        else
            r.at++;
    }
    if (from < page.len)
        say(&r, HTML_TEXT, cut(&r, from, page.len));
}

void html_url(str value, char *out, size_t size) {
    static const struct {
        const char *name;
        char c;
    } names[] = {{"amp;", '&'},   {"lt;", '<'},   {"gt;", '>'},      {"quot;", '"'},
                 {"colon;", ':'}, {"Tab;", '\t'}, {"NewLine;", '\n'}};
    size_t len = 0;
    for (size_t i = 0; i < value.len && len + 1 < size; i++) {
        char c = value.ptr[i];
        str rest = {value.ptr + i + 1, value.len - i - 1};
        for (size_t k = 0; c == '&' && k < sizeof names / sizeof names[0]; k++)
            if (str_starts(rest, names[k].name))
                c = names[k].c, i += strlen(names[k].name);
        if (c == '&' && rest.len > 1 && rest.ptr[0] == '#') {
            bool hex = (rest.ptr[1] | 32) == 'x';
            size_t used = 1 + hex;
            long code = 0;
            for (; used < rest.len &&
                   (hex ? isxdigit((unsigned char)rest.ptr[used]) : isdigit((unsigned char)rest.ptr[used]));
                 used++) {
                int digit = tolower((unsigned char)rest.ptr[used]);
                code =
                    code > 0x10FFFF ? code : code * (hex ? 16 : 10) + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
            }
            used += used < rest.len && rest.ptr[used] == ';';
            c = code > 0 && code < 0x80 ? (char)code : '?';
            i += used;
        }
        bool dropped = c == '\t' || c == '\n' || c == '\r' || (len == 0 && (unsigned char)c <= ' ');
        if (!dropped)
            out[len++] = (char)tolower((unsigned char)c);
    }
    out[len] = '\0';
}
