// SPDX-License-Identifier: EUPL-1.2
#include "plugin/revocation_watch.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/egress.h"
#include "base/log.h"
#include "base/memory.h"
#include "domain/audit.h"
#include "domain/notify.h"
#include "plugin/revocation.h"

enum { FILE_EACH = 5, FILE_AGAIN = 60, ADDRESS_EACH = 30 }; // in looks
enum { ADDRESS_MS = 10000 };
static const char HTTPS[] = "https://", SIGNATURE[] = ".minisig";

// A file, as far as it shows whether it has changed.
typedef struct file_mark {
    ino_t inode;
    off_t size;
    struct timespec changed;
} file_mark;

// Takes a list up. `list` and `signature` are empty where they are read from the file.
typedef struct list_job {
    write_job job; // first: its letter is what comes back
    revocation_watch *watch;
    live_list live;
    buffer list, signature;
    bool news;
} list_job;

struct revocation_watch {
    revocation_watch_parts parts;
    unsigned looks;
    bool writing, failed;
    // Of a file:
    file_mark seen[2]; // the list and its signature, when they were last taken up
    unsigned failed_at;
    // Of an address:
    char host[256];
    egress *out_there;
    egress_request *request;    // or NULL
    buffer list;                // while its signature is fetched
    uint8_t taken[CRYPTO_HASH]; // of both, when they were last taken up
    bool away;                  // could not be fetched, and that was said
};

bool revocation_is_address(const char *source) {
    return strncmp(source, HTTPS, sizeof HTTPS - 1) == 0;
}

// ---- taking it up

// Whoever runs one of these is told, once for each list.
static status tell_revoked(store *s, live_list *live, fault *f) {
    revocation_list *l = NULL;
    status result = revocation_load(s, &l, f);
    store_rows *rows = store_query(s,
                                   "SELECT p.id, p.version, r.sha256, r.key, p.manifest FROM plugin p "
                                   "LEFT JOIN plugin_release r ON r.plugin = p.id AND r.version = p.version",
                                   "");
    while (result == STATUS_OK && store_next(rows)) {
        const char *why =
            revocation_find(l, store_text(rows, 0), store_text(rows, 1), store_text(rows, 2), store_text(rows, 3));
        if (!why)
            continue;
        json_t *about = json_loads(store_text(rows, 4), 0, NULL);
        json_t *params = json_pack("{s:s, s:O*, s:s}", "plugin", store_text(rows, 0), "name",
                                   json_object_get(about, "name"), "reason", why);
        notify_event event = {.event = "plugin.revoked", .audience = NOTIFY_ADMINS, .params = params};
        result = notify_people(s, live, &event, f);
        json_decref(params);
        json_decref(about);
    }
    status ended = store_end(rows, f);
    revocation_free(l);
    return result == STATUS_OK ? ended : result;
}

static status list_run(write_job *job, store *s, fault *f) {
    list_job *j = (list_job *)job;
    live_list_clear(&j->live); // of an attempt whose batch was undone
    status result = j->list.len ? revocation_take(s, buffer_str(&j->list), buffer_str(&j->signature), &j->news, f)
                                : revocation_take_file(s, j->watch->parts.source, &j->news, f);
    audit_event e = {.what = "revocations.taken"};
    if (result == STATUS_OK && j->news)
        result = audit_append(s, &e, f);
    return result == STATUS_OK && j->news ? tell_revoked(s, &j->live, f) : result;
}

static void list_kept(write_job *job) {
    list_job *j = (list_job *)job;
    live_hub_publish(j->watch->parts.live, &j->live);
}

static void list_written(letter *self) {
    list_job *j = (list_job *)self;
    revocation_watch *w = j->watch;
    w->writing = false;
    w->failed = j->job.outcome != STATUS_OK;
    if (w->failed)
        log_write(LOG_ERROR, "plugin", "the revocation list was not taken: %s", j->job.fault.text);
    else if (j->news)
        log_write(LOG_WARNING, "plugin", "a new revocation list is in force");
    live_list_clear(&j->live);
    buffer_free(&j->list);
    buffer_free(&j->signature);
    free(j);
}

static void take(revocation_watch *w, str list, str signature) {
    list_job *j = memory_new(sizeof *j);
    *j = (list_job){.job = {.letter = {NULL, list_written},
                            .reply_to = loop_mailbox(w->parts.loop),
                            .run = list_run,
                            .kept = list_kept},
                    .watch = w};
    buffer_append(&j->list, list.ptr, list.len);
    buffer_append(&j->signature, signature.ptr, signature.len);
    w->writing = true;
    w->failed_at = w->looks;
    writer_submit(w->parts.writer, &j->job);
}

