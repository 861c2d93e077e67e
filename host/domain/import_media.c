// SPDX-License-Identifier: EUPL-1.2
#include "domain/import_media.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 120, ENDING_BYTES = 8 };

static const struct {
    const char *ending, *type;
} types[] = {
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"doc", "application/msword"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"xls", "application/vnd.ms-excel"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odg", "application/vnd.oasis.opendocument.graphics"},
    {"pdf", "application/pdf"},
    {"rtf", "application/rtf"},
    {"md", "text/markdown"},
    {"txt", "text/plain"},
    {"csv", "text/csv"},
    {"json", "application/json"},
    {"zip", "application/zip"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
};

// Behind the last dot of the last part; "" if there is none.
static const char *ending_of(const char *path) {
    const char *name = strrchr(path, '/');
    const char *dot = strrchr(name != NULL ? name : path, '.');
    return dot != NULL ? dot + 1 : "";
}

const char *import_media_type(const char *path) {
    const char *ending = ending_of(path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcasecmp(types[i].ending, ending) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

static bool begins(str bytes, const char *with, size_t len) {
    return bytes.len >= len && memcmp(bytes.ptr, with, len) == 0;
}

const char *import_media_picture(str bytes, const char *path) {
    if (begins(bytes, "\x89PNG\r\n\x1a\n", 8)) {
        return "image/png";
    }
    if (begins(bytes, "\xFF\xD8\xFF", 3)) {
        return "image/jpeg";
    }
    if (begins(bytes, "GIF87a", 6) || begins(bytes, "GIF89a", 6)) {
        return "image/gif";
    }
    if (begins(bytes, "RIFF", 4) && bytes.len > 12 && memcmp(bytes.ptr + 8, "WEBP", 4) == 0) {
        return "image/webp";
    }
    if (strcasecmp(ending_of(path), "svg") == 0 && text_is_utf8(bytes.ptr, bytes.len) &&
        memmem(bytes.ptr, bytes.len < 4096 ? bytes.len : 4096, "<svg", 4) != NULL) {
        return "image/svg+xml";
    }
    return NULL;
}

const char *import_media_name(arena *a, const char *title, const char *path) {
    char ending[ENDING_BYTES + 1] = "";
    size_t len = 0;
    for (const char *c = ending_of(path); isalnum((unsigned char)*c) && len < ENDING_BYTES; c++) {
        ending[len++] = (char)tolower((unsigned char)*c);
    }
    ending[len] = 0;
    buffer name = {0};
    for (const char *c = title; *c != 0 && name.len < NAME_BYTES; c++) {
        bool unsafe = (unsigned char)*c < 0x20 || *c == 0x7f || strchr("/\\:*?\"<>|", *c) != NULL;
        if (!(name.len == 0 && (*c == '.' || *c == ' '))) {
            buffer_add_char(&name, unsafe ? '-' : *c);
        }
    }
    // A name that was cut inside a letter loses that letter.
    while (name.len > 0 && !text_is_utf8(name.ptr, name.len)) {
        name.len--;
    }
    const char *whole =
        arena_printf(a, "%.*s%s%s", (int)name.len, name.len > 0 ? name.ptr : "", ending[0] ? "." : "", ending);
    buffer_free(&name);
    return whole[0] != 0 && whole[0] != '.' ? whole : arena_printf(a, "document%s%s", ending[0] ? "." : "", ending);
}
