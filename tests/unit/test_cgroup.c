// SPDX-License-Identifier: EUPL-1.2
//
// Control groups, on a group that this test makes and delegates to itself. Where the machine has no tree of version 2,
// or the test is not root, only the reading of paths is tested; where the tree has no memory and no pids to give, not
// the limits.
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/spawn.h"

enum { EATEN = 512 << 20, FORKS = 20 };

static char self[PATH_MAX];

// ---- paths

static void its_own_path_is_read(void **state) {
    (void)state;
    char out[64];
    assert_true(cgroup_path_read("4:memory:/a\n1:name=systemd:/b\n0::/system.slice/x.service\n", out, sizeof out));
    assert_string_equal(out, "/system.slice/x.service");
    assert_true(cgroup_path_read("0::/", out, sizeof out));
    assert_string_equal(out, "/");
    assert_false(cgroup_path_read("4:memory:/a\n", out, sizeof out));
    assert_false(cgroup_path_read("", out, sizeof out));
    assert_false(cgroup_path_read("0::/longer-than-the-room\n", out, 8));
}

static void its_folder_is_found_where_the_tree_is_mounted(void **state) {
    (void)state;
    static const char PLAIN[] = "22 1 0:20 / /proc rw - proc proc rw\n"
                                "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
    static const char PART[] = "30 22 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    static const char OLD[] = "30 22 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
    char out[64];
    assert_true(cgroup_folder_read(PLAIN, "/x.service", out, sizeof out));
    assert_string_equal(out, "/sys/fs/cgroup/x.service");
    assert_true(cgroup_folder_read(PART, "/docker/abc/x", out, sizeof out));
    assert_string_equal(out, "/sys/fs/cgroup/x");
    assert_true(cgroup_folder_read(PART, "/docker/abc", out, sizeof out));
    assert_string_equal(out, "/sys/fs/cgroup");
    assert_false(cgroup_folder_read(PART, "/docker/abcdef", out, sizeof out));
    assert_false(cgroup_folder_read(PART, "/other", out, sizeof out));
    assert_false(cgroup_folder_read(OLD, "/x", out, sizeof out));
    assert_false(cgroup_folder_read("", "/x", out, sizeof out));
}

// ---- a group of our own

static void read_text(const char *name, char *out, size_t size) {
    FILE *file = fopen(name, "re");
    size_t len = file ? fread(out, 1, size - 1, file) : 0;
    out[len] = '\0';
    if (file)
        fclose(file);
}

// A new group below ours, or false where none can be made.
static bool group_make(char out[PATH_MAX]) {
    char groups[4096], mounts[65536], path[1024], folder[2048];
    read_text("/proc/self/cgroup", groups, sizeof groups);
    read_text("/proc/self/mountinfo", mounts, sizeof mounts);
    if (!cgroup_path_read(groups, path, sizeof path) || !cgroup_folder_read(mounts, path, folder, sizeof folder))
        return false;
    snprintf(out, PATH_MAX, "%s/interlink-test-%d", folder, (int)getpid());
    return mkdir(out, 0755) == 0;
}

static bool join(const char *group) {
    char name[PATH_MAX + 16];
    snprintf(name, sizeof name, "%s/cgroup.procs", group);
    int file = open(name, O_WRONLY | O_CLOEXEC);
    bool joined = file >= 0 && write(file, "0", 1) == 1;
    if (file >= 0)
        close(file);
    return joined;
}

// As cgroup.h says: by the number of the program that made it.
static const char *tool(char room[64], pid_t program, int number) {
    snprintf(room, 64, "tools/%d-%d", (int)program, number);
    return room;
}

