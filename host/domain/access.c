// SPDX-License-Identifier: EUPL-1.2
#include "domain/access.h"

#include <stdio.h>
#include <string.h>

static const char *const role_names[] = {"", "viewer", "contributor", "administrator"};

const char *role_text(role r) {
    return role_names[r];
}

role role_from(const char *text) {
    for (int r = ROLE_VIEWER; text && r <= ROLE_ADMINISTRATOR; r++)
        if (!strcmp(text, role_names[r]))
            return (role)r;
    return ROLE_NONE;
}

typedef enum object { OBJECT_NONE, OBJECT_PROCESS, OBJECT_NODE, OBJECT_ASSET } object;

// The whole table of rules. A rule that is not here is refused.
typedef struct access_rule {
    const char *name;
    object object;
    role least;       // role in the object's process
    bool creator_too; // a contributor may do it with what is their own
} access_rule;

static const access_rule rules[] = {
    {"process.view", OBJECT_PROCESS, ROLE_VIEWER, false},
    {"process.contribute", OBJECT_PROCESS, ROLE_CONTRIBUTOR, false},
    {"process.admin", OBJECT_PROCESS, ROLE_ADMINISTRATOR, false},
    {"node.view", OBJECT_NODE, ROLE_VIEWER, false},
    {"node.contribute", OBJECT_NODE, ROLE_CONTRIBUTOR, false},
    {"node.manage", OBJECT_NODE, ROLE_ADMINISTRATOR, false},
    {"asset.view", OBJECT_ASSET, ROLE_VIEWER, false},
    {"asset.contribute", OBJECT_ASSET, ROLE_CONTRIBUTOR, false},
    {"asset.manage", OBJECT_ASSET, ROLE_ADMINISTRATOR, true},
};

static const access_rule *rule_find(const char *name) {
    for (size_t i = 0; name && i < sizeof rules / sizeof rules[0]; i++)
        if (!strcmp(name, rules[i].name))
            return &rules[i];
    return NULL;
}

bool access_rule_known(const char *rule) {
    return rule &&
           (!strcmp(rule, "anonymous") || !strcmp(rule, "user") || !strcmp(rule, "site.admin") || rule_find(rule));
}

static status deny_visitor(fault *f) {
    return fault_set(f, STATUS_UNAUTHENTICATED, "session.missing", "Sign in first.");
}

// The same answer for what is not there and for what this person may not know of.
static status deny_unknown(object o, fault *f) {
    switch (o) {
    case OBJECT_PROCESS:
        return fault_set(f, STATUS_NOT_FOUND, "process.not_found",
                         "There is no such project, or you are not one of its members.");
    case OBJECT_NODE:
        return fault_set(f, STATUS_NOT_FOUND, "node.not_found",
                         "There is no such task, or you are not a member of its project.");
    default:
        return fault_set(f, STATUS_NOT_FOUND, "asset.not_found",
                         "There is no such item, or you are not a member of its project.");
    }
}

static status deny_role(const access_found *a, const access_rule *rule, fault *f) {
    if (rule->least == ROLE_ADMINISTRATOR && !rule->creator_too)
        return fault_set(f, STATUS_FORBIDDEN, "access.administrator",
                         "Only administrators of the project may do this. You are a %s; ask one of them.",
                         role_text(a->role));
    if (rule->least == ROLE_ADMINISTRATOR)
        return fault_set(f, STATUS_FORBIDDEN, "access.creator",
                         "Only administrators of the project and whoever made this may do this. Ask one of them.");
    return fault_set(f, STATUS_FORBIDDEN, "access.contributor",
                     "You may look at this project but not change it. Ask one of its administrators.");
}

static store_rows *membership_query(store *s, object o, const char *id, const char *who) {
    switch (o) {
    case OBJECT_PROCESS:
        return store_query(s, "SELECT role, process FROM member WHERE process = ? AND person = ?", "tt", id, who);
    case OBJECT_NODE:
        return store_query(s,
                           "SELECT member.role, node.process, node.id FROM node "
                           "JOIN member ON member.process = node.process AND member.person = ? WHERE node.id = ?",
                           "tt", who, id);
    default:
        return store_query(s,
                           "SELECT member.role, asset.process, asset.node, asset.id, asset.creator FROM asset "
                           "JOIN member ON member.process = asset.process AND member.person = ? WHERE asset.id = ?",
                           "tt", who, id);
    }
}

static void take_id(char out[ID_TEXT], store_rows *rows, int column) {
    const char *text = store_text(rows, column);
    snprintf(out, ID_TEXT, "%s", text ? text : "");
}

static void read_membership(store_rows *rows, object o, const char *who, access_found *out, bool *own) {
    out->role = role_from(store_text(rows, 0));
    take_id(out->process, rows, 1);
    if (o != OBJECT_PROCESS)
        take_id(out->node, rows, 2);
    if (o == OBJECT_ASSET) {
        take_id(out->asset, rows, 3);
        const char *creator = store_text(rows, 4);
        *own = creator && !strcmp(creator, who);
    }
}

static status check_object(store *s, const person *actor, const access_rule *rule, const char *id, access_found *out,
                           fault *f) {
    if (!id || !id_valid(id))
        return deny_unknown(rule->object, f);
    store_rows *rows = membership_query(s, rule->object, id, actor->id);
    bool own = false;
    if (store_next(rows))
        read_membership(rows, rule->object, actor->id, out, &own);
    status st = store_end(rows, f);
    if (st != STATUS_OK)
        return st;
    if (out->role == ROLE_NONE)
        return deny_unknown(rule->object, f);
    if (out->role >= rule->least || (rule->creator_too && own && out->role >= ROLE_CONTRIBUTOR))
        return STATUS_OK;
    return deny_role(out, rule, f);
}

status access_check(store *s, const person *actor, const char *rule, const char *id, access_found *out, fault *f) {
    access_found ignored;
    if (!out)
        out = &ignored;
    memset(out, 0, sizeof *out);
    if (rule && !strcmp(rule, "anonymous"))
        return STATUS_OK;
    if (!actor->id[0])
        return deny_visitor(f);
    if (rule && !strcmp(rule, "user"))
        return STATUS_OK;
    if (rule && !strcmp(rule, "site.admin")) {
        if (actor->admin)
            return STATUS_OK;
        return fault_set(f, STATUS_FORBIDDEN, "access.site_admin", "Only administrators of this site may do this.");
    }
    const access_rule *known = rule_find(rule);
    if (!known)
        return fault_set(f, STATUS_FORBIDDEN, "access.unknown_rule", "Nobody may do this.");
    return check_object(s, actor, known, id, out, f);
}
