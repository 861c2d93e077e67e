// SPDX-License-Identifier: EUPL-1.2
#include "plugin/revocation.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/minisign.h"
#include "domain/author_key.h"
#include "domain/catalogue.h"
#include "domain/meta.h"
#include "plugin/file.h"
#include "plugin/manifest.h"

static const char KEPT[] = "revocation.list";

struct revocation_list {
    json_t *json;
    const json_t *revoked;
    int64_t number, expires;
};

// ---- reading

static status wrong(fault *f, size_t entry, const char *what) {
    return fault_set(f, STATUS_INVALID, "revocation.entry", "Entry %zu of the revocation list %s.", entry + 1, what);
}

static bool is_hash(const char *text) {
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static const char *text_of(const json_t *entry, const char *name) {
    return json_string_value(json_object_get(entry, name));
}

static status entry_check(const json_t *entry, size_t i, fault *f) {
    const char *package = text_of(entry, "package"), *key = text_of(entry, "key"), *id = text_of(entry, "id");
    const char *reason = text_of(entry, "reason");
    minisign_key parsed;
    if ((package != NULL) + (key != NULL) + (id != NULL) != 1)
        return wrong(f, i, "must say one of \"package\", \"key\" and \"id\"");
    if (!reason || !*reason || strlen(reason) > REVOCATION_REASON)
        return wrong(f, i, "must have a \"reason\" of at most 160 bytes");
    if (package && !is_hash(package))
        return wrong(f, i, "has a \"package\" that is no SHA-256 of 64 small hexadecimal digits");
    if (key && minisign_key_parse(str_from(key), &parsed, NULL) != STATUS_OK)
        return wrong(f, i, "has a \"key\" that is none");
    return STATUS_OK;
}

static status list_check(revocation_list *l, fault *f) {
    const json_t *number = json_object_get(l->json, "number"), *entry;
    const char *expires = text_of(l->json, "expires");
    size_t i;
    status s = STATUS_OK;
    l->revoked = json_object_get(l->json, "revoked");
    l->number = json_integer_value(number);
    if (!json_is_integer(number) || l->number < 1)
        return fault_set(f, STATUS_INVALID, "revocation.number",
                         "The revocation list needs a \"number\" of 1 or more.");
    if (!expires || !clock_parse(expires, strlen(expires), &l->expires))
        return fault_set(f, STATUS_INVALID, "revocation.expires",
                         "The revocation list needs a date until which it is fresh: \"expires\": "
                         "\"2027-01-31T00:00:00Z\".");
    if (!json_is_array(l->revoked))
        return fault_set(f, STATUS_INVALID, "revocation.revoked", "The revocation list needs a list \"revoked\".");
    json_array_foreach(l->revoked, i, entry)
        if (s == STATUS_OK)
            s = entry_check(entry, i, f);
    return s;
}

status revocation_parse(str json, revocation_list **out, fault *f) {
    json_error_t error;
    *out = NULL;
    json_t *parsed = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &error);
    if (!parsed)
        return fault_set(f, STATUS_INVALID, "revocation.json", "The revocation list is no JSON: line %d, %.200s.",
                         error.line, error.text);
    revocation_list *l = memory_new(sizeof *l);
    l->json = parsed;
    status s = list_check(l, f);
    if (s == STATUS_OK)
        *out = l;
    else
        revocation_free(l);
    return s;
}

void revocation_free(revocation_list *l) {
    if (!l)
        return;
    json_decref(l->json);
    free(l);
}

int64_t revocation_number(const revocation_list *l) {
    return l->number;
}

int64_t revocation_expires(const revocation_list *l) {
    return l->expires;
}

size_t revocation_count(const revocation_list *l) {
    return json_array_size(l->revoked);
}

// ---- asking

static bool same(const char *wanted, const char *has) {
    return wanted && has && strcmp(wanted, has) == 0;
}

// The unreadable part of a key (its id) is chosen freely, so keys are compared by what they are.
static bool same_key(const char *wanted, const char *has) {
    minisign_key a, b;
    return wanted && has && minisign_key_parse(str_from(wanted), &a, NULL) == STATUS_OK &&
           minisign_key_parse(str_from(has), &b, NULL) == STATUS_OK && memcmp(a.key, b.key, sizeof a.key) == 0;
}

static bool in_range(const json_t *entry, const char *version) {
    const char *from = text_of(entry, "from"), *to = text_of(entry, "to");
    return (!from || manifest_version_compare(version, from) >= 0) &&
           (!to || manifest_version_compare(version, to) <= 0);
}

