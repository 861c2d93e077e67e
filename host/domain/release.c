// SPDX-License-Identifier: EUPL-1.2
#include "domain/release.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define RELEASE_SELECT                                                                                                 \
    "SELECT plugin, version, sha256, key, manifest, folder, state, findings, tried, arrived, bringer, decided, "       \
    "decider FROM plugin_release "

static const char *const STATES[] = {"waiting", "current", "earlier", "failed", "gone"};
enum { STATE_COUNT = sizeof STATES / sizeof *STATES };

const char *release_state_text(release_state s) {
    return STATES[s];
}

static release_state state_from(const char *text) {
    for (int i = 0; i < STATE_COUNT; i++)
        if (strcmp(STATES[i], text) == 0)
            return (release_state)i;
    return RELEASE_GONE;
}

static void row_read(store_rows *r, arena *a, release *out) {
    *out = (release){
        .plugin = arena_text(a, store_text(r, 0)),
        .version = arena_text(a, store_text(r, 1)),
        .sha256 = arena_text(a, store_text(r, 2)),
        .key = arena_text(a, store_text(r, 3)),
        .manifest = arena_text(a, store_text(r, 4)),
        .folder = arena_text(a, store_text(r, 5)),
        .state = state_from(store_text(r, 6)),
        .findings = arena_text(a, store_text(r, 7)),
        .tried = store_int(r, 8) != 0,
        .arrived = store_int(r, 9),
        .bringer = arena_text(a, store_text(r, 10)),
        .decided = store_int(r, 11),
        .decider = arena_text(a, store_text(r, 12)),
    };
}

// The end of a query for one row.
static status one_read(status found, store_rows *row, arena *a, const char *plugin, release *out, fault *f) {
    if (found == STATUS_NOT_FOUND)
        return fault_set(f, found, "release.unknown", "There is no such version of the tool \"%.60s\".", plugin);
    if (found != STATUS_OK)
        return fault_set(f, found, "store.failed", "The database could not be read. Try again later.");
    row_read(row, a, out);
    return store_end(row, f);
}

status release_find(store *s, arena *a, const char *plugin, const char *version, release *out, fault *f) {
    store_rows *row;
    status found = store_one(s, &row, RELEASE_SELECT "WHERE plugin = ? AND version = ?", "tt", plugin, version);
    return one_read(found, row, a, plugin, out, f);
}

status release_find_in(store *s, arena *a, const char *plugin, release_state state, release *out, fault *f) {
    store_rows *row;
    status found = store_one(s, &row, RELEASE_SELECT "WHERE plugin = ? AND state = ? ORDER BY arrived DESC LIMIT 1",
                             "tt", plugin, STATES[state]);
    return one_read(found, row, a, plugin, out, f);
}

status release_list_read(store *s, arena *a, const char *plugin, int state, release_list *out, fault *f) {
    const char *wanted = state < 0 ? NULL : STATES[state];
    size_t size = 16;
    *out = (release_list){.all = arena_alloc(a, size * sizeof(release))};
    store_rows *rows = store_query(s,
                                   RELEASE_SELECT "WHERE (? IS NULL OR plugin = ?) AND (? IS NULL OR state = ?) "
                                                  "ORDER BY plugin, arrived DESC, version",
                                   "tttt", plugin, plugin, wanted, wanted);
    while (store_next(rows)) {
        if (out->count == size) {
            release *larger = arena_alloc(a, 2 * size * sizeof(release));
            memcpy(larger, out->all, size * sizeof(release));
            out->all = larger;
            size *= 2;
        }
        row_read(rows, a, &out->all[out->count++]);
    }
    return store_end(rows, f);
}

status release_add(store *s, const release *r, fault *f) {
    return store_run(s, f,
                     "INSERT INTO plugin_release (plugin, version, sha256, key, manifest, folder, state, findings, "
                     "tried, arrived, bringer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "ttttttttiit", r->plugin, r->version, r->sha256, r->key, r->manifest, r->folder, STATES[r->state],
                     r->findings ? r->findings : "[]", (int64_t)r->tried, clock_now(), r->bringer);
}

status release_move(store *s, const char *plugin, const char *version, release_state to, fault *f) {
    return store_run(s, f, "UPDATE plugin_release SET state = ? WHERE plugin = ? AND version = ?", "ttt", STATES[to],
                     plugin, version);
}

status release_decide(store *s, const char *plugin, const char *version, release_state to, const char *decider,
                      fault *f) {
    return store_run(s, f,
                     "UPDATE plugin_release SET state = ?, decided = ?, decider = ? WHERE plugin = ? AND version = ?",
                     "tittt", STATES[to], clock_now(), decider, plugin, version);
}

status release_tried(store *s, const char *plugin, const char *version, const char *findings, fault *f) {
    return store_run(s, f, "UPDATE plugin_release SET findings = ?, tried = 1 WHERE plugin = ? AND version = ?", "ttt",
                     findings, plugin, version);
}

status release_remove(store *s, const char *plugin, const char *version, fault *f) {
    return store_run(s, f, "DELETE FROM plugin_release WHERE plugin = ? AND version = ? AND decided = 0", "tt", plugin,
                     version);
}
