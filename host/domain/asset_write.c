// SPDX-License-Identifier: EUPL-1.2
//
// How an asset is shown: one row, written straight into the answer.
#include <stdio.h>
#include <string.h>

#include "domain/asset.h"
#include "domain/catalogue.h"
#include "domain/language.h"

#define ASSET_SELECT                                                                                                   \
    "SELECT a.id, a.name, a.interlinker, i.name, i.kind, a.plugin, a.process, a.node, n.name, a.creator, p.name, "     \
    "a.created, a.updated, a.version, i.uri FROM asset a JOIN interlinker i ON i.id = a.interlinker "                  \
    "JOIN node n ON n.id = a.node LEFT JOIN person p ON p.id = a.creator "

enum {
    ASSET_ID,
    ASSET_NAME,
    ASSET_INTERLINKER,
    ASSET_INTERLINKER_NAME,
    ASSET_KIND,
    ASSET_PLUGIN,
    ASSET_PROCESS,
    ASSET_NODE,
    ASSET_NODE_NAME,
    ASSET_CREATOR,
    ASSET_CREATOR_NAME,
    ASSET_CREATED,
    ASSET_UPDATED,
    ASSET_VERSION,
    ASSET_URI
};

static void creator_put(answer *out, store_rows *r) {
    answer_key(out, "creator");
    if (store_is_null(r, ASSET_CREATOR)) {
        answer_null(out);
        return;
    }
    answer_object(out);
    answer_put_str(out, "id", store_str(r, ASSET_CREATOR));
    answer_put_str(out, "name", store_str(r, ASSET_CREATOR_NAME));
    answer_end(out);
}

// A template's file, in the language that fits the reader best.
static void file_put(store *s, arena *a, answer *out, const char *kind, const char *interlinker, const char *language) {
    catalogue_file file;
    answer_key(out, "file");
    if (strcmp(kind, "template") != 0 || catalogue_file_pick(s, a, interlinker, language, &file, NULL) != STATUS_OK) {
        answer_null(out);
        return;
    }
    answer_object(out);
    answer_put_text(out, "name", file.name);
    answer_put_text(out, "type", file.type);
    answer_put_int(out, "size", file.size);
    answer_put_text(out, "url", arena_printf(a, "/files/interlinkers/%s/%s", interlinker, file.language));
    answer_end(out);
}

static void row_write(store *s, arena *a, answer *out, store_rows *r, const asset_view *view) {
    const char *kind = arena_text(a, store_text(r, ASSET_KIND));
    const char *interlinker = arena_text(a, store_text(r, ASSET_INTERLINKER));
    const char *plugin = arena_text(a, store_text(r, ASSET_PLUGIN));
    answer_object(out);
    answer_put_str(out, "id", store_str(r, ASSET_ID));
    answer_put_str(out, "name", store_str(r, ASSET_NAME));
    answer_put_text(out, "interlinker", interlinker);
    language_put(out, "interlinker_name", store_str(r, ASSET_INTERLINKER_NAME), view->language);
    answer_put_text(out, "kind", kind);
    answer_put_text(out, "plugin", plugin);
    answer_put_str(out, "process", store_str(r, ASSET_PROCESS));
    answer_put_str(out, "node", store_str(r, ASSET_NODE));
    answer_put_str(out, "node_name", store_str(r, ASSET_NODE_NAME));
    creator_put(out, r);
    answer_put_time(out, "created_at", store_int(r, ASSET_CREATED));
    answer_put_time(out, "updated_at", store_int(r, ASSET_UPDATED));
    answer_put_int(out, "version", store_int(r, ASSET_VERSION));
    if (strcmp(kind, "link") == 0) {
        language_put(out, "uri", store_str(r, ASSET_URI), view->language);
    } else {
        answer_put_text(out, "uri", NULL);
    }
    view->plugin_write(view->context, out, plugin);
    file_put(s, a, out, kind, interlinker, view->language);
    answer_end(out);
}

status asset_write(store *s, arena *a, answer *out, const char *asset, const asset_view *view, fault *f) {
    store_rows *r;
    status outcome = store_one(s, &r, ASSET_SELECT "WHERE a.id = ?", "t", asset);
    if (outcome == STATUS_NOT_FOUND) {
        return fault_set(f, outcome, "asset.unknown", "There is no such tool here, or it was removed.");
    }
    if (outcome != STATUS_OK) {
        return fault_set(f, outcome, "store.failed", "The database could not be read. Try again later.");
    }
    row_write(s, a, out, r, view);
    return store_end(r, f);
}

status asset_list_write(store *s, arena *a, answer *out, const char *node, const char *after, int64_t limit,
                        const asset_view *view, fault *f) {
    store_rows *r = store_query(s, ASSET_SELECT "WHERE a.node = ? AND a.id > ? ORDER BY a.id LIMIT ?", "tti", node,
                                after ? after : "", limit + 1);
    const char *last = NULL;
    int64_t count = 0;
    bool more = false;
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    while (store_next(r)) {
        if (count++ == limit) {
            more = true;
            break;
        }
        last = arena_text(a, store_text(r, ASSET_ID));
        row_write(s, a, out, r, view);
    }
    answer_end(out);
    answer_put_text(out, "next", more ? last : NULL);
    answer_end(out);
    return store_end(r, f);
}
