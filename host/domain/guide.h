// SPDX-License-Identifier: EUPL-1.2
//
// guide: a reusable tree of phases, objectives and tasks. Public; texts in the reader's language.
#ifndef INTERLINK_DOMAIN_GUIDE_H
#define INTERLINK_DOMAIN_GUIDE_H

#include "base/answer.h"
#include "base/arena.h"
#include "store/store.h"

// The list {"items", "next"}, by id.
status guide_list_write(store *s, answer *out, const char *language, const char *after, int64_t limit, fault *f);

// One guide with its nodes nested. STATUS_NOT_FOUND.
status guide_write(store *s, arena *a, answer *out, const char *id, const char *language, fault *f);

#endif
