// SPDX-License-Identifier: EUPL-1.2
//
// interlink-escape [--alone | --control] [--brief]: runs the escape kit on this machine, each attempt in a process of
// its own that is jailed as a worker is, as a function, from a constructor and from an ifunc resolver.
//
//   (nothing)   all layers on: nothing may escape
//   --alone     one layer on at a time: each must stop the attempts that the table says it stops
//   --control   none on: what escapes shows that the attempts are real
//
// Prints a line for each attempt (attempt, moment, layers, outcome), or with --brief a line for each layer. Exits with
// 1 if something escaped that should not have. What an older kernel cannot refuse is expected of none.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"
#include "escape.h"
#include "worker/jail.h"

enum { PAGE_SIZE = 4096, PAGE_FILE = 3, PATIENCE_MS = 10000, MEMORY = 64 << 20, CAME_TO_ITS_END = 99 };
enum {
    ALL_NAMESPACES =
        CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
};

static const struct {
    unsigned layer, parts;
    const char *name;
} LAYERS[] = {
    {LAYER_NAMESPACES,
     1u << JAIL_USER | 1u << JAIL_PROCESSES | 1u << JAIL_NETWORK | 1u << JAIL_MESSAGES | 1u << JAIL_ROOT, "namespaces"},
    {LAYER_FILES, 1u << JAIL_FILES, "Landlock"},
    {LAYER_CALLS, 1u << JAIL_CALLS | 1u << JAIL_CALLS_TIGHT, "system call filters"},
    {LAYER_LIMITS, 1u << JAIL_LIMITS, "limits"},
};
enum { LAYER_COUNT = sizeof LAYERS / sizeof *LAYERS };

// Landlock learned these later: truncate in version 3, TCP in 4, signals and sockets without a file in 6.
static const struct {
    const char *name;
    int landlock;
} NEWER[] = {
    {"cut_file", 3},      {"connect_tcp", 4},   {"listen_tcp", 4},    {"connect_abstract", 6},
    {"signal_victim", 6}, {"signal_parent", 6}, {"signal_thread", 6}, {"signal_queue", 6},
};
// While it is loaded, only the kernel's own rule keeps a plugin from making code (PR_SET_MDWE, Linux 6.3). What it
// could make, its file may hold as well.
static const char *const BY_MEMORY_RULE[] = {"code_mapped", "code_made"};
enum { LANDLOCK_CREATE_RULESET = 444, LANDLOCK_GET_VERSION = 1, MDWE_GET = 66 };

typedef struct kit {
    char path[4096], self[4096];
    int page_file;
    void *code;
    const escape_attempt *(*about)(int);
    int count;
    bool brief;
    int landlock;     // its version here; 0: none
    bool memory_rule; // has this kernel the rule?
    bool may_raise;   // limits, as root on a whole machine: alone they then hold nobody
} kit;

// ---- the child: in a jail, with the kit

static unsigned parts_of(unsigned layers) {
    unsigned parts = 0;
    if (layers & LAYER_ALL)
        return (1u << JAIL_LAYERS) - 1;
    for (int i = 0; i < LAYER_COUNT; i++)
        if (layers & LAYERS[i].layer)
            parts |= LAYERS[i].parts;
    return parts;
}

static int child(unsigned layers, const char *path, const char *folder, const char *namespaces) {
    jail_layer held[JAIL_LAYERS];
    unsigned parts = parts_of(layers);
    void *at = mmap((void *)ESCAPE_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, PAGE_FILE, 0);
    if (at == MAP_FAILED)
        return 2;
    jail_plan plan = {.folders = {folder},
                      .memory = MEMORY,
                      .keep = PAGE_FILE + 1,
                      .namespaces = (unsigned)strtoul(namespaces, NULL, 16),
                      .leave_out = ~parts};
    // What Landlock and the filters need of the layer that is left out.
    if (layers & (LAYER_FILES | LAYER_CALLS))
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    jail_enter(&plan, held);
    void *code = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void (*run)(void) = code ? (void (*)(void))dlsym(code, "escape_run") : NULL;
    if (!run)
        return 2;
    if (parts & 1u << JAIL_CALLS_TIGHT)
        jail_tighten(held);
    if (ESCAPE_PAGE->when == WHEN_CALLED)
        run();
    return CAME_TO_ITS_END;
}

// ---- one attempt

typedef enum verdict { CONTAINED, ESCAPED, DIED, BROKEN } verdict;

static int above(int file) {
    int moved = fcntl(file, F_DUPFD_CLOEXEC, 16);
    close(file);
    return moved;
}

