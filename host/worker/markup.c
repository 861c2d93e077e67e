// SPDX-License-Identifier: EUPL-1.2
#include "worker/markup.h"

#include <ctype.h>
#include <string.h>

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_one_of(const char *name, const char *const *names) {
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

// Names longer than the room differ from all that matter here, so the rest is dropped.
static void add(char name[MARKUP_NAME_SIZE], char c) {
    size_t len = strlen(name);
    if (len + 1 < MARKUP_NAME_SIZE) {
        name[len] = lower(c);
        name[len + 1] = '\0';
    }
}

static void start(char name[MARKUP_NAME_SIZE], char c) {
    name[0] = '\0';
    add(name, c);
}

static markup_state after_tag(markup *m) {
    static const char *const raw[] = {"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext", NULL};
    static const char *const plain[] = {"textarea", "title", NULL};
    m->matched = 0;
    if (!m->closing && is_one_of(m->tag, raw))
        return MARKUP_RAW;
    if (!m->closing && is_one_of(m->tag, plain))
        return MARKUP_PLAIN;
    return MARKUP_TEXT;
}

static void value_begins(markup *m, markup_state quote) {
    static const char *const urls[] = {"href", "src",        "action",   "formaction", "poster", "cite", "data",
                                       "ping", "xlink:href", "longdesc", "background", "srcset", NULL};
    m->state = quote;
    m->url = URL_START;
    if (strncmp(m->name, "on", 2) == 0 || strcmp(m->name, "srcdoc") == 0)
        m->attribute = ATTRIBUTE_CODE;
    else if (strcmp(m->name, "style") == 0)
        m->attribute = ATTRIBUTE_STYLE;
    else
        m->attribute = is_one_of(m->name, urls) ? ATTRIBUTE_URL : ATTRIBUTE_PLAIN;
}

static void read_tag(markup *m, char c) {
    if (c == '>')
        m->state = after_tag(m);
    else if (m->state == MARKUP_TAG_NAME && !is_space(c) && c != '/')
        add(m->tag, c);
    else if (is_space(c) || c == '/')
        m->state = m->state == MARKUP_NAME || m->state == MARKUP_AFTER_NAME ? MARKUP_AFTER_NAME : MARKUP_TAG;
    else if (c == '=' && m->state != MARKUP_TAG)
        m->state = MARKUP_BEFORE_VALUE;
    else if (m->state == MARKUP_NAME)
        add(m->name, c);
    else {
        m->state = MARKUP_NAME;
        start(m->name, c);
    }
}

static void read_value(markup *m, char c) {
    if (m->state == MARKUP_BEFORE_VALUE) {
        if (c == '>')
            m->state = after_tag(m);
        else if (!is_space(c))
            value_begins(m, c == '"' ? MARKUP_DOUBLE : c == '\'' ? MARKUP_SINGLE : MARKUP_BARE);
    } else if (m->state == MARKUP_BARE) {
        if (c == '>')
            m->state = after_tag(m);
        else if (is_space(c))
            m->state = MARKUP_TAG;
    } else if (c == (m->state == MARKUP_DOUBLE ? '"' : '\'')) {
        m->state = MARKUP_TAG;
    } else if (c == '?' || c == '#') {
        m->url = URL_QUERY;
    } else if (m->url != URL_QUERY && !(m->url == URL_START && is_space(c))) {
        m->url = URL_PATH;
    }
}

static void read_less(markup *m, char c) {
    if (isalpha((unsigned char)c)) {
        m->state = MARKUP_TAG_NAME;
        start(m->tag, c);
    } else if (c == '/' && !m->closing) {
        m->closing = true;
    } else if (c == '!' || c == '?' || m->closing) {
        m->state = c == '>' ? MARKUP_TEXT : MARKUP_DECLARATION;
        m->matched = 0;
    } else {
        m->state = MARKUP_TEXT;
    }
}

static void read_comment(markup *m, char c) {
    if (m->state == MARKUP_DECLARATION && m->matched < 2) {
        if (c == '-' && ++m->matched == 2)
            m->state = MARKUP_COMMENT;
        else if (c != '-')
            m->matched = 3; // no comment any more
        if (c == '>')
            m->state = MARKUP_TEXT;
    } else if (c == '>' && (m->state == MARKUP_DECLARATION || m->matched >= 2)) {
        m->state = MARKUP_TEXT;
    } else if (m->state == MARKUP_COMMENT && c == '-') {
        m->matched++;
    } else if (m->state == MARKUP_COMMENT && !(c == '!' && m->matched >= 2)) {
        m->matched = 0;
    }
}

// Inside a script or a textarea only its own end tag counts.
static void read_raw(markup *m, char c) {
    if (m->matched >= 2 && m->tag[m->matched - 2] == '\0' && (is_space(c) || c == '/' || c == '>')) {
        m->closing = true;
        m->state = c == '>' ? MARKUP_TEXT : MARKUP_TAG;
    } else if (c == '<') {
        m->matched = 1;
    } else if ((m->matched == 1 && c == '/') || (m->matched >= 2 && m->tag[m->matched - 2] == lower(c))) {
        m->matched++;
    } else {
        m->matched = 0;
    }
}

void markup_read(markup *m, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        switch (m->state) {
        case MARKUP_TEXT:
            if (c == '<') {
                m->state = MARKUP_LESS;
                m->closing = false;
            }
            break;
        case MARKUP_LESS:
            read_less(m, c);
            if (m->state == MARKUP_TEXT && c == '<')
                m->state = MARKUP_LESS;
            break;
        case MARKUP_TAG_NAME:
        case MARKUP_TAG:
        case MARKUP_NAME:
        case MARKUP_AFTER_NAME:
            read_tag(m, c);
            break;
        case MARKUP_BEFORE_VALUE:
        case MARKUP_DOUBLE:
        case MARKUP_SINGLE:
        case MARKUP_BARE:
            read_value(m, c);
            break;
        case MARKUP_DECLARATION:
        case MARKUP_COMMENT:
            read_comment(m, c);
            break;
        case MARKUP_RAW:
        case MARKUP_PLAIN:
            read_raw(m, c);
            break;
        }
    }
}

