// SPDX-License-Identifier: EUPL-1.2
#include "worker/markup.h"

#include <ctype.h>
#include <string.h>

enum {
    NO_COMMENT = 3,  // matched in a declaration: it ends at the next >
    BANG = 1u << 20, // matched in a comment: "--!" was read
    // matched where two ways met in a tag: what we may be in the middle of
    JOINED_TAG_NAME = 0,
    JOINED_APART, // nothing: the next letter begins an attribute
    JOINED_NAME,  // the name of an attribute that is not known
};

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

// Names longer than the room differ from all that matter here, so the rest is dropped. So do names with a NUL, for
// which browsers take U+FFFD.
static void add(char name[MARKUP_NAME_SIZE], char c) {
    size_t len = strlen(name);
    if (len + 1 < MARKUP_NAME_SIZE) {
        name[len] = c ? lower(c) : '?';
        name[len + 1] = '\0';
    }
}

static void start(char name[MARKUP_NAME_SIZE], char c) {
    name[0] = '\0';
    add(name, c);
}

// With scripts a noscript holds raw text, without them markup, perhaps a style: no value is safe both ways.
static markup_state after_tag(markup *m) {
    static const char *const raw[] = {"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext", "noscript", NULL};
    static const char *const plain[] = {"textarea", "title", NULL};
    m->matched = m->opened = 0;
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
    m->scheme_over = false;
    m->scheme[0] = '\0';
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
    else if (c == '/')
        m->state = MARKUP_TAG; // a = behind it begins another attribute
    else if (is_space(c))
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

// Where two ways met, only what is the same for both may follow.
static void read_joined(markup *m, char c) {
    if (c == '>') {
        m->state = after_tag(m);
    } else if (is_space(c) || c == '/') {
        m->matched = JOINED_APART;
    } else if (c == '=' || m->matched == JOINED_TAG_NAME) {
        m->state = MARKUP_LOST;
    } else if (m->matched == JOINED_APART) {
        m->state = MARKUP_NAME;
        start(m->name, c);
    }
}

// The page's own text in a URL. Escaping does not help behind a scheme like javascript, because browsers decode before
// they run; nor may a value become a scheme by the colon behind it. An & may stand for any character.
static void read_scheme(markup *m, char c) {
    static const char *const known[] = {"http", "https", "mailto", "tel", NULL};
    if (m->scheme_over || (m->scheme[0] == '\0' && is_space(c)))
        return;
    m->scheme_over = strchr(":/?#", c) != NULL && c != '\0';
    if (c == '&' || (c == ':' && !is_one_of(m->scheme, known)))
        m->attribute = ATTRIBUTE_SCHEME;
    else if (!m->scheme_over)
        add(m->scheme, c);
}

static void read_url(markup *m, char c) {
    if (m->attribute == ATTRIBUTE_URL)
        read_scheme(m, c);
    if (c == '?' || c == '#')
        m->url = URL_QUERY;
    else if (m->url != URL_QUERY && !(m->url == URL_START && is_space(c)))
        m->url = URL_PATH;
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
    } else {
        read_url(m, c);
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
        m->matched = c == '!' && !m->closing ? 0 : NO_COMMENT;
    } else {
        m->state = MARKUP_TEXT;
    }
}

// "-->" and "--!>" end a comment, "--!->" does not.
static void read_comment(markup *m, char c) {
    if (m->state == MARKUP_DECLARATION && m->matched < 2) {
        if (c == '-' && ++m->matched == 2)
            m->state = MARKUP_COMMENT;
        else if (c != '-')
            m->matched = NO_COMMENT;
        if (c == '>')
            m->state = MARKUP_TEXT;
    } else if (c == '>' && (m->state == MARKUP_DECLARATION || m->matched >= 2)) {
        m->state = MARKUP_TEXT;
    } else if (m->state == MARKUP_COMMENT && c == '-') {
        m->matched = m->matched == BANG ? 1 : m->matched + 1;
    } else if (m->state == MARKUP_COMMENT) {
        m->matched = c == '!' && m->matched >= 2 && m->matched != BANG ? BANG : 0;
    }
}

// A script with <!-- in it ends elsewhere than others, and hardly anybody knows where.
static void read_opening(markup *m, char c) {
    static const char opening[] = "<!--";
    m->opened = c == opening[m->opened] ? m->opened + 1 : c == '<';
    if (m->opened == sizeof opening - 1)
        m->state = MARKUP_LOST;
}

