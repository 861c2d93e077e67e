// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <string.h>

#include "domain/catalogue.h"

static status row_take(store_rows *r, arena *a, catalogue_file *out, fault *f) {
    bool found = store_next(r) && !store_is_null(r, 3);
    if (found) {
        out->language = arena_text(a, store_text(r, 0));
        out->name = arena_text(a, store_text(r, 1));
        out->type = arena_text(a, store_text(r, 2));
        out->blob = arena_text(a, store_text(r, 3));
        out->size = store_int(r, 4);
    }
    status result = store_end(r, f);
    return result == STATUS_OK && !found ? fault_set(f, STATUS_NOT_FOUND, "file.not_found", "There is no such file.")
                                         : result;
}

status catalogue_file_get(store *s, arena *a, const char *id, const char *language, catalogue_file *out, fault *f) {
    return row_take(store_query(s,
                                "SELECT language, name, type, blob, size FROM interlinker_file "
                                "WHERE interlinker = ? AND language = ?",
                                "tt", id, language),
                    a, out, f);
}

status catalogue_logo_get(store *s, arena *a, const char *id, catalogue_file *out, fault *f) {
    return row_take(
        store_query(s, "SELECT NULL, NULL, logo_type, logo, logo_size FROM interlinker WHERE id = ?", "t", id), a, out,
        f);
}

status catalogue_file_pick(store *s, arena *a, const char *id, const char *language, catalogue_file *out, fault *f) {
    return row_take(store_query(s,
                                "SELECT language, name, type, blob, size FROM interlinker_file WHERE interlinker = ? "
                                "ORDER BY CASE language WHEN ? THEN 0 WHEN 'en' THEN 1 ELSE 2 END, language LIMIT 1",
                                "tt", id, language),
                    a, out, f);
}

// --- Summaries

typedef struct summary {
    buffer *out;
    size_t letters;
    size_t cut; // bytes of `out` up to the last whole word that leaves room for an ellipsis
    bool space; // owed before the next letter
    bool full;
} summary;

// A run of bytes of which each is a letter of its own.
static size_t run_add(summary *s, const char *bytes, size_t len) {
    size_t fits = CATALOGUE_SUMMARY - s->letters;
    len = len < fits ? len : fits;
    buffer_append(s->out, bytes, len);
    s->letters += len;
    return len;
}

static void letter_add(summary *s, const char *bytes, size_t len) {
    if (s->space && s->letters > 0) {
        if (s->letters < CATALOGUE_SUMMARY - 1) {
            s->cut = s->out->len;
        }
        buffer_add_char(s->out, ' ');
        s->letters++;
    }
    s->space = false;
    if (s->letters >= CATALOGUE_SUMMARY) {
        s->full = true;
        return;
    }
    buffer_append(s->out, bytes, len);
    s->letters++;
}

static bool is_mark(str text, size_t i) {
    static const char marks[] = "*`#>_";
    char c = text.ptr[i];
    if (strchr(marks, c) == NULL) {
        return false;
    }
    bool word_before = i > 0 && isalnum((unsigned char)text.ptr[i - 1]);
    bool word_behind = i + 1 < text.len && isalnum((unsigned char)text.ptr[i + 1]);
    bool line_start = i == 0 || text.ptr[i - 1] == '\n' || text.ptr[i - 1] == '#';
    if (c == '_') {
        return !(word_before && word_behind); // the underscore of an id is a letter
    }
    return c == '*' || c == '`' || line_start;
}

// Letters and digits mean themselves wherever they stand.
static size_t plain_run(str text, size_t i) {
    size_t from = i;
    while (i < text.len &&
           ((text.ptr[i] | 32) >= 'a' ? (text.ptr[i] | 32) <= 'z' : text.ptr[i] >= '0' && text.ptr[i] <= '9')) {
        i++;
    }
    return i - from;
}

// How many bytes of Markdown at `i` say nothing by themselves.
static size_t silent_bytes(str text, size_t i) {
    char c = text.ptr[i];
    bool line_start = i == 0 || text.ptr[i - 1] == '\n';
    if (c == '\\' && i + 1 < text.len && ispunct((unsigned char)text.ptr[i + 1])) {
        return 1;
    }
    if (line_start && (c == '-' || c == '+') && i + 1 < text.len && text.ptr[i + 1] == ' ') {
        return 1;
    }
    if (c == ']' && i + 1 < text.len && text.ptr[i + 1] == '(') {
        const char *end = memchr(text.ptr + i, ')', text.len - i);
        return end != NULL ? (size_t)(end - text.ptr) - i + 1 : 1;
    }
    return c == '[' || c == ']' || is_mark(text, i) ? 1 : 0;
}

void catalogue_summary(buffer *out, str markdown) {
    size_t start = out->len;
    summary s = {.out = out, .cut = start};
    for (size_t i = 0; i < markdown.len && !s.full;) {
        size_t run = s.space || s.letters >= CATALOGUE_SUMMARY ? 0 : plain_run(markdown, i);
        if (run > 0) {
            i += run_add(&s, markdown.ptr + i, run);
            continue;
        }
        unsigned char first = (unsigned char)markdown.ptr[i];
        size_t silent = silent_bytes(markdown, i);
        bool escaped = silent == 1 && first == '\\';
        if (silent > 0 && !escaped) {
            i += silent;
            continue;
        }
        i += silent;
        first = (unsigned char)markdown.ptr[i];
        size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        len = len <= markdown.len - i ? len : markdown.len - i;
        if (first <= ' ') {
            s.space = true;
        } else {
            letter_add(&s, markdown.ptr + i, len);
        }
        i += len;
    }
    if (s.full) {
        // One word that fills everything is cut inside, a letter before the end.
        size_t keep = s.cut > start ? s.cut : out->len;
        while (s.cut == start && keep > start && ((unsigned char)out->ptr[--keep] & 0xC0) == 0x80) {
        }
        out->len = keep;
        buffer_add(out, "…");
    }
}
