// SPDX-License-Identifier: EUPL-1.2
#include "domain/member.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/account.h"
#include "domain/invitation.h"
#include "domain/notify.h"

static status log_member(store *s, const usage_actor *by, const char *action, const char *process, role wanted,
                         fault *f) {
    usage_event e = usage_event_by(by);
    char data[48];
    int len = snprintf(data, sizeof data, "{\"role\":\"%s\"}", role_text(wanted));
    e.action = action;
    e.process = process;
    if (wanted != ROLE_NONE)
        e.data = (str){data, (size_t)len};
    return usage_append(s, by->secret, &e, f);
}

// `audience` is told by the text of `event`, which may name the actor and the process.
static status tell(store *s, live_list *live, const usage_actor *by, const char *event, notify_audience audience,
                   const char *process, const char *whom, fault *f) {
    json_t *params = json_object();
    store_rows *rows = store_query(s, "SELECT name FROM process WHERE id = ?", "t", process);
    if (store_next(rows))
        json_object_set_new(params, "process", json_string(store_text(rows, 0)));
    status st = store_end(rows, f);
    if (by->name)
        json_object_set_new(params, "person", json_string(by->name));
    notify_event e = {
        .event = event,
        .audience = audience,
        .person = whom,
        .actor = by->person,
        .params = params,
        .process = process,
    };
    if (st == STATUS_OK)
        st = notify_people(s, live, &e, f);
    json_decref(params);
    return st;
}

static role role_of(store *s, const char *process, const char *whom) {
    role r = ROLE_NONE;
    store_rows *rows = store_query(s, "SELECT role FROM member WHERE process = ? AND person = ?", "tt", process, whom);
    if (store_next(rows))
        r = role_from(store_text(rows, 0));
    store_end(rows, NULL);
    return r;
}

static status not_member(fault *f) {
    return fault_set(f, STATUS_NOT_FOUND, "member.not_found", "This person is not a member of the project.");
}

// Somebody else must be left to look after the process.
static status check_not_last(store *s, const char *process, const char *whom, fault *f) {
    int64_t others = store_count(s, 0,
                                 "SELECT COUNT(*) FROM member JOIN person ON person.id = member.person "
                                 "WHERE member.process = ? AND member.role = 'administrator' "
                                 "AND member.person <> ? AND person.disabled = 0",
                                 "tt", process, whom);
    if (others > 0)
        return STATUS_OK;
    return fault_set(f, STATUS_CONFLICT, "member.last_administrator",
                     "A project needs at least one administrator. Make somebody else an administrator first.");
}

status member_set_role(store *s, const usage_actor *by, const char *process, const char *whom, role wanted, fault *f) {
    role now = role_of(s, process, whom);
    if (now == ROLE_NONE)
        return not_member(f);
    if (now == wanted)
        return STATUS_OK;
    status st = now == ROLE_ADMINISTRATOR ? check_not_last(s, process, whom, f) : STATUS_OK;
    if (st == STATUS_OK)
        st = store_run(s, f, "UPDATE member SET role = ? WHERE process = ? AND person = ?", "ttt", role_text(wanted),
                       process, whom);
    return st == STATUS_OK ? log_member(s, by, "member.updated", process, wanted, f) : st;
}

status member_remove(store *s, const usage_actor *by, const char *process, const char *whom, fault *f) {
    role now = role_of(s, process, whom);
    if (now == ROLE_NONE)
        return not_member(f);
    status st = now == ROLE_ADMINISTRATOR ? check_not_last(s, process, whom, f) : STATUS_OK;
    if (st == STATUS_OK)
        st = store_run(s, f, "DELETE FROM member WHERE process = ? AND person = ?", "tt", process, whom);
    return st == STATUS_OK ? log_member(s, by, "member.removed", process, ROLE_NONE, f) : st;
}

static status member_insert(store *s, const char *process, const char *whom, role wanted, fault *f) {
    return store_run(s, f, "INSERT INTO member (process, person, role, created) VALUES (?, ?, ?, ?)", "ttti", process,
                     whom, role_text(wanted), clock_now());
}

