// SPDX-License-Identifier: EUPL-1.2
//
// The steps behind the operations of people, processes, tasks, the usage log and notifications, one after the other on
// one connection, as operation_run would call them with a checked input.
#include "world.h"

#include <sys/stat.h>

#include "api/operations.h"
#include "domain/notify.h"
#include "domain/session.h"

typedef struct asked {
    operation_call call;
    services services;
    services_loop loop;
    status outcome;
    json_t *said; // NULL: nothing was written
} asked;

static const operation_steps *steps_of(const operation_steps *group, const char *id) {
    for (; group->id; group++)
        if (!strcmp(group->id, id))
            return group;
    fail_msg("no operation %s", id);
    return NULL;
}

static status run_step(asked *a, world *w, operation_step *step) {
    if (!step)
        return STATUS_OK;
    // Only the slow step has no connection.
    a->call.store = step == a->call.steps->slow ? NULL : w->db;
    return step(&a->call);
}

// Only the operations of plugins ask for it.
static plugin_registry *registry_of(world *w) {
    plugin_registry *r = plugin_registry_create(w->folder, w->folder, w->secret);
    plugin_registry_set_dev(r, true);
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    return r;
}

// `body` and `query` are JSON texts with ' for ", or NULL.
static json_t *input(world *w, const char *text) {
    char *copy = arena_text(w->arena, text ? text : "{}");
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    json_t *value = json_loads(copy, 0, NULL);
    assert_non_null(value);
    return arena_json(w->arena, value);
}

static asked *ask(world *w, const operation_steps *group, const char *named, const person *who, const char *id,
                  const char *query, const char *body) {
    asked *a = arena_alloc(w->arena, sizeof *a);
    memcpy(a->services.secret, w->secret, 32);
    a->services.public_url = "https://example.org";
    a->services.attempts = rate_create(64);
    a->loop.services = &a->services;
    a->loop.store = w->db;
    a->call = (operation_call){.arena = w->arena,
                               .steps = steps_of(group, named),
                               .services = &a->services,
                               .loop = &a->loop,
                               .language = "en",
                               .id = id,
                               .query = input(w, query),
                               .body = input(w, body),
                               .session = "",
                               .answer = world_answer(w)};
    if (who)
        a->call.actor = *who;
    if (group == plugin_operations)
        a->services.registry = registry_of(w);
    const operation_steps *s = a->call.steps;
    operation_step *order[] = {s->read, s->slow, s->write, s->after};
    for (size_t i = 0; i < 4 && a->outcome == STATUS_OK; i++)
        a->outcome = run_step(a, w, order[i]);
    if (a->outcome == STATUS_OK && w->text.len)
        a->said = world_json(w);
    live_list_clear(&a->call.live);
    rate_destroy(a->services.attempts);
    if (a->services.registry)
        plugin_registry_destroy(a->services.registry);
    return a;
}

static json_t *good(const asked *a) {
    if (a->outcome != STATUS_OK)
        fail_msg("%s: %s %s", a->call.fault.code, a->call.fault.text, a->call.fault.fields[0].text);
    return a->said;
}

static const char *text_of(world *w, const char *format, const char *value) {
    const char *at = strchr(format, '$');
    return arena_printf(w->arena, "%.*s%s%s", (int)(at - format), format, value, at + 1);
}

static void signing_in_and_out(void **state) {
    world *w = *state;
    char hash[CRYPTO_PASSWORD_TEXT], session[SESSION_HASH_TEXT];
    world_ok(w, account_password_hash(STR("a long password"), hash, &w->fault));
    world_ok(w, account_password_set(w->db, w->ada.id, hash, &w->fault));
    const operation_steps *g = session_operations;
    asked *in =
        ask(w, g, "sessions.create", NULL, "", NULL, "{'email': 'ADA@example.org ', 'password': 'a long password'}");
    json_t *said = good(in);
    assert_int_equal(in->call.http_status, 201);
    assert_string_equal(in->call.set_session, json_text_at(said, "token"));
    assert_string_equal(json_text_at(json_object_get(said, "person"), "id"), w->ada.id);
    session_hash(str_from(in->call.set_session), session);
    person who;
    world_ok(w, session_find(w->db, session, &who, &w->fault));
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM usage WHERE action = 'session.created'", ""), 1);
    // A wrong password, a person without one, an unknown and an impossible address: one and the same answer.
    const char *wrong[] = {"{'email': 'ada@example.org', 'password': 'another password'}",
                           "{'email': 'ben@example.org', 'password': 'a long password'}",
                           "{'email': 'nobody@example.org', 'password': 'a long password'}",
                           "{'email': 'nobody', 'password': 'a long password'}"};
    for (size_t i = 0; i < 4; i++) {
        asked *a = ask(w, g, "sessions.create", NULL, "", NULL, wrong[i]);
        assert_int_equal(a->outcome, STATUS_UNAUTHENTICATED);
        assert_string_equal(a->call.fault.code, "session.refused");
        assert_null(a->call.set_session);
    }
    asked out = {0};
    out.call = (operation_call){.store = w->db, .session = session};
    world_ok(w, steps_of(g, "sessions.delete")->write(&out.call));
    assert_int_equal(out.call.http_status, 204);
    assert_string_equal(out.call.set_session, "");
    assert_int_equal(session_find(w->db, session, &who, NULL), STATUS_UNAUTHENTICATED);
}

