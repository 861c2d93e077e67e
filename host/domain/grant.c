// SPDX-License-Identifier: EUPL-1.2
#include "domain/grant.h"

#include "base/clock.h"

static const int64_t DAY = 86400000;

status grant_list(store *s, const char *plugin, grant_each *each, void *context, fault *f) {
    store_rows *rows = store_query(s,
                                   "SELECT g.permission, g.granted, p.name, g.decided, g.used FROM plugin_grant g "
                                   "LEFT JOIN person p ON p.id = g.decided_by WHERE g.plugin = ? ORDER BY g.permission",
                                   "t", plugin);
    while (store_next(rows)) {
        grant g = {
            .permission = store_text(rows, 0),
            .granted = store_int(rows, 1) != 0,
            .decided_by = store_is_null(rows, 2) ? NULL : store_text(rows, 2),
            .decided = store_int(rows, 3),
            .used = store_int(rows, 4),
        };
        each(context, &g);
    }
    return store_end(rows, f);
}

status grant_set(store *s, const char *plugin, const char *permission, bool granted, const char *person, fault *f) {
    return store_run(
        s, f,
        "INSERT INTO plugin_grant (plugin, permission, granted, decided_by, decided) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (plugin, permission) DO UPDATE SET granted = excluded.granted, "
        "decided_by = excluded.decided_by, decided = excluded.decided",
        "ttiti", plugin, permission, (int64_t)granted, person, clock_now());
}

status grant_used(store *s, const char *plugin, const char *permission, int64_t at, fault *f) {
    return store_run(s, f, "UPDATE plugin_grant SET used = ? WHERE plugin = ? AND permission = ? AND used < ?", "itti",
                     at, plugin, permission, at);
}

status grant_count_today(store *s, const char *asset, const char *permission, int64_t *out, fault *f) {
    store_rows *row;
    status st = store_one(s, &row,
                          "INSERT INTO grant_use (asset, permission, day, count) VALUES (?, ?, ?, 1) "
                          "ON CONFLICT (asset, permission) DO UPDATE SET "
                          "count = CASE WHEN grant_use.day = excluded.day THEN grant_use.count + 1 ELSE 1 END, "
                          "day = excluded.day RETURNING count",
                          "tti", asset, permission, clock_now() / DAY);
    if (st != STATUS_OK)
        return fault_set(f, st, "grant.count", "It cannot be written at the moment. Try again.");
    *out = store_int(row, 0);
    return store_end(row, f);
}
