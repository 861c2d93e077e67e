// SPDX-License-Identifier: EUPL-1.2
#include "api/multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// RFC 2046 section 5.1.1, without the space that it forbids at the end.
static const char BOUNDARY_SIGNS[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=?";

// What is left to read.
typedef struct reading {
    arena *arena;
    str rest;
    char mark[MULTIPART_BOUNDARY + 4]; // CRLF "--" boundary
    size_t mark_len;
    fault *fault;
} reading;

static status malformed(reading *r, const char *what) {
    return fault_set(r->fault, STATUS_MALFORMED, "multipart.malformed", "The form with files cannot be read: %s.",
                     what);
}

bool multipart_is(const char *content_type, char out[MULTIPART_BOUNDARY]) {
    static const char type[] = "multipart/form-data";
    out[0] = '\0';
    if (!content_type || strncasecmp(content_type, type, sizeof type - 1) != 0)
        return false;
    const char *at = content_type + sizeof type - 1;
    if (*at && !strchr("; \t", *at))
        return false;
    at = strcasestr(at, "boundary=");
    if (!at || !strchr("; \t", at[-1]))
        return true;
    at += strlen("boundary=");
    bool quoted = *at == '"';
    size_t len = strspn(at + quoted, BOUNDARY_SIGNS);
    const char *end = at + quoted + len;
    if (len == 0 || len >= MULTIPART_BOUNDARY || (quoted ? *end != '"' : *end && !strchr("; \t", *end)))
        return true;
    memcpy(out, at + quoted, len);
    out[len] = '\0';
    return true;
}

// ---- headers of a part

static bool skip(reading *r, const char *text) {
    size_t len = strlen(text);
    if (r->rest.len < len || memcmp(r->rest.ptr, text, len) != 0)
        return false;
    r->rest = (str){r->rest.ptr + len, r->rest.len - len};
    return true;
}

// The next line, without its end.
static status line_take(reading *r, str *line) {
    size_t most = r->rest.len < MULTIPART_HEADER_BYTES + 2 ? r->rest.len : MULTIPART_HEADER_BYTES + 2;
    const char *end = memmem(r->rest.ptr, most, "\r\n", 2);
    if (!end)
        return r->rest.len > MULTIPART_HEADER_BYTES
                   ? fault_set(r->fault, STATUS_TOO_LARGE, "multipart.header",
                               "A header of a part of the form is longer than %d bytes.", MULTIPART_HEADER_BYTES)
                   : malformed(r, "it ends within a header");
    *line = (str){r->rest.ptr, (size_t)(end - r->rest.ptr)};
    r->rest = (str){end + 2, r->rest.len - line->len - 2};
    return STATUS_OK;
}

static int hex(char c) {
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

// A quoted value, in which browsers write a quote as %22 and line ends as %0D %0A; others use a backslash.
static bool value_read(reading *r, const char **at, const char *end, str *out) {
    if (*at == end || **at != '"')
        return false;
    char *text = arena_alloc(r->arena, (size_t)(end - *at));
    size_t len = 0;
    const char *p = *at + 1;
    for (; p < end && *p != '"'; p++) {
        char c = *p;
        if (c == '\\' && p + 1 < end) {
            c = *++p;
        } else if (c == '%' && end - p > 2 && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
            c = (char)(hex(p[1]) * 16 + hex(p[2]));
            p += 2;
        }
        if ((unsigned char)c < ' ' || c == 127)
            return false;
        text[len++] = c;
    }
    if (p == end || !text_is_utf8(text, len))
        return false;
    text[len] = '\0'; // there is room: the quotes are left out
    *out = (str){text, len};
    *at = p + 1;
    return true;
}

// form-data; name="package"; filename="walk.interlinker"
static bool disposition_read(reading *r, str value, multipart_part *part) {
    static const char kind[] = "form-data";
    const char *at = value.ptr, *end = value.ptr + value.len;
    if (value.len < sizeof kind - 1 || strncasecmp(at, kind, sizeof kind - 1) != 0)
        return false;
    at += sizeof kind - 1;
    while (at < end) {
        while (at < end && (*at == ';' || *at == ' ' || *at == '\t'))
            at++;
        size_t left = (size_t)(end - at);
        if (left == 0)
            break;
        bool name = left > 5 && strncasecmp(at, "name=", 5) == 0;
        bool filename = left > 9 && strncasecmp(at, "filename=", 9) == 0;
        str *place = name ? &part->name : &part->filename;
        if (!(name || filename) || place->ptr)
            return false;
        at += name ? 5 : 9;
        if (!value_read(r, &at, end, place))
            return false;
    }
    return part->name.ptr && part->name.len > 0;
}

static bool header_is(str line, const char *name, str *value) {
    size_t len = strlen(name);
    if (line.len <= len || strncasecmp(line.ptr, name, len) != 0 || line.ptr[len] != ':')
        return false;
    len++;
    while (len < line.len && (line.ptr[len] == ' ' || line.ptr[len] == '\t'))
        len++;
    *value = (str){line.ptr + len, line.len - len};
    return true;
}

static status headers_read(reading *r, multipart_part *part) {
    str line = {0}, value;
    for (int count = 0;; count++) {
        status s = line_take(r, &line);
        if (s != STATUS_OK || line.len == 0)
            return s != STATUS_OK || part->name.ptr ? s : malformed(r, "a part has no name");
        if (count == MULTIPART_HEADERS)
            return fault_set(r->fault, STATUS_TOO_LARGE, "multipart.headers",
                             "A part of the form has more than %d headers.", MULTIPART_HEADERS);
        if (header_is(line, "Content-Transfer-Encoding", &value))
            return malformed(r, "a part is encoded in a way that is not known");
        if (header_is(line, "Content-Disposition", &value) && (part->name.ptr || !disposition_read(r, value, part)))
            return malformed(r, "a part says badly what it is");
    }
}

// ---- parts

static status part_read(reading *r, multipart_part *part) {
    *part = (multipart_part){0};
    status s = headers_read(r, part);
    if (s != STATUS_OK)
        return s;
    // An empty part's mark follows its headers' last line end at once.
    str from = {r->rest.ptr - 2, r->rest.len + 2};
    const char *end = memmem(from.ptr, from.len, r->mark, r->mark_len);
    if (!end)
        return malformed(r, "it ends within a part");
    size_t len = end < r->rest.ptr ? 0 : (size_t)(end - r->rest.ptr);
    part->bytes = (str){r->rest.ptr, len};
    const char *next = end + r->mark_len;
    r->rest = (str){next, (size_t)(r->rest.ptr + r->rest.len - next)};
    return STATUS_OK;
}

status multipart_parse(arena *a, str body, const char *boundary, multipart *out, fault *f) {
    reading r = {.arena = a, .rest = body, .fault = f};
    int len = snprintf(r.mark, sizeof r.mark, "\r\n--%s", boundary);
    *out = (multipart){0};
    if (!*boundary || len < 0 || (size_t)len >= sizeof r.mark)
        return malformed(&r, "Content-Type names no boundary");
    r.mark_len = (size_t)len;
    if (!skip(&r, r.mark + 2))
        return malformed(&r, "it does not begin with its boundary");
    multipart_part parts[MULTIPART_PARTS];
    while (!skip(&r, "--")) {
        if (!skip(&r, "\r\n"))
            return malformed(&r, "a boundary is not at the end of its line");
        if (out->count == MULTIPART_PARTS)
            return fault_set(f, STATUS_TOO_LARGE, "multipart.parts", "The form has more than %d parts.",
                             MULTIPART_PARTS);
        status s = part_read(&r, &parts[out->count]);
        if (s != STATUS_OK)
            return s;
        out->count++;
    }
    skip(&r, "\r\n");
    if (r.rest.len)
        return malformed(&r, "something follows its end");
    out->parts = arena_alloc(a, (out->count + 1) * sizeof *out->parts);
    if (out->count)
        memcpy(out->parts, parts, out->count * sizeof *parts);
    return STATUS_OK;
}

const multipart_part *multipart_find(const multipart *m, const char *name) {
    for (size_t i = 0; m && i < m->count; i++)
        if (str_is(m->parts[i].name, name))
            return &m->parts[i];
    return NULL;
}