// Inside a script or a textarea only its own end tag counts.
static void read_raw(markup *m, char c) {
    if (m->matched >= 2 && m->tag[m->matched - 2] == '\0' && (is_space(c) || c == '/' || c == '>')) {
        m->closing = true;
        m->state = c == '>' ? MARKUP_TEXT : MARKUP_TAG;
    } else if (c == '<') {
        m->matched = 1;
    } else if ((m->matched == 1 && c == '/') || (m->matched >= 2 && c != '\0' && m->tag[m->matched - 2] == lower(c))) {
        m->matched++;
    } else {
        m->matched = 0;
    }
    if (m->state == MARKUP_RAW && strcmp(m->tag, "script") == 0)
        read_opening(m, c);
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
        case MARKUP_JOINED:
            read_joined(m, c);
            break;
        case MARKUP_LOST:
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
        return PLACE_TEXT;
    case MARKUP_PLAIN:
        // The value might finish the end tag, or by being empty let the page finish it.
        if (m->matched)
            *why = "behind a < or the beginning of an end tag; finish that first, or write &lt;";
        return m->matched ? PLACE_NONE : PLACE_TEXT;
    case MARKUP_DOUBLE:
    case MARKUP_SINGLE:
        if (m->attribute == ATTRIBUTE_CODE)
            *why = "in an attribute that the browser runs as code; listen from a script instead";
        else if (m->attribute == ATTRIBUTE_SCHEME)
            *why = "in a URL whose scheme is not http, https, mailto or tel; write a scheme of these out before it";
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
        *why = "inside a script, style or noscript; put it into a data- attribute and read it from there";
        return PLACE_NONE;
    case MARKUP_DECLARATION:
    case MARKUP_COMMENT:
        *why = "inside an HTML comment; take it out";
        return PLACE_NONE;
    case MARKUP_LOST:
        *why = "behind a script with <!-- in it, or behind a section that leaves half a name in a tag; take that out";
        return PLACE_NONE;
    default:
        *why = "inside a tag but not in the quoted value of an attribute";
        return PLACE_NONE;
    }
}

void markup_passed(markup *m, bool link) {
    if (m->url == URL_START)
        m->url = link ? URL_AFTER_LINK : URL_PATH;
    if (link)
        m->scheme_over = true; // it begins with a slash
    else if (!m->scheme_over)
        add(m->scheme, '{'); // which makes it none of those we know
}

// ---- two ways

static bool is_in_tag(markup_state s) {
    return (s >= MARKUP_LESS && s <= MARKUP_BARE) || s == MARKUP_JOINED;
}

static bool is_in_value(markup_state s) {
    return s == MARKUP_DOUBLE || s == MARKUP_SINGLE;
}

// Between the attributes of a tag, or in the name of one.
static bool is_between(markup_state s) {
    return s == MARKUP_TAG_NAME || s == MARKUP_TAG || s == MARKUP_NAME || s == MARKUP_AFTER_NAME || s == MARKUP_JOINED;
}

static unsigned joined_in(const markup *m) {
    if (m->state == MARKUP_JOINED)
        return m->matched;
    return m->state == MARKUP_TAG_NAME ? JOINED_TAG_NAME : m->state == MARKUP_NAME ? JOINED_NAME : JOINED_APART;
}

// "<input{{#on}} checked{{/on}}>": whether a name was just read matters only for what comes next.
static void join_between(markup *m, const markup *before) {
    bool named = m->state == MARKUP_NAME || m->state == MARKUP_AFTER_NAME || m->state == MARKUP_JOINED;
    bool same = m->state == before->state && (m->state != MARKUP_JOINED || m->matched == before->matched);
    if (same && (!named || strcmp(m->name, before->name) == 0))
        return;
    unsigned now = joined_in(m), then = joined_in(before);
    m->state = MARKUP_JOINED;
    m->matched = now == JOINED_TAG_NAME || then == JOINED_TAG_NAME ? JOINED_TAG_NAME : now > then ? now : then;
}

// When the ways differ in how far the URL has come, what follows is encoded so that it can be no scheme.
static void join_value(markup *m, const markup *before) {
    if (m->url != before->url) {
        markup_url far = m->url > before->url ? m->url : before->url;
        m->url = far > URL_PATH ? far : URL_PATH;
    }
    if (!m->scheme_over || !before->scheme_over) {
        if (strcmp(m->scheme, before->scheme) != 0)
            add(m->scheme, '{');
        m->scheme_over = false;
    }
}

bool markup_join(markup *m, const markup *before) {
    bool between = is_between(m->state) && is_between(before->state);
    if (m->state == MARKUP_LOST || before->state == MARKUP_LOST) {
        m->state = MARKUP_LOST;
        return true;
    }
    if (m->state != before->state && !between)
        return false;
    // Half of <, of an end tag or of the dashes of a comment would mean different things.
    bool half = m->state == MARKUP_COMMENT || m->state == MARKUP_DECLARATION || m->state == MARKUP_RAW ||
                m->state == MARKUP_PLAIN;
    bool same_tag = strcmp(m->tag, before->tag) == 0 && m->closing == before->closing;
    if (half && (m->matched != before->matched || m->opened != before->opened))
        return false;
    if ((is_in_tag(m->state) || m->state == MARKUP_RAW || m->state == MARKUP_PLAIN) && !same_tag)
        return false;
    if (m->state == MARKUP_BEFORE_VALUE && strcmp(m->name, before->name) != 0)
        return false;
    if (is_in_value(m->state) && m->attribute != before->attribute)
        return false;
    if (is_in_value(m->state))
        join_value(m, before);
    if (between)
        join_between(m, before);
    return true;
}
