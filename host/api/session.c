// SPDX-License-Identifier: EUPL-1.2
//
// Signing in and out, invitations, and one's own account.
#include <string.h>

#include "api/attempt.h"
#include "api/input.h"
#include "api/operations.h"
#include "domain/account.h"
#include "domain/invitation.h"
#include "domain/session.h"

// ---- sessions

typedef struct sign_in {
    person person;
    char hash[CRYPTO_PASSWORD_TEXT]; // "": nobody, or nobody with a password
    attempt attempt;
} sign_in;

static status refused(fault *f) {
    return fault_set(f, STATUS_UNAUTHENTICATED, "session.refused",
                     "The e-mail address or the password is not right. Try again.");
}

// The answer {token, expires_at, person}, and the cookie.
static status begin_session(operation_call *c, const person *who) {
    session_token made;
    status st = session_create(c->store, who->id, &made, &c->fault);
    usage_actor by = usage_actor_of(who, c->services->secret);
    usage_event e = usage_event_by(&by);
    e.action = "session.created";
    if (st == STATUS_OK)
        st = usage_append(c->store, by.secret, &e, &c->fault);
    if (st != STATUS_OK)
        return st;
    answer_object(c->answer);
    answer_put_text(c->answer, "token", made.token);
    answer_put_time(c->answer, "expires_at", made.expires);
    answer_key(c->answer, "person");
    account_write(c->answer, who);
    answer_end(c->answer);
    c->set_session = arena_text(c->arena, made.token);
    c->acted = arena_text(c->arena, who->id);
    c->http_status = 201;
    return STATUS_OK;
}

static status sessions_create_read(operation_call *c) {
    sign_in *in = arena_alloc(c->arena, sizeof *in);
    c->state = in;
    char email[ACCOUNT_EMAIL_TEXT];
    const char *given = input_text(c->body, "email");
    bool normal = account_email_normal(given, email);
    status st = attempt_begin(c, normal ? email : given, &in->attempt);
    if (st != STATUS_OK || !normal)
        return st; // what is no address goes the same way as an unknown one
    fault none = {0};
    st = account_find_email(c->store, email, &in->person, in->hash, &none);
    if (st == STATUS_NOT_FOUND)
        return STATUS_OK;
    return st == STATUS_OK ? st : fault_set(&c->fault, st, none.code, "%s", none.text);
}

static status sessions_create_slow(operation_call *c) {
    const sign_in *in = c->state;
    bool right = account_password_check(in->hash, str_from(input_text(c->body, "password")), &c->fault);
    if (!right)
        return c->fault.status != STATUS_OK ? c->fault.status : refused(&c->fault);
    attempt_right(c, &in->attempt);
    return STATUS_OK;
}

static status sessions_create_write(operation_call *c) {
    const sign_in *in = c->state;
    return begin_session(c, &in->person);
}

static status sessions_delete_write(operation_call *c) {
    c->set_session = "";
    c->http_status = 204;
    return session_end(c->store, c->session, &c->fault);
}

// ---- me

static status me_get_read(operation_call *c) {
    account_write(c->answer, &c->actor);
    return STATUS_OK;
}

static status me_update_write(operation_call *c) {
    account_change change = {
        .name = input_text(c->body, "name"),
        .language = input_text(c->body, "language"),
        .kind = input_text(c->body, "kind"),
    };
    person now;
    status st = account_update(c->store, c->actor.id, &change, &now, &c->fault);
    if (st == STATUS_OK)
        account_write(c->answer, &now);
    return st;
}

// ---- invitations

static status invitations_get_read(operation_call *c) {
    invitation i;
    status st = invitation_find(c->store, input_text(c->query, "token"), &i, &c->fault);
    if (st == STATUS_OK)
        invitation_write(c->answer, &i);
    return st;
}

static bool signed_in(const operation_call *c) {
    return c->actor.id[0] != '\0';
}

// Says what is wrong before a password is hashed for nothing.
static status invitations_accept_read(operation_call *c) {
    invitation i;
    status st = invitation_find(c->store, input_text(c->body, "token"), &i, &c->fault);
    if (st != STATUS_OK || signed_in(c))
        return st;
    const char *password = input_text(c->body, "password");
    if (!password)
        return fault_add_field(&c->fault, "/password", "required", "Choose a password.");
    return account_password_rule(str_from(password), &c->fault);
}

static status invitations_accept_slow(operation_call *c) {
    if (signed_in(c))
        return STATUS_OK;
    c->state = arena_alloc(c->arena, CRYPTO_PASSWORD_TEXT);
    return account_password_hash(str_from(input_text(c->body, "password")), c->state, &c->fault);
}

static status invitations_accept_write(operation_call *c) {
    invitation_acceptance a = {
        .token = input_text(c->body, "token"),
        .actor = signed_in(c) ? &c->actor : NULL,
        .email = input_text(c->body, "email"),
        .name = input_text(c->body, "name"),
        .language = input_text(c->body, "language"),
        .kind = input_text(c->body, "kind"),
        .password_hash = c->state,
        .secret = c->services->secret,
    };
    if (!a.language)
        a.language = c->language;
    person who;
    status st = invitation_accept(c->store, &c->live, &a, &who, &c->fault);
    if (st == STATUS_OK && signed_in(c))
        st = session_end(c->store, c->session, &c->fault); // more rights, a new session
    return st == STATUS_OK ? begin_session(c, &who) : st;
}

const operation_steps session_operations[] = {
    {.id = "sessions.create",
     .read = sessions_create_read,
     .slow = sessions_create_slow,
     .write = sessions_create_write},
    {.id = "sessions.delete", .write = sessions_delete_write},
    {.id = "me.get", .read = me_get_read},
    {.id = "me.update", .write = me_update_write},
    {.id = "invitations.get", .read = invitations_get_read},
    {.id = "invitations.accept",
     .read = invitations_accept_read,
     .slow = invitations_accept_slow,
     .write = invitations_accept_write},
    {0},
};
