// SPDX-License-Identifier: EUPL-1.2
#include "plugin/permission.h"

#include <stdlib.h>
#include <string.h>

static const char *const NAMES[PERMISSION_COUNT] = {
#define PERMISSION(constant, name) [PERMISSION_PLACE_##constant] = name,
#include "plugin/permission.def"
};

plugin_permission permission_at(int place) {
    return (plugin_permission)(1u << place);
}

const char *permission_name(plugin_permission p) {
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (permission_at(i) == p)
            return NAMES[i];
    return "";
}

plugin_permission permission_find(const char *name) {
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (strcmp(NAMES[i], name) == 0)
            return permission_at(i);
    return PERMISSION_NOTHING;
}

// Without a default: a kind that has no row in the table is a warning of the compiler, which stops the build. A kind
// that is no kind at all never gets here: whoever reads the message has refused it.

plugin_permission permission_of_effect(frame_effect kind) {
    switch (kind) {
#define EFFECT(kind, permission)                                                                                       \
    case EFFECT_##kind:                                                                                                \
        return PERMISSION_##permission;
#include "plugin/permission.def"
    }
    abort();
}

plugin_permission permission_of_fetch(frame_fetch kind) {
    switch (kind) {
#define FETCH(kind, permission)                                                                                        \
    case FETCH_##kind:                                                                                                 \
        return PERMISSION_##permission;
#include "plugin/permission.def"
    }
    abort();
}

plugin_permission permission_of_field(frame_tag tag) {
    switch ((int)tag) {
#define FIELD(tag, permission)                                                                                         \
    case TAG_##tag:                                                                                                    \
        return PERMISSION_##permission;
#include "plugin/permission.def"
    default:
        return PERMISSION_NOTHING;
    }
}
