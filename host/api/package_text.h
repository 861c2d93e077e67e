// SPDX-License-Identifier: EUPL-1.2
//
// package_text: what an administrator should know of a package, its author and what is granted to it.
#ifndef INTERLINK_API_PACKAGE_TEXT_H
#define INTERLINK_API_PACKAGE_TEXT_H

#include "base/answer.h"
#include "domain/release.h"
#include "plugin/registry.h"

// A waiting package as `packages.get` shows it. With a connection.
status package_put(answer *out, store *s, arena *a, const release *r, const char *language, fault *f);

// Key and value into the answer: "author", who signed with this key; null for NULL.
void package_put_author(answer *out, store *s, const char *key);

// "grants": what the installed plugin asks for, the most harmful first, and what was decided about each.
status package_put_grants(answer *out, store *s, const plugin_info *p, fault *f);

#endif
