// SPDX-License-Identifier: EUPL-1.2
#include "plugin/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/spawn.h"
#include "base/worker_page.h"
#include "plugin/program.h"

enum {
    CHANNEL_BYTES = 1 << 20, // the kernel takes what it allows of this
    LINES_A_WINDOW = 20,     // of a worker's standard error that reach the log
    WINDOW_MS = 10000,
    // Of its control group, which counts what the kernel holds for it, too: well beyond what the jail itself allows.
    GROUP_ROOM = 64 << 20,
    GROUP_PROCESSES = 4,
};

struct plugin_process {
    loop *loop;
    pid_t pid; // only for its CPU clock, and only while it is not reaped, so that it cannot be another's
    int pidfd, errors;
    loop_watch *end_watch, *errors_watch;
    struct worker_page *page;
    cgroup_tree *groups;
    cgroup group;
    plugin_process_ended *ended;
    void *context;
    char *label;
    int64_t window; // steady milliseconds when it began
    int lines;
};

static void signal_pidfd(int pidfd, int signal) {
    syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

// ---- what the worker says on its standard error

static void log_lines(plugin_process *p, char *text, size_t len) {
    int64_t now = clock_steady() / 1000000;
    if (now - p->window > WINDOW_MS) {
        p->window = now;
        p->lines = 0;
    }
    text[len] = '\0';
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line && p->lines++ < LINES_A_WINDOW)
            log_write(LOG_WARNING, "plugin", "a worker says plugin=%s: %s", p->label, line);
}

