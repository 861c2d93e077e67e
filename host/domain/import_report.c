// SPDX-License-Identifier: EUPL-1.2
#include "domain/import_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REASON_TEXT = 600 };

// The texts of a folder are somebody else's: a line break in a name must not look like a line of ours.
static void flatten(char *text) {
    for (char *c = text; *c != 0; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *c = ' ';
        }
    }
}

__attribute__((format(printf, 2, 0))) static const char *line_make(const import_place *at, const char *format,
                                                                   va_list args) {
    char reason[REASON_TEXT];
    vsnprintf(reason, sizeof reason, format, args);
    flatten(reason);
    char *file = arena_text(at->report->arena, at->file);
    flatten(file);
    return arena_printf(at->report->arena, "%s%s%s: %s", file, at->pointer[0] ? ": " : "", at->pointer, reason);
}

void import_fault(const import_place *at, const char *format, ...) {
    import_report *report = at->report;
    if (report->fault_count < IMPORT_FAULTS) {
        va_list args;
        va_start(args, format);
        report->faults[report->fault_count] = line_make(at, format, args);
        va_end(args);
    }
    report->fault_count++;
}

void import_warning(const import_place *at, const char *format, ...) {
    import_report *report = at->report;
    if (report->warning_count < IMPORT_WARNINGS) {
        va_list args;
        va_start(args, format);
        report->warnings[report->warning_count] = line_make(at, format, args);
        va_end(args);
    }
    report->warning_count++;
}

import_place import_member(const import_place *at, const char *key) {
    // RFC 6901: a tilde and a slash in a name are written ~0 and ~1.
    buffer pointer = {0};
    buffer_add(&pointer, at->pointer);
    buffer_add_char(&pointer, '/');
    for (const char *c = key; *c != 0; c++) {
        if (*c == '~' || *c == '/') {
            buffer_add(&pointer, *c == '~' ? "~0" : "~1");
        } else {
            buffer_add_char(&pointer, (unsigned char)*c < 0x20 ? '?' : *c);
        }
    }
    import_place place = {at->report, at->file, arena_copy(at->report->arena, pointer.ptr, pointer.len)};
    buffer_free(&pointer);
    return place;
}

import_place import_entry(const import_place *at, size_t index) {
    return (import_place){at->report, at->file, arena_printf(at->report->arena, "%s/%zu", at->pointer, index)};
}
