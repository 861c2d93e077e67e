// SPDX-License-Identifier: EUPL-1.2
#include "worker/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/jail_files.h"
#include "worker/jail_filter.h"

// Not in Debian 12's headers yet.
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

enum { HEADROOM = 24 << 20, STACK_SIZE = 2 << 20, DESCRIPTORS = 16 };

static void held(jail_layer *layer) {
    layer->held = true;
}

static void missing(jail_layer *layer, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void missing(jail_layer *layer, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(layer->note, sizeof layer->note, format, args);
    va_end(args);
    layer->held = false;
}

static void close_descriptors(int keep, jail_layer *layer) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)keep, ~0u, 0) == 0) {
        held(layer);
        return;
    }
#endif
    struct rlimit limit;
    rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
    for (int descriptor = keep; descriptor < (int)end; descriptor++)
        close(descriptor);
    held(layer);
}

static void clear_environment(jail_layer *layer) {
    sigset_t none;
    sigemptyset(&none);
    umask(077);
    setsid(); // fails only for one that leads a session already
    if (clearenv() != 0 || chdir("/") != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
        signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        missing(layer, "%s", strerror(errno));
    else
        held(layer);
}

static void leave_network(jail_layer *layer) {
    // Root may do so directly; others need a user namespace, which some systems do not give.
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0)
        held(layer);
    else
        missing(layer, "this system gives no user namespaces: %s; sockets are refused by the system call filter",
                strerror(errno));
}

// What is mapped now, in bytes: libraries and the like, which a plugin's own memory comes on top of.
static size_t mapped(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        if (fscanf(file, "%lu", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void set_limits(size_t memory, jail_layer *layer) {
    const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {
        {RLIMIT_CORE, 0},
        {RLIMIT_FSIZE, 0},
        {RLIMIT_NOFILE, DESCRIPTORS},
        {RLIMIT_NPROC, 0},
        {RLIMIT_MEMLOCK, 0},
        {RLIMIT_MSGQUEUE, 0},
        {RLIMIT_STACK, STACK_SIZE},
        {RLIMIT_AS, memory ? memory + mapped() + HEADROOM : RLIM_INFINITY},
    };
    held(layer);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit = {limits[i].value, limits[i].value};
        if (limits[i].value != RLIM_INFINITY && setrlimit(limits[i].resource, &limit) != 0)
            missing(layer, "limit %d: %s", (int)limits[i].resource, strerror(errno));
    }
}

static void drop_privileges(jail_layer *layer) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (geteuid() == 0)
        (void)!setgroups(0, NULL); // refused in a user namespace without a map, where the groups mean nothing
    for (int capability = 0; capability < 64; capability++)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // only who has CAP_SETPCAP can and need do so
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) != 0)
        missing(layer, "capabilities stay: %s", strerror(errno));
    else if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        missing(layer, "no_new_privs: %s", strerror(errno));
    // Last, because a change of credentials takes both of these back.
    else if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        missing(layer, "%s", strerror(errno));
    else
        held(layer);
}

static void seal_memory(jail_layer *layer) {
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0)
        held(layer);
    else
        missing(layer, "needs Linux 6.3; the second system call filter does the same once a plugin is loaded");
}

static void close_files(const jail_plan *plan, jail_layer *layer) {
    int abi = 0;
    int error = jail_files_close(plan->folders, sizeof plan->folders / sizeof plan->folders[0], &abi);
    if (error) {
        missing(layer, "Landlock: %s; files are closed only once a plugin is loaded", strerror(error));
    } else {
        held(layer);
        snprintf(layer->note, sizeof layer->note, "Landlock %d", abi);
    }
}

static void filter(int (*install)(void), jail_layer *layer) {
    int error = install();
    if (error)
        missing(layer, "seccomp: %s", strerror(error));
    else
        held(layer);
}

void jail_enter(const jail_plan *plan, jail_layer layers[JAIL_LAYERS]) {
    static const char *const names[JAIL_LAYERS] = {
        [JAIL_DESCRIPTORS] = "open files closed",
        [JAIL_ENVIRONMENT] = "environment cleared",
        [JAIL_NETWORK] = "network empty",
        [JAIL_LIMITS] = "resource limits",
        [JAIL_PRIVILEGES] = "privileges dropped",
        [JAIL_MEMORY] = "no new code in memory",
        [JAIL_FILES] = "files closed",
        [JAIL_CALLS] = "system calls by list",
        [JAIL_CALLS_TIGHT] = "fewer system calls once loaded",
    };
    for (int i = 0; i < JAIL_LAYERS; i++)
        layers[i] = (jail_layer){.name = names[i]};
    close_descriptors(plan->keep, &layers[JAIL_DESCRIPTORS]);
    clear_environment(&layers[JAIL_ENVIRONMENT]);
    leave_network(&layers[JAIL_NETWORK]);
    set_limits(plan->memory, &layers[JAIL_LIMITS]);
    drop_privileges(&layers[JAIL_PRIVILEGES]);
    seal_memory(&layers[JAIL_MEMORY]);
    close_files(plan, &layers[JAIL_FILES]);
    filter(jail_filter_loading, &layers[JAIL_CALLS]);
}

void jail_tighten(jail_layer layers[JAIL_LAYERS]) {
    filter(jail_filter_running, &layers[JAIL_CALLS_TIGHT]);
}

// ---- a trial, for the doctor

static void probe_child(const char *folder, int report) {
    jail_layer layers[JAIL_LAYERS];
    jail_plan plan = {.folders = {folder}, .keep = 4};
    if (dup2(report, 3) != 3)
        _exit(1);
    jail_enter(&plan, layers);
    jail_tighten(layers);
    _exit(write(3, layers, sizeof layers) == (ssize_t)sizeof layers ? 0 : 1);
}

bool jail_probe(const char *folder, jail_layer layers[JAIL_LAYERS]) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        probe_child(folder, ends[1]);
    close(ends[1]);
    // The names are static text at the same address in parent and child.
    size_t size = JAIL_LAYERS * sizeof *layers, len = 0;
    for (ssize_t n = 1; child > 0 && n > 0 && len<size; len += n> 0 ? (size_t)n : 0)
        n = read(ends[0], (char *)layers + len, size - len);
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return child > 0 && len == size;
}
