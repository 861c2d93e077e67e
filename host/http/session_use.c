// SPDX-License-Identifier: EUPL-1.2
#include "http/session_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "domain/session.h"

enum { SLOTS = 4096 };

static const int64_t minute = 60 * INT64_C(1000000000);

typedef struct use {
    char start[16];  // of the hash
    int64_t written; // clock_steady
} use;

struct session_use {
    loop *loop;
    writer *writer;
    size_t busy;
    use slots[SLOTS];
};

typedef struct use_job {
    write_job job;
    session_use *owner;
    char hash[SESSION_HASH_TEXT];
} use_job;

session_use *session_use_create(loop *l, writer *w) {
    session_use *u = memory_new(sizeof *u);
    u->loop = l;
    u->writer = w;
    return u;
}

void session_use_destroy(session_use *u) {
    free(u);
}

size_t session_use_busy(const session_use *u) {
    return u->busy;
}

static status job_run(write_job *self, store *s, fault *f) {
    return session_touch(s, ((use_job *)self)->hash, f);
}

// A database that cannot be written must not end anybody's reading, so a failure is of no interest here.
static void job_done(letter *l) {
    use_job *j = (use_job *)l;
    j->owner->busy--;
    free(j);
}

void session_use_note(session_use *u, const char *hash) {
    char part[4] = {hash[0], hash[1], hash[2], 0};
    use *slot = &u->slots[strtoul(part, NULL, 16) % SLOTS];
    int64_t now = clock_steady();
    if (memcmp(slot->start, hash, sizeof slot->start) == 0 && now - slot->written < minute) {
        return;
    }
    memcpy(slot->start, hash, sizeof slot->start);
    slot->written = now;
    use_job *j = memory_new(sizeof *j);
    j->owner = u;
    snprintf(j->hash, sizeof j->hash, "%s", hash);
    j->job.letter.open = job_done;
    j->job.reply_to = loop_mailbox(u->loop);
    j->job.run = job_run;
    u->busy++;
    writer_submit(u->writer, &j->job);
}
