// SPDX-License-Identifier: EUPL-1.2
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int status_http(status s) {
    switch (s) {
    case STATUS_OK:
    case STATUS_END:
        return 200;
    case STATUS_MALFORMED:
        return 400;
    case STATUS_UNAUTHENTICATED:
        return 401;
    case STATUS_FORBIDDEN:
        return 403;
    case STATUS_NOT_FOUND:
        return 404;
    case STATUS_CONFLICT:
        return 409;
    case STATUS_TOO_LARGE:
        return 413;
    case STATUS_INVALID:
        return 422;
    case STATUS_LIMITED:
        return 429;
    case STATUS_INTERNAL:
        return 500;
    case STATUS_PLUGIN_FAILED:
        return 502;
    case STATUS_UNAVAILABLE:
        return 503;
    case STATUS_PLUGIN_LATE:
        return 504;
    case STATUS_STORE_FULL:
        return 507;
    case STATUS_RETRY:
        return 409; // only if a retry was forgotten: then it is the conflict that it stands for
    }
    return 500;
}

// A sentence that was cut short must not end inside a code point: it goes into JSON and HTML.
static void trim_to_code_point(char *text, size_t size, int wanted) {
    if (wanted < 0) {
        text[0] = '\0';
        return;
    }
    if ((size_t)wanted < size)
        return;
    size_t end = size - 1, start = end;
    while (start > 0 && end - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char first = (unsigned char)text[start - 1];
    size_t needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (first >= 0xC0 && end - start + 1 < needed)
        text[start - 1] = '\0';
}

// What others say about bytes that are no text (a parser, a worker) may hold some of them.
static void keep_text(char *text) {
    for (size_t left = strlen(text); left > 0;) {
        unsigned char first = (unsigned char)*text;
        size_t len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
        if (len > left || !text_is_utf8(text, len)) {
            *text = '?';
            len = 1;
        }
        text += len;
        left -= len;
    }
}

static void copy_text(char *to, size_t size, const char *from) {
    trim_to_code_point(to, size, snprintf(to, size, "%s", from));
    keep_text(to);
}

status fault_set(fault *f, status s, const char *code, const char *format, ...) {
    if (!f)
        return s;
    f->status = s;
    copy_text(f->code, sizeof f->code, code);
    va_list args;
    va_start(args, format);
    trim_to_code_point(f->text, sizeof f->text, vsnprintf(f->text, sizeof f->text, format, args));
    va_end(args);
    keep_text(f->text);
    return s;
}

status fault_add_field(fault *f, const char *pointer, const char *code, const char *format, ...) {
    if (!f)
        return STATUS_INVALID;
    if (f->field_count == 0)
        fault_set(f, STATUS_INVALID, "input.invalid", "Some of what was sent cannot be accepted. Please correct it.");
    if (f->field_count < FAULT_FIELDS) {
        fault_field *field = &f->fields[f->field_count];
        copy_text(field->pointer, sizeof field->pointer, pointer);
        copy_text(field->code, sizeof field->code, code);
        va_list args;
        va_start(args, format);
        trim_to_code_point(field->text, sizeof field->text, vsnprintf(field->text, sizeof field->text, format, args));
        va_end(args);
        keep_text(field->text);
    }
    f->field_count++;
    return STATUS_INVALID;
}
