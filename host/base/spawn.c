// SPDX-License-Identifier: EUPL-1.2
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ABOVE_THE_GIVEN = 16 }; // so that giving one descriptor does not overwrite another

// What is wished for, the most first: with a user namespace anybody may make the others; without one only root may.
static const unsigned WISHES[] = {
    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
    CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
    0,
};

// Who the child is in its user namespace: root there, and who it was outside.
typedef struct owner {
    char users[32], groups[32];
} owner;

// ---- in the child. The host has threads, so only what is safe in a signal handler may be called here.

static int file_set(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t len = (ssize_t)strlen(text);
    int error = file >= 0 && write(file, text, (size_t)len) == len ? 0 : errno;
    if (file >= 0)
        close(file);
    return error;
}

static int owner_set(const owner *o) {
    int error = file_set("/proc/self/setgroups", "deny");
    if (error == 0)
        error = file_set("/proc/self/uid_map", o->users);
    return error == 0 ? file_set("/proc/self/gid_map", o->groups) : error;
}

static void signals_reset(void) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// The report goes one above the files that are given, and is closed when the program starts.
static int files_set(const spawn_plan *plan, int *report) {
    int place = (int)plan->file_count;
    for (int i = 0; i < place; i++)
        if (dup2(plan->files[i], i) < 0)
            return errno;
    if (*report != place && dup3(*report, place, O_CLOEXEC) < 0)
        return errno;
    *report = place;
    return syscall(SYS_close_range, (unsigned)place + 1, ~0u, 0) == 0 ? 0 : errno;
}

static void child(const spawn_plan *plan, unsigned namespaces, const owner *o, int report) {
    signals_reset();
    int error = namespaces & CLONE_NEWUSER ? owner_set(o) : 0;
    if (error == 0)
        error = files_set(plan, &report);
    if (error == 0) {
        execve(plan->path, plan->arguments, plan->environment);
        error = errno;
    }
    ssize_t told = write(report, &error, sizeof error);
    _exit(told == (ssize_t)sizeof error ? 127 : 126);
}

// ---- in the host

static pid_t clone_into(unsigned namespaces, int group, int *pidfd) {
    struct clone_args arguments = {
        .flags = namespaces | CLONE_PIDFD | (group ? CLONE_INTO_CGROUP : 0),
        .cgroup = (uint64_t)group,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

static int attempt(const spawn_plan *plan, unsigned namespaces, const owner *o, const int report[2], pid_t *pid,
                   int *pidfd) {
    sigset_t all, before;
    int error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // no handler of the host's runs in the child
    *pid = clone_into(namespaces, plan->group, pidfd);
    if (*pid == 0)
        child(plan, namespaces, o, report[1]);
    if (*pid < 0)
        error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

// 0 when the program runs; else why it does not, and the child is gone.
static int await(int report, pid_t pid, int *pidfd) {
    int error = 0;
    ssize_t got;
    do
        got = read(report, &error, sizeof error);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return 0;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(*pidfd);
    *pidfd = -1;
    return got == (ssize_t)sizeof error && error != 0 ? error : ECHILD;
}

static int start_in(const spawn_plan *plan, unsigned namespaces, const owner *o, pid_t *pid, int *pidfd) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    // Above what is given, so that nothing is written over.
    int high = fcntl(report[1], F_DUPFD_CLOEXEC, (int)plan->file_count + 1);
    close(report[1]);
    report[1] = high;
    int error = high < 0 ? errno : attempt(plan, namespaces, o, report, pid, pidfd);
    if (high >= 0)
        close(high);
    if (error == 0)
        error = await(report[0], *pid, pidfd);
    close(report[0]);
    return error;
}

int spawn_move_up(int file) {
    int moved = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, ABOVE_THE_GIVEN), why = errno;
    if (file >= 0)
        close(file);
    errno = why;
    return moved;
}

int spawn_start(const spawn_plan *plan, char namespaces[SPAWN_NAMESPACES_TEXT], pid_t *pid, int *pidfd) {
    owner o;
    int error = 0;
    snprintf(o.users, sizeof o.users, "0 %u 1", (unsigned)geteuid());
    snprintf(o.groups, sizeof o.groups, "0 %u 1", (unsigned)getegid());
    for (size_t i = 0; i < sizeof WISHES / sizeof *WISHES; i++) {
        unsigned wish = WISHES[i] & ~plan->leave_out;
        snprintf(namespaces, SPAWN_NAMESPACES_TEXT, "%x", wish);
        error = start_in(plan, wish, &o, pid, pidfd);
        if (error == 0 || error == ENOENT || error == ENOMEM || error == EMFILE || error == ENFILE)
            return error;
    }
    return error;
}
