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
#include "worker/jail_root.h"

// Not in Debian 12's headers yet.
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

enum { HEADROOM = 24 << 20, STACK_SIZE = 2 << 20, DESCRIPTORS = 16 };
enum { FOLDERS = sizeof((jail_plan *)0)->folders / sizeof((jail_plan *)0)->folders[0] };

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

static void namespace_check(unsigned had, unsigned wanted, jail_layer *layer) {
    if ((had & wanted) == wanted)
        held(layer);
    else
        missing(layer, "this system gives none to this program");
}

// Where the host could not make them, a process may still leave the network, if it is root or the system gives user
// namespaces.
static void leave_network(unsigned had, jail_layer *layer) {
    if (had & CLONE_NEWNET || unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0 ||
        unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0)
        held(layer);
    else
        missing(layer, "this system gives no user namespaces: %s; sockets are refused by the system call filter",
                strerror(errno));
}

static void change_root(const jail_plan *plan, jail_layer *layer) {
    bool halfway = false;
    int error = plan->namespaces & CLONE_NEWNS ? jail_root_enter(plan->folders, FOLDERS, &halfway) : EPERM;
    if (halfway)
        _exit(126); // neither the old root nor the new one
    if (error)
        missing(layer, "%s; files are closed by Landlock", strerror(error));
    else
        held(layer);
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
        {RLIMIT_AS, memory ? memory + HEADROOM : RLIM_INFINITY},
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
    int error = jail_files_close(plan->folders, FOLDERS, &abi);
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

static bool wanted(const jail_plan *plan, jail_layer layers[JAIL_LAYERS], jail_layer_id id) {
    if (plan->leave_out & 1u << id)
        missing(&layers[id], "left out");
    return !(plan->leave_out & 1u << id);
}

static void enter_namespaces(const jail_plan *plan, jail_layer layers[JAIL_LAYERS]) {
    unsigned had = plan->namespaces;
    if (wanted(plan, layers, JAIL_USER))
        namespace_check(had, CLONE_NEWUSER, &layers[JAIL_USER]);
    if (wanted(plan, layers, JAIL_PROCESSES))
        namespace_check(had, CLONE_NEWPID, &layers[JAIL_PROCESSES]);
    if (wanted(plan, layers, JAIL_MESSAGES))
        namespace_check(had, CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP, &layers[JAIL_MESSAGES]);
    if (wanted(plan, layers, JAIL_NETWORK))
        leave_network(had, &layers[JAIL_NETWORK]);
}

void jail_enter(const jail_plan *plan, jail_layer layers[JAIL_LAYERS]) {
    static const char *const names[JAIL_LAYERS] = {
        [JAIL_DESCRIPTORS] = "open files closed",
        [JAIL_ENVIRONMENT] = "environment cleared",
        [JAIL_USER] = "nobody outside",
        [JAIL_PROCESSES] = "alone with itself",
        [JAIL_NETWORK] = "network empty",
        [JAIL_MESSAGES] = "no messages between processes",
        [JAIL_ROOT] = "root folder of its own",
        [JAIL_LIMITS] = "resource limits",
        [JAIL_PRIVILEGES] = "privileges dropped",
        [JAIL_MEMORY] = "no new code in memory",
        [JAIL_FILES] = "files closed",
        [JAIL_CALLS] = "system calls by list",
        [JAIL_CALLS_TIGHT] = "fewer system calls once loaded",
    };
    for (int i = 0; i < JAIL_LAYERS; i++)
        layers[i] = (jail_layer){.name = names[i], .needed = i != JAIL_MEMORY};
    size_t before = mapped(); // asked of /proc, which is gone with the old root
    if (wanted(plan, layers, JAIL_DESCRIPTORS))
        close_descriptors(plan->keep, &layers[JAIL_DESCRIPTORS]);
    if (wanted(plan, layers, JAIL_ENVIRONMENT))
        clear_environment(&layers[JAIL_ENVIRONMENT]);
    enter_namespaces(plan, layers);
    if (wanted(plan, layers, JAIL_ROOT))
        change_root(plan, &layers[JAIL_ROOT]);
    if (wanted(plan, layers, JAIL_LIMITS))
        set_limits(plan->memory ? plan->memory + before : 0, &layers[JAIL_LIMITS]);
    if (wanted(plan, layers, JAIL_PRIVILEGES))
        drop_privileges(&layers[JAIL_PRIVILEGES]);
    if (wanted(plan, layers, JAIL_MEMORY))
        seal_memory(&layers[JAIL_MEMORY]);
    if (wanted(plan, layers, JAIL_FILES))
        close_files(plan, &layers[JAIL_FILES]);
    if (wanted(plan, layers, JAIL_CALLS))
        filter(jail_filter_loading, &layers[JAIL_CALLS]);
}

void jail_tighten(jail_layer layers[JAIL_LAYERS]) {
    filter(jail_filter_running, &layers[JAIL_CALLS_TIGHT]);
}
