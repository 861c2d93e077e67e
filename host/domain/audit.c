// SPDX-License-Identifier: EUPL-1.2
#include "domain/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/meta.h"

static const char HEAD_KEY[] = "audit.head";

// The texts are quoted, so that no two lines read alike.
static void hash_of(const char *before, const audit_event *e, char out[AUDIT_HEAD]) {
    static const char HEX[] = "0123456789abcdef";
    uint8_t hash[CRYPTO_HASH];
    buffer text = {0};
    buffer_printf(&text, "%s %" PRId64 " %" PRId64 " ", before, e->seq, e->at);
    buffer_add_json(&text, e->person, strlen(e->person));
    buffer_add_json(&text, e->what, strlen(e->what));
    buffer_add_json(&text, e->about, strlen(e->about));
    crypto_blake(text.ptr, text.len, hash, sizeof hash);
    buffer_free(&text);
    for (size_t i = 0; i < sizeof hash; i++) {
        out[2 * i] = HEX[hash[i] >> 4];
        out[2 * i + 1] = HEX[hash[i] & 15];
    }
    out[AUDIT_HEAD - 1] = '\0';
}

// The last line: its number (0 if there is none) and its hash.
static status last(store *s, int64_t *seq, char hash[AUDIT_HEAD], fault *f) {
    store_rows *row;
    *seq = 0;
    hash[0] = '\0';
    status found = store_one(s, &row, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "");
    if (found == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (found != STATUS_OK)
        return fault_set(f, found, "audit.read", "The audit log cannot be read at the moment.");
    *seq = store_int(row, 0);
    snprintf(hash, AUDIT_HEAD, "%s", store_text(row, 1));
    return store_end(row, f);
}

status audit_append(store *s, const audit_event *e, fault *f) {
    char before[AUDIT_HEAD], hash[AUDIT_HEAD], head[AUDIT_HEAD + 24];
    audit_event line = {
        .at = clock_now(), .person = e->person ? e->person : "", .what = e->what, .about = e->about ? e->about : ""};
    status result = last(s, &line.seq, before, f);
    if (result != STATUS_OK)
        return result;
    line.seq++;
    hash_of(before, &line, hash);
    result = store_run(s, f, "INSERT INTO audit (seq, at, person, what, about, hash) VALUES (?, ?, ?, ?, ?, ?)",
                       "iitttt", line.seq, line.at, line.person, line.what, line.about, hash);
    snprintf(head, sizeof head, "%" PRId64 " %s", line.seq, hash);
    return result == STATUS_OK ? meta_set(s, HEAD_KEY, head, f) : result;
}

static store_rows *lines_after(store *s, int64_t after) {
    return store_query(s, "SELECT seq, at, person, what, about, hash FROM audit WHERE seq > ? ORDER BY seq", "i",
                       after);
}

static audit_event line_of(store_rows *rows) {
    return (audit_event){store_int(rows, 0), store_int(rows, 1), store_text(rows, 2), store_text(rows, 3),
                         store_text(rows, 4)};
}

status audit_list(store *s, int64_t after, audit_each *each, void *context, fault *f) {
    store_rows *rows = lines_after(s, after);
    while (store_next(rows)) {
        audit_event e = line_of(rows);
        each(context, &e);
    }
    return store_end(rows, f);
}

static void wrong(audit_verdict *v, int64_t seq, const char *why) {
    if (v->bad)
        return;
    v->bad = seq;
    snprintf(v->why, sizeof v->why, "%s", why);
}

// Does the head that is kept apart name the last line?
static status check_head(store *s, audit_verdict *v, fault *f) {
    buffer kept = {0};
    char head[AUDIT_HEAD + 24];
    status found = meta_get(s, HEAD_KEY, &kept, f);
    snprintf(head, sizeof head, "%" PRId64 " %s", v->count, v->head);
    if (found == STATUS_NOT_FOUND && v->count > 0)
        wrong(v, v->count, "The note of the last line is gone.");
    else if (found == STATUS_OK && strcmp(kept.ptr ? kept.ptr : "", head) != 0)
        wrong(v, v->count + 1, "The last lines are gone: the note of the last one names another.");
    buffer_free(&kept);
    return found == STATUS_NOT_FOUND ? STATUS_OK : found;
}

status audit_verify(store *s, const char *noted, audit_verdict *out, fault *f) {
    *out = (audit_verdict){0};
    store_rows *rows = lines_after(s, -1);
    while (store_next(rows)) {
        audit_event e = line_of(rows);
        char expected[AUDIT_HEAD];
        if (e.seq != out->count + 1)
            wrong(out, out->count + 1, "A line is missing here.");
        hash_of(out->head, &e, expected);
        if (strcmp(expected, store_text(rows, 5)) != 0)
            wrong(out, e.seq, "This line is not what was written.");
        snprintf(out->head, sizeof out->head, "%s", store_text(rows, 5));
        out->count = e.seq;
        out->noted = out->noted || (noted && strcmp(noted, out->head) == 0);
    }
    status ended = store_end(rows, f);
    return ended == STATUS_OK ? check_head(s, out, f) : ended;
}
