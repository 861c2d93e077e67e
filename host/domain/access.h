// SPDX-License-Identifier: EUPL-1.2
//
// access: who may do what, decided here and nowhere else. Default deny.
//
// A rule is the word that openapi.json gives as x-access. Rules about an object name its kind first; the object's id is
// the operation's {id} (or the body/query member named in x-access-from).
#ifndef INTERLINK_DOMAIN_ACCESS_H
#define INTERLINK_DOMAIN_ACCESS_H

#include "base/arena.h"
#include "base/id.h"
#include "store/store.h"

typedef struct person {
    char id[ID_TEXT]; // "" for an anonymous visitor
    char name[120];
    char email[200];
    char kind[16]; // citizen, official, company, nonprofit
    char language[12];
    bool admin;
} person;

typedef enum role { ROLE_NONE, ROLE_VIEWER, ROLE_CONTRIBUTOR, ROLE_ADMINISTRATOR } role;

const char *role_text(role r);
role role_from(const char *text);

typedef struct access_found {
    role role;             // of the actor in `process`
    char process[ID_TEXT]; // "" when the rule is not about a process
    char node[ID_TEXT];
    char asset[ID_TEXT];
} access_found;

// Rules: "anonymous", "user", "site.admin";
//   "process.view", "process.contribute", "process.admin"       id is a process
//   "node.view", "node.contribute", "node.manage"                id is a node
//   "asset.view", "asset.contribute", "asset.manage"             id is an asset
// view: any member. contribute: contributor or administrator. manage and admin: administrator (asset.manage: also the
// creator of the asset while a contributor). A site administrator may view no process that he is no member of.
// STATUS_UNAUTHENTICATED for an anonymous visitor, STATUS_NOT_FOUND where the object does not exist or may not be
// known, STATUS_FORBIDDEN where it may be seen but not changed. An unknown rule is refused for everybody;
// access_rule_known lets start-up fail over one.
bool access_rule_known(const char *rule);
status access_check(store *s, const person *actor, const char *rule, const char *id, access_found *out, fault *f);

#endif
