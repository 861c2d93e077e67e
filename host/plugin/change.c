// SPDX-License-Identifier: EUPL-1.2
#include "plugin/change.h"

#include <string.h>

#include "plugin/permission.h"

json_t *plugin_change_asked(const json_t *manifest) {
    const json_t *given = json_object_get(manifest, "permissions"), *item;
    json_t *asked = json_object();
    size_t at;
    for (int i = 0; i < PERMISSION_COUNT; i++) {
        const char *name = permission_name(permission_at(i));
        const json_t *limits = json_object_get(given, name);
        bool named = permission_at(i) == PERMISSION_DOCUMENTS || limits;
        json_array_foreach(given, at, item)
            named = named || (json_is_string(item) && strcmp(json_string_value(item), name) == 0);
        if (named)
            json_object_set_new(asked, name, limits ? json_deep_copy(limits) : json_object());
    }
    return asked;
}

static bool list_has(const json_t *list, const json_t *wanted) {
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
        if (json_equal(item, wanted))
            return true;
    return false;
}

static bool list_within(const json_t *list, const json_t *larger) {
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
        if (!list_has(larger, item))
            return false;
    return true;
}

static bool limit_within(const json_t *now, const json_t *before) {
    if (json_is_number(now) && json_is_number(before))
        return json_number_value(now) <= json_number_value(before);
    if (json_is_array(now) && json_is_array(before))
        return list_within(now, before);
    return before != NULL && json_equal(now, before);
}

// Every limit that was there is there still, and none is wider; one that is new is a limit more.
static bool limits_within(const json_t *now, const json_t *before) {
    const char *name;
    json_t *limit;
    json_object_foreach((json_t *)before, name, limit)
        if (!json_object_get(now, name))
            return false;
    json_object_foreach((json_t *)now, name, limit)
        if (!limit_within(limit, json_object_get(before, name)))
            return false;
    return true;
}

static bool is_native(const json_t *manifest) {
    const char *runtime = json_string_value(json_object_get(manifest, "runtime"));
    return runtime && strcmp(runtime, "native") == 0;
}

static json_t *personal_of(const json_t *manifest) {
    return json_object_get(json_object_get(manifest, "data"), "personal");
}

plugin_change plugin_change_find(const json_t *before, const json_t *now) {
    plugin_change c = {json_object(), json_array(), is_native(now) && !is_native(before)};
    json_t *old = before ? plugin_change_asked(before) : json_object(), *fresh = plugin_change_asked(now), *limits,
           *item;
    const char *name;
    size_t i;
    json_object_foreach(fresh, name, limits) {
        const json_t *earlier = json_object_get(old, name);
        if (!earlier || !limits_within(limits, earlier))
            json_object_set_new(c.permissions, name, json_string(earlier ? "more" : "new"));
    }
    json_array_foreach(personal_of(now), i, item)
        if (!list_has(personal_of(before), item))
            json_array_append(c.personal, item);
    json_decref(old);
    json_decref(fresh);
    return c;
}

bool plugin_change_any(const plugin_change *c) {
    return json_object_size(c->permissions) > 0 || json_array_size(c->personal) > 0 || c->native;
}

void plugin_change_free(plugin_change *c) {
    json_decref(c->permissions);
    json_decref(c->personal);
    *c = (plugin_change){0};
}
