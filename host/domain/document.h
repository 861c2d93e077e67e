// SPDX-License-Identifier: EUPL-1.2
//
// document: the JSON values that an asset keeps, under keys. Every function looks at one asset only.
#ifndef INTERLINK_DOMAIN_DOCUMENT_H
#define INTERLINK_DOMAIN_DOCUMENT_H

#include "base/arena.h"
#include "store/store.h"

enum {
    DOCUMENT_KEY = 200,      // bytes of a key
    DOCUMENT_SIZE = 1 << 20, // bytes of one value
    DOCUMENT_LIST = 500,     // documents in one list
};
#define DOCUMENT_NEW 0ull       // as a version: it must not exist yet
#define DOCUMENT_ANY UINT64_MAX // as a version: whatever is there

// Versions of a key never come back, also when it was deleted and made again.
typedef struct document {
    str key, value;
    uint64_t version;
} document;

// 1 to 200 of a-z A-Z 0-9 . _ - and /
bool document_key_valid(str key);

// STATUS_NOT_FOUND without a fault when there is none. The value is in the arena.
status document_get(store *s, arena *a, const char *asset, str key, document *out, fault *f);

// Documents whose key begins with `prefix` and comes after `after` (may be empty), in the order of bytes of their keys.
// The document is borrowed for the call of `each`, which returns false to stop. *more: there are further ones.
typedef bool document_each(void *context, const document *d);
status document_list(store *s, const char *asset, str prefix, str after, size_t limit, document_each *each,
                     void *context, bool *more, fault *f);
status document_count(store *s, const char *asset, str prefix, uint64_t *out, fault *f);

// Writing, in a transaction. `version` is the one that the writer has seen, DOCUMENT_NEW or DOCUMENT_ANY: STATUS_RETRY
// where that is no longer so. STATUS_TOO_LARGE over the limits, STATUS_INVALID for a bad key or a value that is no
// JSON. `quota`: bytes of all keys and values of the asset.
status document_put(store *s, const char *asset, str key, str value, uint64_t version, int64_t quota, fault *f);
// The key is `prefix` and an id, so that keys are in order of time.
status document_append(store *s, const char *asset, str prefix, str value, int64_t quota, fault *f);
status document_delete(store *s, const char *asset, str key, uint64_t version, fault *f);
// The version of a document that is made now.
uint64_t document_version_first(void);
// All documents and files of one asset for another, new one.
status document_copy(store *s, const char *from, const char *to, fault *f);

#endif
