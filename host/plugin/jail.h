// SPDX-License-Identifier: EUPL-1.2
//
// jail: which layers of the workers' jail this machine holds. A worker tries them on and says so (worker/jail.h).
#ifndef INTERLINK_PLUGIN_JAIL_H
#define INTERLINK_PLUGIN_JAIL_H

#include "base/status.h"
#include "base/text.h"

enum { PLUGIN_JAIL_LAYERS = 20 };

typedef struct plugin_jail_layer {
    char name[48], note[120];
    bool held;
    bool needed; // a stranger's code is not safe without it
} plugin_jail_layer;

typedef struct plugin_jail {
    plugin_jail_layer layers[PLUGIN_JAIL_LAYERS];
    size_t count;
} plugin_jail;

// Blocks for some milliseconds. STATUS_UNAVAILABLE: no worker could be started, or it did not come to its end.
status plugin_jail_try(const char *program_folder, plugin_jail *out, fault *f);

// How many needed layers are missing, and (appended to `out` unless NULL) which and why, in a sentence.
size_t plugin_jail_missing(const plugin_jail *j, buffer *out);

#endif