// In a child that has joined the group; what fails there is said on standard error.
static void in_group(bool marked, bool (*body)(const char *group)) {
    char group[PATH_MAX], name[PATH_MAX + 80], left[64];
    if (!group_make(group))
        skip();
    if (marked)
        assert_int_equal(setxattr(group, "user.delegate", "1", 1, 0), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(join(group) && body(group) ? 0 : 1);
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    for (const char *const *part = (const char *[]){tool(left, child, 1), "tools", "host", ".", NULL}; *part; part++) {
        snprintf(name, sizeof name, "%s/%s", group, *part);
        rmdir(strcmp(*part, ".") == 0 ? group : name);
    }
    assert_int_not_equal(access(group, F_OK), 0); // nothing was left in it
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

#define HOLDS(what) ((what) || (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what), false))

static bool in_this(pid_t pid, const char *end) {
    char name[64], text[4096], path[1024];
    snprintf(name, sizeof name, "/proc/%d/cgroup", (int)pid);
    read_text(name, text, sizeof text);
    if (!cgroup_path_read(text, path, sizeof path) || strlen(path) < strlen(end))
        return false;
    return strcmp(path + strlen(path) - strlen(end), end) == 0;
}

static bool start(const char *what, const cgroup *group, pid_t *pid) {
    char namespaces[SPAWN_NAMESPACES_TEXT];
    char *arguments[] = {self, (char *)what, NULL}, *environment[] = {NULL};
    int pidfd = -1, nothing = spawn_move_up(open("/dev/null", O_RDWR | O_CLOEXEC));
    const int files[] = {nothing, nothing, nothing};
    spawn_plan plan = {self, arguments, environment, files, 3, 0, group ? group->folder : 0};
    int error = spawn_start(&plan, namespaces, pid, &pidfd);
    close(nothing);
    if (pidfd >= 0)
        close(pidfd);
    return error == 0;
}

static int ended(pid_t pid) {
    int how = -1;
    return waitpid(pid, &how, 0) == pid ? how : -1;
}

static bool is_there(const char *group, const char *name) {
    char path[PATH_MAX + 80];
    snprintf(path, sizeof path, "%s/%s", group, name);
    return access(path, F_OK) == 0;
}

static bool body_alone(const char *group) {
    char note[CGROUP_NOTE], name[64], left[PATH_MAX + 80];
    cgroup one, two;
    pid_t first, second;
    cgroup_tree *t = cgroup_open(note);
    snprintf(left, sizeof left, "%s/%s", group, tool(name, getpid(), 1)); // of one that was killed
    bool good = HOLDS(t) && HOLDS(in_this(getpid(), "/host")) && HOLDS(mkdir(left, 0755) == 0) &&
                HOLDS(cgroup_create(t, &(cgroup_limits){0}, &one)) &&
                HOLDS(cgroup_create(t, &(cgroup_limits){0}, &two)) && HOLDS(start("wait", &one, &first)) &&
                HOLDS(start("wait", &two, &second)) && HOLDS(in_this(first, tool(name, getpid(), 1))) &&
                HOLDS(in_this(second, tool(name, getpid(), 2)));
    if (!good)
        return false;
    cgroup_remove(t, &one);
    int how = ended(first);
    good =
        HOLDS(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) && HOLDS(one.folder == -1) && HOLDS(kill(second, 0) == 0);
    kill(second, SIGKILL);
    ended(second);
    cgroup_remove(t, &two);
    cgroup_remove(t, &two);
    cgroup_close(t);
    return HOLDS(!is_there(group, tool(name, getpid(), 2))) && good;
}

static void each_process_has_its_own(void **state) {
    (void)state;
    in_group(true, body_alone);
}

static bool body_not_ours(const char *group) {
    char note[CGROUP_NOTE] = "", again[CGROUP_NOTE] = "";
    cgroup none = {-1, 0};
    cgroup_remove(NULL, &none);
    cgroup_close(NULL);
    return HOLDS(!cgroup_look(again)) && HOLDS(*again) && HOLDS(!cgroup_open(note)) &&
           HOLDS(strcmp(note, again) == 0) && HOLDS(!is_there(group, "host")) && HOLDS(!is_there(group, "tools"));
}

static void a_group_that_is_not_delegated_is_not_touched(void **state) {
    (void)state;
    in_group(false, body_not_ours);
}

// Without the group's limits it eats up, and starts, all that it wants: the same program shows both.
static bool body_limits(const char *group) {
    char note[CGROUP_NOTE];
    cgroup_tree *t = cgroup_open(note);
    cgroup eater, forker;
    pid_t pid;
    (void)group;
    if (!HOLDS(t))
        return false;
    bool good = HOLDS(start("eat", NULL, &pid)) && HOLDS(ended(pid) == 0) && HOLDS(start("fork", NULL, &pid)) &&
                HOLDS(ended(pid) == 0);
    good = good && HOLDS(cgroup_create(t, &(cgroup_limits){EATEN / 4, 4}, &eater)) && HOLDS(start("eat", &eater, &pid));
    int how = good ? ended(pid) : 0;
    good = good && HOLDS(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    good = good && HOLDS(cgroup_create(t, &(cgroup_limits){EATEN, 4}, &forker)) && HOLDS(start("fork", &forker, &pid));
    how = good ? ended(pid) : 0;
    good = good && HOLDS(WIFEXITED(how) && WEXITSTATUS(how) == FORKS - 3);
    cgroup_remove(t, &eater);
    cgroup_remove(t, &forker);
    cgroup_close(t);
    return good;
}

static bool body_can_limit(const char *group) {
    char note[CGROUP_NOTE];
    (void)group;
    return cgroup_look(note) || (fprintf(stderr, "no limits to test here: %s\n", note), false);
}

static void the_kernel_keeps_the_limits(void **state) {
    (void)state;
    char group[PATH_MAX];
    if (!group_make(group))
        skip();
    setxattr(group, "user.delegate", "1", 1, 0);
    pid_t child = fork();
    if (child == 0)
        _exit(join(group) && body_can_limit(group) ? 0 : 1);
    int can = ended(child);
    rmdir(group);
    if (can != 0)
        skip();
    in_group(true, body_limits);
}

// ---- what is started in the groups

static int eat(void) {
    char *all = malloc(EATEN);
    for (size_t at = 0; all && at < EATEN; at += 4096)
        ((volatile char *)all)[at] = 1;
    free(all);
    return all ? 0 : 2;
}

// How many could not be started.
static int fork_many(void) {
    int failed = 0;
    pid_t children[FORKS];
    for (int i = 0; i < FORKS; i++) {
        children[i] = fork();
        if (children[i] == 0)
            for (;;)
                pause();
        failed += children[i] < 0;
    }
    for (int i = 0; i < FORKS; i++)
        if (children[i] > 0)
            kill(children[i], SIGKILL);
    return failed;
}

int main(int argc, char **argv) {
    // _exit: a search for leaks would start a process more, and none may be started.
    if (argc == 2 && strcmp(argv[1], "eat") == 0)
        _exit(eat());
    if (argc == 2 && strcmp(argv[1], "fork") == 0)
        _exit(fork_many());
    if (argc == 2 && strcmp(argv[1], "wait") == 0)
        return pause();
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_own_path_is_read),        cmocka_unit_test(its_folder_is_found_where_the_tree_is_mounted),
        cmocka_unit_test(each_process_has_its_own),    cmocka_unit_test(a_group_that_is_not_delegated_is_not_touched),
        cmocka_unit_test(the_kernel_keeps_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