markup_place markup_value(const markup *m, const char **why) {
    static const markup_place urls[] = {[URL_START] = PLACE_URL,
                                        [URL_AFTER_LINK] = PLACE_TEXT,
                                        [URL_PATH] = PLACE_URL_PATH,
                                        [URL_QUERY] = PLACE_URL_QUERY};
    *why = NULL;
    switch (m->state) {
    case MARKUP_TEXT:
    case MARKUP_PLAIN:
        return PLACE_TEXT;
    case MARKUP_DOUBLE:
    case MARKUP_SINGLE:
        if (m->attribute == ATTRIBUTE_CODE)
            *why = "in an attribute that the browser runs as code; listen from a script instead";
        else
            return m->attribute == ATTRIBUTE_URL     ? urls[m->url]
                   : m->attribute == ATTRIBUTE_STYLE ? PLACE_STYLE
                                                     : PLACE_TEXT;
        return PLACE_NONE;
    case MARKUP_BEFORE_VALUE:
    case MARKUP_BARE:
        *why = "in an attribute without quotes; put \" around it";
        return PLACE_NONE;
    case MARKUP_RAW:
        *why = "inside a script or style; put it into a data- attribute and read it from there";
        return PLACE_NONE;
    case MARKUP_DECLARATION:
    case MARKUP_COMMENT:
        *why = "inside an HTML comment; take it out";
        return PLACE_NONE;
    default:
        *why = "inside a tag but not in the quoted value of an attribute";
        return PLACE_NONE;
    }
}

void markup_passed(markup *m, bool link) {
    if (m->url == URL_START)
        m->url = link ? URL_AFTER_LINK : URL_PATH;
}

bool markup_join(markup *m, const markup *before) {
    bool in_value = m->state == MARKUP_DOUBLE || m->state == MARKUP_SINGLE;
    bool in_raw = m->state == MARKUP_RAW || m->state == MARKUP_PLAIN;
    // Between attributes it does not matter whether a name was just read: "<input{{#on}} checked{{/on}}>".
    markup_state now =
        m->state == MARKUP_NAME || m->state == MARKUP_AFTER_NAME || m->state == MARKUP_TAG_NAME ? MARKUP_TAG : m->state;
    markup_state then =
        before->state == MARKUP_NAME || before->state == MARKUP_AFTER_NAME || before->state == MARKUP_TAG_NAME
            ? MARKUP_TAG
            : before->state;
    if (now != then || (in_value && m->attribute != before->attribute) || (in_raw && strcmp(m->tag, before->tag) != 0))
        return false;
    // When the ways differ in how far the URL has come, what follows is encoded so that it can be no scheme.
    if (in_value && m->url != before->url) {
        markup_url far = m->url > before->url ? m->url : before->url;
        m->url = far > URL_PATH ? far : URL_PATH;
    }
    if (in_raw && m->matched < before->matched)
        m->matched = before->matched;
    return true;
}
