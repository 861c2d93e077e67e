// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <interlink.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static int passwd_at_load; // the errno of a constructor, which runs before anything has been checked

__attribute__((constructor)) static void at_load(void) {
    passwd_at_load = open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

// ---- what the jail leaves: 0 means that it worked, anything else is the errno

static int64_t outcome(long result) {
    return result < 0 ? errno : 0;
}

static int64_t outcome_of_map(void *memory) {
    return memory == MAP_FAILED ? errno : 0;
}

static il_status jail(const il_host *il, il_call *call) {
    char *const nothing[] = {NULL};
    void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *volatile memory = malloc((size_t)1 << 30); // volatile, or the compiler takes it for granted
    il_json *facts = il->json->of(
        call,
        "{\"passwd_at_load\": %i, \"passwd\": %i, \"socket\": %i, \"fork\": %i, \"exec\": %i, \"kill\": %i, \"write\": "
        "%i,"
        " \"map_code\": %i, \"make_code\": %i, \"environment\": %b, \"descriptor_5\": %i, \"memory\": %b}",
        (int64_t)passwd_at_load, outcome(open("/etc/passwd", O_RDONLY)), outcome(socket(AF_INET, SOCK_STREAM, 0)),
        outcome(fork()), outcome(execve("/bin/true", nothing, nothing)), outcome(kill(getppid(), 0)),
        outcome(open("/tmp/interlink-fixture", O_CREAT | O_WRONLY, 0600)),
        outcome_of_map(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
        outcome(mprotect(code, 4096, PROT_READ | PROT_EXEC)), environ && environ[0], outcome(fcntl(5, F_GETFD)),
        memory != NULL);
    return il->answer->json(call, facts);
}

// ---- pages

static il_status count(const il_host *il, il_call *call) {
    il_document counter;
    il_status status = il->documents->get(call, "counter", &counter);
    if (status != IL_OK && status != IL_ABSENT) {
        return status;
    }
    int64_t next = il->json->integer(il->json->get(counter.value, "n"), 0) + 1;
    il->documents->put(call, "counter", il->json->of(call, "{\"n\": %i}", next), counter.version);
    il->documents->append(call, "visit/", il->json->of(call, "%i", next));
    il->effects->publish(call, "changed", NULL);
    il->effects->log(call, "counted", il->json->of(call, "{\"n\": %i}", next));
    return il->answer->redirect(call, "/results");
}

static il_status list(const il_host *il, il_call *call) {
    const il_document *votes;
    size_t n;
    int32_t more;
    uint64_t all;
    il_status status = il->documents->list(call, "vote/", "", 2, &votes, &n, &more);
    if (status == IL_OK) {
        status = il->documents->count(call, "vote/", &all);
    }
    if (status != IL_OK) {
        return status;
    }
    return il->answer->json(call,
                            il->json->of(call, "{\"first\": %s, \"value\": %j, \"n\": %i, \"more\": %b, \"all\": %i}",
                                         votes[0].key, votes[0].value, (int64_t)n, more, (int64_t)all));
}

static il_status file(const il_host *il, il_call *call) {
    il_str bytes, type;
    il_status status = il->files->get(call, "picture.png", &bytes, &type);
    return status == IL_OK ? il->answer->file(call, "copy.png", type.ptr, bytes) : status;
}

static il_status misbehave(const il_host *il, il_call *call, il_str path) {
    if (il_equal(path, "/crash")) {
        raise(SIGSEGV);
    } else if (il_equal(path, "/abort")) {
        abort();
    } else if (il_equal(path, "/exit")) {
        exit(0);
    } else if (il_equal(path, "/unshare")) {
        syscall(SYS_unshare, 0);
    } else if (il_equal(path, "/loop")) {
        for (volatile int forever = 1; forever;) {
        }
    }
    return il->answer->problem(call, 404, "There is no such page.");
}

static il_status page(const il_host *il, il_call *call) {
    il_person person;
    il->call->person(call, &person);
    return il->answer->page(call, "page.html", il->json->of(call, "{\"role\": %s}", person.role));
}

static il_status handle(const il_host *il, il_call *call) {
    il_str path = il->call->path(call);
    if (il_equal(path, "/")) {
        return page(il, call);
    } else if (il_equal(path, "/echo")) {
        il->call->debug(call, "a line");
        return il->answer->json(call,
                                il->json->of(call, "{\"form\": %j, \"a\": %s, \"q\": %s}", il->call->form_all(call),
                                             il->call->form(call, "a"), il->call->query(call, "q")));
    } else if (il_equal(path, "/count")) {
        return count(il, call);
    } else if (il_equal(path, "/list")) {
        return list(il, call);
    } else if (il_equal(path, "/file")) {
        return file(il, call);
    } else if (il_equal(path, "/notify")) {
        return il->effects->notify(call, "process", "hello", NULL);
        return page(il, call);
    } else if (il_equal(path, "/fail")) {
        il->effects->log(call, "never", NULL);
        return il->call->fail(call, IL_CONFLICT, "The fixture is closed.");
    } else if (il_equal(path, "/silent")) {
        return IL_OK;
    } else if (il_equal(path, "/jail")) {
        return jail(il, call);
    }
    return misbehave(il, call, path);
}

static const char *const needs[] = {"il.call/1",   "il.json/1", "il.documents/1", "il.files/1", "il.effects/1",
                                    "il.answer/1", NULL};
IL_PLUGIN(.id = "worker-fixture", .version = "1.0.0", .needs = needs, .handle = handle);
