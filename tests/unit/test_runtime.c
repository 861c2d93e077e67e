// SPDX-License-Identifier: EUPL-1.2
//
// What a Lua plugin may do, what it may not, and what its author reads when it goes wrong.
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fake_host.h"
#include "runtime.h"

enum { MEMORY = 8 << 20 };

static char folder[64];
static char error[LUA_PLUGIN_ERROR];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/runtime-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static void file_write(const char *name, const char *bytes, size_t len) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"main.lua", "helper.lua", "parts/form.lua", "parts", "web/x.lua", "web", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return 0;
}

static lua_plugin *load(const char *script) {
    file_write("main.lua", script, strlen(script));
    return lua_plugin_load(&fake_host, folder, "main.lua", MEMORY, error);
}

static void assert_says(const char *text, const char *part) {
    if (!strstr(text, part)) {
        fail_msg("want a text with \"%s\", got \"%s\"", part, text);
    }
}

// Loads a script whose handle is `body`, and runs it.
static il_status run(il_call *call, const char *body) {
    char script[8192];
    snprintf(script, sizeof script, "local il = require 'interlink'\nreturn { handle = function(call)\n%s\nend }\n",
             body);
    lua_plugin *p = load(script);
    if (!p) {
        fail_msg("%s", error);
    }
    il_status status = lua_plugin_call(p, LUA_PLUGIN_HANDLE, call, error);
    lua_plugin_close(p);
    return status;
}

static void run_refused(const char *body, const char *sentence) {
    il_call call = {0};
    assert_int_equal(run(&call, body), IL_FAILED);
    assert_says(error, sentence);
    fake_finish(&call);
}

static void run_gives(const char *body, const char *done) {
    il_call call = {.method = "POST", .path = "/vote"};
    call.form = json_pack("{s:[s], s:[s,s]}", "name", "Anna", "several", "a", "b");
    call.documents =
        json_pack("{s:{s:i}, s:i, s:i, s:i}", "poll", "votes", 3, "vote/1", 10, "vote/2", 20, "vote/3", 30);
    call.params = json_pack("{s:s, s:[s,s], s:n}", "question", "Why?", "options", "x", "y", "closes");
    il_status status = run(&call, body);
    if (status != IL_OK) {
        fail_msg("%d %s", (int)status, error);
    }
    assert_string_equal(call.done, done);
    json_decref(call.form);
    json_decref(call.documents);
    json_decref(call.params);
    fake_finish(&call);
}

static void answers(void **state) {
    (void)state;
    run_gives("return call:html('<h1>{{role}}</h1>', {role = call.person.role})",
              "html <h1>{{role}}</h1> {\"role\":\"contributor\"}\n");
    run_gives("call:page('a.html')", "html a.html {}\n");
    run_gives("call:json({call.person.id, call.person.name, call.person.language})",
              "json [\"p-1\",\"Anna\",\"it\"]\n");
    run_gives("call:file('a.csv', 'text/csv', 'x;y')", "file a.csv text/csv x;y\n");
    run_gives("call:redirect('/')", "redirect /\n");
    run_gives("call:problem(409, 'It is closed.')", "problem 409 It is closed.\n");
}

static void fields(void **state) {
    (void)state;
    run_gives("call:json({call.method, call.path, call.form.name, call.query.name, call.form.missing == nil})",
              "json [\"POST\",\"/vote\",\"Anna\",\"Anna\",true]\n");
    run_gives("call:json(call:values('several'))", "json [\"a\",\"b\"]\n");
    run_gives("call:json(call:values('none'))", "json []\n");
    run_gives("call:json(call.params)", "json {\"closes\":null,\"options\":[\"x\",\"y\"],\"question\":\"Why?\"}\n");
    run_gives("call:json({call.place.node_name, call:link('/x'), call:text('hello'), call.params.closes == il.null})",
              "json [\"Task\",\"/view/T/x\",\"ciao\",true]\n");
    run_gives("call:json(call:text('n', {n = 1}))", "text n {\"n\":1}\njson \"filled\"\n");
    run_gives("call:json({il.date(call.now), il.time('2026-05-01'), il.time('2026-02-31') == nil, "
              "il.time('1970-01-01T00:00:01Z')})",
              "json [\"2026-05-01T18:00:00Z\",1777593600000,true,1000]\n");
}

static void calendar(void **state) {
    (void)state;
    run_gives(
        "call:json({il.date(0), il.date(-1), il.date(951782400000), il.date(253402300799999)})",
        "json [\"1970-01-01T00:00:00Z\",\"1969-12-31T23:59:59Z\",\"2000-02-29T00:00:00Z\",\"9999-12-31T23:59:59Z\"]\n");
    run_gives("for ms = -3e12 // 1 | 0, 5e12 // 1 | 0, 86400000 * 13 + 1000 do local t = il.date(ms) "
              "if il.time(t) ~= ms then error(t) end end call:json(il.time('2024-02-29'))",
              "json 1709164800000\n");
    run_gives("call:json({il.time('2025-02-29') == nil, il.time('2025-13-01') == nil, il.time('2025-1-01') == nil, "
              "il.time('2025-01-01x') == nil, il.time('2025-01-01T24:00:00Z') == nil})",
              "json [true,true,true,true,true]\n");
}

