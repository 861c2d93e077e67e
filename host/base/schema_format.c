// SPDX-License-Identifier: EUPL-1.2
#include "base/schema_format.h"

#include <string.h>

#include "base/clock.h"
#include "base/id.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alphanumeric(char c) {
    return is_digit(c) || is_letter(c);
}

static bool fits_date(str text) {
    int64_t milliseconds;
    return text.len == 10 && clock_parse(text.ptr, text.len, &milliseconds);
}

static bool fits_date_time(str text) {
    int64_t milliseconds;
    return text.len > 10 && clock_parse(text.ptr, text.len, &milliseconds);
}

// One label of a domain name, RFC 1123 section 2.1.
static bool fits_label(str label) {
    if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alphanumeric(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    return true;
}

// A valid e-mail address as HTML has it (WHATWG HTML, "valid e-mail address"), and with a dot in the domain,
// because nobody is reached at user@localhost.
static bool fits_email(str text) {
    const char *at = text.len ? memchr(text.ptr, '@', text.len) : NULL;
    if (!at || at == text.ptr || text.len > 254)
        return false;
    for (const char *p = text.ptr; p < at; p++)
        if (!is_alphanumeric(*p) && (*p == '\0' || !strchr(".!#$%&'*+/=?^_`{|}~-", *p)))
            return false;
    size_t labels = 0;
    const char *end = text.ptr + text.len, *start = at + 1;
    while (start <= end) {
        const char *dot = memchr(start, '.', (size_t)(end - start));
        const char *stop = dot ? dot : end;
        if (!fits_label((str){start, (size_t)(stop - start)}))
            return false;
        labels++;
        start = stop + 1;
    }
    return labels >= 2;
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 3986: a scheme, a colon, and only characters that may stand in a URI.
static bool fits_uri(str text) {
    size_t i = 0;
    while (i < text.len && (is_alphanumeric(text.ptr[i]) || (i > 0 && text.ptr[i] && strchr("+-.", text.ptr[i]))))
        i++;
    if (i == 0 || !is_letter(text.ptr[0]) || i + 1 >= text.len || text.ptr[i] != ':')
        return false;
    for (i++; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            if (text.len - i < 3 || !is_hex(text.ptr[i + 1]) || !is_hex(text.ptr[i + 2]))
                return false;
        } else if (!is_alphanumeric(c) && (c == '\0' || !strchr("-._~:/?#[]@!$&'()*+,;=", c))) {
            return false;
        }
    }
    return true;
}

static bool fits_uuid(str text) {
    char lower[ID_TEXT];
    if (text.len != ID_TEXT - 1)
        return false;
    for (size_t i = 0; i < text.len; i++)
        lower[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'F' ? (char)(text.ptr[i] + 32) : text.ptr[i];
    lower[text.len] = '\0';
    return id_valid(lower);
}

// The shape of a BCP 47 tag: a language of 2 or 3 letters, then subtags of at most 8.
static bool fits_language(str text) {
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '-') {
            if (!is_alphanumeric(text.ptr[i]) || (start == 0 && !is_letter(text.ptr[i])))
                return false;
            continue;
        }
        size_t len = i - start;
        if (len < 1 || len > 8 || (start == 0 && (len < 2 || len > 3)))
            return false;
        start = i + 1;
    }
    return true;
}

typedef struct format_rule {
    const char *name, *wanted;
    bool (*fits)(str text);
} format_rule;

static const format_rule *format_find(const char *format) {
    static const format_rule RULES[] = {
        {"date", "a date, such as 2026-03-31", fits_date},
        {"date-time", "a date and time with its zone, such as 2026-03-31T14:00:00Z", fits_date_time},
        {"email", "an e-mail address, such as name@example.org", fits_email},
        {"uri", "a full web address, such as https://example.org/page", fits_uri},
        {"uuid", "an id of 36 characters", fits_uuid},
        {"language", "a language code, such as en", fits_language},
    };
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
        if (strcmp(RULES[i].name, format) == 0)
            return &RULES[i];
    return NULL;
}

const char *schema_format_name(const char *format) {
    const format_rule *rule = format_find(format);
    return rule ? rule->wanted : NULL;
}

bool schema_format_fits(const char *format, str text) {
    const format_rule *rule = format_find(format);
    return rule && rule->fits(text);
}