static void ones_own_account(void **state) {
    world *w = *state;
    const operation_steps *g = session_operations;
    assert_string_equal(json_text_at(good(ask(w, g, "me.get", &w->ben, "", NULL, NULL)), "name"), "Ben");
    json_t *said = good(ask(w, g, "me.update", &w->ben, "", NULL, "{'name': 'Benno', 'language': 'nl'}"));
    assert_string_equal(json_text_at(said, "name"), "Benno");
    assert_string_equal(json_text_at(said, "language"), "nl");
    assert_string_equal(json_text_at(said, "kind"), "citizen");
}

static const char *token_of(const json_t *added) {
    return strstr(json_text_at(json_object_get(added, "invitation"), "url"), "token=") + 6;
}

static void from_an_invitation_to_a_member(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    asked *a = ask(w, process_operations, "members.add", &w->ada, process.text, NULL,
                   "{'email': 'New@example.org', 'role': 'contributor'}");
    json_t *added = good(a);
    assert_int_equal(a->call.http_status, 201);
    assert_string_equal(json_text_at(added, "status"), "invited");
    assert_string_equal(json_text_at(added, "email"), "new@example.org");
    assert_true(json_is_null(json_object_get(added, "person")));
    const char *token = token_of(added), *query = text_of(w, "{'token': '$'}", token);
    assert_non_null(
        strstr(json_text_at(json_object_get(added, "invitation"), "url"), "https://example.org/invitation?"));
    const operation_steps *g = session_operations;
    assert_string_equal(json_text_at(good(ask(w, g, "invitations.get", NULL, "", query, NULL)), "process_name"),
                        "Park");
    a = ask(w, g, "invitations.accept", NULL, "", NULL,
            text_of(w, "{'token': '$', 'password': 'short', 'name': 'N'}", token));
    assert_int_equal(a->outcome, STATUS_INVALID);
    assert_string_equal(a->call.fault.fields[0].pointer, "/password");
    assert_int_equal(ask(w, g, "invitations.accept", NULL, "", NULL, query)->outcome, STATUS_INVALID);
    a = ask(w, g, "invitations.accept", NULL, "", NULL,
            text_of(w, "{'token': '$', 'password': 'long enough', 'name': 'Nora'}", token));
    json_t *person_said = json_object_get(good(a), "person");
    assert_int_equal(a->call.http_status, 201);
    assert_non_null(a->call.set_session);
    assert_string_equal(json_text_at(person_said, "name"), "Nora");
    assert_int_equal(ask(w, g, "invitations.get", NULL, "", query, NULL)->outcome, STATUS_NOT_FOUND);
    // Who is known is added at once.
    added = good(ask(w, process_operations, "members.add", &w->ada, process.text, NULL,
                     "{'email': 'ben@example.org', 'role': 'viewer'}"));
    assert_string_equal(json_text_at(added, "status"), "added");
    assert_string_equal(json_text_at(added, "person"), w->ben.id);
    assert_true(json_is_null(json_object_get(added, "invitation")));
}

static void who_is_signed_in_accepts_with_the_token_alone(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    json_t *added = good(ask(w, process_operations, "members.add", &w->ada, process.text, NULL,
                             "{'email': 'dora@example.org', 'role': 'viewer'}"));
    person dora = world_person(w, "dora@example.org", "Dora", NULL, NULL);
    const char *body = text_of(w, "{'token': '$'}", token_of(added));
    assert_int_equal(ask(w, session_operations, "invitations.accept", &w->ben, "", NULL, body)->outcome,
                     STATUS_FORBIDDEN);
    json_t *said = good(ask(w, session_operations, "invitations.accept", &dora, "", NULL, body));
    assert_string_equal(json_text_at(json_object_get(said, "person"), "id"), dora.id);
}

