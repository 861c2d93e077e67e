// SPDX-License-Identifier: EUPL-1.2
//
// jail_files: the Landlock layer. Nothing may be written, made, run or connected to; only some folders may be read.
#ifndef INTERLINK_WORKER_JAIL_FILES_H
#define INTERLINK_WORKER_JAIL_FILES_H

#include <stddef.h>

// Leaves `folders` (NULL entries are skipped) and the system's libraries to be read. 0 and the version of Landlock, or
// an errno. no_new_privs must be set.
int jail_files_close(const char *const *folders, size_t count, int *abi);

#endif
