// SPDX-License-Identifier: EUPL-1.2
#include "domain/interlinker.h"

#include "domain/language.h"

status interlinker_find(store *s, arena *a, const char *wanted, const char *language, interlinker *out, fault *f) {
    store_rows *r;
    status outcome = store_one(s, &r,
                               "SELECT i.kind, p.id, i.name, i.uri, i.missing FROM interlinker i "
                               "LEFT JOIN plugin p ON p.id = i.plugin WHERE i.id = ?",
                               "t", wanted);
    if (outcome == STATUS_NOT_FOUND) {
        return fault_set(f, outcome, "interlinker.unknown", "The catalogue has no entry \"%.100s\".", wanted);
    }
    if (outcome != STATUS_OK) {
        return fault_set(f, outcome, "store.failed", "The database could not be read. Try again later.");
    }
    str kind = store_str(r, 0);
    out->kind = str_is(kind, "plugin")     ? INTERLINKER_PLUGIN
                : str_is(kind, "template") ? INTERLINKER_TEMPLATE
                                           : INTERLINKER_LINK;
    out->plugin = arena_text(a, store_text(r, 1));
    out->name = language_pick_text(a, store_str(r, 2), language, NULL);
    out->uri = language_pick_text(a, store_str(r, 3), language, NULL);
    out->missing = store_int(r, 4) != 0;
    return store_end(r, f);
}
