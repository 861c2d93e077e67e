// SPDX-License-Identifier: EUPL-1.2
#include "domain/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "domain/language.h"

// One notification as its row says it. Texts are borrowed.
typedef struct notification {
    const char *id, *event;
    json_t *params; // object
    const char *process, *node, *asset;
    int64_t created;
    bool read;
} notification;

// ---- What a reader sees

// The text itself, or of texts by language the reader's, else the English one, else any.
static json_t *text_for(json_t *text, const char *language) {
    if (!json_is_object(text))
        return text;
    json_t *found = json_object_get(text, language);
    if (!found)
        found = json_object_get(text, "en");
    return found ? found : json_object_iter_value(json_object_iter(text));
}

// The parameters as this reader sees them: names may be there in several languages.
static json_t *params_for(json_t *params, const char *language) {
    json_t *seen = json_object(), *value;
    const char *key;
    json_object_foreach(params, key, value) {
        json_t *text = text_for(value, language);
        if (text)
            json_object_set(seen, key, text);
    }
    return seen;
}

static void add_text(buffer *out, const notification *n, const char *language) {
    buffer template = {0};
    json_t *own = strchr(n->event, ':') ? json_object_get(n->params, "text") : NULL;
    if (own) {
        // A plugin's template travels with the notification, so that it can be read when the plugin is gone.
        const json_t *text = text_for(own, language);
        if (json_is_string(text))
            buffer_append(&template, json_string_value(text), json_string_length(text));
    } else {
        char key[96];
        snprintf(key, sizeof key, "notification.%s", n->event);
        str text = language_text(language, key);
        language_add_plain(&template, text.ptr ? text : language_text(language, "notification.other"));
    }
    json_t *params = params_for(n->params, language);
    language_fill(out, buffer_str(&template), params);
    json_decref(params);
    buffer_free(&template);
}

// Where the reader goes to see it; what was deleted is not there any more.
static void add_url(buffer *out, const notification *n) {
    if (n->asset && strcmp(n->event, "asset.deleted") != 0)
        buffer_printf(out, "/items/%s", n->asset);
    else if (n->node)
        buffer_printf(out, "/tasks/%s", n->node);
    else if (n->process)
        buffer_printf(out, "/projects/%s", n->process);
    else if (!strncmp(n->event, "plugin.", 7))
        buffer_add(out, "/admin/plugins");
}

static void put_buffer(answer *out, const char *key, buffer *b) {
    answer_put_str(out, key, buffer_str(b));
    buffer_free(b);
}

static void notification_write(answer *out, const notification *n, const char *language) {
    buffer text = {0}, url = {0};
    add_text(&text, n, language);
    add_url(&url, n);
    if (strchr(n->event, ':'))
        json_object_del(n->params, "text");
    answer_object(out);
    answer_put_text(out, "id", n->id);
    answer_put_text(out, "event", n->event);
    put_buffer(out, "text", &text);
    answer_key(out, "params");
    answer_json_value(out, n->params);
    answer_put_text(out, "process", n->process);
    answer_put_text(out, "node", n->node);
    answer_put_text(out, "asset", n->asset);
    if (url.len)
        put_buffer(out, "url", &url);
    else
        answer_put_text(out, "url", NULL);
    answer_put_time(out, "created_at", n->created);
    answer_put_bool(out, "read", n->read);
    answer_end(out);
}

static void live_add(live_list *live, const char *person, const char *language, const notification *n) {
    live_event *event = live_list_add(live, "person", person, "notification");
    snprintf(event->id, sizeof event->id, "%s", n->id);
    answer_json json;
    notification_write(answer_json_init(&json, &event->data), n, language);
}

// ---- Telling

static store_rows *audience_query(store *s, const notify_event *e) {
    switch (e->audience) {
    case NOTIFY_PROCESS:
        return store_query(s,
                           "SELECT person.id, person.language FROM member JOIN person ON person.id = member.person "
                           "WHERE member.process = ? AND person.disabled = 0",
                           "t", e->process);
    case NOTIFY_NODE:
        return store_query(s,
                           "SELECT person.id, person.language FROM member JOIN person ON person.id = member.person "
                           "WHERE member.process = ? AND member.role IN ('contributor', 'administrator') "
                           "AND person.disabled = 0",
                           "t", e->process);
    case NOTIFY_CREATOR:
        // A creator who has left the process is told no more.
        return store_query(s,
                           "SELECT person.id, person.language FROM asset JOIN person ON person.id = asset.creator "
                           "JOIN member ON member.process = asset.process AND member.person = person.id "
                           "WHERE asset.id = ? AND person.disabled = 0",
                           "t", e->asset);
    case NOTIFY_ADMINS:
        return store_query(s, "SELECT id, language FROM person WHERE admin = 1 AND disabled = 0", "");
    default:
        return store_query(s, "SELECT id, language FROM person WHERE id = ? AND disabled = 0", "t", e->person);
    }
}