static void a_process_from_first_to_last(void **state) {
    world *w = *state;
    const operation_steps *g = process_operations;
    asked *a = ask(w, g, "processes.create", &w->ada, "", NULL, "{'name': 'Park', 'guide': 'small'}");
    json_t *said = good(a);
    assert_int_equal(a->call.http_status, 201);
    assert_string_equal(json_text_at(said, "language"), "it"); // Ada's own
    const char *id = json_text_at(said, "id");
    assert_int_equal(ask(w, g, "processes.create", &w->ada, "", NULL, "{'name': 'Park', 'guide': 'x'}")->outcome,
                     STATUS_INVALID);
    said = good(ask(w, g, "processes.update", &w->ada, id, NULL, "{'name': 'Garden', 'version': 1}"));
    assert_string_equal(json_text_at(said, "name"), "Garden");
    a = ask(w, g, "processes.update", &w->ada, id, NULL, "{'name': 'Wood', 'version': 1}");
    assert_int_equal(a->outcome, STATUS_CONFLICT);
    assert_string_equal(a->call.fault.about, "2");
    assert_string_equal(json_text_at(good(ask(w, g, "processes.get", &w->ada, id, NULL, NULL)), "name"), "Garden");
    said = good(ask(w, g, "processes.list", &w->ada, "", "{'limit': 5}", NULL));
    assert_int_equal(json_array_size(json_object_get(said, "items")), 1);
    said = good(ask(w, g, "processes.tree", &w->ada, id, NULL, NULL));
    assert_int_equal(json_array_size(json_object_get(said, "nodes")), 1);
}

static void a_task_is_changed(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    const char *node = world_node(w, process.text, "a");
    const operation_steps *g = node_operations;
    json_t *said = good(ask(w, g, "nodes.update", &w->ada, node, NULL,
                            "{'status': 'in_progress', 'start': '2026-03-01', 'end': '2026-03-31T12:30+02:00'}"));
    assert_string_equal(json_text_at(said, "status"), "in_progress");
    assert_string_equal(json_text_at(said, "start"), "2026-03-01T00:00:00.000Z");
    assert_string_equal(json_text_at(said, "end"), "2026-03-31T10:30:00.000Z");
    said = good(ask(w, g, "nodes.update", &w->ada, node, NULL, "{'end': null}"));
    assert_true(json_is_null(json_object_get(said, "end")));
    assert_non_null(json_text_at(said, "start"));
    asked *a = ask(w, g, "nodes.update", &w->ada, node, NULL, "{'start': '2026-02-30'}");
    assert_int_equal(a->outcome, STATUS_INVALID);
    assert_string_equal(a->call.fault.fields[0].pointer, "/start");
    assert_int_equal(ask(w, g, "nodes.update", &w->ada, node, NULL, "{'version': 1, 'name': 'x'}")->outcome,
                     STATUS_CONFLICT);
    assert_string_equal(json_text_at(good(ask(w, g, "nodes.get", &w->ada, node, NULL, NULL)), "kind"), "task");
}

static void events_come_from_outside(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    const char *node = world_node(w, process.text, "a"), *asset = world_asset(w, process.text, node, &w->ada);
    world_join(w, process.text, &w->ben, ROLE_VIEWER);
    world_run(w, "DELETE FROM usage");
    const operation_steps *g = usage_operations;
    asked *a = ask(w, g, "usage.create", &w->ada, "", NULL,
                   text_of(w, "{'asset': '$', 'action': 'scanned', 'data': {'n': 2}}", asset));
    json_t *said = good(a), *again;
    assert_int_equal(a->call.http_status, 201);
    assert_string_equal(json_text_at(said, "interlinker"), "map");
    assert_string_equal(json_text_at(said, "node"), node);
    assert_string_equal(json_text_at(said, "process"), process.text);
    assert_string_equal(json_text_at(said, "name"), "Ada");
    again = good(ask(w, g, "usage.list", &w->ben, "", text_of(w, "{'asset': '$'}", asset), NULL));
    assert_true(json_equal(json_array_get(json_object_get(again, "items"), 0), said));
    good(ask(w, g, "usage.create", &w->ada, "", NULL, text_of(w, "{'process': '$', 'action': 'met'}", process.text)));
}

