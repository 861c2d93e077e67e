// SPDX-License-Identifier: EUPL-1.2
//
// import_file: reads files of a folder that a stranger filled. A path is relative to the folder and cannot leave it:
// not by "..", not from the root, not by a symbolic link. What is too large is refused by its size, before it is read.
#ifndef INTERLINK_DOMAIN_IMPORT_FILE_H
#define INTERLINK_DOMAIN_IMPORT_FILE_H

#include <jansson.h>

#include "base/status.h"
#include "domain/import_report.h"

enum { IMPORT_TEXT_LIMIT = 16 << 20, IMPORT_FILE_LIMIT = 64 << 20 }; // bytes

typedef struct import_folder import_folder;

// STATUS_INVALID if `path` is not a folder that can be read.
status import_folder_open(const char *path, import_folder **out, fault *f);
void import_folder_close(import_folder *folder); // NULL is fine

typedef enum import_found {
    IMPORT_FOUND,
    IMPORT_ABSENT,  // not there; nothing was said about it
    IMPORT_REFUSED, // a fault was added
} import_found;

// Names of the files or folders in `path`, sorted by bytes, without hidden ones. In the report's arena. A `path` that
// is not there is IMPORT_ABSENT.
typedef struct import_names {
    const char **names;
    size_t count;
} import_names;
import_found import_folder_list(import_folder *folder, const char *path, bool folders, const import_place *at,
                                import_names *out);

// Faults are said at `at`: the place that names the path. Bytes are in `arena`, NUL-terminated.
import_found import_file_read(import_folder *folder, const char *path, size_t limit, const import_place *at, arena *a,
                              str *out);
// Only whether it could be read, and its size.
import_found import_file_size(import_folder *folder, const char *path, size_t limit, const import_place *at,
                              size_t *size);

// Parse a JSON file: UTF-8, no key twice. NULL if a fault was added or, with *found IMPORT_ABSENT, if it is not there.
// The value belongs to the report's arena.
json_t *import_file_json(import_folder *folder, const char *path, import_report *report, import_found *found);

#endif
