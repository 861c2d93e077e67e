// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/form.h"
#include "http/router.h"

static void paths_lead_to_rooms(void **state) {
    (void)state;
    static const struct {
        const char *path;
        router_room room;
    } rows[] = {
        {"/", ROUTER_PAGE},
        {"/tools", ROUTER_PAGE},
        {"/api", ROUTER_PAGE},
        {"/apis/v1", ROUTER_PAGE},
        {"/api/v1/me", ROUTER_API},
        {"/api/", ROUTER_API},
        {"/view/abc/", ROUTER_VIEW},
        {"/viewer", ROUTER_PAGE},
        {"/view-kit/view.css", ROUTER_STATIC},
        {"/static/0123/app.css", ROUTER_STATIC},
        {"/files/logos/x", ROUTER_FILES},
        {"/healthz", ROUTER_HEALTH},
        {"/.well-known/security.txt", ROUTER_CONTACT},
        {"/.well-known/", ROUTER_PAGE},
        {"/readyz", ROUTER_HEALTH},
        {"/metrics", ROUTER_HEALTH},
        {"/metrics/", ROUTER_PAGE},
        {"/healthzz", ROUTER_PAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(router_find(str_from(rows[i].path)), rows[i].room);
    }
}

static void people_get_pages_and_programs_problems(void **state) {
    (void)state;
    assert_false(router_for_people(router_route(ROUTER_API)));
    assert_true(router_for_people(router_route(ROUTER_PAGE)));
    assert_true(router_for_people(router_route(ROUTER_VIEW)));
}

static void forms_are_read(void **state) {
    arena *a = arena_create();
    json_t *form;
    fault f = {0};
    (void)state;
    assert_int_equal(form_parse(a, STR("a=1&b=x+y%21&a=2&&c&a=3&=4"), &form, &f), STATUS_OK);
    json_t *wanted = json_pack("{s:[s,s,s], s:s, s:s, s:s}", "a", "1", "2", "3", "b", "x y!", "c", "", "", "4");
    assert_true(json_equal(form, wanted));
    json_decref(wanted);
    assert_int_equal(form_parse(a, STR("a=%zz"), &form, &f), STATUS_MALFORMED);
    assert_int_equal(form_parse(a, STR("a=%ff"), &form, &f), STATUS_MALFORMED);
    assert_int_equal(form_parse(a, STR("a=%00"), &form, &f), STATUS_MALFORMED);
    assert_string_equal(form_find(a, STR("xlang=de&lang=it"), "lang"), "it");
    assert_null(form_find(a, STR("xlang=de"), "lang"));
    assert_string_equal(form_find(a, STR("%zz=de&l%61ng=it"), "lang"), "it"); // a name that is broken is nobody's
    arena_destroy(a);
}

static void forms_have_an_end(void **state) {
    arena *a = arena_create();
    buffer many = {0};
    json_t *form;
    fault f = {0};
    (void)state;
    for (int i = 0; i <= FORM_FIELDS; i++) {
        buffer_printf(&many, "f%d=1&", i);
    }
    assert_int_equal(form_parse(a, buffer_str(&many), &form, &f), STATUS_MALFORMED);
    assert_string_equal(f.code, "form.too_many");
    buffer_free(&many);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_lead_to_rooms),
        cmocka_unit_test(people_get_pages_and_programs_problems),
        cmocka_unit_test(forms_are_read),
        cmocka_unit_test(forms_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
