// SPDX-License-Identifier: EUPL-1.2
#include "http/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/asset_place.h"
#include "domain/catalogue.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"
#include "http/session.h"
#include "store/blob.h"

// Nothing in a file may run or load, wherever it is opened.
#define FILES_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"

typedef struct kept_file {
    const char *name; // NULL: shown in place, not saved
    const char *type, *blob;
    bool shared; // for everybody
} kept_file;

const char *files_disposition(arena *a, const char *name) {
    buffer out = {0};
    buffer_add(&out, "attachment; filename=\"");
    for (const char *p = name; *p; p++) {
        bool plain = *p >= ' ' && *p < 0x7f && *p != '"' && *p != '\\' && *p != '/';
        buffer_add_char(&out, plain ? *p : '_');
    }
    buffer_add(&out, "\"; filename*=UTF-8''");
    buffer_add_url(&out, name, strlen(name));
    const char *text = arena_copy(a, out.ptr, out.len);
    buffer_free(&out);
    return text;
}

static void not_found(exchange *x) {
    problem_reply_http(x, 404, "file.not_found", "There is no such file.", NULL, NULL);
}

// Blobs never change, so their hash is their name for ever.
static void blob_reply(exchange *x, const kept_file *file) {
    char path[PATH_MAX];
    reply r = {.status = 200,
               .type = file->type,
               .policy = FILES_POLICY,
               .vary = file->shared ? NULL : "Cookie",
               .cache = file->shared ? "public, max-age=3600" : "private, no-cache"};
    const char *etag = arena_printf(x->arena, "\"%s\"", file->blob);
    reply_header(&r, "ETag", etag);
    if (file->name != NULL) {
        reply_header(&r, "Content-Disposition", files_disposition(x->arena, file->name));
    }
    if (x->headers.if_none_match != NULL && strstr(x->headers.if_none_match, file->blob) != NULL) {
        r.status = 304;
        r.type = NULL;
        reply_text(x, &r, "");
        return;
    }
    int fd =
        blob_path(x->loop->services.services->data_folder, file->blob, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        not_found(x);
        return;
    }
    struct MHD_Response *made = MHD_create_response_from_fd64((uint64_t)info.st_size, fd);
    reply_add_headers(x->loop->site, &r, made);
    reply_send(x, 200, made);
}

// ---- which file

// Splits "a/b" after `prefix` and decodes both; the second may be missing where `parts` is 1.
static bool parts_take(exchange *x, const char *prefix, int parts, const char *out[2]) {
    const char *begin = x->path.ptr + strlen(prefix), *end = x->path.ptr + x->path.len;
    for (int i = 0; i < parts; i++) {
        const char *slash = i + 1 < parts ? memchr(begin, '/', (size_t)(end - begin)) : end;
        if (slash == NULL) {
            return false;
        }
        size_t raw = (size_t)(slash - begin);
        char *text = arena_copy(x->arena, begin, raw);
        int64_t len = text_decode_url(text, raw, false);
        if (len <= 0 || !text_is_utf8(text, (size_t)len)) {
            return false;
        }
        text[len] = 0;
        out[i] = text;
        begin = slash + 1;
    }
    return true;
}

static status template_find(exchange *x, const char *part[2], kept_file *out, fault *f) {
    catalogue_file file;
    status s = catalogue_file_get(x->loop->services.store, x->arena, part[0], part[1], &file, f);
    *out = (kept_file){.name = file.name, .type = file.type, .blob = file.blob, .shared = true};
    return s;
}

static status logo_find(exchange *x, const char *part[2], kept_file *out, fault *f) {
    catalogue_file file;
    status s = catalogue_logo_get(x->loop->services.store, x->arena, part[0], &file, f);
    *out = (kept_file){.type = file.type, .blob = file.blob, .shared = true};
    if (s == STATUS_OK && strncmp(file.type, "image/", 6) != 0) {
        out->type = "application/octet-stream";
        out->name = "picture";
    }
    return s;
}

static status asset_find(exchange *x, const char *part[2], kept_file *out, fault *f) {
    access_found found;
    asset_file file;
    store *reader = x->loop->services.store;
    status s = session_resolve(x, f);
    if (s == STATUS_OK) {
        s = limit_person(x, f);
    }
    if (s == STATUS_OK) {
        s = access_check(reader, &x->actor, "asset.view", part[0], &found, f);
    }
    if (s == STATUS_OK) {
        s = asset_file_find(reader, x->arena, part[0], part[1], &file, f);
    }
    if (s == STATUS_OK) {
        *out = (kept_file){.name = file.name, .type = file.type, .blob = file.blob};
    }
    return s;
}

static void files_begin(exchange *x) {
    if (!exchange_reads(x)) {
        problem_reply_http(x, 405, "method", "Files can only be read.", "Allow", "GET, HEAD");
    }
}

static void files_run(exchange *x) {
    static const struct {
        const char *prefix;
        int parts;
        status (*find)(exchange *x, const char *part[2], kept_file *out, fault *f);
    } kinds[] = {
        {"/files/interlinkers/", 2, template_find},
        {"/files/logos/", 1, logo_find},
        {"/files/assets/", 2, asset_find},
    };
    x->language = session_language(x);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *part[2] = {NULL, NULL};
        if (!str_starts(x->path, kinds[i].prefix) || !parts_take(x, kinds[i].prefix, kinds[i].parts, part)) {
            continue;
        }
        kept_file file = {0};
        fault f = {0};
        status s = kinds[i].find(x, part, &file, &f);
        if (s == STATUS_OK) {
            blob_reply(x, &file);
        } else {
            f.status = s;
            problem_reply(x, &f);
        }
        return;
    }
    not_found(x);
}

const route files_route = {"files", files_begin, files_run, exchange_always, false};
