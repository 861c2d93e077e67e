// SPDX-License-Identifier: EUPL-1.2
//
// permission: what a plugin may be permitted, and which of its calls need it. Made from permission.def.
#ifndef INTERLINK_PLUGIN_PERMISSION_H
#define INTERLINK_PLUGIN_PERMISSION_H

#include "base/frame.h"

// The place of each in the order of harm.
enum {
#define PERMISSION(constant, name) PERMISSION_PLACE_##constant,
#include "plugin/permission.def"
    PERMISSION_COUNT
};

// Bits, so that a set of them is a number.
typedef enum plugin_permission {
    PERMISSION_NOTHING = 0,
#define PERMISSION(constant, name) PERMISSION_##constant = 1u << PERMISSION_PLACE_##constant,
#include "plugin/permission.def"
} plugin_permission;

// The one at this place, 0 to PERMISSION_COUNT - 1.
plugin_permission permission_at(int place);
const char *permission_name(plugin_permission p);          // "" for NOTHING
plugin_permission permission_find(const char *name);       // NOTHING if there is none
plugin_permission permission_of_effect(frame_effect kind); // what it needs; NOTHING: it is always allowed
plugin_permission permission_of_fetch(frame_fetch kind);
plugin_permission permission_of_field(frame_tag tag);

#endif
