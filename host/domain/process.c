// SPDX-License-Identifier: EUPL-1.2
#include "domain/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "domain/language.h"
#include "domain/member.h"
#include "domain/node_tree.h"
#include "domain/process_guide.h"

static status check_draft(const process_draft *d, fault *f) {
    if (!d->name || !d->name[strspn(d->name, " \t\r\n")])
        return fault_add_field(f, "/name", "required", "Give the project a name.");
    if (d->language && !language_known(d->language))
        return fault_add_field(f, "/language", "enum", "This language is not offered here.");
    return STATUS_OK;
}

static status insert_process(store *s, const process_draft *d, const char *language, const char *description,
                             const char *made, fault *f) {
    int64_t now = clock_now();
    status st = store_run(s, f,
                          "INSERT INTO process (id, name, description, language, guide, creator, created, updated) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                          "ttttttii", made, d->name, description, language, d->guide, d->by.person, now, now);
    if (st != STATUS_OK || !d->by.person)
        return st;
    return store_run(s, f, "INSERT INTO member (process, person, role, created) VALUES (?, ?, 'administrator', ?)",
                     "tti", made, d->by.person, now);
}

static status log_process(store *s, const usage_actor *by, const char *action, const char *process, json_t *data,
                          fault *f) {
    usage_event e = usage_event_by(by);
    char *text = json_dumps(data, JSON_COMPACT);
    e.action = action;
    e.process = process;
    e.data = str_from(text);
    status st = usage_append(s, by->secret, &e, f);
    free(text);
    return st;
}

static status create(store *s, arena *a, const process_draft *d, id_value *out, fault *f) {
    const char *language = d->language ? d->language : "en";
    const char *description = "";
    status st = check_draft(d, f);
    if (st == STATUS_OK && d->guide)
        st = process_guide_find(s, a, d->guide, language, &description, f);
    if (st != STATUS_OK)
        return st;
    *out = id_create();
    st = insert_process(s, d, language, d->description ? d->description : description, out->text, f);
    if (st == STATUS_OK && d->guide)
        st = process_guide_copy(s, a, d->guide, language, out->text, f);
    if (st != STATUS_OK)
        return st;
    json_t *data = json_pack("{s:s, s:s*}", "language", language, "guide", d->guide);
    st = log_process(s, &d->by, "process.created", out->text, data, f);
    json_decref(data);
    return st;
}

status process_create(store *s, const process_draft *draft, id_value *out, fault *f) {
    arena *a = arena_create();
    status st = create(s, a, draft, out, f);
    arena_destroy(a);
    return st;
}

// ---- Changing

static status not_found(fault *f) {
    return fault_set(f, STATUS_NOT_FOUND, "process.not_found", "There is no such project.");
}

static status check_change(const process_change *c, fault *f) {
    if (c->name && !c->name[strspn(c->name, " \t\r\n")])
        return fault_add_field(f, "/name", "required", "Give the project a name.");
    if (c->language && !language_known(c->language))
        return fault_add_field(f, "/language", "enum", "This language is not offered here.");
    if (c->status && strcmp(c->status, "awaiting") != 0 && strcmp(c->status, "in_progress") != 0 &&
        strcmp(c->status, "finished") != 0)
        return fault_add_field(f, "/status", "enum", "Choose awaiting, in_progress or finished.");
    return STATUS_OK;
}

// Why an update changed no row.
static status explain_unchanged(store *s, const char *process, fault *f) {
    int64_t version = store_count(s, 0, "SELECT version FROM process WHERE id = ?", "t", process);
    if (!version)
        return not_found(f);
    (void)fault_set(f, STATUS_CONFLICT, "version.conflict",
                    "Somebody changed this after you opened it. Load it again, then repeat your change.");
    if (f)
        snprintf(f->about, sizeof f->about, "%lld", (long long)version);
    return STATUS_CONFLICT;
}

static json_t *changed_names(const process_change *c) {
    json_t *names = json_array();
    const struct {
        const char *name, *value;
    } parts[] = {{"name", c->name}, {"description", c->description}, {"status", c->status}, {"language", c->language}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].value)
            json_array_append_new(names, json_string(parts[i].name));
    return json_pack("{s:o}", "changed", names);
}

status process_update(store *s, const usage_actor *by, const char *process, const process_change *c, fault *f) {
    status st = check_change(c, f);
    if (st == STATUS_OK)
        st = store_run(s, f,
                       "UPDATE process SET name = COALESCE(?, name), description = COALESCE(?, description), "
                       "status = COALESCE(?, status), language = COALESCE(?, language), updated = ?, "
                       "version = version + 1 WHERE id = ? AND COALESCE(?, version) = version",
                       c->version ? "ttttiti" : "ttttitn", c->name, c->description, c->status, c->language, clock_now(),
                       process, c->version);
    if (st == STATUS_OK && store_changes(s) == 0)
        st = explain_unchanged(s, process, f);
    if (st != STATUS_OK)
        return st;
    json_t *data = changed_names(c);
    st = log_process(s, by, "process.updated", process, data, f);
    json_decref(data);
    return st;
}

