// SPDX-License-Identifier: EUPL-1.2
#include "domain/asset_place.h"

status asset_place_find(store *s, arena *a, const char *asset, asset_place *out, fault *f) {
    store_rows *row;
    status outcome = store_one(s, &row,
                               "SELECT asset.name, asset.interlinker, asset.plugin, node.id, node.name, process.id, "
                               "process.name FROM asset JOIN node ON node.id = asset.node "
                               "JOIN process ON process.id = asset.process WHERE asset.id = ?",
                               "t", asset);
    if (outcome == STATUS_NOT_FOUND) {
        return fault_set(f, outcome, "asset.not_found", "This is not here, or not for you to see.");
    }
    if (outcome != STATUS_OK) {
        return fault_set(f, outcome, "store.failed", "The database could not be read. Try again later.");
    }
    *out = (asset_place){.asset = arena_text(a, asset),
                         .name = arena_text(a, store_text(row, 0)),
                         .interlinker = arena_text(a, store_text(row, 1)),
                         .plugin = arena_text(a, store_text(row, 2)),
                         .node = arena_text(a, store_text(row, 3)),
                         .node_name = arena_text(a, store_text(row, 4)),
                         .process = arena_text(a, store_text(row, 5)),
                         .process_name = arena_text(a, store_text(row, 6))};
    return store_end(row, f);
}

status asset_file_find(store *s, arena *a, const char *asset, const char *name, asset_file *out, fault *f) {
    store_rows *row;
    status outcome = store_one(s, &row, "SELECT name, type, size, blob FROM asset_file WHERE asset = ? AND name = ?",
                               "tt", asset, name);
    if (outcome == STATUS_NOT_FOUND) {
        return fault_set(f, outcome, "file.not_found", "There is no such file.");
    }
    if (outcome != STATUS_OK) {
        return fault_set(f, outcome, "store.failed", "The database could not be read. Try again later.");
    }
    *out = (asset_file){.name = arena_text(a, store_text(row, 0)),
                        .type = arena_text(a, store_text(row, 1)),
                        .size = store_int(row, 2),
                        .blob = arena_text(a, store_text(row, 3))};
    return store_end(row, f);
}

status asset_others(store *s, const char *node, const char *asset, asset_other *each, void *context, fault *f) {
    store_rows *r = store_query(
        s, "SELECT id, name, interlinker FROM asset WHERE node = ? AND id <> ? ORDER BY created, id LIMIT 500", "tt",
        node, asset);
    while (store_next(r)) {
        each(context, store_text(r, 0), store_text(r, 1), store_text(r, 2));
    }
    return store_end(r, f);
}

status asset_stands(store *s, const char *asset, const char *node, fault *f) {
    store_rows *r;
    status outcome = store_one(s, &r, "SELECT 1 FROM asset WHERE id = ? AND node = ?", "tt", asset, node);
    if (outcome == STATUS_OK) {
        return store_end(r, f);
    }
    return outcome == STATUS_NOT_FOUND
               ? outcome
               : fault_set(f, outcome, "store.failed", "The database could not be read. Try again later.");
}