static verdict judge(int status) {
    int outcome = ESCAPE_PAGE->outcome;
    if (outcome == 1)
        return ESCAPED;
    if (outcome == 0)
        return CONTAINED;
    if (WIFSIGNALED(status))
        return DIED;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ESCAPED : BROKEN; // another program ran, and was content
}

static verdict run_one(const kit *k, int index, int when, unsigned layers) {
    char mask[16], folder[4096], namespaces[SPAWN_NAMESPACES_TEXT] = "";
    snprintf(mask, sizeof mask, "%u", layers);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(k->path, '/') - k->path), k->path);
    char *arguments[] = {(char *)k->self, "--child", mask, (char *)k->path, folder, namespaces, NULL}, *none[] = {NULL};
    int nothing = above(open("/dev/null", O_RDWR | O_CLOEXEC)), page = above(dup(k->page_file)), pidfd = -1, status = 0;
    int files[] = {nothing, nothing, nothing, page};
    pid_t pid = 0;
    spawn_plan plan = {k->self, arguments, none, files, 4, layers & (LAYER_ALL | LAYER_NAMESPACES) ? 0 : ALL_NAMESPACES,
                       0};
    ESCAPE_PAGE->attempt = index;
    ESCAPE_PAGE->when = when;
    ESCAPE_PAGE->outcome = -1;
    int error = spawn_start(&plan, namespaces, &pid, &pidfd);
    close(nothing);
    close(page);
    if (error)
        return BROKEN;
    struct pollfd end = {pidfd, POLLIN, 0};
    bool ended = poll(&end, 1, PATIENCE_MS) > 0;
    if (!ended)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(pidfd);
    return ended ? judge(status) : BROKEN;
}

// ---- what the attempts are tried on

static int listener(int family, const void *address, socklen_t len) {
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, address, len) != 0 || listen(fd, 64) != 0)
        exit(2);
    return fd;
}

// A process of the same user that does nothing, and ends with this one.
static void victim_start(void) {
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        for (;;)
            pause();
    }
    ESCAPE_PAGE->victim = pid;
}

static void copy(volatile char *to, const char *from) {
    while ((*to++ = *from++) != 0)
        continue;
}

static void file_make(const char *folder, const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_TRUNC, 0600);
    if (fd < 0 || write(fd, "secret", 6) != 6)
        exit(2);
    close(fd);
}

static void world_make(kit *k, char folder[]) {
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t len = sizeof tcp;
    char path[300], text[32];
    k->page_file = memfd_create("escape", MFD_CLOEXEC);
    if (ftruncate(k->page_file, PAGE_SIZE) != 0 ||
        mmap((void *)ESCAPE_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, k->page_file, 0) ==
            MAP_FAILED ||
        !mkdtemp(folder))
        exit(2);
    snprintf(path, sizeof path, "%s/file", folder);
    copy(ESCAPE_PAGE->folder, folder);
    copy(ESCAPE_PAGE->file, path);
    int fd = listener(AF_INET, &tcp, sizeof tcp);
    getsockname(fd, (struct sockaddr *)&tcp, &len);
    ESCAPE_PAGE->port = ntohs(tcp.sin_port);
    int size = snprintf(text, sizeof text, "interlink-escape-%d", (int)getpid());
    copy(ESCAPE_PAGE->abstract_name, text);
    memcpy(name.sun_path + 1, text, (size_t)size);
    listener(AF_UNIX, &name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)size));
    victim_start();
}

static void world_end(const char *folder) {
    static const char *const NAMES[] = {"file", "prey"};
    char path[300];
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        unlink(path);
    }
    rmdir(folder);
    kill(ESCAPE_PAGE->victim, SIGKILL);
    waitpid(ESCAPE_PAGE->victim, NULL, 0);
}

// ---- all of them

static const char *verdict_text(verdict v) {
    static const char *const TEXTS[] = {"contained", "ESCAPED", "died", "broken"};
    return TEXTS[v];
}

// Can this kernel refuse it, with this layer alone or (LAYER_ALL) all of them?
static bool refusable(const kit *k, const char *name, int when, unsigned layers) {
    for (size_t i = 0; layers == LAYER_FILES && i < sizeof NEWER / sizeof *NEWER; i++)
        if (strcmp(NEWER[i].name, name) == 0)
            return k->landlock >= NEWER[i].landlock;
    if (layers == LAYER_LIMITS && strcmp(name, "raise_limit") == 0)
        return !k->may_raise;
    for (size_t i = 0; when != WHEN_CALLED && i < sizeof BY_MEMORY_RULE / sizeof *BY_MEMORY_RULE; i++)
        if (strcmp(BY_MEMORY_RULE[i], name) == 0)
            return k->memory_rule;
    return true;
}

