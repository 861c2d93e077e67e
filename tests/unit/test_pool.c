// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/clock.h"
#include "base/memory.h"
#include "domain/document.h"
#include "fake_worker.h"
#include "package_folder.h"
#include "plugin/pool.h"
#include "plugin/registry.h"
#include "plugin/request.h"

// One loop with a pool, whose workers are this program.
typedef struct scene {
    world *world;
    char *folder;
    loop *loop;
    plugin_registry *registry;
    plugin_pool *pool;
    const char *asset;
    int done, notices;
} scene;

typedef struct asked {
    plugin_call call;
    scene *scene;
    bool done;
} asked;

static void on_done(plugin_call *call) {
    asked *a = call->context;
    assert_false(a->done);
    a->done = true;
    a->scene->done++;
}

static void on_notice(void *context, const char *plugin, const char *trouble) {
    scene *s = context;
    assert_true(plugin[0] && trouble[0]);
    s->notices++;
}

static void make_package(scene *s, const char *id, const char *more) {
    char folder[400];
    fault why = {0};
    package_make(s->folder, id, more, folder);
    if (plugin_registry_enter(s->registry, folder, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static int setup(void **state) {
    char self[400], link[400];
    scene *s = memory_new(sizeof *s);
    world_open((void **)&s->world);
    s->folder = unit_folder();
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(len > 0);
    self[len] = '\0';
    snprintf(link, sizeof link, "%s/interlink-worker", s->folder);
    assert_int_equal(symlink(self, link), 0);
    s->loop = loop_create();
    s->registry = plugin_registry_create(s->folder, s->folder, s->world->secret);
    plugin_registry_set_dev(s->registry, true);
    plugin_registry_on_quarantine(s->registry, on_notice, s);
    s->pool = plugin_pool_create(s->loop, s->registry);
    id_value process = world_process(s->world, "en");
    s->asset = world_asset(s->world, process.text, world_node(s->world, process.text, "a"), &s->world->ada);
    make_package(s, "good", ",\"limits\":{\"cpu_ms\":60,\"wall_ms\":300}");
    *state = s;
    return 0;
}

static int teardown(void **state) {
    scene *s = *state;
    plugin_pool_destroy(s->pool);
    plugin_registry_destroy(s->registry);
    loop_destroy(s->loop);
    world_close((void **)&s->world);
    unit_folder_remove(s->folder);
    free(s);
    return 0;
}

static asked *ask(scene *s, const char *plugin, const char *path, const char *body) {
    asked *a = arena_alloc(s->world->arena, sizeof *a);
    *a = (asked){.scene = s};
    a->call = (plugin_call){
        .arena = s->world->arena,
        .store = s->world->db,
        .plugin = plugin,
        .function = FUNCTION_HANDLE,
        .asset = s->asset,
        .person = s->world->ada.id,
        .person_name = "Ada",
        .role = "contributor",
        .method = "GET",
        .path = path,
        .body = str_from(body),
        .done = on_done,
        .context = a,
    };
    plugin_pool_call(s->pool, &a->call);
    assert_false(a->done);
    return a;
}

static void wait_for(scene *s, int done) {
    int64_t end = clock_steady() + 20000000000;
    while (s->done < done && clock_steady() < end)
        loop_turn(s->loop, 100);
    assert_int_equal(s->done, done);
    assert_int_equal(plugin_pool_busy(s->pool), 0);
}

static void assert_answer(const asked *a, const char *body) {
    if (a->call.status != STATUS_OK)
        fail_msg("%s: %s", a->call.fault.code, a->call.fault.text);
    if (!str_is(a->call.answer_body, body))
        fail_msg("%.*s is not %s", (int)a->call.answer_body.len, a->call.answer_body.ptr, body);
}

static void assert_fault(const asked *a, status wanted, const char *code) {
    if (a->call.status != wanted || strcmp(a->call.fault.code, code) != 0)
        fail_msg("status %d %s: %s", (int)a->call.status, a->call.fault.code, a->call.fault.text);
    assert_true(a->call.fault.text[0] != '\0');
    assert_int_equal(a->call.effect_count, 0);
}

static void many_calls_are_answered(void **state) {
    scene *s = *state;
    asked *all[300];
    for (int i = 0; i < 300; i++)
        all[i] = ask(s, "good", "/echo", arena_printf(s->world->arena, "%d", i));
    wait_for(s, 300);
    for (int i = 0; i < 300; i++) {
        assert_answer(all[i], arena_printf(s->world->arena, "%d", i));
        assert_string_equal(all[i]->call.plugin_version, "good@1.0.0");
        assert_int_equal(all[i]->call.http_status, 200);
    }
}

// One call misbehaves in the middle of others: it alone pays.
static void only_the_call_to_blame_fails(void **state) {
    static const struct {
        const char *path;
        status status;
        const char *code;
    } BAD[] = {
        {"/crash", STATUS_PLUGIN_FAILED, "plugin.crashed"},    {"/exit", STATUS_PLUGIN_FAILED, "plugin.crashed"},
        {"/garbage", STATUS_PLUGIN_FAILED, "plugin.crashed"},  {"/broken", STATUS_PLUGIN_FAILED, "plugin.crashed"},
        {"/stranger", STATUS_PLUGIN_FAILED, "plugin.crashed"}, {"/silly", STATUS_PLUGIN_FAILED, "plugin.crashed"},
        {"/hang-up", STATUS_PLUGIN_FAILED, "plugin.crashed"},  {"/loop", STATUS_PLUGIN_LATE, "plugin.late"},
        {"/sleep", STATUS_PLUGIN_LATE, "plugin.late"},
    };
    scene *s = *state;
    for (size_t b = 0; b < sizeof BAD / sizeof BAD[0]; b++) {
        asked *good[40], *bad = NULL;
        s->done = 0;
        for (int i = 0; i < 40; i++) {
            if (i == 20)
                bad = ask(s, "good", BAD[b].path, NULL);
            good[i] = ask(s, "good", "/echo", "x");
        }
        wait_for(s, 41);
        assert_fault(bad, BAD[b].status, BAD[b].code);
        for (int i = 0; i < 40; i++)
            assert_answer(good[i], "x");
    }
    plugin_info info;
    assert_true(plugin_registry_get(s->registry, "good", &info));
    assert_int_equal(info.state, PLUGIN_READY);
    assert_int_equal(info.crashes, 9);
    assert_int_equal(info.late, 2);
    assert_int_equal(info.calls, 9 * 41);
    plugin_registry_release(s->registry, &info);
}

// More crashes in a row than a call is carried along with others: still none of the others fails.
static void many_crashes_at_once_fail_nobody_else(void **state) {
    scene *s = *state;
    asked *good[30], *bad[30];
    for (int i = 0; i < 30; i++) {
        bad[i] = ask(s, "good", "/crash", NULL);
        good[i] = ask(s, "good", "/echo", "x");
    }
    wait_for(s, 60);
    for (int i = 0; i < 30; i++) {
        assert_fault(bad[i], STATUS_PLUGIN_FAILED, "plugin.crashed");
        assert_answer(good[i], "x");
    }
}

static void hundred_crashes_do_not_close_the_tool(void **state) {
    scene *s = *state;
    for (int i = 0; i < 100; i++) {
        s->done = 0;
        asked *bad = ask(s, "good", "/crash", NULL);
        wait_for(s, 1);
        assert_fault(bad, STATUS_PLUGIN_FAILED, "plugin.crashed");
    }
    s->done = 0;
    asked *good = ask(s, "good", "/echo", "alive");
    wait_for(s, 1);
    assert_answer(good, "alive");
    assert_int_equal(s->notices, 0);
}

static void bad_start_backs_off(void **state) {
    scene *s = *state;
    make_package(s, "dies", "");
    make_package(s, "fails", "");
    make_package(s, "old", "");
    asked *dies = ask(s, "dies", "/echo", "x"), *fails = ask(s, "fails", "/echo", "x"),
          *old = ask(s, "old", "/echo", "x");
    wait_for(s, 3);
    assert_fault(dies, STATUS_PLUGIN_FAILED, "plugin.start_failed");
    assert_fault(fails, STATUS_PLUGIN_FAILED, "plugin.start_failed");
    assert_non_null(strstr(fails->call.fault.text, "main.lua:1: oh dear"));
    assert_non_null(strstr(old->call.fault.text, "0.9.0"));
    asked *again = ask(s, "dies", "/echo", "x"), *good = ask(s, "good", "/echo", "x");
    wait_for(s, 5);
    assert_fault(again, STATUS_UNAVAILABLE, "plugin.backing_off");
    assert_answer(good, "x");
}

static void too_many_bad_starts_quarantine_once(void **state) {
    scene *s = *state;
    plugin_info info;
    make_package(s, "dies", "");
    assert_true(plugin_registry_get(s->registry, "dies", &info));
    for (int i = 1; i < HEALTH_BAD_STARTS; i++)
        assert_false(health_bad_start(info.health, -HEALTH_LONGEST_WAIT_MS, "It died."));
    plugin_registry_release(s->registry, &info);
    asked *last = ask(s, "dies", "/echo", "x");
    wait_for(s, 1);
    assert_fault(last, STATUS_PLUGIN_FAILED, "plugin.start_failed");
    assert_int_equal(s->notices, 1);
    asked *after = ask(s, "dies", "/echo", "x");
    wait_for(s, 2);
    assert_fault(after, STATUS_UNAVAILABLE, "plugin.quarantined");
    plugin_registry_forgive(s->registry, "dies");
    asked *forgiven = ask(s, "dies", "/echo", "x");
    wait_for(s, 3);
    assert_fault(forgiven, STATUS_PLUGIN_FAILED, "plugin.start_failed");
    assert_int_equal(s->notices, 1);
}

static void health_waits_longer_each_time(void **state) {
    (void)state;
    plugin_health *h = health_create();
    int64_t now = 1000, wait;
    static const int64_t WAITS[] = {100, 200, 400, 800, 1600, 3200, 6400, 12800};
    for (size_t i = 0; i < sizeof WAITS / sizeof WAITS[0]; i++) {
        assert_true(health_may_start(h, now, &wait));
        assert_false(health_bad_start(h, now, "It died."));
        assert_false(health_may_start(h, now + WAITS[i] - 1, &wait));
        assert_int_equal(wait, 1);
        now += WAITS[i];
    }
    assert_true(now - 1000 < HEALTH_WINDOW_MS);
    assert_true(health_bad_start(h, now, "It died."));
    assert_false(health_may_start(h, now + HEALTH_LONGEST_WAIT_MS, &wait));
    assert_int_equal(wait, -1);
    health_forgive(h);
    assert_true(health_may_start(h, now, &wait));

    // What the host could not do is nothing that a plugin is put aside for.
    for (int i = 0; i < 2 * HEALTH_BAD_STARTS; i++) {
        health_not_started(h, now, "No worker could be started.");
        assert_false(health_may_start(h, now + 99, &wait));
        assert_true(health_may_start(h, now + 100, &wait));
    }

    int quarantines = 0;
    for (int i = 0; i < HEALTH_CRASHES + 10; i++)
        quarantines += health_crash(h, now + i, "It crashed.");
    assert_int_equal(quarantines, 1);
    health_report report;
    health_tell(h, now, &report);
    assert_true(report.quarantined);
    assert_string_equal(report.trouble, "It crashed.");
    health_destroy(h);
}

static void what_cannot_be_called_says_so(void **state) {
    scene *s = *state;
    asked *unknown = ask(s, "nobody", "/echo", "x");
    wait_for(s, 1);
    assert_fault(unknown, STATUS_UNAVAILABLE, "plugin.absent");
    assert_string_equal(unknown->call.fault.about, "nobody");
}

static void refusals_and_bad_answers(void **state) {
    scene *s = *state;
    asked *refused = ask(s, "good", "/refuse", NULL), *away = ask(s, "good", "/away", NULL);
    wait_for(s, 2);
    assert_fault(refused, STATUS_CONFLICT, "plugin.refused");
    assert_string_equal(refused->call.fault.text, "The poll is closed.");
    assert_fault(away, STATUS_PLUGIN_FAILED, "plugin.nonsense");
}

static void effects_are_read(void **state) {
    scene *s = *state;
    asked *a = ask(s, "good", "/effects", NULL);
    wait_for(s, 1);
    assert_int_equal(a->call.status, STATUS_OK);
    assert_int_equal(a->call.effect_count, 2);
    const plugin_effect *e = a->call.effects;
    assert_true(e[0].kind == EFFECT_PUT && str_is(e[0].key, "poll") && str_is(e[0].value, "{\"n\":2}") &&
                e[0].version == 5);
    assert_true(e[1].kind == EFFECT_LOG && str_is(e[1].key, "voted") && e[1].anonymous);
}

static void put(scene *s, const char *key, const char *value) {
    world_ok(s->world, document_put(s->world->db, s->asset, str_from(key), str_from(value), DOCUMENT_ANY, 16 << 20,
                                    &s->world->fault));
}

static void documents_come_along_or_are_fetched(void **state) {
    scene *s = *state;
    put(s, "poll", "{\"q\":1}");
    put(s, "vote/a", "1");
    put(s, "vote/b", "2");
    put(s, "vote/c", "3");
    char pseudonym[REQUEST_PSEUDONYM], wanted[200];
    request_pseudonym(s->world->secret, s->asset, s->world->ada.id, pseudonym);
    make_package(s, "named", ",\"documents\":{\"preload\":[\"poll\",\"vote/{person}\"]}");
    asked *first = ask(s, "good", "/documents", NULL), *named = ask(s, "named", "/documents", NULL);
    wait_for(s, 2);
    assert_answer(first, "poll={\"q\":1} vote/a=1 vote/b=2 vote/c=3 all");
    snprintf(wanted, sizeof wanted, "poll={\"q\":1} vote/%s? ", pseudonym);
    assert_answer(named, wanted);
    asked *fetch = ask(s, "good", "/fetch", NULL);
    wait_for(s, 3);
    assert_answer(fetch, "poll={\"q\":1} vote/a=1 vote/b=2 more count=3");
    for (int i = 0; i < REQUEST_DOCUMENTS; i++)
        put(s, arena_printf(s->world->arena, "more/%d", i), "0");
    asked *many = ask(s, "good", "/documents", NULL);
    wait_for(s, 4);
    assert_null(memmem(many->call.answer_body.ptr, many->call.answer_body.len, "all", 3));
}

static void names_need_a_permission(void **state) {
    scene *s = *state;
    char pseudonym[REQUEST_PSEUDONYM];
    request_pseudonym(s->world->secret, s->asset, s->world->ada.id, pseudonym);
    make_package(s, "knows", ",\"permissions\":[\"person.name\"]");
    asked *stranger = ask(s, "good", "/who", NULL), *knows = ask(s, "knows", "/who", NULL);
    wait_for(s, 2);
    assert_answer(stranger, arena_printf(s->world->arena, "%s ", pseudonym));
    assert_answer(knows, arena_printf(s->world->arena, "%s Ada", pseudonym));
    assert_null(strstr(pseudonym, s->world->ada.id));
}

static void more_than_can_wait_are_turned_away(void **state) {
    scene *s = *state;
    enum { CALLS = 1500 };
    asked **all = memory_new(CALLS * sizeof *all);
    int turned_away = 0;
    for (int i = 0; i < CALLS; i++)
        all[i] = ask(s, "good", "/echo", "x");
    wait_for(s, CALLS);
    for (int i = 0; i < CALLS; i++) {
        if (all[i]->call.status == STATUS_OK)
            continue;
        assert_fault(all[i], STATUS_UNAVAILABLE, "plugin.busy");
        turned_away++;
    }
    assert_int_equal(turned_away, CALLS - 1024);
    free(all);
}

static void changed_settings_reach_a_fresh_worker(void **state) {
    scene *s = *state;
    char sql[700];
    snprintf(sql, sizeof sql, "%s/good", s->folder);
    world_ok(s->world, store_run(s->world->db, &s->world->fault,
                                 "INSERT INTO plugin (id, version, folder, manifest, settings, installed) "
                                 "VALUES ('good', '1.0.0', ?, '{}', '{\"a\":1}', 1)",
                                 "t", sql));
    world_ok(s->world, plugin_registry_load(s->registry, s->world->db, &s->world->fault));
    asked *before = ask(s, "good", "/settings", NULL);
    wait_for(s, 1);
    assert_answer(before, "{\"a\":1}");
    world_run(s->world, "UPDATE plugin SET settings = '{\"a\":2}'");
    world_ok(s->world, plugin_registry_load(s->registry, s->world->db, &s->world->fault));
    asked *after = ask(s, "good", "/settings", NULL);
    wait_for(s, 2);
    assert_answer(after, "{\"a\":2}");
    world_run(s->world, "UPDATE plugin SET enabled = 0");
    world_ok(s->world, plugin_registry_load(s->registry, s->world->db, &s->world->fault));
    asked *off = ask(s, "good", "/settings", NULL);
    wait_for(s, 3);
    assert_fault(off, STATUS_UNAVAILABLE, "plugin.off");
}

static void calls_end_with_the_pool(void **state) {
    scene *s = *state;
    asked *sleeping = ask(s, "good", "/sleep", NULL), *waiting = ask(s, "good", "/echo", "x");
    loop_turn(s->loop, 0);
    plugin_pool_destroy(s->pool);
    assert_int_equal(s->done, 2);
    assert_fault(sleeping, STATUS_UNAVAILABLE, "plugin.stopping");
    assert_fault(waiting, STATUS_UNAVAILABLE, "plugin.stopping");
    s->pool = plugin_pool_create(s->loop, s->registry);
}

int main(int argc, char **argv) {
    if (strstr(argv[0], "interlink-worker"))
        return fake_worker_run(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_calls_are_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_call_to_blame_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(many_crashes_at_once_fail_nobody_else, setup, teardown),
        cmocka_unit_test_setup_teardown(hundred_crashes_do_not_close_the_tool, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_start_backs_off, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_bad_starts_quarantine_once, setup, teardown),
        cmocka_unit_test(health_waits_longer_each_time),
        cmocka_unit_test_setup_teardown(what_cannot_be_called_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_and_bad_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(effects_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(documents_come_along_or_are_fetched, setup, teardown),
        cmocka_unit_test_setup_teardown(names_need_a_permission, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_can_wait_are_turned_away, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_settings_reach_a_fresh_worker, setup, teardown),
        cmocka_unit_test_setup_teardown(calls_end_with_the_pool, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
