// SPDX-License-Identifier: EUPL-1.2
//
// town: acts of the program, written by its real writer, each of which is there whole or not at all: an event in the
// usage log, a notification for each of two people, a document, and with every fourth a file. Act 7 is known by its
// number in each of them. The world (tests/unit/world.h) gives the people, the project and the asset.
#ifndef INTERLINK_TESTS_TOWN_H
#define INTERLINK_TESTS_TOWN_H

#include "world.h"

#include <poll.h>

#include "domain/document.h"
#include "domain/notify.h"
#include "domain/usage.h"
#include "store/blob.h"
#include "store/writer.h"

enum { TOWN_ACTS = 60000, TOWN_PEOPLE = 2, TOWN_FILE_EVERY = 4, TOWN_FILL = 6000 };

typedef struct town {
    char template[4096]; // a folder with the database as it is before the first act
    char process[64], node[64], asset[64];
    uint8_t secret[32];
} town;

typedef struct act {
    write_job job;
    const town *town;
    const char *folder;
    int64_t number;
    bool opened;
} act;

static inline status act_file(const act *a, store *s, fault *f) {
    char hash[BLOB_HASH_TEXT], text[64];
    int len = snprintf(text, sizeof text, "the file of act %lld", (long long)a->number);
    status st = blob_put(a->folder, (str){text, (size_t)len}, hash, f);
    if (st != STATUS_OK)
        return st;
    return store_run(s, f, "INSERT INTO asset_file (asset, name, type, size, blob, updated) VALUES (?, ?, ?, ?, ?, 1)",
                     "tttit", a->town->asset, text + strlen("the file of act "), "text/plain", (int64_t)len, hash);
}

static inline status act_write(write_job *job, store *s, fault *f) {
    const act *a = (const act *)job;
    char data[64], key[64];
    snprintf(data, sizeof data, "{\"n\":%lld}", (long long)a->number);
    usage_event event = {.action = "town.act",
                         .process = a->town->process,
                         .node = a->town->node,
                         .asset = a->town->asset,
                         .data = str_from(data)};
    status st = usage_append(s, a->town->secret, &event, f);
    if (st == STATUS_OK) {
        json_t *params = json_pack("{s:I}", "n", (json_int_t)a->number);
        notify_event told = {
            .event = "town.act", .audience = NOTIFY_PROCESS, .params = params, .process = a->town->process};
        st = notify_people(s, NULL, &told, f);
        json_decref(params);
    }
    if (st == STATUS_OK) {
        // Texts of many lengths, so that rows fill pages in many ways.
        buffer value = {0};
        buffer_printf(&value, "{\"n\":%lld,\"fill\":\"", (long long)a->number);
        for (int64_t i = 0; i < a->number * 7919 % TOWN_FILL; i++)
            buffer_add_char(&value, (char)('a' + (a->number + i) % 26));
        buffer_add(&value, "\"}");
        snprintf(key, sizeof key, "act/%lld", (long long)a->number);
        st = document_put(s, a->town->asset, str_from(key), buffer_str(&value), DOCUMENT_NEW, INT64_MAX, f);
        buffer_free(&value);
    }
    return st == STATUS_OK && a->number % TOWN_FILE_EVERY == 0 ? act_file(a, s, f) : st;
}

static inline void act_open(letter *self) {
    ((act *)self)->opened = true;
}

// Some acts at once, so that they share a commit; returns when all were answered.
static inline void town_act(const town *t, const char *folder, writer *w, act *acts, size_t count, int64_t first) {
    mailbox *box = mailbox_create();
    for (size_t i = 0; i < count; i++) {
        acts[i] = (act){.job = {.letter.open = act_open, .run = act_write, .reply_to = box},
                        .town = t,
                        .folder = folder,
                        .number = first + (int64_t)i};
        writer_submit(w, &acts[i].job);
    }
    struct pollfd ready = {.fd = mailbox_fd(box), .events = POLLIN};
    for (size_t i = 0; i < count;) {
        if (acts[i].opened) {
            i++;
            continue;
        }
        poll(&ready, 1, -1);
        mailbox_open(box);
    }
    mailbox_destroy(box);
}

static inline void town_copy(const char *from, const char *to) {
    char command[4 * 4096];
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
    if (system(command) != 0)
        abort();
}

// Makes the template, from a world that is open; the world's own database is closed and gone afterwards.
static inline void town_found(town *t, world *w, const char *folder) {
    id_value process = world_process(w, "en");
    world_join(w, process.text, &w->ben, ROLE_CONTRIBUTOR);
    snprintf(t->process, sizeof t->process, "%s", process.text);
    snprintf(t->node, sizeof t->node, "%s", world_node(w, process.text, "a"));
    snprintf(t->asset, sizeof t->asset, "%s", world_asset(w, t->process, t->node, &w->ada));
    memcpy(t->secret, w->secret, sizeof t->secret);
    snprintf(t->template, sizeof t->template, "%s", folder);
    store_close(w->db);
    town_copy(w->folder, folder);
    world_ok(w, store_open(w->folder, STORE_WRITE, &w->db, &w->fault)); // world_close closes it
}

