// SPDX-License-Identifier: EUPL-1.2
#include "domain/document.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"

// Every character of a key sorts before this, so prefix + DEL is the end of all keys that begin with prefix.
static const char AFTER_ALL = 0x7F;
enum { VERSION_RANDOM_BITS = 10 };

bool document_key_valid(str key) {
    if (key.len < 1 || key.len > DOCUMENT_KEY)
        return false;
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '_' && c != '-' && c != '/')
            return false;
    }
    return true;
}

// ---- reading

status document_get(store *s, arena *a, const char *asset, str key, document *out, fault *f) {
    store_rows *row;
    status found =
        store_one(s, &row, "SELECT value, version FROM document WHERE asset = ? AND key = ?", "ts", asset, key);
    if (found == STATUS_NOT_FOUND)
        return found;
    if (found != STATUS_OK)
        return fault_set(f, found, "document.read", "The documents cannot be read at the moment.");
    *out = (document){arena_str(a, key), arena_str(a, store_str(row, 0)), (uint64_t)store_int(row, 1)};
    return store_end(row, f);
}

// The end of the range of keys that begin with `prefix`. False if no key can begin so.
static bool range_end(str prefix, char out[DOCUMENT_KEY + 2], str *end) {
    if (prefix.len > DOCUMENT_KEY || (prefix.len && !document_key_valid(prefix)))
        return false;
    if (prefix.len)
        memcpy(out, prefix.ptr, prefix.len);
    out[prefix.len] = AFTER_ALL;
    *end = (str){out, prefix.len + 1};
    return true;
}

static str never_null(str s) {
    return s.ptr ? s : STR(""); // a NULL pointer would bind NULL, which compares to nothing
}

status document_list(store *s, const char *asset, str prefix, str after, size_t limit, document_each *each,
                     void *context, bool *more, fault *f) {
    char text[DOCUMENT_KEY + 2];
    str end;
    *more = false;
    if (!range_end(prefix, text, &end))
        return STATUS_OK;
    store_rows *rows = store_query(s,
                                   "SELECT key, value, version FROM document "
                                   "WHERE asset = ? AND key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?",
                                   "tsssi", asset, never_null(prefix), never_null(after), end, (int64_t)limit + 1);
    bool on = true;
    for (size_t count = 0; on && store_next(rows); count++) {
        document d = {store_str(rows, 0), store_str(rows, 1), (uint64_t)store_int(rows, 2)};
        *more = count == limit;
        on = !*more && each(context, &d);
    }
    return store_end(rows, f);
}

status document_count(store *s, const char *asset, str prefix, uint64_t *out, fault *f) {
    char text[DOCUMENT_KEY + 2];
    str end;
    *out = 0;
    if (!range_end(prefix, text, &end))
        return STATUS_OK;
    int64_t count = store_count(s, -1, "SELECT COUNT(*) FROM document WHERE asset = ? AND key >= ? AND key < ?", "tss",
                                asset, never_null(prefix), end);
    if (count < 0)
        return fault_set(f, STATUS_INTERNAL, "document.read", "The documents cannot be counted at the moment.");
    *out = (uint64_t)count;
    return STATUS_OK;
}

// ---- writing

