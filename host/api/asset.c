// SPDX-License-Identifier: EUPL-1.2
#include "domain/asset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/input.h"
#include "api/manifest_text.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/schema.h"
#include "domain/asset_place.h"
#include "domain/catalogue.h"
#include "domain/interlinker.h"
#include "domain/task_place.h"
#include "plugin/effect.h"
#include "plugin/ticket.h"

// ---- showing

static void plugin_write(void *context, answer *out, const char *plugin) {
    plugin_info info;
    if (plugin == NULL) { // a template or a link
        answer_put_raw(out, "capabilities", STR("[\"view\",\"clone\"]"));
        answer_put_text(out, "state", NULL);
        return;
    }
    if (!plugin_registry_get(context, plugin, &info)) {
        answer_put_raw(out, "capabilities", STR("[]"));
        answer_put_text(out, "state", plugin_state_text(PLUGIN_BROKEN));
        return;
    }
    manifest_put_capabilities(out, info.manifest);
    answer_put_text(out, "state", plugin_state_text(info.state));
    plugin_registry_release(context, &info);
}

static asset_view view_of(const operation_call *c) {
    return (asset_view){c->language, plugin_write, c->services->registry};
}

static status asset_answer(operation_call *c, const char *asset) {
    asset_view view = view_of(c);
    return asset_write(c->store, c->arena, c->answer, asset, &view, &c->fault);
}

static status assets_get_read(operation_call *c) {
    return asset_answer(c, c->id);
}

static status assets_list_read(operation_call *c) {
    asset_view view = view_of(c);
    return asset_list_write(c->store, c->arena, c->answer, c->id, input_text(c->query, "after"),
                            input_int(c->query, "limit", 20), &view, &c->fault);
}

// ---- opening an Interlinker in a task

static status interlinker_for(operation_call *c, const char *language, interlinker *out) {
    const char *wanted = input_text(c->body, "interlinker");
    status outcome = interlinker_find(c->store, c->arena, wanted, language, out, &c->fault);
    if (outcome == STATUS_NOT_FOUND) {
        c->fault = (fault){0};
        return fault_add_field(&c->fault, "/interlinker", "unknown", "The catalogue has no entry \"%.80s\".", wanted);
    }
    if (outcome == STATUS_OK && out->kind == INTERLINKER_PLUGIN && out->plugin == NULL) {
        return fault_set(&c->fault, STATUS_CONFLICT, "interlinker.not_installed",
                         "This tool is not installed here. Ask an administrator of the site to install it.");
    }
    if (outcome == STATUS_OK && out->missing) {
        return fault_set(&c->fault, STATUS_CONFLICT, "interlinker.missing",
                         "The document of this template did not come with the catalogue, so there is nothing to open.");
    }
    return outcome;
}

// Checks the params, filling in defaults, and returns them as text.
static status params_check(operation_call *c, const plugin_info *info, const char **text) {
    json_t *given = json_object_get(c->body, "params");
    json_t *params = arena_json(c->arena, given ? json_deep_copy(given) : json_object());
    const json_t *schema = info->manifest->params;
    if (schema == NULL && json_object_size(params) > 0) {
        return fault_add_field(&c->fault, "/params", "unknown", "This tool is opened without any values.");
    }
    if (schema != NULL && schema_check(schema, schema, params, "/params", &c->fault) != STATUS_OK) {
        return STATUS_INVALID;
    }
    char *dumped = json_dumps(params, JSON_COMPACT);
    *text = arena_text(c->arena, dumped ? dumped : "{}");
    free(dumped);
    return STATUS_OK;
}

static plugin_call *create_call(operation_call *c, const asset_draft *draft, const task_place *at) {
    plugin_call *call = arena_alloc(c->arena, sizeof *call);
    call->arena = c->arena;
    call->store = c->store;
    call->plugin = draft->plugin;
    call->function = FUNCTION_CREATE;
    call->asset = draft->asset;
    call->asset_name = draft->name;
    call->node = draft->node;
    call->node_name = at->name;
    call->process = draft->process;
    call->process_name = at->process_name;
    call->person = c->actor.id;
    call->person_name = c->actor.name;
    call->person_email = c->actor.email;
    call->role = role_text(c->access.role);
    call->language = c->language;
    call->params = str_from(draft->params);
    return call;
}