static status tell(store *s, live_list *live, const notify_event *e, const char *params, const char *person,
                   const char *language, fault *f) {
    id_value made = id_create();
    int64_t now = clock_now();
    status st = store_run(s, f,
                          "INSERT INTO notification (id, person, event, params, process, node, asset, created) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                          "ttttttti", made.text, person, e->event, params, e->process, e->node, e->asset, now);
    if (st != STATUS_OK || !live)
        return st;
    notification n = {made.text, e->event, json_copy(e->params), e->process, e->node, e->asset, now, false};
    if (!n.params)
        n.params = json_object();
    live_add(live, person, language, &n);
    json_decref(n.params);
    return STATUS_OK;
}

status notify_people(store *s, live_list *live, const notify_event *e, fault *f) {
    char *params = e->params ? json_dumps(e->params, JSON_COMPACT) : NULL;
    store_rows *rows = audience_query(s, e);
    status st = STATUS_OK;
    while (st == STATUS_OK && store_next(rows)) {
        const char *person = store_text(rows, 0);
        if (!e->actor || strcmp(e->actor, person) != 0)
            st = tell(s, live, e, params ? params : "{}", person, store_text(rows, 1), f);
    }
    status ended = store_end(rows, st == STATUS_OK ? f : NULL);
    free(params);
    return st == STATUS_OK ? ended : st;
}

// ---- Reading

#define COLUMNS "SELECT id, event, params, process, node, asset, created, read_at FROM notification WHERE person = ?"

static void notification_read(store_rows *rows, notification *out) {
    str params = store_str(rows, 2);
    json_t *parsed = json_loadb(params.ptr, params.len, 0, NULL);
    *out = (notification){store_text(rows, 0), store_text(rows, 1),    parsed ? parsed : json_object(),
                          store_text(rows, 3), store_text(rows, 4),    store_text(rows, 5),
                          store_int(rows, 6),  store_int(rows, 7) != 0};
}

static status write_items(store_rows *rows, answer *out, const char *language, int64_t limit, char next[ID_TEXT],
                          fault *f) {
    char last[ID_TEXT] = "";
    next[0] = '\0';
    for (int64_t i = 0; store_next(rows); i++) {
        if (i == limit) {
            memcpy(next, last, ID_TEXT);
            break;
        }
        notification n;
        notification_read(rows, &n);
        snprintf(last, sizeof last, "%s", n.id);
        notification_write(out, &n, language);
        json_decref(n.params);
    }
    return store_end(rows, f);
}

status notify_list_write(store *s, answer *out, const char *person, const char *language, bool unread_only,
                         const char *after, int64_t limit, fault *f) {
    if (after && !id_valid(after))
        return fault_add_field(f, "query/after", "format", "Give the \"next\" of the page before, or leave it out.");
    // An id is smaller than "g": with no cursor everything is before it.
    const char *before = after ? after : "g";
    store_rows *rows =
        unread_only ? store_query(s, COLUMNS " AND id < ? AND read_at = 0 ORDER BY id DESC LIMIT ?", "tti", person,
                                  before, limit + 1)
                    : store_query(s, COLUMNS " AND id < ? ORDER BY id DESC LIMIT ?", "tti", person, before, limit + 1);
    char next[ID_TEXT];
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    status st = write_items(rows, out, language, limit, next, f);
    answer_end(out);
    answer_put_text(out, "next", next[0] ? next : NULL);
    answer_put_int(out, "unread", notify_unread(s, person));
    answer_end(out);
    return st;
}

status notify_missed(store *s, const char *person, const char *language, const char *after, int64_t limit,
                     live_list *out, fault *f) {
    store_rows *rows = store_query(s, COLUMNS " AND id > ? ORDER BY id LIMIT ?", "tti", person, after, limit);
    while (store_next(rows)) {
        notification n;
        notification_read(rows, &n);
        live_add(out, person, language, &n);
        json_decref(n.params);
    }
    return store_end(rows, f);
}

status notify_mark_read(store *s, const char *person, const json_t *ids, fault *f) {
    int64_t now = clock_now();
    if (!ids)
        return store_run(s, f, "UPDATE notification SET read_at = ? WHERE person = ? AND read_at = 0", "it", now,
                         person);
    size_t i;
    json_t *entry;
    status st = STATUS_OK;
    json_array_foreach(ids, i, entry) {
        st = store_run(s, f, "UPDATE notification SET read_at = ? WHERE id = ? AND person = ? AND read_at = 0", "itt",
                       now, json_string_value(entry), person);
        if (st != STATUS_OK)
            return st;
    }
    return st;
}

int64_t notify_unread(store *s, const char *person) {
    return store_count(s, 0,
                       "SELECT COUNT(*) FROM (SELECT 1 FROM notification WHERE person = ? AND read_at = 0 LIMIT ?) few",
                       "ti", person, (int64_t)NOTIFY_UNREAD_MOST);
}
