// SPDX-License-Identifier: EUPL-1.2
//
// What a worker asks the host to do, from the bytes of its RESULT to the database: an effect that is not permitted
// refuses all of them, nothing outside of the asset changes, and what is kept is within the quota.
#include "fuzz.h"

#include "../unit/world.h"

#include "../unit/package_folder.h"
#include "plugin/effect.h"
#include "plugin/result.h"

typedef struct scene {
    world *world;
    char *folder;
    plugin_registry *registry;
    const char *process, *node, *asset, *other;
    int64_t before;
} scene;

// Everything that another asset has, and what nobody permitted, as one number.
static int64_t foreign(const scene *s) {
    return store_count(s->world->db, -1,
                       "SELECT (SELECT COUNT(*) FROM document WHERE asset <> ?1) + "
                       "1000 * (SELECT COALESCE(SUM(LENGTH(value)), 0) FROM document WHERE asset <> ?1) + "
                       "(SELECT COUNT(*) FROM asset_file) + (SELECT COUNT(*) FROM notification) + "
                       "(SELECT COUNT(*) FROM schedule) + (SELECT COUNT(*) FROM usage WHERE asset <> ?1)",
                       "t", s->asset);
}

static void scene_open(scene *s) {
    char folder[400];
    fault f = {0};
    world_open((void **)&s->world);
    s->folder = unit_folder();
    s->registry = plugin_registry_create(s->folder, s->folder, s->world->secret);
    package_make(s->folder, "some", ",\"permissions\":[\"publish\"]", folder);
    fuzz_claim(plugin_registry_enter(s->registry, folder, &f) == STATUS_OK, "the package is good");
    s->process = arena_text(s->world->arena, world_process(s->world, "en").text);
    s->node = world_node(s->world, s->process, "c");
    s->asset = world_asset(s->world, s->process, s->node, &s->world->ada);
    s->other = world_asset(s->world, s->process, s->node, &s->world->ada);
    world_ok(s->world,
             store_run(s->world->db, &f,
                       "INSERT INTO document (asset, key, value, version, updated) VALUES (?, 'k', '1', 7, 1)", "t",
                       s->other));
    s->before = foreign(s);
}

static scene shared; // a database for each input would cost more than all the rest, so every input is undone again

static void scene_close(void) {
    plugin_registry_destroy(shared.registry);
    world_close((void **)&shared.world);
    unit_folder_remove(shared.folder);
}

static scene *scene_shared(void) {
    if (!shared.world) {
        scene_open(&shared);
        atexit(scene_close);
    }
    return &shared;
}

static void commit(scene *s, plugin_call *call) {
    world *w = s->world;
    live_list live = {0};
    fault f = {0};
    effect_context context = {.registry = s->registry, .by = usage_actor_of(&w->ada, w->secret), .interlinker = "map"};
    bool permitted = true;
    for (size_t i = 0; i < call->effect_count; i++) {
        plugin_permission needed = permission_of_effect(call->effects[i].kind);
        permitted = permitted && !(needed & ~(unsigned)(PERMISSION_DOCUMENTS | PERMISSION_PUBLISH));
    }
    fuzz_claim(store_savepoint(w->db, &f) == STATUS_OK, "there is a savepoint");
    status result = plugin_effects_commit(call, w->db, &context, &live, &f);
    fuzz_claim(result != STATUS_OK || permitted, "what is not permitted is refused");
    fuzz_claim(result == STATUS_OK || result == STATUS_RETRY || f.text[0], "a refusal has a sentence");
    if (result == STATUS_OK)
        fuzz_claim(foreign(s) == s->before, "nothing of others has changed");
    store_rollback_to(w->db);
    live_list_clear(&live);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    scene *s = scene_shared();
    plugin_call call = {.arena = arena_create(),
                        .plugin = "some",
                        .function = FUNCTION_HANDLE,
                        .asset = s->asset,
                        .node = s->node,
                        .process = s->process,
                        .plugin_version = "some@1.0.0"};
    if (result_read(&call, fuzz_input(data, size)) && call.status == STATUS_OK)
        commit(s, &call);
    arena_destroy(call.arena);
    return 0;
}
