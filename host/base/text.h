// SPDX-License-Identifier: EUPL-1.2
//
// text: borrowed strings with a length, growable buffers, and the few operations on UTF-8 and
// on the escapings of the web that more than one room needs.
#ifndef INTERLINK_BASE_TEXT_H
#define INTERLINK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A borrowed run of bytes, usually UTF-8, not NUL-terminated.
typedef struct str {
    const char *ptr;
    size_t len;
} str;

#define STR(literal) ((str){(literal), sizeof(literal) - 1})
#define STR_FORMAT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr

str str_from(const char *text); // NULL gives an empty str
bool str_equal(str a, str b);
bool str_is(str a, const char *text);
bool str_starts(str a, const char *prefix);

// A growable, always NUL-terminated byte buffer. Zero-initialise, then buffer_free.
// Out of memory aborts: a host that cannot hold one answer cannot go on.
typedef struct buffer {
    char *ptr;
    size_t len, capacity;
} buffer;

void buffer_append(buffer *b, const void *bytes, size_t len);
void buffer_add(buffer *b, const char *text);
void buffer_add_char(buffer *b, char c);
void buffer_printf(buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_add_html(buffer *b, const char *text, size_t len); // escapes & < > " '
void buffer_add_json(buffer *b, const char *text, size_t len); // quoted; invalid UTF-8 becomes U+FFFD
void buffer_add_url(buffer *b, const char *text, size_t len);  // RFC 3986 percent-encoding
void buffer_clear(buffer *b);                                  // keeps the memory
void buffer_free(buffer *b);
str buffer_str(const buffer *b);

bool text_is_utf8(const char *text, size_t len);  // strict: no surrogates, no overlong forms
size_t text_length(const char *text, size_t len); // in code points; `text` must be valid
// Percent-decode in place (`plus_is_space` for forms). Returns the new length, or -1 on a bad escape.
int64_t text_decode_url(char *text, size_t len, bool plus_is_space);
// Does a relative address have a part that a browser takes for "here" or "one up": "." or "..", in whatever writing, or
// a backslash, which it takes for a slash? (URL Standard, 4.1 and 4.4.) A query and what follows it have no such parts.
bool text_climbs(str address);

#endif
