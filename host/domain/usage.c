// SPDX-License-Identifier: EUPL-1.2
#include "domain/usage.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "domain/usage_row.h"

usage_actor usage_actor_of(const person *p, const uint8_t secret[32]) {
    return (usage_actor){.secret = secret, .person = p->id, .name = p->name, .role = p->kind};
}

usage_actor usage_actor_system(const uint8_t secret[32]) {
    return (usage_actor){.secret = secret, .role = "system"};
}

usage_event usage_event_by(const usage_actor *by) {
    return (usage_event){.person = by->person, .role = by->role, .plugin = by->plugin};
}

bool usage_action_valid(const char *action) {
    if (!action || action[0] < 'a' || action[0] > 'z')
        return false;
    size_t len = strlen(action);
    return len <= 64 && strspn(action, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == len;
}

void usage_pseudonym(const uint8_t secret[32], const char *who, char out[USAGE_PSEUDONYM_TEXT]) {
    char message[6 + ID_TEXT];
    uint8_t mac[CRYPTO_MAC];
    int len = snprintf(message, sizeof message, "usage:%s", who);
    crypto_mac(secret, message, (size_t)len < sizeof message ? (size_t)len : sizeof message - 1, mac);
    for (size_t i = 0; i < 16; i++) {
        out[2 * i] = "0123456789abcdef"[mac[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[mac[i] & 15];
    }
    out[32] = '\0';
}

status usage_append(store *s, const uint8_t secret[32], const usage_event *e, fault *f) {
    if (!usage_action_valid(e->action))
        return fault_set(f, STATUS_INVALID, "usage.action",
                         "An action is a word of small letters, digits, dots, hyphens and underscores.");
    char pseudonym[USAGE_PSEUDONYM_TEXT];
    id_value made;
    const char *who = e->pseudonym;
    if (!who && e->person) {
        usage_pseudonym(secret, e->person, pseudonym);
        who = pseudonym;
    }
    if (!e->id)
        made = id_create();
    return store_run(
        s, f,
        "INSERT INTO usage (id, at, person, role, action, process, node, asset, interlinker, plugin, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "titttttttts", e->id ? e->id : made.text, e->at ? e->at : clock_now(), who, e->role, e->action, e->process,
        e->node, e->asset, e->interlinker, e->plugin, e->data.len ? e->data : STR("{}"));
}

void usage_event_write(answer *out, const usage_event *e, const char *name) {
    answer_object(out);
    answer_put_text(out, "id", e->id);
    answer_put_time(out, "at", e->at);
    answer_put_text(out, "person", e->pseudonym);
    answer_put_text(out, "name", name);
    answer_put_text(out, "role", e->role);
    answer_put_text(out, "action", e->action);
    answer_put_text(out, "process", e->process);
    answer_put_text(out, "node", e->node);
    answer_put_text(out, "asset", e->asset);
    answer_put_text(out, "interlinker", e->interlinker);
    answer_put_text(out, "plugin", e->plugin);
    answer_put_raw(out, "data", e->data);
    answer_end(out);
}

// A cursor is the number of the last row shown, as eight bytes in base64url: nothing to calculate with.
enum { CURSOR_BYTES = 8, CURSOR_TEXT = 16 };

static void cursor_make(int64_t seq, char out[CURSOR_TEXT]) {
    uint8_t bytes[CURSOR_BYTES];
    for (int i = 0; i < CURSOR_BYTES; i++)
        bytes[i] = (uint8_t)((uint64_t)seq >> (56 - 8 * i));
    crypto_base64(bytes, sizeof bytes, out);
}

static status cursor_read(const char *text, int64_t *seq, fault *f) {
    *seq = INT64_MAX;
    if (!text)
        return STATUS_OK;
    uint8_t bytes[CURSOR_BYTES];
    if (crypto_base64_decode(text, strlen(text), bytes, sizeof bytes) != CURSOR_BYTES)
        return fault_add_field(f, "query/after", "format", "Give the \"next\" of the page before, or leave it out.");
    uint64_t value = 0;
    for (int i = 0; i < CURSOR_BYTES; i++)
        value = value << 8 | bytes[i];
    *seq = (int64_t)value;
    return STATUS_OK;
}

status usage_list_write(store *s, arena *a, answer *out, const usage_filter *filter, const char *after, int64_t limit,
                        fault *f) {
    int64_t before;
    usage_names names;
    status st = cursor_read(after, &before, f);
    if (st == STATUS_OK)
        st = usage_names_load(s, a, filter, &names, f);
    if (st != STATUS_OK)
        return st;
    int64_t floor = usage_row_floor(s, filter, before);
    store_rows *rows = usage_row_query(s, filter, before, floor, false, limit + 1);
    usage_row row = {0};
    bool more = false;
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    for (int64_t i = 0; store_next(rows); i++) {
        if (i == limit) {
            more = true;
            break;
        }
        usage_row_read(rows, &row);
        usage_event_write(out, &row.event, usage_names_find(&names, row.event.pseudonym));
    }
    answer_end(out);
    char next[CURSOR_TEXT];
    cursor_make(more ? row.seq : floor, next);
    answer_put_text(out, "next", more || floor ? next : NULL);
    answer_end(out);
    return store_end(rows, f);
}