static bool is_json(str value) {
    json_t *parsed = json_loadb(value.ptr, value.len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    json_decref(parsed);
    return parsed != NULL;
}

static status check(str key, str value, fault *f) {
    if (!document_key_valid(key))
        return fault_set(f, STATUS_INVALID, "document.key",
                         "\"%.*s\" is no key of a document: 1 to 200 of a-z A-Z 0-9 . _ - and / are allowed.",
                         key.len < 100 ? (int)key.len : 100, key.ptr ? key.ptr : "");
    if (value.len > DOCUMENT_SIZE)
        return fault_set(f, STATUS_TOO_LARGE, "document.too_large",
                         "A document may have 1 MiB, this one has %zu bytes.", value.len);
    if (!is_json(value))
        return fault_set(f, STATUS_INVALID, "document.json", "The value of document \"%.*s\" is no JSON.", (int)key.len,
                         key.ptr);
    return STATUS_OK;
}

// What there is under a key now: its version, and how many bytes it uses. Version 0: nothing.
static status look(store *s, const char *asset, str key, uint64_t *version, int64_t *bytes, fault *f) {
    store_rows *row;
    *version = 0;
    *bytes = 0;
    status found =
        store_one(s, &row, "SELECT version, value FROM document WHERE asset = ? AND key = ?", "ts", asset, key);
    if (found == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (found != STATUS_OK)
        return fault_set(f, found, "document.read", "The documents cannot be read at the moment.");
    *version = (uint64_t)store_int(row, 0);
    *bytes = (int64_t)(store_str(row, 1).len + key.len);
    return store_end(row, f);
}

// Adding up all documents at each write would cost more than the write, so the sum is kept.
static status use(store *s, const char *asset, int64_t bytes, int64_t quota, fault *f) {
    store_rows *row;
    if (bytes == 0)
        return STATUS_OK;
    status kept =
        store_one(s, &row,
                  "INSERT INTO document_use (asset, bytes) VALUES (?, ?) "
                  "ON CONFLICT (asset) DO UPDATE SET bytes = document_use.bytes + excluded.bytes RETURNING bytes",
                  "ti", asset, bytes);
    if (kept != STATUS_OK)
        return fault_set(f, kept, "document.write", "The document cannot be written at the moment.");
    int64_t used = store_int(row, 0);
    kept = store_end(row, f);
    if (kept == STATUS_OK && bytes > 0 && used > quota)
        return fault_set(f, STATUS_TOO_LARGE, "document.quota",
                         "Everything that may be kept here is used up (%lld MiB). Delete something first.",
                         (long long)(quota >> 20));
    return kept;
}

// The clock, and a little chance for what happens within one millisecond. Fits 53 bits, as JSON wants.
uint64_t document_version_first(void) {
    uint16_t chance;
    crypto_random(&chance, sizeof chance);
    return (uint64_t)clock_now() << VERSION_RANDOM_BITS | (chance & ((1u << VERSION_RANDOM_BITS) - 1));
}

static status retry(str key, fault *f) {
    return fault_set(f, STATUS_RETRY, "document.changed", "Document \"%.*s\" was changed by somebody else meanwhile.",
                     (int)key.len, key.ptr);
}

status document_put(store *s, const char *asset, str key, str value, uint64_t version, int64_t quota, fault *f) {
    uint64_t there;
    int64_t bytes;
    status result = check(key, value, f);
    if (result == STATUS_OK)
        result = look(s, asset, key, &there, &bytes, f);
    if (result != STATUS_OK)
        return result;
    if (version != DOCUMENT_ANY && version != there)
        return retry(key, f);
    if (there)
        result = store_run(
            s, f, "UPDATE document SET value = ?, version = version + 1, updated = ? WHERE asset = ? AND key = ?",
            "sits", value, clock_now(), asset, key);
    else
        result = store_run(s, f, "INSERT INTO document (asset, key, value, version, updated) VALUES (?, ?, ?, ?, ?)",
                           "tssii", asset, key, value, (int64_t)document_version_first(), clock_now());
    if (result == STATUS_OK)
        result = use(s, asset, (int64_t)(key.len + value.len) - bytes, quota, f);
    return result;
}

status document_append(store *s, const char *asset, str prefix, str value, int64_t quota, fault *f) {
    char key[DOCUMENT_KEY + 1];
    int len = snprintf(key, sizeof key, "%.*s%s", prefix.len < sizeof key ? (int)prefix.len : 0,
                       prefix.ptr ? prefix.ptr : "", id_create().text);
    bool fits = prefix.len < sizeof key && len > 0 && (size_t)len < sizeof key;
    return document_put(s, asset, (str){key, fits ? (size_t)len : 0}, value, DOCUMENT_NEW, quota, f);
}

status document_delete(store *s, const char *asset, str key, uint64_t version, fault *f) {
    uint64_t there = 0;
    int64_t bytes = 0;
    status result = document_key_valid(key) ? look(s, asset, key, &there, &bytes, f) : check(key, STR("0"), f);
    if (result != STATUS_OK)
        return result;
    if (version != DOCUMENT_ANY && version != there)
        return retry(key, f);
    if (!there)
        return STATUS_OK;
    result = store_run(s, f, "DELETE FROM document WHERE asset = ? AND key = ?", "ts", asset, key);
    return result == STATUS_OK ? use(s, asset, -bytes, 0, f) : result;
}

status document_copy(store *s, const char *from, const char *to, fault *f) {
    status result = store_run(s, f,
                              "INSERT INTO document (asset, key, value, version, updated) "
                              "SELECT ?, key, value, version, ? FROM document WHERE asset = ?",
                              "tit", to, clock_now(), from);
    if (result == STATUS_OK)
        result =
            store_run(s, f, "INSERT INTO document_use (asset, bytes) SELECT ?, bytes FROM document_use WHERE asset = ?",
                      "tt", to, from);
    if (result == STATUS_OK)
        result = store_run(s, f,
                           "INSERT INTO asset_file (asset, name, type, size, blob, updated) "
                           "SELECT ?, name, type, size, blob, ? FROM asset_file WHERE asset = ?",
                           "tit", to, clock_now(), from);
    return result;
}
