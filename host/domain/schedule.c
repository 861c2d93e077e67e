// SPDX-License-Identifier: EUPL-1.2
#include "domain/schedule.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

status schedule_add(store *s, live_list *live, const char *asset, const char *event, int64_t at, str data, fault *f) {
    int64_t now = clock_now();
    if (live != NULL && at <= now) {
        live_list_add(live, SCHEDULE_TOPIC_KIND, "due", event);
    }
    return store_run(s, f, "INSERT INTO schedule (id, asset, event, at, data) VALUES (?, ?, ?, ?, ?)", "tttis",
                     id_create().text, asset, event, at < now ? now : at, data.len > 0 ? data : STR("{}"));
}

status schedule_add_node(store *s, live_list *live, const char *node, const char *event, str data, fault *f) {
    enum { MOST = 1000 }; // assets of one task
    arena *a = arena_create();
    const char **assets = arena_alloc(a, MOST * sizeof *assets);
    size_t count = 0;
    store_rows *rows = store_query(s, "SELECT id FROM asset WHERE node = ? AND plugin IS NOT NULL ORDER BY id LIMIT ?",
                                   "ti", node, (int64_t)MOST);
    while (store_next(rows)) {
        assets[count++] = arena_text(a, store_text(rows, 0));
    }
    status outcome = store_end(rows, f);
    for (size_t i = 0; i < count && outcome == STATUS_OK; i++) {
        outcome = schedule_add(s, live, assets[i], event, 0, data, f);
    }
    arena_destroy(a);
    return outcome;
}

int64_t schedule_count(store *s, const char *asset) {
    return store_count(s, 0, "SELECT count(*) FROM schedule WHERE asset = ?", "t", asset);
}