static status plugin_prepare(operation_call *c, asset_draft *draft, const task_place *at) {
    plugin_registry *registry = c->services->registry;
    plugin_info info;
    status outcome = plugin_registry_usable(registry, draft->plugin, &c->fault);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    if (!plugin_registry_get(registry, draft->plugin, &info)) {
        return fault_set(&c->fault, STATUS_UNAVAILABLE, "plugin.unknown", "This tool is not installed any more.");
    }
    outcome = params_check(c, &info, &draft->params);
    plugin_registry_release(registry, &info);
    if (outcome == STATUS_OK) {
        c->plugin = create_call(c, draft, at);
    }
    return outcome;
}

static status assets_create_read(operation_call *c) {
    task_place at = {0};
    interlinker entry;
    status outcome = task_place_find(c->store, c->arena, c->id, &at, &c->fault);
    if (outcome == STATUS_OK) {
        outcome = interlinker_for(c, at.language, &entry);
    }
    if (outcome != STATUS_OK) {
        return outcome;
    }
    asset_draft *draft = arena_alloc(c->arena, sizeof *draft);
    const char *name = input_text(c->body, "name");
    *draft = (asset_draft){.asset = arena_text(c->arena, id_create().text),
                           .process = at.process,
                           .node = c->id,
                           .interlinker = input_text(c->body, "interlinker"),
                           .plugin = entry.plugin,
                           .name = name ? name : entry.name,
                           .params = "{}",
                           .creator = c->actor.id};
    c->state = draft;
    if (draft->plugin != NULL) {
        return plugin_prepare(c, draft, &at);
    }
    if (json_object_size(json_object_get(c->body, "params")) > 0) {
        return fault_add_field(&c->fault, "/params", "unknown",
                               "Only tools take values; this is a document or a link.");
    }
    return STATUS_OK;
}

static status assets_create_write(operation_call *c) {
    const asset_draft *draft = c->state;
    usage_actor by = input_actor(c);
    status outcome = asset_insert(c->store, draft, &c->fault);
    if (outcome == STATUS_OK && c->plugin != NULL) {
        effect_context context = {c->services->registry, by, draft->interlinker};
        outcome = plugin_effects_commit(c->plugin, c->store, &context, &c->live, &c->fault);
        by.plugin = c->plugin->plugin_version;
    }
    if (outcome == STATUS_OK) {
        outcome = asset_announce(c->store, &c->live, &by, draft, &c->fault);
    }
    c->http_status = 201;
    return outcome == STATUS_OK ? asset_answer(c, draft->asset) : outcome;
}

// ---- changing

static status assets_update_write(operation_call *c) {
    usage_actor by = input_actor(c);
    status outcome = asset_rename(c->store, &by, c->id, input_text(c->body, "name"), input_version(c), &c->fault);
    return outcome == STATUS_OK ? asset_answer(c, c->id) : outcome;
}

static status assets_delete_write(operation_call *c) {
    usage_actor by = input_actor(c);
    c->http_status = 204;
    return asset_delete(c->store, &c->live, &by, c->id, &c->fault);
}

static status assets_clone_write(operation_call *c) {
    usage_actor by = input_actor(c);
    id_value made;
    status outcome = asset_clone(c->store, &c->live, &by, c->id, input_text(c->body, "name"), &made, &c->fault);
    c->http_status = 201;
    return outcome == STATUS_OK ? asset_answer(c, made.text) : outcome;
}

// ---- looking at it

typedef struct view_grant {
    const char *url, *capability;
    int64_t expires;
} view_grant;