static void events_are_refused_at_a_wrong_place(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en"), other = world_process(w, "en");
    const char *node = world_node(w, process.text, "a");
    world_join(w, process.text, &w->ben, ROLE_VIEWER);
    const operation_steps *g = usage_operations;
    asked *a = ask(w, g, "usage.create", &w->ada, "", NULL, "{'action': 'met'}");
    assert_int_equal(a->outcome, STATUS_INVALID);
    a = ask(w, g, "usage.create", &w->ada, "", NULL,
            arena_printf(w->arena, "{'node': '%s', 'process': '%s', 'action': 'met'}", node, other.text));
    assert_int_equal(a->outcome, STATUS_INVALID);
    assert_string_equal(a->call.fault.fields[0].pointer, "/process");
    const char *body = text_of(w, "{'node': '$', 'action': 'met'}", node);
    assert_int_equal(ask(w, g, "usage.create", &w->ben, "", NULL, body)->outcome, STATUS_FORBIDDEN);
    assert_int_equal(ask(w, g, "usage.create", &w->cleo, "", NULL, body)->outcome, STATUS_NOT_FOUND);
    assert_int_equal(store_count(w->db, -1, "SELECT COUNT(*) FROM usage WHERE action = 'met'", ""), 0);
}

static void who_reads_the_log(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    person admin = w->cleo;
    admin.admin = true;
    const operation_steps *g = usage_operations;
    const char *here = text_of(w, "{'process': '$'}", process.text);
    assert_int_equal(ask(w, g, "usage.list", &w->ada, "", NULL, NULL)->outcome, STATUS_FORBIDDEN);
    assert_int_equal(ask(w, g, "usage.list", &w->cleo, "", here, NULL)->outcome, STATUS_NOT_FOUND);
    assert_int_equal(ask(w, g, "usage.list", &admin, "", here, NULL)->outcome, STATUS_NOT_FOUND);
    assert_int_equal(ask(w, g, "usage.export", &w->cleo, "", here, NULL)->outcome, STATUS_NOT_FOUND);
    json_t *item = json_array_get(json_object_get(good(ask(w, g, "usage.list", &w->ada, "", here, NULL)), "items"), 0);
    assert_string_equal(json_text_at(item, "name"), "Ada");
    item = json_array_get(json_object_get(good(ask(w, g, "usage.list", &admin, "", NULL, NULL)), "items"), 0);
    assert_string_equal(json_text_at(item, "action"), "process.created");
    assert_true(json_is_null(json_object_get(item, "name")));
    asked *a = ask(w, g, "usage.list", &admin, "", "{'from': '2026-13-01'}", NULL);
    assert_int_equal(a->outcome, STATUS_INVALID);
    assert_string_equal(a->call.fault.fields[0].pointer, "query/from");
}

static void the_log_is_exported_in_parts(void **state) {
    world *w = *state;
    id_value process = world_process(w, "en");
    const char *formats[] = {"csv", "jsonl"}, *types[] = {"text/csv", "application/jsonl"};
    for (size_t i = 0; i < 2; i++) {
        const char *query = arena_printf(w->arena, "{'process': '%s', 'format': '%s'}", process.text, formats[i]);
        asked *a = ask(w, usage_operations, "usage.export", &w->ada, "", query, NULL);
        assert_null(good(a));
        assert_true(str_starts(str_from(a->call.stream_type), types[i]));
        buffer out = {0};
        bool more = true;
        a->call.store = w->db;
        while (more)
            world_ok(w, a->call.stream(&a->call, &out, &more));
        assert_non_null(strstr(out.ptr, "process.created"));
        buffer_free(&out);
    }
}

static void notifications_are_read(void **state) {
    world *w = *state;
    notify_event e = {.event = "task.done", .audience = NOTIFY_PERSON, .person = w->ada.id};
    world_ok(w, notify_people(w->db, NULL, &e, &w->fault));
    const operation_steps *g = notification_operations;
    json_t *said = good(ask(w, g, "notifications.list", &w->ada, "", "{'unread': true, 'limit': 5}", NULL));
    assert_int_equal(json_int_at(said, "unread"), 1);
    assert_int_equal(json_array_size(json_object_get(said, "items")), 1);
    assert_int_equal(ask(w, g, "notifications.read", &w->ada, "", NULL, "{}")->outcome, STATUS_INVALID);
    said = good(ask(w, g, "notifications.read", &w->ada, "", NULL, "{'ids': []}"));
    assert_int_equal(json_int_at(said, "unread"), 1);
    said = good(ask(w, g, "notifications.read", &w->ada, "", NULL, "{'all': true}"));
    assert_int_equal(json_int_at(said, "unread"), 0);
}