const char *revocation_find(const revocation_list *l, const char *plugin, const char *version, const char *sha256,
                            const char *key) {
    const json_t *entry;
    size_t i;
    if (!l)
        return NULL;
    json_array_foreach(l->revoked, i, entry)
        if (same(text_of(entry, "package"), sha256) || same_key(text_of(entry, "key"), key) ||
            (same(text_of(entry, "id"), plugin) && in_range(entry, version)))
            return text_of(entry, "reason");
    return NULL;
}

// ---- keeping

status revocation_load(store *s, revocation_list **out, fault *f) {
    buffer kept = {0};
    *out = NULL;
    status result = meta_get(s, KEPT, &kept, f);
    if (result == STATUS_NOT_FOUND)
        result = STATUS_OK;
    else if (result == STATUS_OK)
        result = revocation_parse(buffer_str(&kept), out, f);
    buffer_free(&kept);
    return result;
}

// Is the signature by a key that the administration trusts?
static status signer_check(store *s, str json, str signature, fault *f) {
    minisign_signature parsed;
    status result = minisign_signature_parse(signature, &parsed, f);
    if (result != STATUS_OK)
        return result;
    arena *a = arena_create();
    const char **keys;
    size_t count;
    bool good = false;
    result = author_keys_read(s, a, &keys, &count, f);
    for (size_t i = 0; i < count && result == STATUS_OK && !good; i++) {
        minisign_key key;
        good = author_key_trust(s, keys[i]) == AUTHOR_TRUSTED &&
               minisign_key_parse(str_from(keys[i]), &key, NULL) == STATUS_OK &&
               minisign_verify(json, &parsed, &key, NULL) == STATUS_OK;
    }
    arena_destroy(a);
    if (result != STATUS_OK || good)
        return result;
    return fault_set(f, STATUS_FORBIDDEN, "revocation.signer",
                     "The revocation list is not signed by a key that the administration trusts. Trust its key with "
                     "\"interlink plugin keys trust KEY\", or get the list again.");
}

// STATUS_END: the same is in force already.
static status order_check(store *s, str json, const revocation_list *fresh, fault *f) {
    buffer kept = {0};
    revocation_list *before = NULL;
    status result = meta_get(s, KEPT, &kept, f);
    if (result == STATUS_NOT_FOUND) {
        result = STATUS_OK;
    } else if (result == STATUS_OK) {
        bool equal = str_equal(buffer_str(&kept), json);
        result = revocation_parse(buffer_str(&kept), &before, f);
        if (result == STATUS_OK && equal)
            result = STATUS_END;
        else if (result == STATUS_OK && fresh->number <= before->number)
            result = fault_set(f, STATUS_CONFLICT, "revocation.older",
                               "The revocation list number %lld cannot follow number %lld, which is in force.",
                               (long long)fresh->number, (long long)before->number);
    }
    revocation_free(before);
    buffer_free(&kept);
    return result;
}

// A text that is kept must end where it ends.
static status keep(store *s, str json, fault *f) {
    char *text = memory_sure(strndup(json.ptr, json.len));
    status result = meta_set(s, KEPT, text, f);
    free(text);
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}

status revocation_take(store *s, str json, str signature, bool *news, fault *f) {
    revocation_list *fresh = NULL;
    *news = false;
    status result = signer_check(s, json, signature, f);
    if (result == STATUS_OK)
        result = revocation_parse(json, &fresh, f);
    if (result == STATUS_OK)
        result = order_check(s, json, fresh, f);
    if (result == STATUS_OK)
        result = keep(s, json, f);
    *news = result == STATUS_OK;
    revocation_free(fresh);
    return result == STATUS_END ? STATUS_OK : result;
}

static status read_file(const char *path, size_t limit, buffer *out, fault *f) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (file_read(folder, slash ? slash + 1 : path, limit, out))
        return STATUS_OK;
    return fault_set(f, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_INVALID, "revocation.file",
                     "The revocation list %.200s cannot be read: %s.", path, strerror(errno));
}

status revocation_take_file(store *s, const char *path, bool *news, fault *f) {
    char beside[PATH_MAX];
    buffer json = {0}, signature = {0};
    *news = false;
    status result = read_file(path, REVOCATION_BYTES, &json, f);
    if (result == STATUS_OK) {
        snprintf(beside, sizeof beside, "%s.minisig", path);
        result = read_file(beside, MINISIGN_FILE, &signature, f);
        if (result == STATUS_NOT_FOUND)
            result = fault_set(f, STATUS_FORBIDDEN, "revocation.unsigned",
                               "The revocation list %.200s has no signature beside it (%.20s).", path, ".minisig");
    }
    if (result == STATUS_OK)
        result = revocation_take(s, buffer_str(&json), buffer_str(&signature), news, f);
    buffer_free(&json);
    buffer_free(&signature);
    return result;
}
