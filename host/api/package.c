// SPDX-License-Identifier: EUPL-1.2
//
// Packages that have arrived and wait for the administrator's decision.
#include <stdlib.h>
#include <string.h>

#include "api/input.h"
#include "api/operations.h"
#include "api/package_text.h"
#include "plugin/arrival.h"
#include "plugin/install.h"
#include "plugin/package.h"

static install_decision decision_of(const operation_call *c) {
    return (install_decision){.plugin = c->id,
                              .version = input_text(c->body, "version"),
                              .sha256 = input_text(c->body, "sha256"),
                              .granted = json_object_get(c->body, "granted"),
                              .new_key = input_flag(c->body, "new_key"),
                              .data_folder = c->services->data_folder,
                              .by = input_actor(c)};
}

static status waiting_find(operation_call *c, release *out) {
    status s = release_find_in(c->store, c->arena, c->id, RELEASE_WAITING, out, &c->fault);
    return s == STATUS_NOT_FOUND
               ? fault_set(&c->fault, s, "package.none", "No package of this tool waits for a decision.")
               : s;
}

// ---- looking

static status packages_list_read(operation_call *c) {
    release_list waiting;
    status s = release_list_read(c->store, c->arena, NULL, RELEASE_WAITING, &waiting, &c->fault);
    answer_object(c->answer);
    answer_key(c->answer, "items");
    answer_array(c->answer);
    for (size_t i = 0; i < waiting.count && s == STATUS_OK; i++)
        s = package_put(c->answer, c->store, c->arena, &waiting.all[i], c->language, &c->fault);
    answer_end(c->answer);
    answer_put_text(c->answer, "next", NULL);
    answer_end(c->answer);
    return s;
}

static status packages_get_read(operation_call *c) {
    release waiting;
    status s = waiting_find(c, &waiting);
    return s == STATUS_OK ? package_put(c->answer, c->store, c->arena, &waiting, c->language, &c->fault) : s;
}

// ---- arriving

static void arrival_free(void *what) {
    plugin_arrival_close(what);
}

static str part_of(const operation_call *c, const char *name) {
    const multipart_part *part = multipart_find(c->parts, name);
    return part ? part->bytes : (str){"", 0};
}

static status packages_create_read(operation_call *c) {
    plugin_arrival *a = arena_alloc(c->arena, sizeof *a);
    *a = (plugin_arrival){.bytes = part_of(c, "package"),
                          .signature = part_of(c, "signature"),
                          .key_text = part_of(c, "key"),
                          .dev = plugin_registry_dev(c->services->registry),
                          .data_folder = c->services->data_folder,
                          .program_folder = c->services->program_folder,
                          .groups = c->services->groups,
                          .bringer = c->actor.id};
    arena_defer(c->arena, arrival_free, a);
    c->state = a;
    return plugin_arrival_prepare(a, c->store, &c->fault);
}

static status packages_create_slow(operation_call *c) {
    return plugin_arrival_open(c->state, &c->fault);
}

static status packages_create_write(operation_call *c) {
    plugin_arrival *a = c->state;
    bool waits;
    release waiting;
    a->live = &c->live;
    status s = plugin_arrival_enter(a, c->store, &waits, &c->fault);
    if (s == STATUS_OK)
        s = release_find_in(c->store, c->arena, a->manifest->id, RELEASE_WAITING, &waiting, &c->fault);
    return s == STATUS_OK ? package_put(c->answer, c->store, c->arena, &waiting, c->language, &c->fault) : s;
}

// ---- trying it in the jail

typedef struct trying {
    release waiting;
    char *findings;
} trying;

static void trying_free(void *what) {
    free(((trying *)what)->findings);
}

static void say(void *context, bool is_fault, const char *sentence) {
    json_array_append_new(context, json_pack("{s:b, s:s}", "fault", is_fault, "text", sentence));
}

static status packages_check_read(operation_call *c) {
    trying *t = arena_alloc(c->arena, sizeof *t);
    *t = (trying){0};
    arena_defer(c->arena, trying_free, t);
    c->state = t;
    return waiting_find(c, &t->waiting);
}

static status packages_check_slow(operation_call *c) {
    trying *t = c->state;
    json_t *found = json_array();
    plugin_package_check(t->waiting.folder, c->services->program_folder, c->services->groups, say, found);
    t->findings = json_dumps(found, JSON_COMPACT);
    json_decref(found);
    return STATUS_OK;
}

static status packages_check_write(operation_call *c) {
    trying *t = c->state;
    release now;
    status s = release_tried(c->store, t->waiting.plugin, t->waiting.version, t->findings, &c->fault);
    if (s == STATUS_OK)
        s = waiting_find(c, &now);
    return s == STATUS_OK ? package_put(c->answer, c->store, c->arena, &now, c->language, &c->fault) : s;
}

// ---- deciding

static status packages_accept_write(operation_call *c) {
    install_decision d = decision_of(c);
    return plugin_install_accept(c->store, &d, &c->fault);
}

// The registry reads what is committed now, so that the next call finds it.
static status loaded(operation_call *c) {
    return plugin_registry_load(c->services->registry, c->store, &c->fault);
}

static status packages_dismiss_write(operation_call *c) {
    install_decision d = decision_of(c);
    return plugin_install_dismiss(c->store, &d, &c->fault);
}

// ---- what is installed

static status plugins_roll_back_write(operation_call *c) {
    install_decision d = decision_of(c);
    const char *to;
    d.version = NULL;
    return plugin_install_roll_back(c->store, c->arena, &d, input_text(c->body, "version"), NULL, &to, &c->fault);
}

static status plugins_permit_write(operation_call *c) {
    install_decision d = decision_of(c);
    const json_t *granted = json_object_get(c->body, "granted");
    d.granted = NULL;
    return plugin_install_permit(c->store, &d, input_text(c->body, "permission"), json_is_true(granted), &c->fault);
}

const operation_steps package_operations[] = {
    {.id = "packages.list", .read = packages_list_read},
    {.id = "packages.get", .read = packages_get_read},
    {.id = "packages.create",
     .read = packages_create_read,
     .slow = packages_create_slow,
     .write = packages_create_write},
    {.id = "packages.check", .read = packages_check_read, .slow = packages_check_slow, .write = packages_check_write},
    {.id = "packages.accept", .write = packages_accept_write, .after = loaded},
    {.id = "packages.dismiss", .write = packages_dismiss_write},
    {.id = "plugins.roll_back", .write = plugins_roll_back_write, .after = loaded},
    {.id = "plugins.permit", .write = plugins_permit_write, .after = loaded},
    {0},
};
