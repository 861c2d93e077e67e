// SPDX-License-Identifier: EUPL-1.2
#include "plugin/effect.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/document.h"
#include "domain/grant.h"
#include "domain/node.h"
#include "domain/notify.h"
#include "domain/schedule.h"
#include "store/blob.h"

enum {
    DATA_BYTES = 16 * 1024, // of what one log line, notification, message or schedule carries
    FILE_BYTES = 15 << 20,
    SCHEDULES = 100, // of an asset, at a time
};
static const int64_t SCHEDULE_LATEST = 5ll * 366 * 86400000; // from now

// One commit on its way through the effects.
typedef struct commit {
    const plugin_call *call;
    store *store;
    const effect_context *context;
    const plugin_info *plugin;
    usage_actor by;
    live_list *live;
    fault *fault;
} commit;

static status refuse(commit *c, const char *what) {
    return fault_set(c->fault, STATUS_INVALID, "plugin.effect",
                     "The tool asked for something that is not possible: %s.", what);
}

// The one place where an effect is held against what is granted.
static status permitted(commit *c, frame_effect kind) {
    plugin_permission needed = permission_of_effect(kind);
    if ((needed & ~c->plugin->granted) == 0) {
        use_mark(c->plugin->uses, needed);
        return STATUS_OK;
    }
    bool asked = (c->plugin->manifest->permissions & needed) != 0;
    return fault_set(c->fault, STATUS_FORBIDDEN, "plugin.permission",
                     asked ? "The tool \"%.40s\" may not do this: the permission \"%s\" is not granted here. The "
                             "administrator can grant it."
                           : "The tool \"%.40s\" may not do this: its manifest does not ask for the permission "
                             "\"%s\".",
                     c->plugin->id, permission_name(needed));
}

// A NUL-terminated copy in the call's arena; NULL if the text is too long or not printable ASCII.
static const char *word(commit *c, str s, size_t longest) {
    if (!s.len || s.len > longest)
        return NULL;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
            return NULL;
    return arena_copy(c->call->arena, s.ptr, s.len);
}

// The effect's data as an object; empty is {}. NULL if it is none, or too large. Lives as long as the arena.
static json_t *object(commit *c, str value) {
    if (!value.len)
        return arena_json(c->call->arena, json_object());
    if (value.len > DATA_BYTES)
        return NULL;
    json_t *parsed = arena_json(c->call->arena, json_loadb(value.ptr, value.len, JSON_REJECT_DUPLICATES, NULL));
    return json_is_object(parsed) ? parsed : NULL;
}

// ---- one function for each kind

static status commit_log(commit *c, const plugin_effect *e) {
    const char *action = word(c, e->key, 64);
    if (!usage_action_valid(action))
        return refuse(c, "the word for the usage log must be like \"answered\"");
    if (!object(c, e->value))
        return refuse(c, "the data of a line in the usage log must be a JSON object of at most 16 KiB");
    usage_event event = usage_event_by(&c->by);
    event.action = action;
    event.process = c->call->process;
    event.node = c->call->node;
    event.asset = c->call->asset;
    event.interlinker = c->context->interlinker;
    event.data = e->value;
    if (e->anonymous) { // of a small team, the kind alone would say who it was
        event.person = NULL;
        event.role = NULL;
    }
    return usage_append(c->store, c->by.secret, &event, c->fault);
}

static bool audience_read(str s, notify_audience *out) {
    if (str_is(s, "process"))
        *out = NOTIFY_PROCESS;
    else if (str_is(s, "creator"))
        *out = NOTIFY_CREATOR;
    else if (str_is(s, "task"))
        *out = NOTIFY_NODE;
    else
        return false;
    return true;
}

// The texts of one key in every language of the plugin: {"en": "...", "it": "..."}.
static json_t *template_texts(commit *c, const char *key) {
    json_t *found = arena_json(c->call->arena, json_object()), *texts, *text;
    const char *language;
    json_object_foreach((json_t *)c->plugin->texts, language, texts)
        if ((text = json_object_get(texts, key)) != NULL)
            json_object_set(found, language, text);
    return found;
}