status member_join(store *s, live_list *live, const usage_actor *by, const char *process, const char *whom, role wanted,
                   fault *f) {
    if (role_of(s, process, whom) >= wanted)
        return STATUS_OK; // an old invitation takes nothing away
    status st = store_run(s, f, "DELETE FROM member WHERE process = ? AND person = ?", "tt", process, whom);
    if (st == STATUS_OK)
        st = member_insert(s, process, whom, wanted, f);
    if (st == STATUS_OK)
        st = log_member(s, by, "member.added", process, wanted, f);
    // Who comes by an invitation joins; whom somebody else brings in is told.
    bool self = by->person && !strcmp(by->person, whom);
    if (st == STATUS_OK && self)
        return tell(s, live, by, "member.joined", NOTIFY_PROCESS, process, NULL, f);
    if (st == STATUS_OK)
        st = tell(s, live, by, by->name ? "member.added" : "member.welcome", NOTIFY_PERSON, process, whom, f);
    return st;
}

static status add_known(store *s, live_list *live, const usage_actor *by, const char *process, const char *whom,
                        role wanted, fault *f) {
    if (role_of(s, process, whom) == ROLE_NONE)
        return member_join(s, live, by, process, whom, wanted, f);
    if (role_of(s, process, whom) == wanted)
        return STATUS_OK;
    status st = member_set_role(s, by, process, whom, wanted, f);
    return st == STATUS_OK ? tell(s, live, by, "member.role", NOTIFY_PERSON, process, whom, f) : st;
}

status member_add(store *s, live_list *live, const usage_actor *by, const char *process, const char *email, role wanted,
                  member_added *out, fault *f) {
    memset(out, 0, sizeof *out);
    if (!account_email_normal(email, out->email))
        return fault_add_field(f, "/email", "format", "This is not an e-mail address.");
    if (wanted == ROLE_NONE)
        return fault_add_field(f, "/role", "enum", "Choose viewer, contributor or administrator.");
    person known;
    fault none = {0};
    status st = account_find_email(s, out->email, &known, NULL, &none);
    if (st == STATUS_OK) {
        memcpy(out->person, known.id, sizeof out->person);
        return add_known(s, live, by, process, known.id, wanted, f);
    }
    if (st != STATUS_NOT_FOUND)
        return fault_set(f, st, none.code, "%s", none.text);
    out->invited = true;
    st = invitation_create(s, process, out->email, wanted, by->person, out->token, &out->expires, f);
    return st == STATUS_OK ? log_member(s, by, "member.invited", process, wanted, f) : st;
}

// ---- Writing

static status write_invited(store *s, answer *out, const char *process, fault *f) {
    store_rows *rows = store_query(s,
                                   "SELECT email, role FROM invitation "
                                   "WHERE process = ? AND accepted = 0 AND expires > ? ORDER BY email",
                                   "ti", process, clock_now());
    while (store_next(rows)) {
        answer_object(out);
        answer_put_text(out, "person", NULL);
        answer_put_str(out, "email", store_str(rows, 0));
        answer_put_str(out, "role", store_str(rows, 1));
        answer_put_bool(out, "invited", true);
        answer_end(out);
    }
    return store_end(rows, f);
}

status member_list_write(store *s, answer *out, const char *process, bool with_invited, fault *f) {
    store_rows *rows = store_query(s,
                                   "SELECT person.id, person.name, member.role, person.kind FROM member "
                                   "JOIN person ON person.id = member.person "
                                   "WHERE member.process = ? ORDER BY person.name, person.id",
                                   "t", process);
    answer_array(out);
    while (store_next(rows)) {
        answer_object(out);
        answer_put_str(out, "person", store_str(rows, 0));
        answer_put_str(out, "name", store_str(rows, 1));
        answer_put_str(out, "role", store_str(rows, 2));
        answer_put_str(out, "kind", store_str(rows, 3));
        answer_end(out);
    }
    status st = store_end(rows, f);
    if (st == STATUS_OK && with_invited)
        st = write_invited(s, out, process, f);
    answer_end(out);
    return st;
}