static void on_errors(void *context, uint32_t events) {
    plugin_process *p = context;
    (void)events;
    char text[2048];
    ssize_t got = read(p->errors, text, sizeof text - 1);
    if (got > 0) {
        log_lines(p, text, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        loop_watch_remove(p->errors_watch);
        p->errors_watch = NULL;
    }
}

// ---- its end

static void on_end(void *context, uint32_t events) {
    plugin_process *p = context;
    (void)events;
    siginfo_t info = {0};
    if (waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
        return;
    p->pid = 0;
    loop_watch_remove(p->end_watch);
    p->end_watch = NULL;
    bool by_itself = info.si_code == CLD_EXITED;
    int signal = by_itself ? 0 : info.si_status, code = by_itself ? info.si_status : 0;
    if (code > WORKER_SIGNALLED) { // it says so itself: nothing ends the first process of a namespace by abort()
        signal = code - WORKER_SIGNALLED;
        code = 0;
    }
    p->ended(p->context, signal, code); // may destroy p
}

void plugin_process_kill(plugin_process *p) {
    if (p->pid)
        signal_pidfd(p->pidfd, SIGKILL);
}

void plugin_process_wait(plugin_process *p, int64_t until) {
    struct pollfd end = {.fd = p->pidfd, .events = POLLIN};
    int64_t left = until - clock_steady() / 1000000;
    while (p->pid && left > 0 && poll(&end, 1, (int)left) < 0 && errno == EINTR)
        left = until - clock_steady() / 1000000;
}

void plugin_process_destroy(plugin_process *p) {
    if (!p)
        return;
    if (p->pid) {
        plugin_process_kill(p);
        while (waitid(P_PIDFD, (id_t)p->pidfd, &(siginfo_t){0}, WEXITED) < 0 && errno == EINTR)
            continue;
    }
    cgroup_remove(p->groups, &p->group);
    if (p->end_watch)
        loop_watch_remove(p->end_watch);
    if (p->errors_watch)
        loop_watch_remove(p->errors_watch);
    if (p->pidfd >= 0)
        close(p->pidfd);
    if (p->errors >= 0)
        close(p->errors);
    if (p->page)
        munmap(p->page, WORKER_PAGE_SIZE);
    free(p->label);
    free(p);
}

// ---- measures

int64_t plugin_process_cpu(const plugin_process *p) {
    clockid_t clock;
    struct timespec used;
    if (!p->pid || clock_getcpuclockid(p->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return -1;
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

uint64_t plugin_process_call(const plugin_process *p) {
    return atomic_load_explicit(&p->page->call, memory_order_relaxed);
}

// ---- its start

// What the worker gets: its end of each, under descriptors high enough.
typedef struct ends {
    int channel, page, errors, nothing;
} ends;

static void close_all(const int *fds, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static bool make_ends(plugin_process *p, ends *theirs, int *channel) {
    int pair[2], pipes[2], size = CHANNEL_BYTES;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
        *channel = pair[0];
        theirs->channel = spawn_move_up(pair[1]);
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
        setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        if (theirs->channel >= 0)
            setsockopt(theirs->channel, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    if (pipe2(pipes, O_CLOEXEC) == 0) {
        p->errors = pipes[0];
        theirs->errors = spawn_move_up(pipes[1]);
        fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    }
    int page = memfd_create("interlink-page", MFD_CLOEXEC);
    if (page >= 0)
        theirs->page = spawn_move_up(page);
    theirs->nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (theirs->nothing >= 0)
        theirs->nothing = spawn_move_up(theirs->nothing);
    if (theirs->page >= 0 && ftruncate(theirs->page, WORKER_PAGE_SIZE) == 0) {
        void *mapped = mmap(NULL, WORKER_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, theirs->page, 0);
        p->page = mapped == MAP_FAILED ? NULL : mapped;
    }
    return *channel >= 0 && p->page && theirs->channel >= 0 && theirs->errors >= 0 && theirs->nothing >= 0;
}

// A worker without one has the jail's other limits still.
static void make_group(plugin_process *p, const plugin_process_start *start) {
    const cgroup_limits limits = {((uint64_t)start->memory_mb << 20) + GROUP_ROOM, GROUP_PROCESSES};
    p->groups = start->groups;
    if (p->groups && !cgroup_create(p->groups, &limits, &p->group))
        log_write(LOG_WARNING, "plugin", "no control group for a worker: %s plugin=%s", strerror(errno), p->label);
}

static int spawn(const char *path, const plugin_process_start *start, const ends *theirs, plugin_process *p) {
    char memory[16], cpu[16], namespaces[SPAWN_NAMESPACES_TEXT] = "";
    snprintf(memory, sizeof memory, "%u", start->memory_mb);
    snprintf(cpu, sizeof cpu, "%u", start->cpu_ms);
    char *arguments[] = {"interlink-worker", (char *)start->folder, memory, cpu, namespaces, NULL};
    char *environment[] = {"LANG=C.UTF-8", NULL};
    const int files[] = {theirs->nothing, theirs->nothing, theirs->errors, theirs->channel, theirs->page};
    _Static_assert(sizeof files / sizeof *files == WORKER_PAGE + 1, "the page is the last one");
    spawn_plan plan = {path,
                       arguments,
                       environment,
                       files,
                       sizeof files / sizeof *files,
                       0,
                       p->group.folder >= 0 ? p->group.folder : 0};
    return spawn_start(&plan, namespaces, &p->pid, &p->pidfd);
}

status plugin_process_create(loop *l, const plugin_process_start *start, plugin_process_ended *ended, void *context,
                             plugin_process **out, int *channel, fault *f) {
    char path[PATH_MAX];
    *out = NULL;
    *channel = -1;
    if (!program_find(start->program_folder, "interlink-worker", path))
        return fault_set(f, STATUS_PLUGIN_FAILED, "plugin.no_worker",
                         "The program interlink-worker is not in %.200s. Install the host completely.",
                         start->program_folder);
    plugin_process *p = memory_new(sizeof *p);
    *p = (plugin_process){.loop = l, .pidfd = -1, .errors = -1, .group = {-1, 0}, .ended = ended, .context = context};
    p->label = memory_text(start->label);
    make_group(p, start);
    ends theirs = {-1, -1, -1, -1};
    int error = make_ends(p, &theirs, channel) ? spawn(path, start, &theirs, p) : errno;
    close_all((int[]){theirs.channel, theirs.page, theirs.errors, theirs.nothing}, 4);
    if (error != 0) {
        p->pid = 0;
        close_all(channel, 1);
        *channel = -1;
        plugin_process_destroy(p);
        return fault_set(f, STATUS_PLUGIN_FAILED, "plugin.no_worker", "No worker could be started: %s.",
                         strerror(error));
    }
    p->end_watch = loop_watch_add(l, p->pidfd, EPOLLIN, on_end, p);
    p->errors_watch = loop_watch_add(l, p->errors, EPOLLIN, on_errors, p);
    *out = p;
    return STATUS_OK;
}
