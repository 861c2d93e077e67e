// SPDX-License-Identifier: EUPL-1.2
//
// Pages through the portal's own interface: a read is answered at once, a write when it is on disk, and a mistake in a
// page is told to the log and not to the reader.
#include "unit.h"

#include <jansson.h>
#include <limits.h>
#include <sys/stat.h>

#include "api/offload.h"
#include "api/operations.h"
#include "base/crypto.h"
#include "domain/account.h"
#include "domain/meta.h"
#include "plugin/registry.h"
#include "portal/portal.h"

typedef struct house {
    char *folder;
    services services;
    services_loop loop;
    portal *portal;
    bool done;
} house;

static const char password[] = "a long enough password";

static status people_add(void *context, store *s, fault *f) {
    person made;
    account_draft draft = {
        .email = "ada@example.org", .name = "Ada", .kind = "official", .language = "it", .password_hash = context};
    status st = meta_set(s, "site.name", "{\"en\":\"Lakeside\",\"it\":\"Lungolago\"}", f);
    return st == STATUS_OK ? account_create(s, &draft, &made, f) : st;
}

static void portal_folder(char out[PATH_MAX]) {
    snprintf(out, PATH_MAX, "%s", __FILE__);
    strcpy(strrchr(out, '/'), "/../../lua/portal");
}