// ---- Writing

#define COLUMNS                                                                                                        \
    "SELECT process.id, process.name, process.description, process.language, process.guide, process.status, "          \
    "process.progress, process.created, process.updated, process.version, member.role FROM member "                    \
    "JOIN process ON process.id = member.process "

static status put_tasks(store *s, answer *out, const char *process, fault *f) {
    store_rows *rows =
        store_query(s,
                    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN status = 'finished' THEN 1 ELSE 0 END), 0), "
                    "COALESCE(MIN(CASE WHEN start_at <> 0 THEN start_at END), 0), "
                    "COALESCE(MAX(end_at), 0) FROM node WHERE process = ? AND kind = 'task'",
                    "t", process);
    if (store_next(rows)) {
        answer_put_time(out, "start", store_int(rows, 2));
        answer_put_time(out, "end", store_int(rows, 3));
        answer_key(out, "counts");
        answer_object(out);
        answer_put_int(out, "tasks", store_int(rows, 0));
        answer_put_int(out, "finished", store_int(rows, 1));
        answer_end(out);
    }
    return store_end(rows, f);
}

// The members of the object but for `members`; the caller opens and ends it.
static status put_process(store *s, store_rows *rows, answer *out, fault *f) {
    answer_put_str(out, "id", store_str(rows, 0));
    answer_put_str(out, "name", store_str(rows, 1));
    answer_put_str(out, "description", store_str(rows, 2));
    answer_put_str(out, "language", store_str(rows, 3));
    answer_put_str(out, "guide", store_str(rows, 4));
    answer_put_str(out, "status", store_str(rows, 5));
    answer_put_int(out, "progress", store_int(rows, 6));
    status st = put_tasks(s, out, store_text(rows, 0), f);
    answer_put_str(out, "role", store_str(rows, 10));
    answer_put_time(out, "created_at", store_int(rows, 7));
    answer_put_time(out, "updated_at", store_int(rows, 8));
    answer_put_int(out, "version", store_int(rows, 9));
    return st;
}

status process_write(store *s, answer *out, const char *process, const person *actor, const char *language, fault *f) {
    (void)language; // a process speaks its own language to everybody
    store_rows *rows =
        store_query(s, COLUMNS "WHERE member.person = ? AND member.process = ?", "tt", actor->id, process);
    if (!store_next(rows)) {
        status st = store_end(rows, f);
        return st == STATUS_OK ? not_found(f) : st;
    }
    bool may_see_invited = role_from(store_text(rows, 10)) == ROLE_ADMINISTRATOR;
    answer_object(out);
    status st = put_process(s, rows, out, f);
    status ended = store_end(rows, f);
    answer_key(out, "members");
    status listed = member_list_write(s, out, process, may_see_invited, f);
    answer_end(out);
    return st != STATUS_OK ? st : ended != STATUS_OK ? ended : listed;
}

status process_list_write(store *s, answer *out, const person *actor, const char *after, int64_t limit, fault *f) {
    if (after && !id_valid(after))
        return fault_add_field(f, "query/after", "format", "Give the \"next\" of the page before, or leave it out.");
    // An id is smaller than "g": with no cursor everything is before it.
    store_rows *rows = store_query(s,
                                   COLUMNS "WHERE member.person = ? AND member.process < ? "
                                           "ORDER BY member.process DESC LIMIT ?",
                                   "tti", actor->id, after ? after : "g", limit + 1);
    char last[ID_TEXT] = "";
    bool more = false;
    status st = STATUS_OK;
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    for (int64_t i = 0; st == STATUS_OK && store_next(rows); i++) {
        if ((more = i == limit))
            break;
        snprintf(last, sizeof last, "%s", store_text(rows, 0));
        answer_object(out);
        st = put_process(s, rows, out, f);
        answer_end(out);
    }
    answer_end(out);
    answer_put_text(out, "next", more ? last : NULL);
    answer_end(out);
    status ended = store_end(rows, f);
    return st != STATUS_OK ? st : ended;
}

status process_tree_write(store *s, arena *a, answer *out, const char *process, fault *f) {
    node_tree *t = NULL;
    status st = node_tree_load(s, a, process, NODE_TREE_TEXTS, &t, f);
    if (st != STATUS_OK)
        return st;
    answer_object(out);
    answer_key(out, "nodes");
    tree_node_write_list(out, t->roots);
    answer_end(out);
    return STATUS_OK;
}