static void documents(void **state) {
    (void)state;
    run_gives(
        "local poll, version = call.documents:get('poll') poll.votes = poll.votes + 1 call.documents:put('poll', poll) "
        "call.documents:put('poll', poll, il.ANY) call.documents:put('new', {}) call:json(version)",
        "put poll {\"votes\":4} 7\nput poll {\"votes\":4} -1\nput new {} 0\njson 7\n");
    run_gives("local none, version = call.documents:get('none') call:json({none == nil, version})", "json [true,0]\n");
    run_gives("local page, more = call.documents:list('vote/', 'vote/1', 1) call:json({page, more})",
              "json [[{\"key\":\"vote/2\",\"value\":20,\"version\":7}],true]\n");
    run_gives("local sum = 0 for key, value in call.documents:each('vote/') do sum = sum + value end call:json(sum)",
              "json 60\n");
    run_gives("for key in call.documents:each('nothing/') do error(key) end call:json(call.documents:count('vote/'))",
              "json 4\n");
    run_gives("call.documents:append('a/', 1) call.documents:get('poll') call.documents:remove('poll')",
              "append a/ 1\nremove poll 7\n");
}

static void effects(void **state) {
    (void)state;
    run_gives("call:log('voted', {option = 1}) call:log_anonymous('x') call:notify('process', 'closed', {a = 'b'}) "
              "call:publish('tally')",
              "log voted {\"option\":1}\nlog x {}\nnotify process closed {\"a\":\"b\"}\nlog tally {}\n");
    run_gives("call:schedule(call.now, {x = il.array()}) call:complete()",
              "schedule 1777658400123 {\"x\":[]}\ncomplete\n");
}

static void values(void **state) {
    (void)state;
    run_gives("call:json(il.parse('{\"a\":[1,2.5,-3e2,\"\\\\u00e9\\\\ud83d\\\\ude00\\\\n\",null,true,[],{}]}'))",
              "json {\"a\":[1,2.5,-300.0,\"\xC3\xA9\xF0\x9F\x98\x80\\n\",null,true,[],{}]}\n");
    run_gives("local t = il.parse('[1]') t[1] = nil call:json({list = t, object = {}})",
              "json {\"list\":[],\"object\":{}}\n");
    run_gives("call:json({1.0, 1 // 1, math.mininteger, 'a\"\\\\\\1\\r'})",
              "json [1.0,1,-9223372036854775808,\"a\\\"\\\\\\u0001\\r\"]\n");
    run_refused("call:json({a = {b = {1, print}}})",
                "value.a.b[2]: want text, number, boolean, table or il.null, got a function");
    run_refused("call:json({1, 2, x = 3})", "got a mixture");
    run_refused("call:json({a = 0/0})", "value.a: want a number that JSON knows");
    run_refused("call:json({a = '\\xff'})", "value.a: want text in UTF-8");
    run_refused("local t = {} t.t = t call:json(t)", "does a table hold itself?");
    run_refused("il.parse('{\"a\":1,}')", "this is not JSON: an object's member without a name");
    run_refused("il.parse('[01]')", "this is not JSON");
    run_refused("il.parse('\"\\\\ud800\"')", "half a surrogate pair");
    run_refused("il.parse(('['):rep(100))", "more than 64 levels");
    run_refused("il.parse('1 2')", "more after its end");
}

static void failures(void **state) {
    (void)state;
    il_call call = {0};
    assert_int_equal(run(&call, "call:fail('conflict', 'The poll is closed.')"), IL_CONFLICT);
    assert_string_equal(error, "The poll is closed.");
    call.refuse = IL_FORBIDDEN;
    assert_int_equal(run(&call, "call:notify('process', 'x')"), IL_FORBIDDEN);
    assert_string_equal(error, "The manifest does not ask for that.");
    assert_int_equal(run(&call, "local ok, why = pcall(call.notify, call, 'process', 'x') error(tostring(why), 0)"),
                     IL_FAILED);
    assert_string_equal(error, "The manifest does not ask for that.");
    call.debug[0] = 0;
    assert_int_equal(run(&call, "local function deep() local x = nil; return x.y end\ndeep()"), IL_FAILED);
    assert_says(error, "main.lua:3: attempt to index a nil value (local 'x')");
    assert_says(call.debug, "stack traceback");
    run_refused("call:html(nil)", "main.lua:3: bad argument #1 to 'html' (string expected, got nil)");
    run_refused("call.html('x')", "call expected, got string");
    run_refused("call:foo()", "a call has nothing called `foo`");
    run_refused("call.x = 1", "`x` cannot be set: a call is read only");
    run_refused("call:fail('bad', 'x')", "invalid option 'bad'");
    run_refused("call:problem(200, 'x')", "want a status from 400 to 499");
    run_refused("call.documents:put('a')", "want a value, got nil");
    run_refused("call.files:get('a')", "this host keeps no files");
    run_refused("call.assets:list()", "this host shows no other assets");
    run_refused("call:email()", "this host tells no addresses");
    run_refused("error({})", "an error that is not a text but a table");
    fake_finish(&call);
}