static status commit_notify(commit *c, const plugin_effect *e) {
    notify_event event = {.process = c->call->process, .node = c->call->node, .asset = c->call->asset};
    const char *key = word(c, e->key, 64);
    json_t *params = object(c, e->value), *texts = key ? template_texts(c, key) : NULL;
    if (!audience_read(e->type, &event.audience))
        return refuse(c, "a notification goes to \"process\", \"task\" or \"creator\"");
    if (!params || json_object_size(texts) == 0)
        return refuse(c, "a notification needs a text of the tool's i18n/ files, and a JSON object for it");
    json_object_set(params, "text", texts);
    int64_t today = 0;
    status counted = grant_count_today(c->store, c->call->asset, permission_name(PERMISSION_NOTIFY), &today, c->fault);
    if (counted != STATUS_OK)
        return counted;
    // What somebody did must not fail because others have been told enough today.
    if (today > c->plugin->manifest->notify_per_day) {
        log_write(LOG_INFO, "plugin", "people are told no more today, %u times is what the manifest asks for asset=%s",
                  c->plugin->manifest->notify_per_day, c->call->asset);
        return STATUS_OK;
    }
    if (c->by.name && !json_object_get(params, "person") && (c->plugin->granted & PERMISSION_PERSON_NAME))
        json_object_set_new(params, "person", json_string(c->by.name));
    event.event = arena_printf(c->call->arena, "%s:%s", c->plugin->id, key);
    event.actor = c->by.person;
    event.params = params;
    return notify_people(c->store, c->live, &event, c->fault);
}

static status commit_publish(commit *c, const plugin_effect *e) {
    const char *topic = word(c, e->key, sizeof((live_event *)0)->name - 1);
    json_t *data = e->value.len && e->value.len <= DATA_BYTES
                       ? arena_json(c->call->arena, json_loadb(e->value.ptr, e->value.len, JSON_DECODE_ANY, NULL))
                       : NULL;
    if (!topic || (e->value.len && !data))
        return refuse(c, "a message to open views has a topic of one word, and JSON of at most 16 KiB");
    if (!c->live)
        return STATUS_OK;
    live_event *event = live_list_add(c->live, "asset", c->call->asset, topic);
    char *text = data ? json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY) : NULL; // on one line, as an event must be
    buffer_add(&event->data, text ? text : "{}");
    free(text);
    return STATUS_OK;
}

static status commit_schedule(commit *c, const plugin_effect *e) {
    int64_t now = clock_now();
    if (!object(c, e->value) || e->at > now + SCHEDULE_LATEST)
        return refuse(c, "it can be woken within the next 5 years, with a JSON object of at most 16 KiB");
    if (schedule_count(c->store, c->call->asset) >= SCHEDULES)
        return fault_set(c->fault, STATUS_TOO_LARGE, "schedule.quota",
                         "The tool wants to be woken more than 100 times. Nothing was changed.");
    return schedule_add(c->store, c->live, c->call->asset, "schedule", e->at, e->value, c->fault);
}

static status commit_complete(commit *c) {
    return node_complete(c->store, c->live, &c->by, c->call->node, c->fault);
}

static bool file_name_fits(str name) {
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 127 || strchr("/\\\"", name.ptr[i]))
            return false;
    return name.len > 0 && name.len <= 200 && text_is_utf8(name.ptr, name.len);
}

