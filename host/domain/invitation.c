// SPDX-License-Identifier: EUPL-1.2
#include "domain/invitation.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/account.h"
#include "domain/member.h"

static const int64_t hour = (int64_t)3600 * 1000;

static status store_invitation(store *s, const invitation *i, const char *inviter, char token[CRYPTO_TOKEN_TEXT],
                               fault *f) {
    char hash[2 * CRYPTO_HASH + 1];
    crypto_token(token);
    crypto_hash_hex(token, strlen(token), hash);
    bool member = i->process[0] != '\0';
    return store_run(s, f,
                     "INSERT INTO invitation (token, kind, email, process, role, inviter, created, expires) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     "ttttttii", hash, i->kind, i->email, member ? i->process : NULL,
                     member ? role_text(i->role) : NULL, inviter, clock_now(), i->expires);
}

status invitation_create(store *s, const char *process, const char *email, role wanted, const char *inviter,
                         char token[CRYPTO_TOKEN_TEXT], int64_t *expires, fault *f) {
    invitation i = {.kind = "member", .role = wanted, .expires = clock_now() + hour * 24 * 14};
    snprintf(i.email, sizeof i.email, "%s", email);
    snprintf(i.process, sizeof i.process, "%s", process);
    *expires = i.expires;
    status st = store_run(s, f, "DELETE FROM invitation WHERE process = ? AND email = ? AND accepted = 0", "tt",
                          process, email);
    return st == STATUS_OK ? store_invitation(s, &i, inviter, token, f) : st;
}

status invitation_create_administrator(store *s, char token[CRYPTO_TOKEN_TEXT], fault *f) {
    token[0] = '\0';
    if (account_any_admin(s))
        return STATUS_OK;
    invitation i = {.kind = "administrator", .expires = clock_now() + 24 * hour};
    status st = store_run(s, f, "DELETE FROM invitation WHERE kind = 'administrator' AND accepted = 0", "");
    return st == STATUS_OK ? store_invitation(s, &i, NULL, token, f) : st;
}

static void copy(char *to, size_t size, const char *from) {
    snprintf(to, size, "%s", from ? from : "");
}

static status unknown(fault *f) {
    return fault_set(f, STATUS_NOT_FOUND, "invitation.unknown",
                     "This invitation is not valid any more: it was used, is too old, or was replaced. "
                     "Ask whoever invited you for a new one.");
}

status invitation_find(store *s, const char *token, invitation *out, fault *f) {
    memset(out, 0, sizeof *out);
    crypto_hash_hex(token, strlen(token), out->hash);
    store_rows *rows = store_query(s,
                                   "SELECT invitation.kind, invitation.email, invitation.process, invitation.role, "
                                   "invitation.expires, process.name FROM invitation "
                                   "LEFT JOIN process ON process.id = invitation.process "
                                   "WHERE invitation.token = ? AND invitation.accepted = 0 AND invitation.expires > ?",
                                   "ti", out->hash, clock_now());
    bool found = store_next(rows);
    if (found) {
        copy(out->kind, sizeof out->kind, store_text(rows, 0));
        copy(out->email, sizeof out->email, store_text(rows, 1));
        copy(out->process, sizeof out->process, store_text(rows, 2));
        out->role = role_from(store_text(rows, 3));
        out->expires = store_int(rows, 4);
        copy(out->process_name, sizeof out->process_name, store_text(rows, 5));
    }
    status st = store_end(rows, f);
    if (st != STATUS_OK)
        return st;
    // A link for the first administrator is worth nothing once there is one.
    bool late = found && !strcmp(out->kind, "administrator") && account_any_admin(s);
    return !found || late ? unknown(f) : STATUS_OK;
}

void invitation_write(answer *out, const invitation *i) {
    answer_object(out);
    answer_put_text(out, "kind", i->kind);
    answer_put_text(out, "email", i->email[0] ? i->email : NULL);
    answer_put_text(out, "process_name", i->process[0] ? i->process_name : NULL);
    answer_end(out);
}

static status create_account(store *s, const invitation *i, const invitation_acceptance *a, const char *email,
                             person *out, fault *f) {
    if (!a->password_hash)
        return fault_add_field(f, "/password", "required", "Choose a password.");
    account_draft draft = {
        .email = email,
        .name = a->name,
        .kind = a->kind,
        .language = a->language,
        .password_hash = a->password_hash,
        .admin = !strcmp(i->kind, "administrator"),
    };
    return account_create(s, &draft, out, f);
}

// Who the invitation is for: the person who is signed in, or a new one.
static status accept_as(store *s, const invitation *i, const invitation_acceptance *a, person *out, fault *f) {
    bool first = !strcmp(i->kind, "administrator");
    char email[ACCOUNT_EMAIL_TEXT];
    if (a->actor && (first || !strcmp(a->actor->email, i->email))) {
        *out = *a->actor;
        if (!first)
            return STATUS_OK;
        out->admin = true;
        return store_run(s, f, "UPDATE person SET admin = 1 WHERE id = ?", "t", out->id);
    }
    if (a->actor)
        return fault_set(f, STATUS_FORBIDDEN, "invitation.other_person",
                         "This invitation is for another e-mail address. Sign out, then open its link again.");
    if (!account_email_normal(first ? a->email : i->email, email))
        return fault_add_field(f, "/email", a->email ? "format" : "required", "Give your e-mail address.");
    fault none = {0};
    status st = account_find_email(s, email, out, NULL, &none);
    if (st == STATUS_NOT_FOUND)
        return create_account(s, i, a, email, out, f);
    if (st != STATUS_OK)
        return fault_set(f, st, none.code, "%s", none.text);
    return fault_set(f, STATUS_CONFLICT, "invitation.sign_in",
                     "You have an account here already. Sign in, then open the link of the invitation again.");
}

status invitation_accept(store *s, live_list *live, const invitation_acceptance *acceptance, person *out, fault *f) {
    fault own = {0};
    f = f ? f : &own;
    invitation i;
    status st = invitation_find(s, acceptance->token, &i, f);
    if (st == STATUS_OK)
        st = accept_as(s, &i, acceptance, out, f);
    if (st != STATUS_OK)
        return st;
    st = store_run(s, f, "UPDATE invitation SET accepted = ? WHERE token = ? AND accepted = 0", "it", clock_now(),
                   i.hash);
    if (st == STATUS_OK && store_changes(s) == 0)
        st = unknown(f);
    if (st != STATUS_OK || !i.process[0])
        return st;
    usage_actor by = usage_actor_of(out, acceptance->secret);
    return member_join(s, live, &by, i.process, out->id, i.role, f);
}
