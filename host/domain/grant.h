// SPDX-License-Identifier: EUPL-1.2
//
// grant: what a person has decided that a plugin may do. Permissions are named as in manifests; what of them is asked
// for, and which are known, the plugin room says. Not for plugins that ship with the program: these have what they ask
// for.
#ifndef INTERLINK_DOMAIN_GRANT_H
#define INTERLINK_DOMAIN_GRANT_H

#include "store/store.h"

// Borrowed for the call.
typedef struct grant {
    const char *permission;
    bool granted;           // false: refused, or taken back
    const char *decided_by; // name of the person; NULL: the command line, or somebody who is gone
    int64_t decided, used;  // UTC milliseconds; used 0: never. `used` is true to about a minute
} grant;

typedef void grant_each(void *context, const grant *g);
// In the order of their names.
status grant_list(store *s, const char *plugin, grant_each *each, void *context, fault *f);

// In a write transaction. `person` is the id of who decides, or NULL for the command line. The caller then says that
// the catalogue has changed (catalogue_changed), so that running servers take it up: within a second, at the next call.
status grant_set(store *s, const char *plugin, const char *permission, bool granted, const char *person, fault *f);

// In a write transaction: it was made use of at `at`.
status grant_used(store *s, const char *plugin, const char *permission, int64_t at, fault *f);

// Counts one more act of this day (UTC) for an asset, and gives how many there were, this one included.
status grant_count_today(store *s, const char *asset, const char *permission, int64_t *out, fault *f);

#endif