// One that was refused is taken up again now and then: a key may have been trusted since.
static bool again(const revocation_watch *w) {
    return w->failed && w->looks - w->failed_at >= FILE_AGAIN;
}

// ---- from a file

static bool mark_file(const char *path, file_mark *mark) {
    struct stat about;
    *mark = (file_mark){0};
    if (stat(path, &about) < 0)
        return false;
    *mark = (file_mark){about.st_ino, about.st_size, about.st_mtim};
    return true;
}

static bool mark_equal(const file_mark *a, const file_mark *b) {
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

static void file_look(revocation_watch *w) {
    char beside[PATH_MAX];
    file_mark now[2];
    snprintf(beside, sizeof beside, "%.4000s%s", w->parts.source, SIGNATURE);
    if (!mark_file(w->parts.source, &now[0]))
        return;
    mark_file(beside, &now[1]);
    if (!again(w) && mark_equal(&now[0], &w->seen[0]) && mark_equal(&now[1], &w->seen[1]))
        return;
    w->seen[0] = now[0];
    w->seen[1] = now[1];
    take(w, (str){"", 0}, (str){"", 0});
}

// ---- from an address

static void away(revocation_watch *w, const char *why) {
    if (!w->away)
        log_write(LOG_ERROR, "plugin", "the revocation list cannot be fetched; what is in force stays: %s", why);
    w->away = true;
}

static bool came(revocation_watch *w, const egress_answer *got) {
    char why[80];
    w->request = NULL;
    snprintf(why, sizeof why, "its server answers with %d", got->code);
    bool good = got->status == STATUS_OK && got->code == 200 && got->body.len > 0;
    if (!good)
        away(w, got->status == STATUS_OK ? why : got->why->text);
    return good;
}

static void fetch(revocation_watch *w, const char *more, egress_done *done) {
    char url[EGRESS_URL + sizeof SIGNATURE];
    const char *hosts[] = {w->host, NULL};
    fault why = {0};
    snprintf(url, sizeof url, "%.*s%s", EGRESS_URL, w->parts.source, more);
    egress_ask ask = {.url = str_from(url), .hosts = hosts, .timeout_ms = ADDRESS_MS};
    if (egress_start(w->out_there, &ask, done, w, &w->request, &why) != STATUS_OK)
        away(w, why.text);
}

static void on_signature(void *context, const egress_answer *got) {
    revocation_watch *w = context;
    uint8_t hashes[2][CRYPTO_HASH], both[CRYPTO_HASH];
    if (!came(w, got))
        return;
    w->away = false;
    crypto_hash(w->list.ptr, w->list.len, hashes[0]);
    crypto_hash(got->body.ptr, got->body.len, hashes[1]);
    crypto_hash(hashes, sizeof hashes, both);
    if (memcmp(both, w->taken, sizeof both) == 0 && !again(w))
        return;
    memcpy(w->taken, both, sizeof both);
    take(w, buffer_str(&w->list), got->body);
}

static void on_list(void *context, const egress_answer *got) {
    revocation_watch *w = context;
    if (!came(w, got))
        return;
    buffer_clear(&w->list);
    buffer_append(&w->list, got->body.ptr, got->body.len);
    fetch(w, SIGNATURE, on_signature);
}

// ---- life

void revocation_watch_look(revocation_watch *w) {
    unsigned look = w->looks++;
    if (w->writing || w->request)
        return;
    if (!w->out_there && look % FILE_EACH == 0)
        file_look(w);
    else if (w->out_there && look % ADDRESS_EACH == 0)
        fetch(w, "", on_list);
}

revocation_watch *revocation_watch_create(const revocation_watch_parts *parts) {
    revocation_watch *w = memory_new(sizeof *w);
    w->parts = *parts;
    if (revocation_is_address(parts->source)) {
        const char *host = parts->source + sizeof HTTPS - 1;
        snprintf(w->host, sizeof w->host, "%.*s", (int)strcspn(host, "/:?#"), host);
        w->out_there = egress_create(parts->loop);
    }
    return w;
}

void revocation_watch_stop(revocation_watch *w) {
    egress_cancel(w->request);
    w->request = NULL;
}

size_t revocation_watch_busy(const revocation_watch *w) {
    return w->writing;
}

void revocation_watch_destroy(revocation_watch *w) {
    egress_destroy(w->out_there);
    buffer_free(&w->list);
    free(w);
}