static status plugin_view_check(operation_call *c, const char *plugin, const char *capability) {
    plugin_info info;
    status outcome = plugin_registry_usable(c->services->registry, plugin, &c->fault);
    if (outcome != STATUS_OK || !plugin_registry_get(c->services->registry, plugin, &info)) {
        return outcome == STATUS_OK ? STATUS_UNAVAILABLE : outcome;
    }
    bool can = manifest_can(info.manifest, capability);
    plugin_registry_release(c->services->registry, &info);
    return can ? STATUS_OK
               : fault_add_field(&c->fault, "/capability", "unknown", "This tool cannot be opened to %s.", capability);
}

// Templates and links need no ticket: the file and the address are nobody's secret.
static status plain_view(operation_call *c, const asset_place *at, view_grant *grant) {
    interlinker entry;
    status outcome = interlinker_find(c->store, c->arena, at->interlinker, c->language, &entry, &c->fault);
    if (outcome != STATUS_OK || entry.kind == INTERLINKER_LINK) {
        grant->url = outcome == STATUS_OK ? entry.uri : NULL;
        return outcome;
    }
    catalogue_file file;
    outcome = catalogue_file_pick(c->store, c->arena, at->interlinker, c->language, &file, &c->fault);
    if (outcome == STATUS_OK) {
        grant->url = arena_printf(c->arena, "/files/interlinkers/%s/%s", at->interlinker, file.language);
    }
    return outcome;
}

static status views_create_read(operation_call *c) {
    view_grant *grant = arena_alloc(c->arena, sizeof *grant);
    const char *capability = input_text(c->body, "capability");
    grant->capability = capability ? capability : "view";
    grant->expires = (clock_now() + PLUGIN_TICKET_MS) / 1000 * 1000;
    c->state = grant;
    bool edit = strcmp(grant->capability, "edit") == 0;
    if (edit && c->access.role < ROLE_CONTRIBUTOR) {
        return fault_set(
            &c->fault, STATUS_FORBIDDEN, "asset.view_only",
            "You may look at this, but not change it. Ask an administrator of the project to make you a contributor.");
    }
    asset_place at = {0};
    status outcome = asset_place_find(c->store, c->arena, c->id, &at, &c->fault);
    if (outcome != STATUS_OK || at.plugin == NULL) {
        return outcome == STATUS_OK ? plain_view(c, &at, grant) : outcome;
    }
    outcome = plugin_view_check(c, at.plugin, grant->capability);
    if (outcome == STATUS_OK) {
        plugin_ticket ticket = {.edit = edit, .expires = grant->expires};
        char text[PLUGIN_TICKET_TEXT];
        snprintf(ticket.asset, sizeof ticket.asset, "%s", c->id);
        snprintf(ticket.session, sizeof ticket.session, "%s", c->session);
        plugin_ticket_write(c->services->secret, &ticket, text);
        grant->url = arena_printf(c->arena, "/view/%s/", text);
    }
    return outcome;
}

static status views_create_write(operation_call *c) {
    const view_grant *grant = c->state;
    usage_actor by = input_actor(c);
    status outcome = asset_opened(c->store, &by, c->id, grant->capability, &c->fault);
    if (outcome == STATUS_OK) {
        c->http_status = 201;
        answer_object(c->answer);
        answer_put_text(c->answer, "url", grant->url);
        answer_put_time(c->answer, "expires_at", grant->expires);
        answer_put_text(c->answer, "capability", grant->capability);
        answer_end(c->answer);
    }
    return outcome;
}

const operation_steps asset_operations[] = {
    {.id = "assets.list", .read = assets_list_read},
    {.id = "assets.create", .read = assets_create_read, .write = assets_create_write},
    {.id = "assets.get", .read = assets_get_read},
    {.id = "assets.update", .write = assets_update_write},
    {.id = "assets.delete", .write = assets_delete_write},
    {.id = "assets.clone", .write = assets_clone_write},
    {.id = "views.create", .read = views_create_read, .write = views_create_write},
    {0},
};