static status commit_file_put(commit *c, const plugin_effect *e) {
    char hash[BLOB_HASH_TEXT];
    const char *type = word(c, e->type, 127);
    if (!file_name_fits(e->key) || !type)
        return refuse(c, "a file needs a name without slashes, and a media type");
    int64_t used = store_count(c->store, 0, "SELECT SUM(size) FROM asset_file WHERE asset = ? AND name <> ?", "ts",
                               c->call->asset, e->key);
    if (e->value.len > FILE_BYTES || used + (int64_t)e->value.len > c->plugin->manifest->files_bytes)
        return fault_set(c->fault, STATUS_TOO_LARGE, "file.quota",
                         "A file may have 15 MiB, and all files here %lld MiB together. Delete one first.",
                         (long long)(c->plugin->manifest->files_bytes >> 20));
    status s = blob_put(plugin_registry_data_folder(c->context->registry), e->value, hash, c->fault);
    if (s != STATUS_OK)
        return s;
    return store_run(c->store, c->fault,
                     "INSERT INTO asset_file (asset, name, type, size, blob, updated) VALUES (?, ?, ?, ?, ?, ?) "
                     "ON CONFLICT (asset, name) DO UPDATE SET type = excluded.type, size = excluded.size, "
                     "blob = excluded.blob, updated = excluded.updated",
                     "tstiti", c->call->asset, e->key, type, (int64_t)e->value.len, hash, clock_now());
}

static status commit_file_delete(commit *c, const plugin_effect *e) {
    return store_run(c->store, c->fault, "DELETE FROM asset_file WHERE asset = ? AND name = ?", "ts", c->call->asset,
                     e->key);
}

static status commit_one(commit *c, const plugin_effect *e) {
    const char *asset = c->call->asset;
    status allowed = permitted(c, e->kind);
    if (allowed != STATUS_OK)
        return allowed;
    switch (e->kind) {
    case EFFECT_PUT:
        return document_put(c->store, asset, e->key, e->value, e->version, c->plugin->manifest->documents_bytes,
                            c->fault);
    case EFFECT_APPEND:
        return document_append(c->store, asset, e->key, e->value, c->plugin->manifest->documents_bytes, c->fault);
    case EFFECT_DELETE:
        return document_delete(c->store, asset, e->key, e->version, c->fault);
    case EFFECT_FILE_PUT:
        return commit_file_put(c, e);
    case EFFECT_FILE_DELETE:
        return commit_file_delete(c, e);
    case EFFECT_LOG:
        return commit_log(c, e);
    case EFFECT_NOTIFY:
        return commit_notify(c, e);
    case EFFECT_PUBLISH:
        return commit_publish(c, e);
    case EFFECT_SCHEDULE:
        return commit_schedule(c, e);
    case EFFECT_COMPLETE:
        return commit_complete(c);
    }
    return refuse(c, "it is no effect");
}

// What another version has worked out does not go among the documents of this one: the call is made again.
static status same_version(const plugin_call *call, store *s, fault *f) {
    store_rows *row;
    if (store_one(s, &row, "SELECT version FROM plugin WHERE id = ?", "t", call->plugin) != STATUS_OK)
        return STATUS_OK; // a trial: nothing is installed
    const char *at = call->plugin_version ? strchr(call->plugin_version, '@') : NULL;
    bool same = !at || strcmp(at + 1, store_text(row, 0)) == 0;
    status ended = store_end(row, f);
    if (same)
        return ended;
    return fault_set(f, STATUS_RETRY, "plugin.updated", "The tool was updated meanwhile. Try again in a moment.");
}

status plugin_effects_commit(const plugin_call *call, store *s, const effect_context *context, live_list *live,
                             fault *f) {
    plugin_info plugin;
    if (!call->effect_count)
        return STATUS_OK;
    status result = same_version(call, s, f);
    if (result != STATUS_OK)
        return result;
    if (!plugin_registry_get(context->registry, call->plugin, &plugin) || !plugin.manifest) {
        plugin_registry_release(context->registry, &plugin);
        return fault_set(f, STATUS_UNAVAILABLE, "plugin.absent", "The tool \"%.40s\" is not installed any more.",
                         call->plugin);
    }
    commit c = {call, s, context, &plugin, context->by, live, f};
    c.by.plugin = call->plugin_version;
    for (size_t i = 0; i < call->effect_count && result == STATUS_OK; i++)
        result = commit_one(&c, &call->effects[i]);
    plugin_registry_release(context->registry, &plugin);
    return result;
}
