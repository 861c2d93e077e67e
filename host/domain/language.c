// SPDX-License-Identifier: EUPL-1.2
#include "domain/language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/embed.h"

const char *const language_codes[LANGUAGE_COUNT] = {"en", "es", "it", "lv", "nl", "fr", "de"};

// texts/<language>.json, in the order of language_codes (host/CMakeLists.txt).
extern const embed_file domain_texts[];

// Languages that a catalogue may hold beside ours, so that a page can say in which language a text is.
static const char other_codes[][4] = {"bg", "ca", "cs", "cy", "da", "el", "et", "eu", "fi", "ga", "gl", "hr",
                                      "hu", "is", "lb", "lt", "mk", "mt", "nb", "nn", "no", "pl", "pt", "ro",
                                      "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "ar", "zh", "und"};

bool language_known(const char *code) {
    for (size_t i = 0; code && i < LANGUAGE_COUNT; i++)
        if (!strcmp(code, language_codes[i]))
            return true;
    return false;
}

// The part before the first hyphen decides: "de-AT" is read by somebody who reads "de".
static const char *find(str wanted) {
    size_t len = 0;
    while (len < wanted.len && wanted.ptr[len] != '-' && wanted.ptr[len] != '_')
        len++;
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (strlen(language_codes[i]) == len && !strncasecmp(language_codes[i], wanted.ptr, len))
            return language_codes[i];
    return NULL;
}

const char *language_find(const char *wanted) {
    return wanted ? find(str_from(wanted)) : NULL;
}

// The weight of one entry in thousandths: ";q=0.8" is 800, nothing is 1000, nonsense is 0.
static int weight(const char *rest, size_t len) {
    while (len && (*rest == ' ' || *rest == '\t' || *rest == ';'))
        rest++, len--;
    if (!len)
        return 1000;
    if (len < 3 || (rest[0] != 'q' && rest[0] != 'Q') || rest[1] != '=' || (rest[2] != '0' && rest[2] != '1'))
        return 0;
    int value = (rest[2] - '0') * 1000, unit = 100;
    if (len > 3 && rest[3] == '.')
        for (size_t i = 4; i < len && unit && rest[i] >= '0' && rest[i] <= '9'; i++, unit /= 10)
            value += (rest[i] - '0') * unit;
    return value > 1000 ? 1000 : value;
}

const char *language_accept(const char *header) {
    const char *best = NULL;
    int best_weight = 0;
    while (header && *header) {
        header += strspn(header, " \t,");
        size_t len = strcspn(header, ","), tag = strcspn(header, ",; \t");
        const char *code = find((str){header, tag});
        int w = code ? weight(header + tag, len - tag) : 0;
        if (w > best_weight)
            best = code, best_weight = w;
        header += len;
    }
    return best;
}

// --- A walk over the members of one JSON object. The text was parsed when it was stored, so nothing is checked but the
// --- end of the bytes.

static const char *skip_space(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

// `p` is on the opening quote; returns the place behind the closing one.
// Texts are long and quotes in them rare, so the next quote is looked for at once; it ends the text unless an odd
// number of backslashes stands before it.
static const char *skip_string(const char *p, const char *end) {
    const char *start = ++p;
    while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
        const char *slash = p;
        while (slash > start && slash[-1] == '\\')
            slash--;
        p++;
        if ((p - 1 - slash) % 2 == 0)
            return p;
    }
    return end;
}

static const char *skip_value(const char *p, const char *end) {
    if (p < end && *p == '"')
        return skip_string(p, end);
    size_t depth = 0;
    while (p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if ((*p == '}' || *p == ']') && depth-- <= 1)
            return depth == 0 ? p + 1 : p; // the second: the end of what is around a plain value
        else if (*p == ',' && depth == 0)
            return p;
        p++;
    }
    return p;
}

// The next member; `*rest` starts as the whole object. Keys come without their quotes.
static bool next_member(str *rest, str *key, str *value) {
    const char *p = rest->ptr, *end = rest->ptr + rest->len;
    p = skip_space(p, end);
    if (p >= end || (*p != '{' && *p != ','))
        return false;
    p = skip_space(p + 1, end);
    if (p >= end || *p != '"')
        return false;
    const char *after = skip_string(p, end);
    if (after - p < 2)
        return false;
    *key = (str){p + 1, (size_t)(after - p) - 2};
    p = skip_space(after, end);
    if (p >= end || *p != ':')
        return false;
    p = skip_space(p + 1, end);
    after = skip_value(p, end);
    *value = (str){p, (size_t)(after - p)};
    while (value->len && strchr(" \t\n\r", value->ptr[value->len - 1]))
        value->len--;
    *rest = (str){after, (size_t)(end - after)};
    return value->len > 0;
}

// --- Picking

static const char *code_of(str key) {
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (str_is(key, language_codes[i]))
            return language_codes[i];
    for (size_t i = 0; i < sizeof other_codes / sizeof other_codes[0]; i++)
        if (str_is(key, other_codes[i]))
            return other_codes[i];
    return "und";
}

// How good a member is for the reader: the larger the better.
static int rank(str key, str value, const char *language) {
    if (str_is(value, "\"\"") || str_is(value, "null"))
        return 1;
    if (language && str_is(key, language))
        return 4;
    return str_is(key, "en") ? 3 : 2;
}

str language_pick(str json_object, const char *language, const char **chosen) {
    str best = {0}, best_key = {0}, key, value;
    int best_rank = 0;
    while (best_rank < 4 && next_member(&json_object, &key, &value)) {
        int r = rank(key, value, language);
        if (r > best_rank)
            best = value, best_key = key, best_rank = r;
    }
    if (chosen)
        *chosen = best_rank ? code_of(best_key) : "und";
    return best;
}

const char *language_pick_text(arena *a, str json_object, const char *language, const char **chosen) {
    str value = language_pick(json_object, language, chosen);
    buffer plain = {0};
    if (value.len && value.ptr[0] == '"')
        language_add_plain(&plain, value);
    const char *text = arena_copy(a, plain.ptr ? plain.ptr : "", plain.len);
    buffer_free(&plain);
    return text;
}

void language_put(answer *a, const char *key, str json_object, const char *language) {
    answer_put_raw(a, key, language_pick(json_object, language, NULL));
}

void language_add_plain(buffer *out, str json_value) {
    bool quoted = json_value.len >= 2 && json_value.ptr[0] == '"';
    if (!quoted) {
        buffer_append(out, json_value.ptr, json_value.len);
    } else if (!memchr(json_value.ptr, '\\', json_value.len)) {
        buffer_append(out, json_value.ptr + 1, json_value.len - 2);
    } else {
        json_t *decoded = json_loadb(json_value.ptr, json_value.len, JSON_DECODE_ANY, NULL);
        if (json_is_string(decoded))
            buffer_append(out, json_string_value(decoded), json_string_length(decoded));
        json_decref(decoded);
    }
}

// --- Texts

static str text_in(size_t language, const char *wanted) {
    str rest = embed_text(&domain_texts[language]), key, value;
    while (next_member(&rest, &key, &value))
        if (str_is(key, wanted))
            return value;
    return (str){0};
}

str language_text(const char *language, const char *key) {
    str text = {0};
    for (size_t i = 1; language && !text.ptr && i < LANGUAGE_COUNT; i++)
        if (!strcmp(language, language_codes[i]))
            text = text_in(i, key);
    return text.ptr ? text : text_in(0, key);
}

static void add_param(buffer *out, const json_t *value) {
    if (json_is_string(value))
        buffer_append(out, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        buffer_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        buffer_printf(out, "%g", json_real_value(value));
}

void language_fill(buffer *out, str template, const json_t *params) {
    const char *p = template.ptr, *end = template.ptr + template.len;
    while (p < end) {
        const char *open = memchr(p, '{', (size_t)(end - p));
        const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
        if (!close)
            break;
        buffer_append(out, p, (size_t)(open - p));
        add_param(out, json_object_getn(params, open + 1, (size_t)(close - open) - 1));
        p = close + 1;
    }
    if (p < end)
        buffer_append(out, p, (size_t)(end - p));
}
