// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/offload.h"
#include "api/operation.h"
#include "base/crypto.h"

enum { MOST = 64 };

// What the steps of a test did; `context` of the call.
typedef struct trace {
    char steps[600];
    int retries; // how often the write step asks to begin again
    bool done;
    status outcome;
    pthread_t loop_thread;
    buffer out;
    answer_json json;
    arena *arena;
    operation_call call;
} trace;

typedef struct house {
    char folder[64];
    services services;
    services_loop loop;
} house;

static trace *trace_of(operation_call *c) {
    return c->context;
}

static void note(operation_call *c, const char *what) {
    trace *t = trace_of(c);
    bool here = pthread_equal(pthread_self(), t->loop_thread);
    strcat(t->steps, what);
    strcat(t->steps, here ? "@loop " : "@other ");
}

// ---- steps

static status list_read(operation_call *c) {
    note(c, "read");
    char *query = json_dumps(c->query, JSON_COMPACT | JSON_SORT_KEYS);
    answer_raw(c->answer, str_from(query));
    free(query);
    return STATUS_OK;
}

static status sign_in_read(operation_call *c) {
    assert_null(c->state);
    c->state = c;
    note(c, "read");
    return STATUS_OK;
}

static status sign_in_slow(operation_call *c) {
    assert_null(c->store);
    note(c, "slow");
    return STATUS_OK;
}

static status sign_in_write(operation_call *c) {
    note(c, "write");
    answer_object(c->answer);
    answer_put_text(c->answer, "email", json_string_value(json_object_get(c->body, "email")));
    answer_end(c->answer);
    if (trace_of(c)->retries-- > 0) {
        return STATUS_RETRY;
    }
    return store_run(c->store, &c->fault,
                     "INSERT INTO meta (key, value) VALUES ('test', 'x') ON CONFLICT (key) DO NOTHING", "");
}

static status sign_in_after(operation_call *c) {
    note(c, "after");
    assert_int_equal(store_count(c->store, 0, "SELECT count(*) FROM meta WHERE key = 'test'", ""), 1);
    return STATUS_OK;
}

static status nothing(operation_call *c) {
    (void)c;
    return STATUS_OK;
}

static void call_done(operation_call *c, status outcome) {
    trace_of(c)->done = true;
    trace_of(c)->outcome = outcome;
}

// ---- a table of all operations, most of which do nothing

typedef struct bindings {
    operation_steps steps[MOST];
    size_t count;
} bindings;

static bindings bind_all(json_t *document) {
    bindings all = {0};
    const char *path, *method;
    json_t *methods, *entry;
    json_object_foreach(json_object_get(document, "paths"), path, methods) {
        json_object_foreach(methods, method, entry) {
            operation_steps *s = &all.steps[all.count++];
            s->id = json_string_value(json_object_get(entry, "operationId"));
            s->read = nothing;
            if (strcmp(s->id, "interlinkers.list") == 0) {
                s->read = list_read;
            } else if (strcmp(s->id, "sessions.create") == 0) {
                *s = (operation_steps){s->id, sign_in_read, sign_in_slow, sign_in_write, sign_in_after};
            }
        }
    }
    return all;
}

static json_t *document_read(void) {
    size_t len;
    const char *text = operation_document(&len);
    json_t *document = json_loadb(text, len, 0, NULL);
    assert_non_null(document);
    return document;
}

// The ids in `all` are borrowed from the document, which the house keeps for as long as it stands.
static struct {
    json_t *document;
    bindings all;
} table;

