// SPDX-License-Identifier: EUPL-1.2
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// ---- borrowed strings

str str_from(const char *text) {
    return text ? (str){text, strlen(text)} : (str){NULL, 0};
}

bool str_equal(str a, str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(str a, const char *text) {
    return str_equal(a, str_from(text));
}

bool str_starts(str a, const char *prefix) {
    size_t len = strlen(prefix);
    return a.len >= len && (len == 0 || memcmp(a.ptr, prefix, len) == 0);
}

// ---- buffers

// Makes room for `more` bytes and the NUL. Doubling keeps appending linear in the size of the result.
static void buffer_reserve(buffer *b, size_t more) {
    if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
        abort();
    size_t needed = b->len + more + 1;
    if (needed <= b->capacity)
        return;
    size_t capacity = b->capacity ? b->capacity * 2 : 256;
    if (capacity < needed)
        capacity = needed;
    b->ptr = memory_resize(b->ptr, capacity, 1);
    b->capacity = capacity;
}

void buffer_append(buffer *b, const void *bytes, size_t len) {
    buffer_reserve(b, len);
    if (len)
        memcpy(b->ptr + b->len, bytes, len);
    b->len += len;
    b->ptr[b->len] = '\0';
}

void buffer_add(buffer *b, const char *text) {
    buffer_append(b, text, strlen(text));
}

void buffer_add_char(buffer *b, char c) {
    buffer_reserve(b, 1);
    b->ptr[b->len++] = c;
    b->ptr[b->len] = '\0';
}

void buffer_printf(buffer *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    buffer_reserve(b, 120);
    size_t space = b->capacity - b->len;
    int len = vsnprintf(b->ptr + b->len, space, format, args);
    if (len < 0)
        abort(); // only a broken format string can do this
    if ((size_t)len >= space) {
        buffer_reserve(b, (size_t)len);
        vsnprintf(b->ptr + b->len, (size_t)len + 1, format, again);
    }
    b->len += (size_t)len;
    va_end(again);
    va_end(args);
}

void buffer_clear(buffer *b) {
    b->len = 0;
    if (b->ptr)
        b->ptr[0] = '\0';
}

void buffer_free(buffer *b) {
    free(b->ptr);
    *b = (buffer){0};
}

str buffer_str(const buffer *b) {
    return (str){b->ptr, b->len};
}

// ---- UTF-8

// How many bytes the code point at `p` takes, 0 if it is not well-formed (Unicode 15, table 3-7).
static size_t utf8_step(const unsigned char *p, size_t left) {
    unsigned char first = p[0];
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    size_t len = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (left < len)
        return 0;
    unsigned char low = 0x80, high = 0xBF; // the range of the second byte: no overlong forms, no surrogates
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

bool text_is_utf8(const char *text, size_t len) {
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        size_t step = utf8_step(p + i, len - i);
        if (!step)
            return false;
        i += step;
    }
    return true;
}

size_t text_length(const char *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

// ---- escapings

void buffer_add_html(buffer *b, const char *text, size_t len) {
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        const char *entity = NULL;
        switch (text[i]) {
        case '&':
            entity = "&amp;";
            break;
        case '<':
            entity = "&lt;";
            break;
        case '>':
            entity = "&gt;";
            break;
        case '"':
            entity = "&quot;";
            break;
        case '\'':
            entity = "&#39;";
            break;
        default:
            continue;
        }
        buffer_append(b, text + start, i - start);
        buffer_add(b, entity);
        start = i + 1;
    }
    buffer_append(b, text + start, len - start);
}

static void json_escape(buffer *b, unsigned char c) {
    static const char HEX[] = "0123456789abcdef";
    switch (c) {
    case '"':
        buffer_append(b, "\\\"", 2);
        break;
    case '\\':
        buffer_append(b, "\\\\", 2);
        break;
    case '\n':
        buffer_append(b, "\\n", 2);
        break;
    case '\r':
        buffer_append(b, "\\r", 2);
        break;
    case '\t':
        buffer_append(b, "\\t", 2);
        break;
    default: {
        char escape[6] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
        buffer_append(b, escape, sizeof escape);
    }
    }
}

// Eight bytes at once: is there nothing to escape or check among them? It may say no too often (a borrow of the
// subtraction runs into the next byte), never yes.
static bool json_plain(const unsigned char *p) {
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';
    uint64_t special = word | (word - ones * 0x20) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
    return (special & tops) == 0;
}

void buffer_add_json(buffer *b, const char *text, size_t len) {
    const unsigned char *p = (const unsigned char *)text;
    size_t start = 0, i = 0;
    buffer_reserve(b, len + 2);
    buffer_add_char(b, '"');
    while (i < len) {
        if (len - i >= 8 && json_plain(p + i)) {
            i += 8;
            continue;
        }
        unsigned char c = p[i];
        size_t step = 1;
        if (c >= 0x80)
            step = utf8_step(p + i, len - i);
        else if (c < 0x20 || c == '"' || c == '\\')
            step = 0;
        if (step) {
            i += step;
            continue;
        }
        buffer_append(b, text + start, i - start);
        if (c < 0x80)
            json_escape(b, c);
        else
            buffer_append(b, "\xEF\xBF\xBD", 3);
        start = ++i;
    }
    buffer_append(b, text + start, len - start);
    buffer_add_char(b, '"');
}

static bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void buffer_add_url(buffer *b, const char *text, size_t len) {
    static const char HEX[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (is_unreserved(text[i])) {
            buffer_add_char(b, text[i]);
        } else {
            char escape[3] = {'%', HEX[c >> 4], HEX[c & 15]};
            buffer_append(b, escape, sizeof escape);
        }
    }
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int64_t text_decode_url(char *text, size_t len, bool plus_is_space) {
    size_t out = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '+' && plus_is_space) {
            text[out++] = ' ';
        } else if (text[i] == '%') {
            int high = len - i > 2 ? hex_value(text[i + 1]) : -1;
            int low = len - i > 2 ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return -1;
            text[out++] = (char)(high * 16 + low);
            i += 2;
        } else {
            text[out++] = text[i];
        }
    }
    return (int64_t)out;
}

// How many of the bytes at `at` are one dot: 1 for ".", 3 for "%2e", else 0.
static size_t dot_at(str s, size_t at) {
    if (at < s.len && s.ptr[at] == '.')
        return 1;
    bool escaped = at + 2 < s.len && s.ptr[at] == '%' && s.ptr[at + 1] == '2' && (s.ptr[at + 2] | 32) == 'e';
    return escaped ? 3 : 0;
}

bool text_climbs(str address) {
    bool begins = true;
    for (size_t i = 0; i < address.len && address.ptr[i] != '?' && address.ptr[i] != '#'; i++) {
        if (address.ptr[i] == '\\')
            return true;
        size_t end = i + dot_at(address, i);
        if (begins && end > i) {
            end += dot_at(address, end);
            if (end == address.len || strchr("/\\?#", address.ptr[end]) != NULL)
                return true;
        }
        begins = address.ptr[i] == '/';
    }
    return false;
}
