// SPDX-License-Identifier: EUPL-1.2
//
// Lines: method and target, version, then name and value of each header. What the guard lets through is one request
// and no other, for whoever reads it.
#include "fuzz.h"

#include <strings.h>

#include "http/guard.h"

enum { HEADERS = 120 };

typedef struct request {
    str method, target, version, names[HEADERS], values[HEADERS];
    size_t count;
} request;

static str cut(str *line, char at) {
    const char *end = line->len ? memchr(line->ptr, at, line->len) : NULL;
    str part = {line->ptr, end ? (size_t)(end - line->ptr) : line->len};
    size_t used = end ? part.len + 1 : part.len;
    *line = (str){line->ptr + used, line->len - used};
    return part;
}

// As the library leaves the lines in its memory: each CR and LF a NUL, the parts of the first line too.
static char *lay_out(request *r, str rest) {
    char *memory = calloc(1, 3 * rest.len + 16), *to = memory; // an empty line takes three bytes
    fuzz_claim(memory != NULL, "there is memory");
    str line = fuzz_line(&rest);
    str *const parts[] = {&r->method, &r->target, &r->version};
    for (int i = 0; i < 3; i++) {
        str part = i < 2 ? cut(&line, ' ') : line;
        part.len = part.len ? strnlen(part.ptr, part.len) : 0;
        memcpy(to, part.ptr, part.len);
        *parts[i] = (str){to, part.len};
        to += part.len + (i < 2 ? 1 : 2);
    }
    for (r->count = 0; rest.len && r->count < HEADERS; r->count++) {
        line = fuzz_line(&rest);
        str name = cut(&line, ':'), value = line;
        name.len = name.len ? strnlen(name.ptr, name.len) : 0;
        value.len = value.len ? strnlen(value.ptr, value.len) : 0;
        memcpy(to, name.ptr, name.len);
        r->names[r->count] = (str){to, name.len};
        to += name.len + 1;
        memcpy(to, value.ptr, value.len);
        r->values[r->count] = (str){to, value.len};
        to += value.len + 2;
    }
    return memory;
}

static const char *judge(const request *r, bool layout, guard *g) {
    *g = (guard){.layout = layout};
    const char *why = guard_start(g, r->method.ptr, r->target, r->version.ptr);
    for (size_t i = 0; i < r->count && !why; i++)
        why = guard_header(g, r->names[i], r->values[i]);
    return why ? why : guard_end(g, r->method.ptr);
}

static size_t count(const request *r, const char *name) {
    size_t found = 0;
    for (size_t i = 0; i < r->count; i++)
        found += r->names[i].len == strlen(name) && strncasecmp(r->names[i].ptr, name, strlen(name)) == 0;
    return found;
}

static void check_target(str target) {
    str path = cut(&target, '?');
    fuzz_claim(path.len && path.ptr[0] == '/', "a path begins with a slash");
    buffer b = {0};
    buffer_append(&b, path.ptr, path.len);
    int64_t len = text_decode_url(b.ptr, b.len, false);
    fuzz_claim(len >= 0, "it can be decoded");
    b.ptr[len] = '\0';
    fuzz_claim(strlen(b.ptr) == (size_t)len && !strchr(b.ptr, '\\'), "nothing is hidden in it");
    buffer_add_char(&b, '\0');
    b.len = (size_t)len;
    buffer_add_char(&b, '/');
    fuzz_claim(!strstr(b.ptr, "/../") && !strstr(b.ptr, "/./"), "it does not climb");
    buffer_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    request *r = calloc(1, sizeof *r);
    fuzz_claim(r != NULL, "there is memory");
    char *memory = lay_out(r, fuzz_input(data, size));
    guard g, laid;
    const char *why = judge(r, false, &g), *why_laid = judge(r, true, &laid);
    fuzz_claim(why == why_laid, "a request that lies as it should is judged by what it says");
    if (!why) {
        fuzz_claim(count(r, "host") == 1 && g.host.len, "it names one host");
        fuzz_claim(count(r, "content-length") + count(r, "transfer-encoding") <= 1, "it says once where it ends");
        fuzz_claim(r->count <= GUARD_HEADERS, "the headers have a bound");
        fuzz_claim(!g.body || !str_is(r->method, "GET"), "reading takes no body");
    }
    if (!guard_target(r->target))
        check_target(r->target);
    free(memory);
    free(r);
    return 0;
}
