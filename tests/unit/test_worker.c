// SPDX-License-Identifier: EUPL-1.2
//
// The worker as the host meets it: a real process, a socket, frames.
#include "unit.h"

#include <errno.h>
#include <interlink.h>
#include <jansson.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/worker_page.h"

typedef struct worker {
    pid_t pid;
    int socket;
    struct worker_page *page;
    buffer in; // what was read; frames are borrowed from it
    size_t start;
    buffer out;
} worker;

// ---- the host's side

static worker worker_start(const char *folder) {
    worker w = {0};
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    int page = memfd_create("page", MFD_CLOEXEC);
    assert_true(page > WORKER_PAGE && ends[1] > 2);
    assert_int_equal(ftruncate(page, WORKER_PAGE_SIZE), 0);
    w.page = mmap(NULL, WORKER_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
    assert_true(w.page != MAP_FAILED);
    w.socket = ends[0];
    w.pid = fork();
    assert_true(w.pid >= 0);
    if (w.pid == 0) {
        // First far away, so that the one does not fall upon the other.
        int channel = dup2(ends[1], 100), shared = dup2(page, 101);
        if (channel < 0 || shared < 0 || dup2(channel, WORKER_CHANNEL) < 0 || dup2(shared, WORKER_PAGE) < 0)
            _exit(99);
        execl(WORKER, "interlink-worker", folder, "64", "50", "0", (char *)NULL);
        _exit(98);
    }
    close(ends[1]);
    close(page);
    return w;
}

static int worker_end(worker *w) {
    int status = -1;
    close(w->socket);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    munmap(w->page, WORKER_PAGE_SIZE);
    buffer_free(&w->in);
    buffer_free(&w->out);
    return status;
}

static void worker_send(worker *w) {
    size_t sent = 0;
    while (sent < w->out.len) {
        ssize_t n = send(w->socket, w->out.ptr + sent, w->out.len - sent, MSG_NOSIGNAL);
        assert_true(n > 0);
        sent += (size_t)n;
    }
    buffer_clear(&w->out);
}

// The next frame; false when the worker has closed its end.
static bool worker_receive(worker *w, frame *f) {
    for (;;) {
        size_t used = 0;
        int found = w->in.ptr ? frame_take((str){w->in.ptr + w->start, w->in.len - w->start}, f, &used) : 0;
        assert_true(found >= 0);
        w->start += used;
        if (found)
            return true;
        char bytes[4096];
        ssize_t n = recv(w->socket, bytes, sizeof bytes, 0);
        if (n <= 0)
            return false;
        buffer_append(&w->in, bytes, (size_t)n);
    }
}

static str field(str payload, frame_tag wanted) {
    frame_tag tag;
    str value;
    bool broken = false;
    while (frame_field(&payload, &tag, &value, &broken))
        if (tag == wanted)
            return value;
    assert_false(broken);
    return (str){0};
}

static void expect(str payload, frame_tag tag, const char *wanted) {
    str value = field(payload, tag);
    char *got = strndup(value.ptr ? value.ptr : "(none)", value.ptr ? value.len : 6);
    assert_string_equal(got, wanted);
    free(got);
}

static void load(worker *w, const char *id, const char *version, const char *runtime, const char *entry) {
    size_t mark = frame_begin(&w->out, FRAME_LOAD, 0);
    frame_text(&w->out, TAG_ID, id);
    frame_text(&w->out, TAG_VERSION, version);
    frame_text(&w->out, TAG_RUNTIME, runtime);
    frame_text(&w->out, TAG_ENTRY, entry);
    frame_text(&w->out, TAG_SETTINGS, "{}");
    frame_text(&w->out, TAG_PERMISSION, "publish");
    frame_text(&w->out, TAG_PERMISSION, "documents");
    frame_text(&w->out, TAG_PERMISSION, "files");
    frame_finish(&w->out, mark);
    worker_send(w);
}

static worker fixture_start(void) {
    worker w = worker_start(FIXTURE);
    frame f;
    load(&w, "worker-fixture", "1.0.0", "native", "plugin.so");
    assert_true(worker_receive(&w, &f));
    if (f.type == FRAME_FAILED)
        expect(f.payload, TAG_TEXT, "ready");
    assert_int_equal(f.type, FRAME_READY);
    expect(f.payload, TAG_NAME, "handle");
    return w;
}

static size_t call_begin(worker *w, uint64_t number, const char *path) {
    size_t mark = frame_begin(&w->out, FRAME_CALL, number);
    frame_number(&w->out, TAG_FUNCTION, FUNCTION_HANDLE);
    frame_text(&w->out, TAG_ROLE, "contributor");
    frame_text(&w->out, TAG_LANGUAGE, "it");
    frame_text(&w->out, TAG_METHOD, "GET");
    frame_text(&w->out, TAG_PATH, path);
    frame_text(&w->out, TAG_BASE, "/view/ticket");
    frame_number(&w->out, TAG_NOW, 1700000000000);
    return mark;
}

static void call(worker *w, uint64_t number, const char *path) {
    frame_finish(&w->out, call_begin(w, number, path));
    worker_send(w);
}

static str result(worker *w, uint64_t number) {
    frame f;
    assert_true(worker_receive(w, &f));
    assert_int_equal(f.type, FRAME_RESULT);
    assert_int_equal(f.call, number);
    return f.payload;
}

// ---- tests

static void a_page_is_answered(void **state) {
    (void)state;
    worker w = fixture_start();
    call(&w, 7, "/");
    str payload = result(&w, 7);
    assert_int_equal(frame_value(field(payload, TAG_ANSWER_STATUS)), 200);
    expect(payload, TAG_ANSWER_TYPE, "text/html");
    expect(payload, TAG_ANSWER_BODY,
           "<h1>Ciao contributor</h1><a href=\"/view/ticket/results?of=contributor\">English</a>\n");
    size_t mark = frame_begin(&w.out, FRAME_STOP, 0);
    frame_finish(&w.out, mark);
    worker_send(&w);
    frame f;
    assert_false(worker_receive(&w, &f));
    int status = worker_end(&w);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void forms_are_read(void **state) {
    (void)state;
    worker w = fixture_start();
    size_t mark = call_begin(&w, 1, "/echo");
    frame_text(&w.out, TAG_QUERY, "q=1%202&q=3");
    frame_text(&w.out, TAG_BODY, "a=x+y&a=%C3%A8&b=&broken=%GG&nul=%00");
    frame_text(&w.out, TAG_BODY_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
    frame_finish(&w.out, mark);
    worker_send(&w);
    frame f;
    assert_true(worker_receive(&w, &f));
    assert_int_equal(f.type, FRAME_LOG);
    expect(f.payload, TAG_TEXT, "a line");
    expect(result(&w, 1), TAG_ANSWER_BODY,
           "{\"form\":{\"a\":[\"x y\",\"è\"],\"b\":[\"\"]},\"a\":\"x y\",\"q\":\"1 2\"}");
    worker_end(&w);
}

static void add_document(worker *w, const char *key, const char *value, uint64_t version) {
    size_t mark = frame_nest(&w->out, TAG_DOCUMENT);
    frame_text(&w->out, TAG_KEY, key);
    frame_text(&w->out, TAG_VALUE, value);
    frame_number(&w->out, TAG_DOCUMENT_VERSION, version);
    frame_unnest(&w->out, mark);
}

// The effect number `index` of a result.
static str effect(str payload, int index) {
    frame_tag tag;
    str value;
    bool broken = false;
    while (frame_field(&payload, &tag, &value, &broken))
        if (tag == TAG_EFFECT && index-- == 0)
            return value;
    fail_msg("there is no such effect");
    return (str){0};
}

static void effects_come_back(void **state) {
    (void)state;
    worker w = fixture_start();
    size_t mark = call_begin(&w, 1, "/count");
    add_document(&w, "counter", "{\"n\": 41}", 9);
    frame_finish(&w.out, mark);
    worker_send(&w);
    str payload = result(&w, 1);
    assert_int_equal(frame_value(field(payload, TAG_ANSWER_STATUS)), 303);
    expect(payload, TAG_ANSWER_LOCATION, "/results");
    str put = effect(payload, 0);
    assert_int_equal(frame_value(field(put, TAG_EFFECT_KIND)), EFFECT_PUT);
    assert_int_equal(frame_value(field(put, TAG_DOCUMENT_VERSION)), 9);
    expect(put, TAG_KEY, "counter");
    expect(put, TAG_VALUE, "{\"n\":42}");
    assert_int_equal(frame_value(field(effect(payload, 1), TAG_EFFECT_KIND)), EFFECT_APPEND);
    expect(effect(payload, 1), TAG_PREFIX, "visit/");
    expect(effect(payload, 2), TAG_TOPIC, "changed");
    expect(effect(payload, 3), TAG_ACTION, "counted");
    expect(effect(payload, 3), TAG_DATA, "{\"n\":42}");
    worker_end(&w);
}

static void value_begin(worker *w, size_t *mark, uint64_t number, frame_fetch kind) {
    *mark = frame_begin(&w->out, FRAME_VALUE, number);
    frame_number(&w->out, TAG_FETCH, kind);
}

static void documents_are_fetched(void **state) {
    (void)state;
    worker w = fixture_start();
    call(&w, 1, "/list");
    frame f;
    assert_true(worker_receive(&w, &f));
    assert_int_equal(f.type, FRAME_FETCH);
    assert_int_equal(f.call, 1);
    assert_int_equal(frame_value(field(f.payload, TAG_FETCH)), FETCH_LIST);
    assert_int_equal(frame_value(field(f.payload, TAG_LIMIT)), 2);
    expect(f.payload, TAG_PREFIX, "vote/");
    // A second call arrives before the value; it waits its turn.
    call(&w, 2, "/");
    size_t mark;
    value_begin(&w, &mark, 1, FETCH_LIST);
    add_document(&w, "vote/a", "[1]", 1);
    add_document(&w, "vote/b", "[2]", 2);
    frame_number(&w.out, TAG_MORE, 1);
    frame_finish(&w.out, mark);
    worker_send(&w);
    assert_true(worker_receive(&w, &f));
    assert_int_equal(frame_value(field(f.payload, TAG_FETCH)), FETCH_COUNT);
    value_begin(&w, &mark, 1, FETCH_COUNT);
    frame_number(&w.out, TAG_COUNT, 5);
    frame_finish(&w.out, mark);
    worker_send(&w);
    expect(result(&w, 1), TAG_ANSWER_BODY, "{\"first\":\"vote/a\",\"value\":[1],\"n\":2,\"more\":true,\"all\":5}");
    expect(result(&w, 2), TAG_ANSWER_TYPE, "text/html");
    worker_end(&w);
}

static void a_file_is_fetched(void **state) {
    (void)state;
    worker w = fixture_start();
    frame f;
    size_t mark;
    call(&w, 1, "/file");
    assert_true(worker_receive(&w, &f));
    expect(f.payload, TAG_NAME, "picture.png");
    value_begin(&w, &mark, 1, FETCH_FILE);
    frame_bytes(&w.out, TAG_VALUE, "\0\1\2", 3);
    frame_text(&w.out, TAG_TYPE, "image/png");
    frame_finish(&w.out, mark);
    worker_send(&w);
    str payload = result(&w, 1);
    assert_int_equal(field(payload, TAG_ANSWER_BODY).len, 3);
    expect(payload, TAG_ANSWER_TYPE, "image/png");
    expect(payload, TAG_ANSWER_FILENAME, "copy.png");
    call(&w, 2, "/file");
    assert_true(worker_receive(&w, &f));
    value_begin(&w, &mark, 2, FETCH_FILE);
    frame_text(&w.out, TAG_ABSENT, "picture.png");
    frame_finish(&w.out, mark);
    worker_send(&w);
    assert_int_equal(frame_value(field(result(&w, 2), TAG_ANSWER_STATUS)), 404);
    worker_end(&w);
}

static void all_documents_need_no_fetch(void **state) {
    (void)state;
    worker w = fixture_start();
    size_t mark = call_begin(&w, 1, "/list");
    add_document(&w, "vote/c", "3", 1);
    add_document(&w, "poll", "{}", 1);
    add_document(&w, "vote/b", "2", 1);
    add_document(&w, "vote/a", "1", 1);
    frame_number(&w.out, TAG_COMPLETE, 1);
    frame_finish(&w.out, mark);
    worker_send(&w);
    expect(result(&w, 1), TAG_ANSWER_BODY, "{\"first\":\"vote/a\",\"value\":1,\"n\":2,\"more\":true,\"all\":3}");
    worker_end(&w);
}

static void refusals_have_no_effects(void **state) {
    (void)state;
    const struct {
        const char *path, *sentence;
        uint64_t status;
    } cases[] = {
        {"/fail", "The fixture is closed.", 409},
        {"/nowhere", "There is no such page.", 404},
        {"/silent", "The tool gave no answer.", 500},
        {"/notify", "This tool may not do that: the permission \"notify\" is not granted to it.", 403},
    };
    worker w = fixture_start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        call(&w, i + 1, cases[i].path);
        str payload = result(&w, i + 1);
        assert_int_equal(frame_value(field(payload, TAG_ANSWER_STATUS)), cases[i].status);
        expect(payload, TAG_ERROR, cases[i].sentence);
        assert_null(field(payload, TAG_EFFECT).ptr);
    }
    worker_end(&w);
}

static void the_jail_holds(void **state) {
    (void)state;
    worker w = fixture_start();
    call(&w, 1, "/jail");
    str body = field(result(&w, 1), TAG_ANSWER_BODY);
    json_t *facts = json_loadb(body.ptr, body.len, 0, NULL);
    assert_non_null(facts);
    static const char *const refused[] = {"passwd", "socket", "fork", "exec", "kill", "write", "map_code", "make_code"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        json_int_t outcome = json_integer_value(json_object_get(facts, refused[i]));
        if (outcome != EACCES && outcome != EPERM)
            fail_msg("%s: errno %d", refused[i], (int)outcome);
    }
    assert_int_equal(json_integer_value(json_object_get(facts, "passwd_at_load")), EACCES);
    assert_int_equal(json_integer_value(json_object_get(facts, "descriptor_5")), EBADF);
    assert_true(json_is_false(json_object_get(facts, "environment")));
    assert_true(json_is_false(json_object_get(facts, "memory")));
    json_decref(facts);
    worker_end(&w);
}

static void a_death_is_seen(void **state) {
    (void)state;
    const struct {
        const char *path;
        int signal;
    } cases[] = {{"/crash", SIGSEGV}, {"/abort", SIGABRT}, {"/exit", 0}, {"/unshare", SIGSYS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        worker w = fixture_start();
        frame f;
        call(&w, 5, cases[i].path);
        assert_false(worker_receive(&w, &f));
        assert_int_equal(atomic_load(&w.page->call), 5);
        int status = worker_end(&w);
        assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, cases[i].signal);
    }
}

static void a_loop_is_named_and_killed(void **state) {
    (void)state;
    worker w = fixture_start();
    call(&w, 1, "/");
    result(&w, 1);
    assert_int_equal(atomic_load(&w.page->call), 0);
    call(&w, 2, "/loop");
    while (atomic_load(&w.page->call) != 2)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    assert_int_equal(kill(w.pid, SIGKILL), 0);
    int status = worker_end(&w);
    assert_true(WIFSIGNALED(status));
}

static void a_wrong_plugin_is_refused(void **state) {
    (void)state;
    const struct {
        const char *id, *version, *runtime, *entry, *part;
    } cases[] = {
        {"other", "1.0.0", "native", "plugin.so", "says that its id is \"worker-fixture\""},
        {"worker-fixture", "2.0.0", "native", "plugin.so", "says that its version is \"1.0.0\""},
        {"worker-fixture", "1.0.0", "native", "missing.so", "cannot be loaded"},
        {"worker-fixture", "1.0.0", "native", "../plugin.so", "inside the package"},
        {"worker-fixture", "1.0.0", "native", "interlinker.json", "cannot be loaded"},
        {"worker-fixture", "1.0.0", "java", "plugin.so", "neither \"native\" nor \"lua\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        worker w = worker_start(FIXTURE);
        frame f;
        load(&w, cases[i].id, cases[i].version, cases[i].runtime, cases[i].entry);
        assert_true(worker_receive(&w, &f));
        assert_int_equal(f.type, FRAME_FAILED);
        str text = field(f.payload, TAG_TEXT);
        if (!memmem(text.ptr, text.len, cases[i].part, strlen(cases[i].part)))
            expect(f.payload, TAG_TEXT, cases[i].part);
        assert_false(worker_receive(&w, &f));
        assert_int_equal(WEXITSTATUS(worker_end(&w)), 1);
    }
}

static void a_worker_ends_with_its_host(void **state) {
    (void)state;
    worker w = fixture_start();
    int status = worker_end(&w);
    assert_true(WIFEXITED(status));
}

static void lua_runs_too(void **state) {
    (void)state;
    worker w = worker_start(HELLO_LUA);
    frame f;
    load(&w, "hello-lua", "1.0.0", "lua", "main.lua");
    assert_true(worker_receive(&w, &f));
    if (f.type == FRAME_FAILED)
        expect(f.payload, TAG_TEXT, "ready");
    size_t mark = call_begin(&w, 3, "/");
    frame_text(&w.out, TAG_ASSET_NAME, "<Ciao>");
    frame_finish(&w.out, mark);
    worker_send(&w);
    str payload = result(&w, 3);
    expect(payload, TAG_ANSWER_TYPE, "text/html");
    str body = field(payload, TAG_ANSWER_BODY);
    assert_non_null(memmem(body.ptr, body.len, "&lt;Ciao&gt;", 12));
    worker_end(&w);
}

// The script is told before the host has to kill, and cannot hold the message back.
static void a_lua_loop_is_told(void **state) {
    (void)state;
    static const char *const files[][2] = {
        {"interlinker.json", "{\"permissions\": []}"},
        {"main.lua", "return {handle = function() while true do pcall(function() while true do end end) end end}"},
    };
    char *folder = unit_folder();
    for (size_t i = 0; i < 2; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", folder, files[i][0]);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(files[i][1], file);
        fclose(file);
    }
    worker w = worker_start(folder);
    frame f;
    load(&w, "loop", "1.0.0", "lua", "main.lua");
    assert_true(worker_receive(&w, &f));
    assert_int_equal(f.type, FRAME_READY);
    call(&w, 1, "/");
    do
        assert_true(worker_receive(&w, &f));
    while (f.type == FRAME_LOG);
    assert_int_equal(f.type, FRAME_RESULT);
    assert_int_equal(frame_value(field(f.payload, TAG_ANSWER_STATUS)), 504);
    worker_end(&w);
    unit_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_answered),
        cmocka_unit_test(forms_are_read),
        cmocka_unit_test(effects_come_back),
        cmocka_unit_test(documents_are_fetched),
        cmocka_unit_test(a_file_is_fetched),
        cmocka_unit_test(all_documents_need_no_fetch),
        cmocka_unit_test(refusals_have_no_effects),
        cmocka_unit_test(the_jail_holds),
        cmocka_unit_test(a_death_is_seen),
        cmocka_unit_test(a_loop_is_named_and_killed),
        cmocka_unit_test(a_wrong_plugin_is_refused),
        cmocka_unit_test(a_worker_ends_with_its_host),
        cmocka_unit_test(lua_runs_too),
        cmocka_unit_test(a_lua_loop_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
