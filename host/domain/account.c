// SPDX-License-Identifier: EUPL-1.2
#include "domain/account.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/account_row.h"
#include "domain/language.h"

enum { NAME_MOST = 100 };

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool local_part_fits(str part) {
    if (part.len == 0 || part.len > 64 || part.ptr[0] == '.' || part.ptr[part.len - 1] == '.')
        return false;
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.ptr[i];
        if (c <= ' ' || c == 0x7f || strchr("\"(),:;<>@[\\]", c))
            return false;
        if (c == '.' && part.ptr[i + 1] == '.')
            return false;
    }
    return true;
}

// At least two labels of letters, digits and hyphens; bytes above 0x7f are letters of an international name.
static bool domain_fits(str domain) {
    size_t dots = 0, label = 0;
    for (size_t i = 0; i < domain.len; i++) {
        unsigned char c = (unsigned char)domain.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (c == '.') {
            if (label == 0 || domain.ptr[i - 1] == '-')
                return false;
            dots++, label = 0;
        } else if (letter || (c == '-' && label)) {
            label++;
        } else {
            return false;
        }
    }
    return dots > 0 && label > 0 && domain.ptr[domain.len - 1] != '-';
}

bool account_email_normal(const char *typed, char out[ACCOUNT_EMAIL_TEXT]) {
    out[0] = '\0';
    str s = str_from(typed);
    while (s.len && is_space(s.ptr[0]))
        s.ptr++, s.len--;
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    if (s.len == 0 || s.len >= ACCOUNT_EMAIL_TEXT || !text_is_utf8(s.ptr, s.len))
        return false;
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] + 32) : s.ptr[i];
    out[s.len] = '\0';
    const char *at = strrchr(out, '@');
    if (at && local_part_fits((str){out, (size_t)(at - out)}) && domain_fits(str_from(at + 1)))
        return true;
    out[0] = '\0';
    return false;
}

status account_password_rule(str password, fault *f) {
    if (!text_is_utf8(password.ptr, password.len))
        return fault_add_field(f, "/password", "type", "The password is not readable text.");
    if (text_length(password.ptr, password.len) < ACCOUNT_PASSWORD_LEAST)
        return fault_add_field(f, "/password", "too_short",
                               "Choose a password of at least %d characters. A few words in a row are good.",
                               ACCOUNT_PASSWORD_LEAST);
    if (password.len > ACCOUNT_PASSWORD_MOST)
        return fault_add_field(f, "/password", "too_long", "Choose a password of at most %d characters.",
                               ACCOUNT_PASSWORD_MOST);
    return STATUS_OK;
}

static status no_memory(fault *f) {
    return fault_set(f, STATUS_UNAVAILABLE, "account.hash",
                     "The server has too little memory to check passwords just now. Try again in a moment.");
}

status account_password_hash(str password, char hash[CRYPTO_PASSWORD_TEXT], fault *f) {
    if (crypto_password_hash(password.ptr, password.len, hash))
        return STATUS_OK;
    return no_memory(f);
}

bool account_password_check(const char *hash, str password, fault *f) {
    if (hash && hash[0]) {
        crypto_password found = crypto_password_check(hash, password.ptr, password.len);
        if (found == CRYPTO_PASSWORD_UNKNOWN)
            no_memory(f);
        return found == CRYPTO_PASSWORD_RIGHT;
    }
    // The same work as a check, with the same outcomes, so that nothing tells who has an account here.
    char unused[CRYPTO_PASSWORD_TEXT];
    if (!crypto_password_hash(password.ptr, password.len, unused))
        no_memory(f);
    return false;
}

static bool kind_known(const char *kind) {
    return !strcmp(kind, "citizen") || !strcmp(kind, "official") || !strcmp(kind, "company") ||
           !strcmp(kind, "nonprofit");
}

static status check_name(const char *name, fault *f) {
    str s = str_from(name);
    size_t spaces = 0;
    while (spaces < s.len && is_space(s.ptr[spaces]))
        spaces++;
    if (spaces == s.len)
        return fault_add_field(f, "/name", "required", "Say how you want to be called.");
    if (!text_is_utf8(s.ptr, s.len) || text_length(s.ptr, s.len) > NAME_MOST || s.len >= sizeof(((person *)0)->name))
        return fault_add_field(f, "/name", "too_long", "Choose a name of at most %d characters.", NAME_MOST);
    return STATUS_OK;
}

static status check_parts(const char *name, const char *kind, const char *language, fault *f) {
    status st = name ? check_name(name, f) : STATUS_OK;
    if (kind && !kind_known(kind))
        st = fault_add_field(f, "/kind", "enum", "Choose citizen, official, company or nonprofit.");
    if (language && !language_known(language))
        st = fault_add_field(f, "/language", "enum", "This language is not offered here.");
    return st;
}