// Gives how many were stopped of those in `among` (0: all), and adds to *wrong those that were not and should have
// been.
static int run_all(const kit *k, int when, unsigned layers, const char *name, unsigned among, int *wrong) {
    int stopped = 0;
    for (int i = 0; i < k->count; i++) {
        const escape_attempt *about = k->about(i);
        file_make((const char *)ESCAPE_PAGE->folder, "file");
        file_make((const char *)ESCAPE_PAGE->folder, "prey");
        verdict v = run_one(k, i, when, layers);
        bool out = v == ESCAPED || v == BROKEN, expected = among == 0 || about->stopped_by & among;
        expected = expected && refusable(k, about->name, when, layers);
        stopped += !out;
        *wrong += out && expected;
        if (!k->brief || (out && expected))
            printf("%s\t%c\t%s\t%s\n", about->name, when, name, verdict_text(v));
    }
    return stopped;
}

static int run_together(const kit *k) {
    static const struct {
        int when;
        const char *text;
    } MOMENTS[] = {{WHEN_CALLED, "as a function"},
                   {WHEN_LOADED, "from a constructor"},
                   {WHEN_RELOCATED, "from an ifunc resolver"}};
    int wrong = 0;
    for (size_t i = 0; i < sizeof MOMENTS / sizeof *MOMENTS; i++) {
        int stopped = run_all(k, MOMENTS[i].when, LAYER_ALL, "all", 0, &wrong);
        if (k->brief)
            printf("  all layers, %-22s %d of %d attempts contained%s\n", MOMENTS[i].text, stopped, k->count,
                   stopped < k->count && !wrong ? "; a newer kernel would stop the others, which harm nobody" : "");
    }
    return wrong;
}

static int run_alone(const kit *k) {
    int wrong = 0;
    for (int i = 0; i < LAYER_COUNT; i++) {
        int stopped = run_all(k, WHEN_CALLED, LAYERS[i].layer, LAYERS[i].name, LAYERS[i].layer, &wrong);
        if (k->brief)
            printf("  only %-28s %d of %d attempts contained\n", LAYERS[i].name, stopped, k->count);
    }
    return wrong;
}

static bool may_raise_limits(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct has[2] = {{0}, {0}};
    return syscall(SYS_capget, &header, has) == 0 &&
           has[CAP_TO_INDEX(CAP_SYS_RESOURCE)].effective & CAP_TO_MASK(CAP_SYS_RESOURCE);
}

static bool kit_open(kit *k) {
    ssize_t len = readlink("/proc/self/exe", k->self, sizeof k->self - 32);
    if (len <= 0)
        return false;
    k->self[len] = '\0';
    snprintf(k->path, sizeof k->path, "%.*s/escape/escape_kit.so", (int)(strrchr(k->self, '/') - k->self), k->self);
    ESCAPE_PAGE->when = WHEN_CALLED; // loading it here runs nothing
    k->code = dlopen(k->path, RTLD_NOW | RTLD_LOCAL);
    if (k->code)
        k->about = (const escape_attempt *(*)(int))dlsym(k->code, "escape_about");
    int landlock = (int)syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_GET_VERSION);
    k->landlock = landlock > 0 ? landlock : 0;
    k->may_raise = may_raise_limits();
    k->memory_rule = prctl(MDWE_GET, 0, 0, 0, 0) >= 0;
    while (k->about && k->about(k->count))
        k->count++;
    return k->count > 0;
}

int main(int argc, char **argv) {
    if (argc == 6 && strcmp(argv[1], "--child") == 0)
        _exit(child((unsigned)strtoul(argv[2], NULL, 10), argv[3], argv[4], argv[5]));
    char folder[] = "/tmp/interlink-escape-XXXXXX";
    kit k = {.page_file = -1};
    const char *how = "";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--brief") == 0)
            k.brief = true;
        else
            how = argv[i];
    }
    world_make(&k, folder);
    if (!kit_open(&k)) {
        fprintf(stderr, "interlink-escape: %s\n", dlerror());
        world_end(folder);
        return 2;
    }
    int wrong = 0;
    if (strcmp(how, "--control") == 0)
        run_all(&k, WHEN_CALLED, 0, "none", LAYER_ALL << 1, &wrong);
    else
        wrong = strcmp(how, "--alone") == 0 ? run_alone(&k) : run_together(&k);
    world_end(folder);
    return wrong ? 1 : 0;
}
