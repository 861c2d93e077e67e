// SPDX-License-Identifier: EUPL-1.2
//
// jail_root: a root folder that holds nothing but what loading a plugin needs, read-only.
#ifndef INTERLINK_WORKER_JAIL_ROOT_H
#define INTERLINK_WORKER_JAIL_ROOT_H

#include <stdbool.h>
#include <stddef.h>

// In a mount namespace of its own: the process sees the system's libraries and `folders` (NULL entries are skipped) at
// the places that they have, and nothing else: no /proc, no /dev. Gives 0 or an errno; then nothing has changed, or
// the process must not go on (*halfway is true).
int jail_root_enter(const char *const *folders, size_t count, bool *halfway);

#endif