// ---- looking at what is there

// For each act how many of its pieces were found.
typedef struct town_seen {
    uint8_t event[TOWN_ACTS], told[TOWN_ACTS], document[TOWN_ACTS], file[TOWN_ACTS];
} town_seen;

typedef struct town_state {
    bool damaged;
    size_t acts, lost, halves; // those that are there; acknowledged ones that are not; those of which a part is there
    char why[400];
} town_state;

// Counts the rows whose text in the only column holds the act's number after `mark`.
static inline status town_count(store *s, const char *sql, const char *mark, uint8_t *seen, fault *f) {
    store_rows *rows = store_query(s, sql, "");
    while (store_next(rows)) {
        const char *text = store_text(rows, 0), *at = text ? strstr(text, mark) : NULL;
        long long number = at ? strtoll(at + strlen(mark), NULL, 10) : -1;
        if (number >= 0 && number < TOWN_ACTS)
            seen[number]++;
    }
    return store_end(rows, f);
}

static inline status town_files(store *s, const char *folder, uint8_t *seen, fault *f) {
    store_rows *rows = store_query(s, "SELECT name, blob FROM asset_file", "");
    buffer bytes = {0};
    while (store_next(rows)) {
        long long number = strtoll(store_text(rows, 0), NULL, 10);
        char expected[64];
        snprintf(expected, sizeof expected, "the file of act %lld", number);
        buffer_clear(&bytes);
        // A row without its file is worse than none: it counts as a second one, which is a half too.
        bool whole = blob_read(folder, store_text(rows, 1), 1000, &bytes, f) == STATUS_OK &&
                     str_is(buffer_str(&bytes), expected);
        if (number >= 0 && number < TOWN_ACTS)
            seen[number] = (uint8_t)(seen[number] + (whole ? 1 : 2));
    }
    buffer_free(&bytes);
    fault_clear(f);
    return store_end(rows, f);
}

static inline status town_look(store *s, const char *folder, town_seen *seen, fault *f) {
    memset(seen, 0, sizeof *seen);
    status st = town_count(s, "SELECT data FROM usage WHERE action = 'town.act'", "\"n\":", seen->event, f);
    if (st == STATUS_OK)
        st = town_count(s, "SELECT params FROM notification WHERE event = 'town.act'", "\"n\":", seen->told, f);
    if (st == STATUS_OK)
        st = town_count(s, "SELECT key FROM document", "act/", seen->document, f);
    return st == STATUS_OK ? town_files(s, folder, seen->file, f) : st;
}

static inline bool act_whole(const town_seen *seen, size_t n) {
    return seen->event[n] == 1 && seen->told[n] == TOWN_PEOPLE && seen->document[n] == 1 &&
           seen->file[n] == (n % TOWN_FILE_EVERY == 0);
}

static inline bool act_absent(const town_seen *seen, size_t n) {
    return !seen->event[n] && !seen->told[n] && !seen->document[n] && !seen->file[n];
}

// Opens the folder as a start of the program does, and looks at everything. `acknowledged` holds `count` acts; on
// return also those that were found.
static inline town_state town_check(const char *folder, uint8_t *acknowledged, size_t count) {
    static town_seen seen;
    town_state state = {0};
    fault f = {0};
    store *s = NULL;
    status st = store_open(folder, STORE_WRITE, &s, &f);
    if (st == STATUS_OK)
        st = store_migrate(s, &f);
    if (st == STATUS_OK)
        st = store_check(s, &f);
    if (st == STATUS_OK)
        st = town_look(s, folder, &seen, &f);
    state.damaged = st != STATUS_OK;
    snprintf(state.why, sizeof state.why, "%s", f.text);
    for (size_t n = 0; n < count && !state.damaged; n++) {
        bool whole = act_whole(&seen, n), absent = act_absent(&seen, n);
        state.acts += whole;
        state.lost += absent && acknowledged[n];
        state.halves += !whole && !absent;
        if (!whole && !absent)
            snprintf(state.why, sizeof state.why, "act %zu: %d events, %d told, %d documents, %d files", n,
                     seen.event[n], seen.told[n], seen.document[n], seen.file[n]);
        else if (absent && acknowledged[n])
            snprintf(state.why, sizeof state.why, "act %zu was acknowledged and is not there", n);
        acknowledged[n] |= whole;
    }
    store_close(s);
    return state;
}

#endif