status account_create(store *s, const account_draft *draft, person *out, fault *f) {
    fault own = {0};
    f = f ? f : &own;
    char email[ACCOUNT_EMAIL_TEXT];
    status st = check_parts(draft->name ? draft->name : "", draft->kind, draft->language, f);
    if (!account_email_normal(draft->email, email))
        st = fault_add_field(f, "/email", "format", "This is not an e-mail address.");
    if (st != STATUS_OK)
        return st;
    id_value made = id_create();
    st = store_run(s, f,
                   "INSERT INTO person (id, email, name, kind, language, password, admin, created) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
                   "ttttttii", made.text, email, draft->name, draft->kind ? draft->kind : "citizen",
                   draft->language ? draft->language : "en", draft->password_hash, (int64_t)draft->admin, clock_now());
    if (st == STATUS_OK && store_changes(s) == 0)
        st = fault_set(f, STATUS_CONFLICT, "account.exists", "There is an account with this e-mail address already.");
    return st == STATUS_OK ? account_find(s, made.text, out, f) : st;
}

static void copy(char *to, size_t size, const char *from) {
    snprintf(to, size, "%s", from ? from : "");
}

void account_row_read(store_rows *rows, person *out) {
    copy(out->id, sizeof out->id, store_text(rows, 0));
    copy(out->name, sizeof out->name, store_text(rows, 1));
    copy(out->email, sizeof out->email, store_text(rows, 2));
    copy(out->kind, sizeof out->kind, store_text(rows, 3));
    copy(out->language, sizeof out->language, store_text(rows, 4));
    out->admin = store_int(rows, 5) != 0;
}

status account_find(store *s, const char *id, person *out, fault *f) {
    store_rows *rows = store_query(s, "SELECT " ACCOUNT_COLUMNS " FROM person WHERE id = ? AND disabled = 0", "t", id);
    bool found = store_next(rows);
    if (found)
        account_row_read(rows, out);
    status st = store_end(rows, f);
    if (st == STATUS_OK && !found)
        st = fault_set(f, STATUS_NOT_FOUND, "account.not_found", "There is no such person.");
    return st;
}

status account_find_email(store *s, const char *email, person *out, char hash[CRYPTO_PASSWORD_TEXT], fault *f) {
    store_rows *rows =
        store_query(s, "SELECT " ACCOUNT_COLUMNS ", password FROM person WHERE email = ? AND disabled = 0", "t", email);
    bool found = store_next(rows);
    if (found)
        account_row_read(rows, out);
    if (hash)
        copy(hash, CRYPTO_PASSWORD_TEXT, found ? store_text(rows, 6) : "");
    status st = store_end(rows, f);
    if (st == STATUS_OK && !found)
        st = fault_set(f, STATUS_NOT_FOUND, "account.not_found", "There is no account with this e-mail address.");
    return st;
}

bool account_any_admin(store *s) {
    return store_count(s, 0, "SELECT 1 FROM person WHERE admin = 1 AND disabled = 0 LIMIT 1", "") == 1;
}

status account_update(store *s, const char *id, const account_change *change, person *out, fault *f) {
    fault own = {0};
    f = f ? f : &own;
    status st = check_parts(change->name, change->kind, change->language, f);
    if (st == STATUS_OK)
        st = store_run(s, f,
                       "UPDATE person SET name = COALESCE(?, name), kind = COALESCE(?, kind), "
                       "language = COALESCE(?, language) WHERE id = ?",
                       "tttt", change->name, change->kind, change->language, id);
    return st == STATUS_OK ? account_find(s, id, out, f) : st;
}

status account_password_set(store *s, const char *id, const char *password_hash, fault *f) {
    status st = store_run(s, f, "UPDATE person SET password = ? WHERE id = ?", "tt", password_hash, id);
    if (st == STATUS_OK && store_changes(s) == 0)
        st = fault_set(f, STATUS_NOT_FOUND, "account.not_found", "There is no such person.");
    return st == STATUS_OK ? store_run(s, f, "DELETE FROM session WHERE person = ?", "t", id) : st;
}

void account_write(answer *out, const person *p) {
    answer_object(out);
    answer_put_text(out, "id", p->id);
    answer_put_text(out, "name", p->name);
    answer_put_text(out, "email", p->email);
    answer_put_text(out, "kind", p->kind);
    answer_put_text(out, "language", p->language);
    answer_put_bool(out, "admin", p->admin);
    answer_end(out);
}
