// SPDX-License-Identifier: EUPL-1.2
#include "http/static.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/memory.h"
#include "http/compress.h"
#include "http/problem.h"
#include "http/server_loop.h"

enum { FILE_LIMIT = 8 << 20 };

typedef struct static_file {
    char *path; // "/view-kit/view.css", or "app.css" below the version
    buffer bytes;
    reply_kept ever, check; // under the right version; under any other
} static_file;

struct static_files {
    char version[STATIC_VERSION_TEXT];
    static_file *files; // in order of path
    size_t count;
};

const char *static_type(const char *name) {
    static const struct {
        const char *end, *type;
    } types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".gif", "image/gif"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".map", "application/json"},
        {".md", "text/plain; charset=utf-8"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (strcasecmp(dot, types[i].end) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

// ---- reading

static bool file_read(const char *path, buffer *out) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return false;
    }
    char part[16384];
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0 && out->len < FILE_LIMIT;) {
        buffer_append(out, part, n);
    }
    bool whole = !ferror(file) && out->len < FILE_LIMIT;
    fclose(file);
    return whole;
}

static status folder_read(static_files *s, const char *folder, const char *prefix, fault *f) {
    char *roots[] = {(char *)folder, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    status outcome = STATUS_OK;
    size_t found = 0;
    for (FTSENT *e; walk && outcome == STATUS_OK && (e = fts_read(walk));) {
        if (e->fts_info != FTS_F || e->fts_name[0] == '.') {
            continue;
        }
        s->files = memory_resize(s->files, s->count + 1, sizeof *s->files);
        static_file *file = &s->files[s->count++];
        *file = (static_file){0};
        buffer path = {0};
        buffer_printf(&path, "%s%s", prefix, e->fts_path + strlen(folder) + 1);
        file->path = path.ptr;
        found++;
        if (!file_read(e->fts_path, &file->bytes)) {
            outcome = fault_set(f, STATUS_INTERNAL, "static.unreadable", "%s cannot be read, or is larger than 8 MiB.",
                                e->fts_path);
        }
    }
    if (walk != NULL) {
        fts_close(walk);
    }
    if (outcome == STATUS_OK && found == 0) {
        outcome = fault_set(f, STATUS_INTERNAL, "static.missing",
                            "The program's folder %s is missing or empty. Build or install the program again.", folder);
    }
    return outcome;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const static_file *)a)->path, ((const static_file *)b)->path);
}

static void version_make(static_files *s) {
    buffer all = {0};
    for (size_t i = 0; i < s->count; i++) {
        const static_file *file = &s->files[i];
        char hash[2 * CRYPTO_HASH + 1];
        crypto_hash_hex(file->bytes.ptr, file->bytes.len, hash);
        buffer_printf(&all, "%s %s\n", hash, file->path);
    }
    char hash[2 * CRYPTO_HASH + 1];
    crypto_hash_hex(all.ptr, all.len, hash);
    memcpy(s->version, hash, STATIC_VERSION_TEXT - 1);
    buffer_free(&all);
}

static void replies_make(static_file *file, const reply_site *site) {
    // Views have an opaque origin, so to them even their own kit is from elsewhere.
    bool kit = file->path[0] == '/';
    reply r = {.status = 200,
               .type = static_type(file->path),
               .cache = REPLY_CACHE_CHECK,
               .shared = kit,
               .vary = "Accept-Encoding"};
    if (kit) {
        reply_header(&r, "Access-Control-Allow-Origin", "*");
    }
    buffer copy = {0};
    buffer_append(&copy, file->bytes.ptr, file->bytes.len);
    reply_kept_make(site, &r, COMPRESS_FOR_LONG, &copy, &file->check);
    r.cache = REPLY_CACHE_EVER;
    reply_kept_make(site, &r, COMPRESS_FOR_LONG, &file->bytes, &file->ever);
}

status static_files_load(const char *program_folder, const reply_site *site, static_files **out, fault *f) {
    static_files *s = memory_new(sizeof *s);
    char folder[4200];
    snprintf(folder, sizeof folder, "%s/share/portal/static", program_folder);
    status outcome = folder_read(s, folder, "", f);
    if (outcome == STATUS_OK) {
        snprintf(folder, sizeof folder, "%s/share/view-kit", program_folder);
        outcome = folder_read(s, folder, "/view-kit/", f);
    }
    if (outcome == STATUS_OK) {
        if (s->count > 0) {
            qsort(s->files, s->count, sizeof *s->files, by_path);
        }
        version_make(s);
        for (size_t i = 0; i < s->count; i++) {
            replies_make(&s->files[i], site);
        }
    } else {
        static_files_free(s);
        s = NULL;
    }
    *out = s;
    return outcome;
}

void static_files_free(static_files *s) {
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        reply_kept_free(&s->files[i].ever);
        reply_kept_free(&s->files[i].check);
        buffer_free(&s->files[i].bytes);
        free(s->files[i].path);
    }
    free(s->files);
    free(s);
}

const char *static_files_version(const static_files *s) {
    return s->version;
}

// ---- serving

static const static_file *file_find(const static_files *s, str path) {
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *there = s->files[middle].path;
        int order = strncmp(there, path.ptr, path.len);
        if (order == 0 && there[path.len] == 0) {
            return &s->files[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static void static_begin(exchange *x) {
    if (!exchange_reads(x)) {
        problem_reply_http(x, 405, "method", "Files can only be read.", "Allow", "GET, HEAD");
    }
}

static void static_run(exchange *x) {
    const static_files *s = x->loop->files;
    str path = x->path;
    bool ever = false;
    if (str_starts(path, "/static/")) {
        const char *begin = path.ptr + strlen("/static/"), *end = path.ptr + path.len;
        const char *slash = memchr(begin, '/', (size_t)(end - begin));
        str version = {begin, slash ? (size_t)(slash - begin) : 0};
        ever = str_is(version, s->version);
        path = slash ? (str){slash + 1, (size_t)(end - slash - 1)} : (str){"", 0};
    }
    const static_file *file = path.len ? file_find(s, path) : NULL;
    if (file == NULL) {
        problem_reply_http(x, 404, "file.not_found", "There is no such file.", NULL, NULL);
        return;
    }
    reply_kept_send(x, ever ? &file->ever : &file->check);
}

const route static_route = {"static", static_begin, static_run, NULL, false};
