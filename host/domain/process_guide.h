// SPDX-License-Identifier: EUPL-1.2
//
// process_guide: how a process gets its nodes from a guide. For process.c only.
#ifndef INTERLINK_DOMAIN_PROCESS_GUIDE_H
#define INTERLINK_DOMAIN_PROCESS_GUIDE_H

#include "base/arena.h"
#include "store/store.h"

// Is there such a guide? STATUS_INVALID with a field "/guide" if not. `description` is in the arena.
status process_guide_find(store *s, arena *a, const char *guide, const char *language, const char **description,
                          fault *f);

// Copies nodes, needs and prerequisites. On the writer's thread.
status process_guide_copy(store *s, arena *a, const char *guide, const char *language, const char *process, fault *f);

#endif
