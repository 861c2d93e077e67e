// SPDX-License-Identifier: EUPL-1.2
//
// The portal's Lua code is tested in Lua: each file portal/test_*.lua is run in a state of its own, with the functions
// that the host gives. A file returns a table of functions, each one test.
#include <dirent.h>
#include <lauxlib.h>
#include <limits.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "portal/native.h"

// This file's folder: tests/unit.
static void folder_here(char out[PATH_MAX]) {
    snprintf(out, PATH_MAX, "%s", __FILE__);
    *strrchr(out, '/') = 0;
}

static lua_State *state_open(void) {
    char here[PATH_MAX], path[3 * PATH_MAX];
    folder_here(here);
    snprintf(path, sizeof path, "%s/portal/?.lua;%s/../../lua/portal/?.lua", here, here);
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    lua_getglobal(lua, "package");
    lua_pushstring(lua, path);
    lua_setfield(lua, -2, "path");
    lua_getfield(lua, -1, "loaded");
    native_push(lua);
    lua_setfield(lua, -2, "native");
    lua_pop(lua, 2);
    snprintf(path, sizeof path, "%s/../../lua/portal", here);
    lua_pushstring(lua, path);
    lua_setglobal(lua, "PORTAL");
    return lua;
}

static int traceback(lua_State *lua) {
    luaL_traceback(lua, lua, lua_tostring(lua, 1), 1);
    return 1;
}

// Runs every function of the table on top of the stack, in the order of their names; gives the failures.
static int tests_run(lua_State *lua, const char *file) {
    static const char sorted[] = "local t, names = ..., {} for name in pairs(t) do names[#names + 1] = name end "
                                 "table.sort(names) return names";
    int failed = 0;
    assert_int_equal(luaL_loadstring(lua, sorted), LUA_OK);
    lua_pushvalue(lua, -2);
    lua_call(lua, 1, 1);
    for (lua_Integer i = 1; lua_rawgeti(lua, -1, i) == LUA_TSTRING; i++) {
        const char *name = lua_tostring(lua, -1);
        lua_pushcfunction(lua, traceback);
        lua_getfield(lua, -4, name);
        if (lua_pcall(lua, 0, 0, -2) != LUA_OK) {
            print_error("%s: %s\n  %s\n", file, name, lua_tostring(lua, -1));
            lua_pop(lua, 1);
            failed++;
        }
        lua_pop(lua, 2);
    }
    return failed;
}

static void file_run(const char *folder, const char *file, int *failed) {
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    lua_State *lua = state_open();
    if (luaL_loadfilex(lua, path, "t") != LUA_OK || lua_pcall(lua, 0, 1, 0) != LUA_OK) {
        print_error("%s\n", lua_tostring(lua, -1));
        (*failed)++;
    } else {
        *failed += tests_run(lua, file);
    }
    lua_close(lua);
}

static int is_test(const struct dirent *entry) {
    return strncmp(entry->d_name, "test_", 5) == 0 && strstr(entry->d_name, ".lua") != NULL;
}

static void every_file(void **unused) {
    (void)unused;
    char folder[PATH_MAX + 8], here[PATH_MAX];
    folder_here(here);
    snprintf(folder, sizeof folder, "%s/portal", here);
    struct dirent **files;
    int count = scandir(folder, &files, is_test, alphasort), failed = 0;
    assert_true(count >= 6);
    for (int i = 0; i < count; i++) {
        file_run(folder, files[i]->d_name, &failed);
        free(files[i]);
    }
    free(files);
    assert_int_equal(failed, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
