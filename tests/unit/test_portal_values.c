// SPDX-License-Identifier: EUPL-1.2
//
// The portal's face of answers, and JSON values as Lua values.
#include <lauxlib.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "portal/answer_lua.h"
#include "portal/value_lua.h"

static int state_setup(void **state) {
    *state = luaL_newstate();
    luaL_openlibs(*state);
    return *state ? 0 : -1;
}

static int state_teardown(void **state) {
    lua_close(*state);
    return 0;
}

// The value on top of the stack is `a`; the expression must be true.
static void assert_lua(lua_State *lua, const char *expression) {
    lua_setglobal(lua, "a");
    lua_pushfstring(lua, "return %s", expression);
    assert_int_equal(luaL_dostring(lua, lua_tostring(lua, -1)), LUA_OK);
    if (!lua_toboolean(lua, -1))
        fail_msg("not so: %s", expression);
    lua_settop(lua, 0);
}

static void an_answer_becomes_tables(void **state) {
    lua_State *lua = *state;
    answer_lua face;
    answer *a = answer_lua_init(&face, lua);
    answer_object(a);
    answer_put_text(a, "name", "x");
    answer_put_text(a, "none", NULL);
    answer_put_int(a, "n", 7);
    answer_put_bool(a, "yes", true);
    answer_put_time(a, "at", 0);
    answer_key(a, "list");
    answer_array(a);
    answer_int(a, 1);
    answer_null(a);
    answer_object(a);
    answer_put_raw(a, "raw", STR("{\"k\":[1,2,{\"z\":null}]}"));
    answer_end(a);
    answer_end(a);
    answer_key(a, "number");
    answer_number(a, 2.5);
    answer_end(a);
    assert_int_equal(lua_gettop(lua), 1);
    assert_lua(lua,
               "a.name == 'x' and a.none == nil and a.n == 7 and a.yes == true and a.at == nil and #a.list == 3 and "
               "a.list[2] == false and a.list[3].raw.k[2] == 2 and a.list[3].raw.k[3].z == nil and a.number == 2.5");
}

static void a_failed_answer_leaves_nothing(void **state) {
    lua_State *lua = *state;
    lua_pushinteger(lua, 5);
    answer_lua face;
    answer *a = answer_lua_init(&face, lua);
    answer_object(a);
    answer_key(a, "half");
    answer_array(a);
    answer_lua_drop(&face);
    assert_int_equal(lua_gettop(lua), 1);
    answer_raw(a, STR("[1]"));
    assert_lua(lua, "#a == 1");
}

static void deep_json_is_no_trouble(void **state) {
    lua_State *lua = *state;
    char text[4001];
    memset(text, '[', 2000);
    memset(text + 2000, ']', 2000);
    text[4000] = 0;
    answer_lua face;
    answer *a = answer_lua_init(&face, lua);
    answer_raw(a, (str){text, 4000});
    assert_lua(lua, "type(a) == 'table' and type(a[1][1][1]) == 'table'");
}

static void lua_values_become_json(void **state) {
    lua_State *lua = *state;
    const char *why;
    assert_int_equal(luaL_dostring(lua, "return {s = 'x', n = 1, f = 1.5, t = true, l = {1, 2}, o = {}, "
                                        "e = setmetatable({}, {__array = true})}"),
                     LUA_OK);
    json_t *value = value_read(lua, -1, &why);
    assert_non_null(value);
    assert_int_equal(json_array_size(json_object_get(value, "l")), 2);
    assert_true(json_is_object(json_object_get(value, "o")) && json_is_array(json_object_get(value, "e")));
    assert_true(json_is_integer(json_object_get(value, "n")) && json_is_real(json_object_get(value, "f")));
    value_push(lua, value);
    json_decref(value);
    assert_lua(lua, "a.s == 'x' and a.l[2] == 2 and a.t == true");
}

static void what_is_no_json_is_refused(void **state) {
    lua_State *lua = *state;
    const char *bad[] = {"return print",           "return {1, print}",
                         "return {[true] = 1}",    "return 1/0",
                         "return {x = '\\255'}",   "local t = {} t[1] = t return t",
                         "return {['\\255'] = 1}", "return io.stdout"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *why = NULL;
        assert_int_equal(luaL_dostring(lua, bad[i]), LUA_OK);
        assert_null(value_read(lua, -1, &why));
        assert_non_null(why);
        assert_int_equal(lua_gettop(lua), 1);
        lua_settop(lua, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_becomes_tables, state_setup, state_teardown),
        cmocka_unit_test_setup_teardown(a_failed_answer_leaves_nothing, state_setup, state_teardown),
        cmocka_unit_test_setup_teardown(deep_json_is_no_trouble, state_setup, state_teardown),
        cmocka_unit_test_setup_teardown(lua_values_become_json, state_setup, state_teardown),
        cmocka_unit_test_setup_teardown(what_is_no_json_is_refused, state_setup, state_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
