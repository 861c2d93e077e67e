// SPDX-License-Identifier: EUPL-1.2
#include "base/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct header {
    uint32_t size;
    uint16_t type;
    uint16_t zero;
    uint64_t call;
} header;

typedef struct field {
    uint16_t tag;
    uint16_t zero;
    uint32_t length;
} field;

_Static_assert(sizeof(header) == FRAME_HEADER, "a header has no padding");
_Static_assert(sizeof(field) == FRAME_FIELD, "a field has no padding");

// ---- writing

size_t frame_begin(buffer *b, frame_type type, uint64_t call) {
    size_t mark = b->len;
    header h = {.type = (uint16_t)type, .call = call};
    buffer_append(b, &h, sizeof h);
    return mark;
}

// Lengths are written when they are known, by a copy because nothing in the buffer is aligned.
static void write_length(buffer *b, size_t at, size_t length) {
    if (length > UINT32_MAX)
        abort();
    uint32_t size = (uint32_t)length;
    memcpy(b->ptr + at, &size, sizeof size);
}

void frame_finish(buffer *b, size_t mark) {
    assert(b->len >= mark + FRAME_HEADER);
    write_length(b, mark + offsetof(header, size), b->len - mark - FRAME_HEADER);
}

void frame_bytes(buffer *b, frame_tag tag, const void *bytes, size_t len) {
    if (len > UINT32_MAX)
        abort();
    field f = {.tag = (uint16_t)tag, .length = (uint32_t)len};
    buffer_append(b, &f, sizeof f);
    buffer_append(b, bytes, len);
}

void frame_text(buffer *b, frame_tag tag, const char *text) {
    if (text)
        frame_bytes(b, tag, text, strlen(text));
}

void frame_str(buffer *b, frame_tag tag, str s) {
    if (s.ptr)
        frame_bytes(b, tag, s.ptr, s.len);
}

void frame_number(buffer *b, frame_tag tag, uint64_t n) {
    frame_bytes(b, tag, &n, sizeof n);
}

size_t frame_nest(buffer *b, frame_tag tag) {
    size_t mark = b->len;
    frame_bytes(b, tag, NULL, 0);
    return mark;
}

void frame_unnest(buffer *b, size_t mark) {
    assert(b->len >= mark + FRAME_FIELD);
    write_length(b, mark + offsetof(field, length), b->len - mark - FRAME_FIELD);
}

// ---- reading

int frame_take(str input, frame *out, size_t *used) {
    header h;
    if (input.len < sizeof h)
        return 0;
    memcpy(&h, input.ptr, sizeof h);
    if (h.size > FRAME_LIMIT || h.zero != 0 || h.type == 0)
        return -1;
    if (input.len - sizeof h < h.size)
        return 0;
    *out = (frame){(frame_type)h.type, h.call, {input.ptr + sizeof h, h.size}};
    *used = sizeof h + h.size;
    return 1;
}

bool frame_field(str *rest, frame_tag *tag, str *value, bool *broken) {
    field f;
    if (rest->len == 0)
        return false;
    if (rest->len < sizeof f) {
        *broken = true;
        return false;
    }
    memcpy(&f, rest->ptr, sizeof f);
    if (f.zero != 0 || f.length > rest->len - sizeof f) {
        *broken = true;
        return false;
    }
    *tag = (frame_tag)f.tag;
    *value = (str){rest->ptr + sizeof f, f.length};
    rest->ptr += sizeof f + f.length;
    rest->len -= sizeof f + f.length;
    return true;
}

uint64_t frame_value(str value) {
    uint64_t n = 0;
    if (value.len == sizeof n)
        memcpy(&n, value.ptr, sizeof n);
    return n;
}