static int house_build(void **state) {
    house *h = calloc(1, sizeof *h);
    fault f = {0};
    crypto_init();
    snprintf(h->folder, sizeof h->folder, "/tmp/interlink-operation-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    table.document = document_read();
    table.all = bind_all(table.document);
    const operation_steps *groups[] = {table.all.steps, NULL};
    assert_int_equal(operation_table_create(groups, &h->services.operations, &f), STATUS_OK);
    assert_int_equal(writer_start(h->folder, &h->services.writer, &f), STATUS_OK);
    h->services.data_folder = h->folder;
    h->services.offload = offload_create(1);
    h->services.live = live_hub_create();
    h->loop.services = &h->services;
    h->loop.loop = loop_create();
    live_hub_join(h->services.live, h->loop.loop);
    assert_int_equal(store_open(h->folder, STORE_READ, &h->loop.store, &f), STATUS_OK);
    *state = h;
    return 0;
}

static int house_pull_down(void **state) {
    house *h = *state;
    char command[100];
    store_close(h->loop.store);
    writer_stop(h->services.writer);
    offload_destroy(h->services.offload);
    live_hub_leave(h->services.live, h->loop.loop);
    loop_destroy(h->loop.loop);
    live_hub_destroy(h->services.live);
    operation_table_destroy(h->services.operations);
    json_decref(table.document);
    snprintf(command, sizeof command, "rm -r %s", h->folder);
    int code = system(command);
    free(h);
    return code;
}

// Runs one operation to its end.
static trace *run(house *h, const char *id, const char *query, const char *body, int retries) {
    trace *t = calloc(1, sizeof *t);
    t->arena = arena_create();
    t->loop_thread = pthread_self();
    t->retries = retries;
    operation_call *c = &t->call;
    *c = (operation_call){.arena = t->arena,
                          .operation = operation_by_id(h->services.operations, id),
                          .services = &h->services,
                          .loop = &h->loop,
                          .language = "en",
                          .session = "",
                          .body_text = str_from(body),
                          .done = call_done,
                          .context = t,
                          .answer = answer_json_init(&t->json, &t->out)};
    c->query = query ? arena_json(t->arena, json_loads(query, 0, NULL)) : NULL;
    operation_start(c);
    while (!t->done) {
        loop_turn(h->loop.loop, 1000);
    }
    return t;
}

static void trace_free(trace *t) {
    arena_destroy(t->arena);
    buffer_free(&t->out);
    free(t);
}

static bool has_field(const trace *t, const char *pointer, const char *code) {
    for (size_t i = 0; i < t->call.fault.field_count && i < FAULT_FIELDS; i++) {
        if (strcmp(t->call.fault.fields[i].pointer, pointer) == 0 && strcmp(t->call.fault.fields[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

// ---- tests

static void paths_find_operations(void **state) {
    house *h = *state;
    static const struct {
        const char *method, *path, *id, *path_id;
    } rows[] = {
        {"GET", "/me", "me.get", NULL},
        {"PATCH", "/me", "me.update", NULL},
        {"GET", "/interlinkers/poll", "interlinkers.get", "poll"},
        {"GET", "/nodes/17/assets", "assets.list", "17"},
        {"POST", "/nodes/17/assets", "assets.create", "17"},
        {"GET", "/usage/export", "usage.export", NULL},
        {"DELETE", "/sessions/current", "sessions.delete", NULL},
        {"GET", "/openapi.json", "openapi.get", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const operation *o;
        str id;
        char allow[64];
        assert_int_equal(
            operation_route(h->services.operations, rows[i].method, str_from(rows[i].path), &o, &id, allow), STATUS_OK);
        assert_string_equal(operation_id(o), rows[i].id);
        assert_true(rows[i].path_id ? str_is(id, rows[i].path_id) : id.ptr == NULL);
    }
}

static void wrong_paths_and_methods(void **state) {
    house *h = *state;
    static const char *const nowhere[] = {"",
                                          "/",
                                          "/m",
                                          "/me/",
                                          "/me/x",
                                          "/nodes",
                                          "/nodes/",
                                          "/nodes//assets",
                                          "/nodes/1/x",
                                          "/nodes/1/assets/",
                                          "/interlinkers/a/b"};
    const operation *o;
    str id;
    char allow[64];
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        assert_int_equal(operation_route(h->services.operations, "GET", str_from(nowhere[i]), &o, &id, allow),
                         STATUS_NOT_FOUND);
    }
    assert_int_equal(operation_route(h->services.operations, "PUT", STR("/me"), &o, &id, allow), STATUS_FORBIDDEN);
    assert_string_equal(allow, "GET, HEAD, PATCH");
    assert_int_equal(operation_route(h->services.operations, "get", STR("/sessions"), &o, &id, allow),
                     STATUS_FORBIDDEN);
    assert_string_equal(allow, "POST");
}

static void queries_get_types_and_defaults(void **state) {
    trace *t = run(*state, "interlinkers.list", "{\"problem_profile\": [\"a,b\", \"c\"], \"kind\": \"link\"}", NULL, 0);
    assert_int_equal(t->outcome, STATUS_OK);
    assert_string_equal(t->out.ptr, "{\"kind\":\"link\",\"limit\":20,\"problem_profile\":[\"a\",\"b\",\"c\"]}");
    assert_string_equal(t->steps, "read@loop ");
    trace_free(t);
}

static void queries_are_checked(void **state) {
    trace *t =
        run(*state, "interlinkers.list",
            "{\"kind\": \"toy\", \"limit\": \"many\", \"colour\": \"red\", \"search\": [\"a\", \"b\"]}", NULL, 0);
    assert_int_equal(t->outcome, STATUS_INVALID);
    assert_true(has_field(t, "query/kind", "enum"));
    assert_true(has_field(t, "query/limit", "type"));
    assert_true(has_field(t, "query/colour", "unknown"));
    assert_true(has_field(t, "query/search", "repeated"));
    assert_string_equal(t->steps, "");
    trace_free(t);
    t = run(*state, "invitations.get", NULL, NULL, 0);
    assert_int_equal(t->outcome, STATUS_INVALID);
    assert_true(has_field(t, "query/token", "required"));
    trace_free(t);
}

static void bodies_are_checked(void **state) {
    static const struct {
        const char *body, *pointer;
        status outcome;
    } rows[] = {
        {"{\"email\": \"a\"}", "/password", STATUS_INVALID},
        {"{\"email\": 1, \"password\": \"b\"}", "/email", STATUS_INVALID},
        {"{\"email\": \"a\", \"password\": \"b\", \"x\": 1}", "/x", STATUS_INVALID},
        {"[]", "", STATUS_INVALID},
        {"{\"email\": \"a\",\n \"password\": }", NULL, STATUS_MALFORMED},
        {"{\"email\": \"a\", \"email\": \"b\"}", NULL, STATUS_MALFORMED},
        {"{} {}", NULL, STATUS_MALFORMED},
        {"\"\xff\"", NULL, STATUS_MALFORMED},
        {"", NULL, STATUS_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        trace *t = run(*state, "sessions.create", NULL, rows[i].body, 0);
        assert_int_equal(t->outcome, rows[i].outcome);
        assert_true(t->call.fault.text[0] != 0);
        if (rows[i].pointer) {
            assert_string_equal(t->call.fault.fields[0].pointer, rows[i].pointer);
        }
        assert_string_equal(t->steps, "");
        trace_free(t);
    }
}

static void malformed_json_is_placed(void **state) {
    trace *t = run(*state, "sessions.create", NULL, "{\"email\": \"a\",\n \"password\": }", 0);
    assert_non_null(strstr(t->call.fault.text, "line 2"));
    assert_non_null(strstr(t->call.fault.text, "column"));
    trace_free(t);
    buffer deep = {0};
    for (int i = 0; i < 100000; i++) {
        buffer_add_char(&deep, '[');
    }
    t = run(*state, "sessions.create", NULL, deep.ptr, 0);
    assert_int_equal(t->outcome, STATUS_MALFORMED);
    assert_string_equal(t->call.fault.code, "body.too_deep");
    trace_free(t);
    buffer_free(&deep);
}

static void access_comes_first(void **state) {
    trace *t = run(*state, "processes.create", NULL, "{broken", 0);
    assert_int_equal(t->outcome, STATUS_UNAUTHENTICATED);
    trace_free(t);
    t = run(*state, "plugins.list", "{\"x\": \"1\"}", NULL, 0);
    assert_int_equal(t->outcome, STATUS_UNAUTHENTICATED);
    trace_free(t);
}

static void steps_run_where_they_belong(void **state) {
    trace *t = run(*state, "sessions.create", NULL, "{\"email\": \"a\", \"password\": \"b\"}", 0);
    assert_int_equal(t->outcome, STATUS_OK);
    assert_string_equal(t->steps, "read@loop slow@other write@other after@loop ");
    assert_string_equal(t->out.ptr, "{\"email\":\"a\"}");
    assert_int_equal(t->call.http_status, 201);
    trace_free(t);
}

static void a_collision_begins_again(void **state) {
    trace *t = run(*state, "sessions.create", NULL, "{\"email\": \"a\", \"password\": \"b\"}", 1);
    assert_int_equal(t->outcome, STATUS_OK);
    assert_string_equal(t->steps, "read@loop slow@other write@other read@loop slow@other write@other after@loop ");
    assert_string_equal(t->out.ptr, "{\"email\":\"a\"}");
    trace_free(t);
}

static void too_many_collisions_are_a_conflict(void **state) {
    trace *t = run(*state, "sessions.create", NULL, "{\"email\": \"a\", \"password\": \"b\"}", 1000);
    assert_int_equal(t->outcome, STATUS_CONFLICT);
    assert_string_equal(t->call.fault.code, "conflict.busy");
    assert_int_equal(t->retries, 1000 - 9);
    assert_int_equal(t->out.len, 0);
    trace_free(t);
}

static void bindings_must_be_whole(void **state) {
    operation_table *made;
    fault f = {0};
    (void)state;
    bindings all = bind_all(table.document);
    const operation_steps *groups[] = {all.steps, NULL};
    all.steps[all.count - 1] = (operation_steps){0};
    assert_int_equal(operation_table_create(groups, &made, &f), STATUS_INTERNAL);
    assert_null(made);
    assert_non_null(strstr(f.text, "no function"));
    all = bind_all(table.document);
    all.steps[all.count] = (operation_steps){.id = "toys.list", .read = nothing};
    assert_int_equal(operation_table_create(groups, &made, &f), STATUS_INTERNAL);
    assert_non_null(strstr(f.text, "toys.list"));
    all.steps[all.count] = (operation_steps){.id = "me.get", .read = nothing};
    assert_int_equal(operation_table_create(groups, &made, &f), STATUS_INTERNAL);
    assert_non_null(strstr(f.text, "two groups"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_operations),
        cmocka_unit_test(wrong_paths_and_methods),
        cmocka_unit_test(queries_get_types_and_defaults),
        cmocka_unit_test(queries_are_checked),
        cmocka_unit_test(bodies_are_checked),
        cmocka_unit_test(malformed_json_is_placed),
        cmocka_unit_test(access_comes_first),
        cmocka_unit_test(steps_run_where_they_belong),
        cmocka_unit_test(a_collision_begins_again),
        cmocka_unit_test(too_many_collisions_are_a_conflict),
        cmocka_unit_test(bindings_must_be_whole),
    };
    return cmocka_run_group_tests(tests, house_build, house_pull_down);
}