static int house_build(void **state) {
    house *h = calloc(1, sizeof *h);
    fault f = {0};
    char hash[CRYPTO_PASSWORD_TEXT], pages[PATH_MAX];
    crypto_init();
    assert_true(crypto_password_hash(password, strlen(password), hash));
    h->folder = unit_folder();
    h->services.data_folder = h->services.program_folder = h->folder;
    h->services.public_url = "";
    assert_int_equal(operation_table_create(operation_groups, &h->services.operations, &f), STATUS_OK);
    assert_int_equal(writer_start(h->folder, &h->services.writer, &f), STATUS_OK);
    assert_int_equal(writer_run(h->services.writer, people_add, hash, &f), STATUS_OK);
    h->services.registry = plugin_registry_create(h->folder, h->folder, h->services.secret);
    h->services.offload = offload_create(1);
    h->services.attempts = rate_create(64);
    h->services.live = live_hub_create();
    h->loop.services = &h->services;
    h->loop.loop = loop_create();
    live_hub_join(h->services.live, h->loop.loop);
    assert_int_equal(store_open(h->folder, STORE_READ, &h->loop.store, &f), STATUS_OK);
    portal_folder(pages);
    if (portal_create(&h->loop, pages, "v1", &h->portal, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    *state = h;
    return 0;
}

static int house_pull_down(void **state) {
    house *h = *state;
    portal_destroy(h->portal);
    store_close(h->loop.store);
    writer_stop(h->services.writer);
    offload_destroy(h->services.offload);
    rate_destroy(h->services.attempts);
    live_hub_leave(h->services.live, h->loop.loop);
    loop_destroy(h->loop.loop);
    live_hub_destroy(h->services.live);
    plugin_registry_destroy(h->services.registry);
    operation_table_destroy(h->services.operations);
    unit_folder_remove(h->folder);
    free(h);
    return 0;
}

static void exchange_done(portal_exchange *x) {
    ((house *)x->context)->done = true;
}

// Asks for one page; the answer lies in `memory`.
static portal_exchange ask(house *h, portal *p, arena *memory, const char *method, const char *path, const char *body) {
    portal_exchange x = {.arena = memory,
                         .method = method,
                         .path = str_from(path),
                         .body = str_from(body),
                         .session = "",
                         .request_id = "0199",
                         .done = exchange_done,
                         .context = h};
    h->done = false;
    portal_request(p, &x);
    if (strcmp(method, "GET") == 0)
        assert_true(h->done);
    while (!h->done)
        loop_turn(h->loop.loop, 1000);
    return x;
}

static bool page_has(const portal_exchange *x, const char *text) {
    return memmem(x->page.ptr, x->page.len, text, strlen(text)) != NULL;
}

static void a_page_is_answered_at_once(void **state) {
    house *h = *state;
    arena *memory = arena_create();
    portal_exchange x = ask(h, h->portal, memory, "GET", "/", "");
    assert_int_equal(x.http_status, 200);
    assert_string_equal(x.language, "en");
    assert_true(page_has(&x, "<title>Welcome – Lakeside</title>") && page_has(&x, "/static/v1/portal.css"));
    x = ask(h, h->portal, memory, "GET", "/nowhere", "");
    assert_int_equal(x.http_status, 404);
    arena_destroy(memory);
}

static void signing_in_waits_for_the_disk(void **state) {
    house *h = *state;
    arena *memory = arena_create();
    portal_exchange x = ask(h, h->portal, memory, "POST", "/signin",
                            "email=ada%40example.org&password=a+long+enough+password&to=%2Ftools");
    assert_int_equal(x.http_status, 303);
    assert_string_equal(x.location, "/tools");
    assert_true(x.set_session != NULL && strlen(x.set_session) > 20);
    x = ask(h, h->portal, memory, "POST", "/signin", "email=ada%40example.org&password=wrong");
    assert_int_equal(x.http_status, 401);
    assert_null(x.set_session);
    arena_destroy(memory);
}

static void many_wait_at_the_same_time(void **state) {
    house *h = *state;
    enum { COUNT = 8 };
    portal_exchange all[COUNT];
    house marks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        all[i] = (portal_exchange){.arena = arena_create(),
                                   .method = "POST",
                                   .path = STR("/signin"),
                                   .session = "",
                                   .body = i % 2 ? STR("email=ada%40example.org&password=wrong")
                                                 : STR("email=ada%40example.org&password=a+long+enough+password"),
                                   .request_id = "0199",
                                   .done = exchange_done,
                                   .context = &marks[i]};
        marks[i].done = false;
        portal_request(h->portal, &all[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        while (!marks[i].done)
            loop_turn(h->loop.loop, 1000);
        assert_int_equal(all[i].http_status, i % 2 ? 401 : 303);
        arena_destroy(all[i].arena);
    }
}

static void file_write(const char *folder, const char *name, const char *text) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// A portal whose engine is only `boot`.
static status portal_from(house *h, const char *boot, portal **out, fault *f) {
    char *folder = unit_folder(), engine[PATH_MAX];
    snprintf(engine, sizeof engine, "%s/engine", folder);
    assert_int_equal(mkdir(engine, 0700), 0);
    file_write(engine, "boot.lua", boot);
    status st = portal_create(&h->loop, folder, "v1", out, f);
    unit_folder_remove(folder);
    return st;
}

static void a_broken_page_stops_the_start(void **state) {
    fault f = {0};
    portal *p = NULL;
    assert_int_equal(portal_from(*state, "this is no Lua", &p, &f), STATUS_INTERNAL);
    assert_non_null(strstr(f.text, "boot.lua:1"));
    memset(&f, 0, sizeof f);
    assert_int_equal(portal_from(*state, "error('template x.html:3: no end', 0)", &p, &f), STATUS_INTERNAL);
    assert_non_null(strstr(f.text, "template x.html:3: no end"));
}

static void the_last_resort_is_a_plain_page(void **state) {
    house *h = *state;
    static const char *const boots[] = {
        "return function() error('secret words') end",
        "return function() return 7 end",
        "local given = ... return function() return given.call('no.such.operation') end",
        "local given = ... return function() return given.call('guides.list', nil, {[{}] = 1}) end",
        "local given = ... return function() return given.call('me.update', nil, nil, {print}) end",
    };
    for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
        fault f = {0};
        portal *p = NULL;
        assert_int_equal(portal_from(h, boots[i], &p, &f), STATUS_OK);
        arena *memory = arena_create();
        portal_exchange x = ask(h, p, memory, "GET", "/", "");
        assert_int_equal(x.http_status, 500);
        assert_true(page_has(&x, "0199") && !page_has(&x, "secret words"));
        arena_destroy(memory);
        portal_destroy(p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_answered_at_once),      cmocka_unit_test(signing_in_waits_for_the_disk),
        cmocka_unit_test(many_wait_at_the_same_time),      cmocka_unit_test(a_broken_page_stops_the_start),
        cmocka_unit_test(the_last_resort_is_a_plain_page),
    };
    return cmocka_run_group_tests(tests, house_build, house_pull_down);
}
