// SPDX-License-Identifier: EUPL-1.2
#include "http/guard.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_token(str s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (!isalnum(c) && (c == 0 || strchr("!#$%&'*+-.^_`|~", c) == NULL)) {
            return false;
        }
    }
    return s.len > 0;
}

static bool has_control(str s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool named(str name, const char *wanted) {
    return name.len == strlen(wanted) && strncasecmp(name.ptr, wanted, name.len) == 0;
}

// ---- target

static int hex(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *escapes_check(str target, bool path) {
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.ptr[i];
        if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\' || c == '"' || c == '<' || c == '>') {
            return "The address holds a character that must be percent-encoded.";
        }
        if (c != '%') {
            continue;
        }
        bool whole = target.len - i > 2;
        int high = whole ? hex(target.ptr[i + 1]) : -1, low = whole ? hex(target.ptr[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return "The address holds a broken percent escape.";
        }
        int decoded = high * 16 + low;
        if (decoded == 0 ||
            (path && (decoded == '/' || decoded == '\\' || decoded == '.' || decoded < 0x20 || decoded == 0x7f))) {
            return "The address hides a character by percent-encoding it.";
        }
    }
    return NULL;
}

static const char *parts_check(str path) {
    for (size_t begin = 0; begin < path.len;) {
        const char *slash = memchr(path.ptr + begin, '/', path.len - begin);
        size_t end = slash ? (size_t)(slash - path.ptr) : path.len;
        size_t len = end - begin;
        const char *part = path.ptr + begin;
        if ((len == 1 && part[0] == '.') || (len == 2 && part[0] == '.' && part[1] == '.')) {
            return "The address holds a \".\" or \"..\" part.";
        }
        begin = end + 1;
    }
    return NULL;
}

const char *guard_target(str target) {
    if (target.len == 0 || target.ptr[0] != '/') {
        return "The address must begin with a slash.";
    }
    const char *mark = memchr(target.ptr, '?', target.len);
    size_t path_len = mark ? (size_t)(mark - target.ptr) : target.len;
    str path = {target.ptr, path_len}, query = {target.ptr + path_len, target.len - path_len};
    const char *why = escapes_check(path, true);
    if (why == NULL) {
        why = parts_check(path);
    }
    return why ? why : escapes_check(query, false);
}

// ---- the whole

static const char *const cut = "The request holds a NUL byte, a bare line feed or a folded line.";

const char *guard_start(guard *g, const char *method, str target, const char *version) {
    g->http_1_1 = strcmp(version, "HTTP/1.1") == 0;
    if (!g->http_1_1 && strcmp(version, "HTTP/1.0") != 0) {
        return "Only HTTP/1.1 and HTTP/1.0 are spoken here.";
    }
    if (!is_token(str_from(method))) {
        return "The method is no token.";
    }
    if (g->layout) {
        if (target.ptr != method + strlen(method) + 1 || version != target.ptr + target.len + 1) {
            return cut;
        }
        g->expected = version + strlen(version) + 2;
    }
    return NULL;
}

static const char *length_check(guard *g, str value) {
    if (++g->lengths > 1) {
        return "The request has two lengths.";
    }
    if (value.len == 0 || value.len > 18) {
        return "The Content-Length is no number.";
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9') {
            return "The Content-Length is no number.";
        }
        g->length = g->length * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    g->body = g->length > 0;
    return NULL;
}

static const char *encoding_check(guard *g, str value) {
    if (++g->encodings > 1 || value.len != 7 || strncasecmp(value.ptr, "chunked", 7) != 0) {
        return "The only transfer encoding taken is \"chunked\".";
    }
    if (!g->http_1_1) {
        return "HTTP/1.0 has no transfer encodings.";
    }
    g->body = true;
    g->chunked = true;
    return NULL;
}

static const char *host_check(guard *g, str value) {
    if (++g->hosts > 1) {
        return "The request has two hosts.";
    }
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (!isalnum(c) && (c == 0 || strchr(".-_:[]", c) == NULL)) {
            return "The Host is no host name.";
        }
    }
    if (value.len == 0 || value.len > 255) {
        return "The Host is no host name.";
    }
    g->host = value;
    return NULL;
}

const char *guard_header(guard *g, str name, str value) {
    if (++g->count > GUARD_HEADERS) {
        return "The request has too many headers.";
    }
    if (g->layout) {
        if (name.ptr != g->expected || value.ptr[value.len + 1] != 0) {
            return cut;
        }
        g->expected = value.ptr + value.len + 2;
    }
    // Blanks after a value mean nothing (RFC 9110 section 5.5).
    while (value.len > 0 && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\t')) {
        value.len--;
    }
    if (!is_token(name)) {
        return "The name of a header is no token.";
    }
    if (has_control(value)) {
        return "A header holds a control byte.";
    }
    if (named(name, "content-length")) {
        return length_check(g, value);
    }
    if (named(name, "transfer-encoding")) {
        return encoding_check(g, value);
    }
    if (named(name, "host")) {
        return host_check(g, value);
    }
    if (named(name, "expect") && (value.len != 12 || strncasecmp(value.ptr, "100-continue", 12) != 0)) {
        return "The only expectation that can be met is \"100-continue\".";
    }
    return NULL;
}

const char *guard_end(guard *g, const char *method) {
    if (g->hosts != 1) {
        return "The request names no host.";
    }
    if (g->lengths > 0 && g->encodings > 0) {
        return "The request has both a length and a transfer encoding.";
    }
    if (g->body && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "DELETE") == 0)) {
        return "A request with this method has no body.";
    }
    // After the last header and its two NULs comes the empty line, two more.
    if (g->layout && (g->expected[0] != 0 || g->expected[1] != 0)) {
        return cut;
    }
    return NULL;
}
