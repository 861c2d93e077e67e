// SPDX-License-Identifier: EUPL-1.2
//
// change: what a version of a plugin asks of an administration beyond the version before it. Whatever is no proven
// decrease counts as more: a higher limit, a limit that is left out, a host that was not named before.
#ifndef INTERLINK_PLUGIN_CHANGE_H
#define INTERLINK_PLUGIN_CHANGE_H

#include <jansson.h>
#include <stdbool.h>

typedef struct plugin_change {
    json_t *permissions; // {"notify": "new", "files": "more"}
    json_t *personal;    // list: personal data that it did not keep before
    bool native;         // it is native code now, and was none
} plugin_change;

// The permissions that a manifest asks for, each with its limits, the most harmful first: {"notify": {"per_day": 20},
// "documents": {}}. Everybody asks to keep documents. The caller's.
json_t *plugin_change_asked(const json_t *manifest);

// `before` is the older manifest; NULL: there is none, so all is new.
plugin_change plugin_change_find(const json_t *before, const json_t *now);
bool plugin_change_any(const plugin_change *c); // must a person look at it?
void plugin_change_free(plugin_change *c);

#endif
