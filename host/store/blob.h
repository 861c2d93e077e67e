// SPDX-License-Identifier: EUPL-1.2
//
// blob: files that are kept under the hash of what they hold: DATA/blobs/ab/abcdef... A blob never changes, so writing
// one twice is the same as once. Any thread.
#ifndef INTERLINK_STORE_BLOB_H
#define INTERLINK_STORE_BLOB_H

#include <limits.h>

#include "base/status.h"
#include "base/text.h"

enum { BLOB_HASH_TEXT = 65 }; // SHA-256 in hex, and the NUL

// On disk, the folder's entry too, when this returns. STATUS_STORE_FULL when the disk is full or read-only.
status blob_put(const char *data_folder, str bytes, char hash[BLOB_HASH_TEXT], fault *f);
// Appends to `out`. STATUS_NOT_FOUND for a hash that is not kept (or is none), STATUS_TOO_LARGE beyond `limit` bytes.
status blob_read(const char *data_folder, const char *hash, size_t limit, buffer *out, fault *f);
// False if `hash` is not one; says nothing about whether the file is there.
bool blob_path(const char *data_folder, const char *hash, char out[PATH_MAX]);

#endif
