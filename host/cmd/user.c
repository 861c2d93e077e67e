// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "cmd/command.h"
#include "domain/account.h"
#include "domain/audit.h"

typedef struct user_options {
    const char *data, *email, *name, *kind, *language;
    bool admin;
} user_options;

static int user_read(int argc, char **argv, user_options *o, const char **verb) {
    const command_option options[] = {
        {"--data", "DIR", "The data folder; made if it is not there.", &o->data, NULL, true},
        {"--email", "E", "What the person signs in with.", &o->email, NULL, true},
        {"--name", "N", "The person's name, as others see it (for add).", &o->name, NULL, false},
        {"--kind", "K", "citizen, official, company or nonprofit; citizen if not given.", &o->kind, NULL, false},
        {"--language", "L", "Of what the person reads: en, es, it, lv, nl, fr or de.", &o->language, NULL, false},
        {"--admin", NULL, "Make the person an administrator of the site.", NULL, &o->admin, false},
    };
    const command_usage usage = {
        "interlink user add|password --data DIR --email E [--name N] [--admin]",
        "add       makes an account.\n"
        "password  gives an account a new password and ends its sessions.\n\n"
        "The password is read from standard input, so that it shows in no list of processes:\n\n"
        "  interlink user add --data DIR --email anna@example.org --name Anna --admin < password.txt\n\n"
        "This may be done while a server runs on the same folder.",
        options, sizeof options / sizeof *options, 1};
    return command_read(&usage, argc, argv, verb);
}

static status user_password(char hash[CRYPTO_PASSWORD_TEXT], fault *f) {
    char password[ACCOUNT_PASSWORD_MOST + 2];
    if (!command_read_input(password, sizeof password)) {
        return fault_set(f, STATUS_INVALID, "password.missing",
                         "Give the password on standard input, one line of at most %d bytes.", ACCOUNT_PASSWORD_MOST);
    }
    str typed = str_from(password);
    status s = account_password_rule(typed, f);
    if (s == STATUS_OK) {
        s = account_password_hash(typed, hash, f);
    }
    crypto_wipe(password, sizeof password);
    return s;
}

static status user_add(store *s, const user_options *o, const char *hash, fault *f) {
    account_draft draft = {.email = o->email,
                           .name = o->name,
                           .kind = o->kind,
                           .language = o->language,
                           .password_hash = hash,
                           .admin = o->admin};
    person made;
    status outcome = account_create(s, &draft, &made, f);
    if (outcome == STATUS_OK) {
        outcome = audit_append(s, &(audit_event){.what = "user.add", .about = made.id}, f);
    }
    if (outcome == STATUS_OK) {
        printf("%s can sign in as %s%s.\n", made.name, made.email,
               made.admin ? ", as an administrator of the site" : "");
    }
    return outcome;
}

static status user_change_password(store *s, const user_options *o, const char *hash, fault *f) {
    person who;
    status outcome = account_find_email(s, o->email, &who, NULL, f);
    if (outcome == STATUS_OK) {
        outcome = account_password_set(s, who.id, hash, f);
    }
    if (outcome == STATUS_OK) {
        outcome = audit_append(s, &(audit_event){.what = "user.password", .about = who.id}, f);
    }
    if (outcome == STATUS_OK) {
        printf("%s has a new password. Sessions that were open have ended.\n", who.email);
    }
    return outcome;
}

int cmd_user(int argc, char **argv) {
    user_options o = {0};
    const char *verb = NULL;
    int done = user_read(argc, argv, &o, &verb);
    if (done >= 0) {
        return done;
    }
    bool add = strcmp(verb, "add") == 0;
    if (!add && strcmp(verb, "password") != 0) {
        fprintf(stderr, "interlink user: say add or password, not \"%s\".\n", verb);
        return 2;
    }
    if (add && o.name == NULL) {
        fprintf(stderr, "interlink user add: --name is needed.\n");
        return 2;
    }
    fault f = {0};
    char hash[CRYPTO_PASSWORD_TEXT];
    store *s = NULL;
    if (user_password(hash, &f) != STATUS_OK || command_open(o.data, &s, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    status outcome = store_begin(s, &f);
    if (outcome == STATUS_OK) {
        outcome = add ? user_add(s, &o, hash, &f) : user_change_password(s, &o, hash, &f);
        outcome = outcome == STATUS_OK ? store_commit(s, &f) : (store_rollback(s), outcome);
    }
    store_close(s);
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}