static void sandbox(void **state) {
    (void)state;
    static const char *const gone[] = {"load", "loadfile", "dofile", "collectgarbage", "io", "os", "debug", "package"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        char body[64];
        snprintf(body, sizeof body, "return %s.x", gone[i]);
        run_refused(body, "there is nothing called");
    }
    run_refused("return string.dump(print)", "attempt to call a nil value (field 'dump')");
    run_refused("setmetatable({}, {__gc = print})", "__gc is not for plugins");
    run_refused("x = 1", "`x` needs `local`");
    run_refused("_G.x = 1", "`x` needs `local`");
    run_refused("setmetatable(_G, {})", "protected");
    run_refused("getmetatable('').x = 1", "attempt to index a boolean value");
    run_refused("getmetatable(call).x = 1", "attempt to index a boolean value");
    run_refused("math.randomseed(1)", "attempt to call a nil value");
    run_refused("require 'os'", "there is no file os.lua in the package");
    run_refused("require '../other'", "want the name of a file of this package");
    run_refused("return ('x'):rep(1 << 30)", "not enough memory");
    run_refused("local t = {} for i = 1, 1e9 do t[i] = {i} end", "not enough memory");
    run_gives("print('a', 1, nil) call:json(getmetatable('') == false)", "json true\n");
}

static void random_is_replayable(void **state) {
    (void)state;
    il_call first = {.seed = 42}, again = {.seed = 42}, other = {.seed = 43};
    const char *body = "call:json({math.random(1 << 40), math.random(1 << 40)})";
    assert_int_equal(run(&first, body), IL_OK);
    assert_int_equal(run(&again, body), IL_OK);
    assert_int_equal(run(&other, body), IL_OK);
    assert_string_equal(first.done, again.done);
    assert_string_not_equal(first.done, other.done);
    fake_finish(&first);
    fake_finish(&again);
    fake_finish(&other);
}

static void load_refused(const char *script, const char *sentence) {
    assert_null(load(script));
    assert_says(error, sentence);
}

static void loading(void **state) {
    (void)state;
    load_refused("return {", "main.lua:1:");
    load_refused("return 5", "but it returns a number");
    load_refused("return {}", "without create, handle or event");
    load_refused("return { handle = 5 }", "`handle` must be a function, got a number");
    load_refused("return { handle = print, handel = print }", "`handel`: only create, handle and event are known");
    load_refused("local x = y", "there is nothing called `y`");
    load_refused("return require 'main'", "requires itself");
    file_write("main.lua", "\x1bLua", 4);
    assert_null(lua_plugin_load(&fake_host, folder, "main.lua", MEMORY, error));
    assert_says(error, "binary");
    assert_null(lua_plugin_load(&fake_host, folder, "other.lua", MEMORY, error));
    assert_says(error, "there is no file other.lua");
    assert_null(lua_plugin_load(&fake_host, "/nowhere/at/all", "main.lua", MEMORY, error));
    assert_says(error, "/nowhere/at/all: No such file");
    assert_null(lua_plugin_load(&fake_host, folder, "main.lua", 1000, error));
    assert_says(error, "too small");
    il_host poor = fake_host;
    poor.effects = NULL;
    assert_null(lua_plugin_load(&poor, folder, "main.lua", MEMORY, error));
    assert_says(error, "use a newer host");
}