static void package_file(world *w, const char *name, const char *text) {
    FILE *f = fopen(arena_printf(w->arena, "%s/stamp/%s", w->folder, name), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void install_stamp(world *w) {
    const char *folder = arena_printf(w->arena, "%s/stamp", w->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    package_file(w, "main.lua", "return {}");
    package_file(
        w, "interlinker.json",
        "{\"id\": \"stamp\", \"version\": \"1.2.0\", \"abi\": 1, \"runtime\": \"lua\", \"entry\": \"main.lua\", "
        "\"name\": {\"en\": \"Stamp\"}, \"description\": {\"en\": \"Stamps.\"}, \"licence\": \"EUPL-1.2\", "
        "\"languages\": [\"en\"], \"capabilities\": [\"view\"], \"permissions\": [\"notify\"], "
        "\"settings\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": "
        "{\"ink\": {\"type\": \"string\", \"title\": {\"en\": \"Ink\"}}}}}");
    world_ok(w, store_run(w->db, &w->fault,
                          "INSERT INTO plugin (id, version, folder, manifest, installed) VALUES "
                          "('stamp', '1.2.0', ?, '{}', 1), ('gone', '1.0.0', '/nowhere', '{}', 1)",
                          "t", folder));
}

static void plugins_have_a_switch_and_settings(void **state) {
    world *w = *state;
    install_stamp(w);
    person admin = w->ada;
    admin.admin = true;
    const operation_steps *g = plugin_operations;
    json_t *said = good(ask(w, g, "plugins.list", &admin, "", "{'limit': 1}", NULL));
    json_t *gone = json_array_get(json_object_get(said, "items"), 0);
    assert_string_equal(json_text_at(gone, "state"), "broken");
    assert_true(json_text_at(gone, "trouble")[0] != '\0');
    assert_string_equal(json_text_at(said, "next"), "gone");
    said = good(ask(w, g, "plugins.list", &admin, "", "{'limit': 1, 'after': 'gone'}", NULL));
    json_t *stamp = json_array_get(json_object_get(said, "items"), 0);
    assert_string_equal(json_text_at(stamp, "name"), "Stamp");
    assert_string_equal(json_text_at(stamp, "state"), "ready");
    assert_string_equal(json_string_value(json_array_get(json_object_get(stamp, "permissions"), 0)), "notify");
    assert_true(json_is_null(json_object_get(said, "next")));
    said = good(ask(w, g, "plugins.update", &admin, "stamp", NULL, "{'enabled': false, 'settings': {'ink': 'red'}}"));
    assert_string_equal(json_text_at(said, "state"), "off");
    assert_string_equal(json_text_at(json_object_get(said, "settings"), "ink"), "red");
    said = good(ask(w, g, "plugins.update", &admin, "stamp", NULL, "{'enabled': true}"));
    assert_string_equal(json_text_at(said, "state"), "ready");
    assert_string_equal(json_text_at(json_object_get(said, "settings"), "ink"), "red");
    asked *a = ask(w, g, "plugins.update", &admin, "stamp", NULL, "{'settings': {'paper': 1}}");
    assert_int_equal(a->outcome, STATUS_INVALID);
    assert_string_equal(a->call.fault.fields[0].pointer, "/settings/paper");
    assert_int_equal(ask(w, g, "plugins.update", &admin, "gone", NULL, "{'settings': {}}")->outcome, STATUS_INVALID);
    assert_int_equal(ask(w, g, "plugins.update", &admin, "none", NULL, "{}")->outcome, STATUS_NOT_FOUND);
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM usage WHERE action = 'plugin.updated'", ""), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        TEST(signing_in_and_out),
        TEST(ones_own_account),
        TEST(from_an_invitation_to_a_member),
        TEST(who_is_signed_in_accepts_with_the_token_alone),
        TEST(a_process_from_first_to_last),
        TEST(a_task_is_changed),
        TEST(events_come_from_outside),
        TEST(events_are_refused_at_a_wrong_place),
        TEST(who_reads_the_log),
        TEST(the_log_is_exported_in_parts),
        TEST(notifications_are_read),
        TEST(plugins_have_a_switch_and_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
