// SPDX-License-Identifier: EUPL-1.2
#include "domain/asset.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/asset_place.h"
#include "domain/document.h"
#include "domain/node.h"
#include "domain/notify.h"
#include "domain/schedule.h"

static status asset_log(store *s, const usage_actor *by, const asset_place *at, const char *action, str data,
                        fault *f) {
    usage_event e = usage_event_by(by);
    e.action = action;
    e.process = at->process;
    e.node = at->node;
    e.asset = at->asset;
    e.interlinker = at->interlinker;
    e.data = data;
    return usage_append(s, by->secret, &e, f);
}

static status asset_tell(store *s, live_list *live, const usage_actor *by, const asset_place *at, const char *event,
                         bool still_there, fault *f) {
    notify_event told = {
        .event = event,
        .audience = NOTIFY_PROCESS,
        .actor = by->person,
        .params = json_pack("{s:s, s:s, s:s, s:s}", "person", by->name ? by->name : "", "asset", at->name, "node",
                            at->node_name, "process", at->process_name),
        .process = at->process,
        .node = at->node,
        .asset = still_there ? at->asset : NULL,
    };
    status outcome = notify_people(s, live, &told, f);
    json_decref(told.params);
    return outcome;
}

// The node of `asset`, which is there, has one more or one less.
static status node_count(store *s, const char *asset, int64_t more, fault *f) {
    return store_run(s, f, "UPDATE node SET assets = assets + ? WHERE id = (SELECT node FROM asset WHERE id = ?)", "it",
                     more, asset);
}

status asset_insert(store *s, const asset_draft *d, fault *f) {
    int64_t now = clock_now();
    status outcome =
        store_run(s, f,
                  "INSERT INTO asset (id, process, node, interlinker, plugin, name, params, creator, created, updated) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "ttttttttii", d->asset, d->process, d->node, d->interlinker, d->plugin, d->name, d->params,
                  d->creator, now, now);
    return outcome == STATUS_OK ? node_count(s, d->asset, 1, f) : outcome;
}

status asset_announce(store *s, live_list *live, const usage_actor *by, const asset_draft *d, fault *f) {
    arena *a = arena_create();
    asset_place at;
    status outcome = asset_place_find(s, a, d->asset, &at, f);
    if (outcome == STATUS_OK) {
        outcome = asset_log(s, by, &at, "asset.created", (str){0}, f);
    }
    if (outcome == STATUS_OK) {
        outcome = node_started(s, live, by, d->node, f);
    }
    if (outcome == STATUS_OK) {
        outcome = asset_tell(s, live, by, &at, "asset.created", true, f);
    }
    arena_destroy(a);
    return outcome;
}

static status version_check(store *s, const char *asset, int64_t seen, fault *f) {
    int64_t current = store_count(s, 0, "SELECT version FROM asset WHERE id = ?", "t", asset);
    if (seen == 0 || seen == current) {
        return STATUS_OK;
    }
    fault_set(f, STATUS_CONFLICT, "version.conflict",
              "Somebody changed this meanwhile. Look at it again, then repeat your change.");
    if (f != NULL) {
        snprintf(f->about, sizeof f->about, "%lld", (long long)current);
    }
    return STATUS_CONFLICT;
}

status asset_rename(store *s, const usage_actor *by, const char *asset, const char *name, int64_t version, fault *f) {
    status outcome = version_check(s, asset, version, f);
    if (outcome == STATUS_OK) {
        outcome = store_run(s, f, "UPDATE asset SET name = ?, updated = ?, version = version + 1 WHERE id = ?", "tit",
                            name, clock_now(), asset);
    }
    arena *a = arena_create();
    asset_place at;
    if (outcome == STATUS_OK) {
        outcome = asset_place_find(s, a, asset, &at, f);
    }
    if (outcome == STATUS_OK) {
        outcome = asset_log(s, by, &at, "asset.updated", (str){0}, f);
    }
    arena_destroy(a);
    return outcome;
}

status asset_delete(store *s, live_list *live, const usage_actor *by, const char *asset, fault *f) {
    arena *a = arena_create();
    asset_place at;
    status outcome = asset_place_find(s, a, asset, &at, f);
    if (outcome == STATUS_OK) {
        outcome = node_count(s, asset, -1, f);
    }
    if (outcome == STATUS_OK) {
        outcome = store_run(s, f, "DELETE FROM asset WHERE id = ?", "t", asset);
    }
    if (outcome == STATUS_OK) {
        outcome = asset_log(s, by, &at, "asset.deleted", (str){0}, f);
    }
    if (outcome == STATUS_OK) {
        outcome = asset_tell(s, live, by, &at, "asset.deleted", false, f);
    }
    arena_destroy(a);
    return outcome;
}

static status clone_rows(store *s, const char *from, const char *to, const char *name, const char *creator, fault *f) {
    int64_t now = clock_now();
    status outcome = store_run(
        s, f,
        "INSERT INTO asset (id, process, node, interlinker, plugin, name, params, creator, created, updated) "
        "SELECT ?, process, node, interlinker, plugin, COALESCE(?, name), params, ?, ?, ? FROM asset WHERE id = ?",
        "tttiit", to, name, creator, now, now, from);
    if (outcome == STATUS_OK) {
        outcome = node_count(s, to, 1, f);
    }
    return outcome == STATUS_OK ? document_copy(s, from, to, f) : outcome;
}

status asset_clone(store *s, live_list *live, const usage_actor *by, const char *asset, const char *name, id_value *out,
                   fault *f) {
    *out = id_create();
    arena *a = arena_create();
    asset_place at = {0};
    char data[80];
    int len = snprintf(data, sizeof data, "{\"from\":\"%s\"}", asset);
    status outcome = clone_rows(s, asset, out->text, name, by->person, f);
    if (outcome == STATUS_OK) {
        outcome = asset_place_find(s, a, out->text, &at, f);
    }
    if (outcome == STATUS_OK) {
        outcome = asset_log(s, by, &at, "asset.cloned", (str){data, (size_t)len}, f);
    }
    if (outcome == STATUS_OK) {
        outcome = node_started(s, live, by, at.node, f);
    }
    if (outcome == STATUS_OK && at.plugin != NULL) {
        outcome = schedule_add(s, live, out->text, "clone", 0, (str){data, (size_t)len}, f);
    }
    if (outcome == STATUS_OK) {
        outcome = asset_tell(s, live, by, &at, "asset.created", true, f);
    }
    arena_destroy(a);
    return outcome;
}

status asset_opened(store *s, const usage_actor *by, const char *asset, const char *capability, fault *f) {
    arena *a = arena_create();
    asset_place at;
    char data[64];
    int len = snprintf(data, sizeof data, "{\"for\":\"%s\"}", capability);
    status outcome = asset_place_find(s, a, asset, &at, f);
    if (outcome == STATUS_OK) {
        outcome = asset_log(s, by, &at, "asset.opened", (str){data, (size_t)len}, f);
    }
    arena_destroy(a);
    return outcome;
}