static void modules(void **state) {
    (void)state;
    char path[200];
    snprintf(path, sizeof path, "%s/parts", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/web", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    const char *form = "local loads = 0\nreturn { n = function() loads = loads + 1 return loads end }\n";
    file_write("parts/form.lua", form, strlen(form));
    file_write("web/x.lua", "return 1", 8);
    run_gives("require('parts.form').n() call:json(require('parts.form').n())", "json 2\n");
    run_refused("require 'web.x'", "there is no file web/x.lua");
}

static void functions_and_stale_calls(void **state) {
    (void)state;
    lua_plugin *p = load("local kept\nreturn { create = function(call) kept = call end, event = function(call) return "
                         "kept.person end }");
    assert_non_null(p);
    assert_int_equal(lua_plugin_functions(p), 1u << LUA_PLUGIN_CREATE | 1u << LUA_PLUGIN_EVENT);
    il_call call = {0};
    assert_int_equal(lua_plugin_call(p, LUA_PLUGIN_CREATE, &call, error), IL_OK);
    assert_int_equal(lua_plugin_call(p, LUA_PLUGIN_EVENT, &call, error), IL_FAILED);
    assert_says(error, "this call is over");
    assert_int_equal(lua_plugin_call(p, LUA_PLUGIN_HANDLE, &call, error), IL_FAILED);
    assert_says(error, "has no function for that");
    lua_plugin_close(p);
    fake_finish(&call);
}

// What sdk/lua/interlink.lua tells editors is what there is: every "function Call:name(" and field in it can be
// reached.
static void described(void **state) {
    (void)state;
    FILE *f = fopen(SDK_LUA, "r");
    assert_non_null(f);
    char line[300], owner[40], name[60], body[4000] = "call:json(#{", class[40] = "", group[50];
    size_t len = strlen(body), count = 0;
    while (fgets(line, sizeof line, f)) {
        const char *place = NULL;
        sscanf(line, "---@class il.%39[A-Za-z]", class);
        if (sscanf(line, "function %39[A-Za-z]%*[.:]%59[a-z_](", owner, name) == 2) {
            // "Files" is call.files, and so on.
            snprintf(group, sizeof group, "call.%c%s", tolower((unsigned char)owner[0]), owner + 1);
            place = strcmp(owner, "il") == 0 ? "il" : strcmp(owner, "Call") == 0 ? "call" : group;
        } else if (strcmp(class, "Call") == 0 && sscanf(line, "---@field %59[a-z_] ", name) == 1) {
            place = "call";
        }
        if (place) {
            len += (size_t)snprintf(body + len, sizeof body - len, "%s.%s ~= nil and 1 or error('%s'),", place, name,
                                    name);
            count++;
        }
    }
    fclose(f);
    assert_true(count > 40 && len + 3 < sizeof body);
    snprintf(body + len, sizeof body - len, "})");
    char done[40];
    snprintf(done, sizeof done, "json %zu\n", count);
    run_gives(body, done);
}

static lua_plugin *running;

static void on_alarm(int signal) {
    (void)signal;
    lua_plugin_interrupt(running);
}

// An alarm comes during the call. The test ends at all only because the interrupt gets through.
static void run_forever(const char *body) {
    char script[1024];
    snprintf(script, sizeof script, "return { handle = function(call) if call.path == '/' then return end %s end }",
             body);
    running = load(script);
    if (!running) {
        fail_msg("%s", error);
    }
    struct sigaction action = {.sa_handler = on_alarm}, before;
    struct itimerval soon = {.it_value = {0, 20000}};
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    il_call call = {.path = "/loop"};
    assert_int_equal(lua_plugin_call(running, LUA_PLUGIN_HANDLE, &call, error), IL_FAILED);
    assert_says(error, "took longer than a call may take");
    call.path = "/";
    assert_int_equal(lua_plugin_call(running, LUA_PLUGIN_HANDLE, &call, error), IL_OK);
    sigaction(SIGALRM, &before, NULL);
    lua_plugin_close(running);
    running = NULL;
    fake_finish(&call);
}

static void interrupt(void **state) {
    (void)state;
    run_forever("while true do end");
    run_forever("while true do pcall(function() while true do end end) end");
    run_forever("coroutine.wrap(function() while true do end end)()");
    run_forever("while true do coroutine.resume(coroutine.create(function() while true do pcall(error) end end)) end");
    run_forever("local function f() coroutine.wrap(function() pcall(f) while true do end end)() end while true do "
                "pcall(f) end");
    run_forever("local x <close> = setmetatable({}, {__close = function() while true do end end}) error('x')");
}

static void coroutines(void **state) {
    (void)state;
    run_gives("local sum = 0 for v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do sum = "
              "sum + v end call:json(sum)",
              "json 6\n");
    run_gives("local c = coroutine.create(function(a) local b = coroutine.yield(a + 1) error('e' .. b, 0) end) "
              "local _, x = coroutine.resume(c, 1) local ok, why = coroutine.resume(c, 5) "
              "call:json({x, ok, why, coroutine.status(c)})",
              "json [2,false,\"e5\",\"dead\"]\n");
    run_refused("coroutine.wrap(function() error('inside', 0) end)()", "inside");
    run_refused("coroutine.resume(5)", "coroutine expected");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(answers),   TEST(fields),     TEST(documents), TEST(effects),   TEST(values),
        TEST(failures),  TEST(sandbox),    TEST(loading),   TEST(modules),   TEST(functions_and_stale_calls),
        TEST(interrupt), TEST(coroutines), TEST(calendar),  TEST(described), TEST(random_is_replayable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
