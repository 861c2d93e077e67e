// SPDX-License-Identifier: EUPL-1.2
#include "domain/catalogue.h"

#include <string.h>

#include "api/input.h"
#include "api/manifest_text.h"
#include "api/operations.h"
#include "domain/recommend.h"

// "a,b" and repeated members mean the same.
static size_t profiles_take(arena *a, const json_t *list, const char *out[CATALOGUE_PROFILES]) {
    size_t count = 0, i;
    json_t *entry;
    json_array_foreach((json_t *)list, i, entry) {
        const char *text = json_string_value(entry);
        while (text != NULL && *text != 0 && count < CATALOGUE_PROFILES) {
            size_t len = strcspn(text, ",");
            if (len > 0) {
                out[count++] = arena_copy(a, text, len);
            }
            text += len + (text[len] == ',');
        }
    }
    return count;
}

static status interlinkers_list_read(operation_call *c) {
    const char *profiles[CATALOGUE_PROFILES];
    const json_t *wanted = json_object_get(c->query, "problem_profile");
    catalogue_filter filter = {
        .search = input_text(c->query, "search"),
        .kind = input_text(c->query, "kind"),
        .language = input_text(c->query, "language"),
        .profiles = profiles,
        .profile_count = profiles_take(c->arena, wanted, profiles),
        .after = input_text(c->query, "after"),
        .limit = input_int(c->query, "limit", 20),
    };
    return catalogue_list_write(c->store, c->arena, c->answer, &filter, c->language, &c->fault);
}

// What can be done with an entry, and the form that opens it.
static void uses_put(operation_call *c, const catalogue_entry *entry) {
    answer *out = c->answer;
    plugin_info plugin;
    if (entry->plugin[0] != 0 && plugin_registry_get(c->services->registry, entry->plugin, &plugin)) {
        manifest_put_params(out, c->arena, plugin.manifest, c->language);
        manifest_put_capabilities(out, plugin.manifest);
        plugin_registry_release(c->services->registry, &plugin);
        return;
    }
    answer_key(out, "params");
    answer_null(out);
    answer_key(out, "capabilities");
    answer_array(out);
    if (strcmp(entry->kind, "plugin") != 0 && !entry->missing) {
        answer_text(out, "view");
        if (strcmp(entry->kind, "template") == 0) {
            answer_text(out, "download");
        }
    }
    answer_end(out);
}

static status interlinkers_get_read(operation_call *c) {
    catalogue_entry entry;
    status result = catalogue_entry_open(c->store, c->answer, c->id, c->language, &entry, &c->fault);
    if (result == STATUS_OK) {
        uses_put(c, &entry);
        answer_end(c->answer);
    }
    return result;
}

static status problem_profiles_list_read(operation_call *c) {
    return catalogue_profiles_write(c->store, c->answer, c->language, input_text(c->query, "after"),
                                    input_int(c->query, "limit", 100), &c->fault);
}

static status recommendations_read(operation_call *c) {
    return recommend_write(c->store, c->arena, c->answer, c->id, c->language, (size_t)input_int(c->query, "limit", 20),
                           &c->fault);
}

const operation_steps catalogue_operations[] = {
    {.id = "interlinkers.list", .read = interlinkers_list_read},
    {.id = "interlinkers.get", .read = interlinkers_get_read},
    {.id = "problem_profiles.list", .read = problem_profiles_list_read},
    {.id = "nodes.recommendations", .read = recommendations_read},
    {0},
};
