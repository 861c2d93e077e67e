// SPDX-License-Identifier: EUPL-1.2
//
// The escape kit: what a hostile plugin may try once its code runs. Each attempt gives 1 if it got what it wanted and 0
// if it did not; dying of it counts as contained. System calls are made by hand, so that nothing stands between the attempt and
// the kernel, and so that it may run in an ifunc resolver. Nothing here harms a machine without a jail: targets are what
// the test made, and what would do damage is only opened.
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include "escape.h"

#define PAGE ESCAPE_PAGE
#define EXPORT __attribute__((visibility("default")))

// What the runner asks for by name.
EXPORT void escape_run(void);
EXPORT const escape_attempt *escape_about(int index); // NULL behind the last one
EXPORT void escape_resolved(void);

static long call6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                     x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#endif
}

#define L(x) ((long)(x))
#define SYS0(n) call6(SYS_##n, 0, 0, 0, 0, 0, 0)
#define SYS1(n, a) call6(SYS_##n, L(a), 0, 0, 0, 0, 0)
#define SYS2(n, a, b) call6(SYS_##n, L(a), L(b), 0, 0, 0, 0)
#define SYS3(n, a, b, c) call6(SYS_##n, L(a), L(b), L(c), 0, 0, 0)
#define SYS4(n, a, b, c, d) call6(SYS_##n, L(a), L(b), L(c), L(d), 0, 0)
#define SYS5(n, a, b, c, d, e) call6(SYS_##n, L(a), L(b), L(c), L(d), L(e), 0)
#define SYS6(n, a, b, c, d, e, f) call6(SYS_##n, L(a), L(b), L(c), L(d), L(e), L(f))

// ---- helpers, without a library

static void join(char *out, const volatile char *a, const char *b) {
    while (*a)
        *out++ = *a++;
    while (*b)
        *out++ = *b++;
    *out = 0;
}

static void number(char *out, const char *before, int n, const char *after) {
    char digits[12];
    int len = 0;
    while (*before)
        *out++ = *before++;
    do
        digits[len++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    while (len)
        *out++ = digits[--len];
    while (*after)
        *out++ = *after++;
    *out = 0;
}

static int opens(const char *path, int flags) {
    long fd = SYS4(openat, AT_FDCWD, path, flags | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd >= 0)
        SYS1(close, fd);
    return fd >= 0;
}

static int opens_of_victim(const char *what, int flags) {
    char path[64];
    number(path, "/proc/", PAGE->victim, what);
    return opens(path, flags);
}

static long connects(int family, const void *address, int size, int type) {
    long fd = SYS3(socket, family, type | SOCK_CLOEXEC, 0);
    long done = fd < 0 ? fd : SYS3(connect, fd, address, size);
    if (fd >= 0)
        SYS1(close, fd);
    return done;
}

static int makes_socket(int family, int type, int protocol) {
    long fd = SYS3(socket, family, type, protocol);
    if (fd >= 0)
        SYS1(close, fd);
    return fd >= 0;
}

// A child that ends at once. It exists: that is what was wanted.
static int has_child(long pid) {
    if (pid == 0)
        SYS1(exit_group, 0);
    if (pid > 0)
        SYS4(wait4, pid, 0, 0, 0);
    return pid > 0;
}

static int has_descriptor(long fd) {
    if (fd >= 0)
        SYS1(close, fd);
    return fd >= 0;
}

// ---- files

static int open_passwd(void) { return opens("/etc/passwd", O_RDONLY); }
static int open_shadow(void) { return opens("/etc/shadow", O_RDONLY); }
static int read_secret(void) { return opens((const char *)PAGE->file, O_RDONLY); }
static int write_file(void) { return opens((const char *)PAGE->file, O_WRONLY); }
static int append_file(void) { return opens((const char *)PAGE->file, O_WRONLY | O_APPEND); }
static int open_path_only(void) {
    long fd = SYS4(openat, AT_FDCWD, "/etc/passwd", O_PATH, 0);
    char link[40];
    number(link, "/proc/self/fd/", (int)fd, "");
    return fd >= 0 && opens(link, O_RDONLY);
}
static int create_file(void) {
    char path[220];
    join(path, PAGE->folder, "/new");
    int made = opens(path, O_CREAT | O_EXCL | O_WRONLY);
    SYS3(unlinkat, AT_FDCWD, path, 0);
    return made;
}
static int create_unnamed(void) { return opens((const char *)PAGE->folder, O_TMPFILE | O_WRONLY); }
static int climb(void) { return opens("/usr/lib/../../etc/passwd", O_RDONLY); }
static int climb_far(void) { return opens("../../../../../../../../etc/passwd", O_RDONLY); }
static int proc_root(void) { return opens("/proc/self/root/etc/passwd", O_RDONLY); }
static int proc_cwd(void) { return opens("/proc/self/cwd/../../../../../../etc/passwd", O_RDONLY); }
static int proc_mem(void) { return opens("/proc/self/mem", O_RDWR); }
static int proc_maps(void) { return opens("/proc/self/maps", O_RDONLY); }
static int proc_init(void) { return opens("/proc/1/environ", O_RDONLY); }
static int victim_mem(void) { return opens_of_victim("/mem", O_RDWR); }
static int victim_environ(void) { return opens_of_victim("/environ", O_RDONLY); }
static int victim_files(void) { return opens_of_victim("/fd", O_RDONLY | O_DIRECTORY); }
static int victim_root(void) { return opens_of_victim("/root/etc/passwd", O_RDONLY); }
static int sys_kernel(void) { return opens("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY); }
static int dev_null(void) { return opens("/dev/null", O_RDWR); }
static int dev_kmsg(void) { return opens("/dev/kmsg", O_RDONLY); }
static int dev_memory(void) { return opens("/dev/zero", O_RDWR); }
static int dev_terminal(void) { return opens("/dev/ptmx", O_RDWR); }
static int make_device(void) {
    char path[220];
    join(path, PAGE->folder, "/device");
    long made = SYS4(mknodat, AT_FDCWD, path, S_IFCHR | 0600, 0x103);
    SYS3(unlinkat, AT_FDCWD, path, 0);
    return made == 0;
}
static int make_pipe(void) {
    char path[220];
    join(path, PAGE->folder, "/pipe");
    long made = SYS4(mknodat, AT_FDCWD, path, S_IFIFO | 0600, 0);
    SYS3(unlinkat, AT_FDCWD, path, 0);
    return made == 0;
}
static int make_folder(void) {
    char path[220];
    join(path, PAGE->folder, "/below");
    long made = SYS3(mkdirat, AT_FDCWD, path, 0700);
    SYS3(unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
    return made == 0;
}
static int make_symlink(void) {
    char path[220];
    join(path, PAGE->folder, "/link");
    long made = SYS3(symlinkat, "/etc/passwd", AT_FDCWD, path);
    SYS3(unlinkat, AT_FDCWD, path, 0);
    return made == 0;
}
static int make_link(void) {
    char path[220];
    join(path, PAGE->folder, "/hard");
    long made = SYS5(linkat, AT_FDCWD, PAGE->file, AT_FDCWD, path, 0);
    SYS3(unlinkat, AT_FDCWD, path, 0);
    return made == 0;
}
static int rename_file(void) {
    char path[220];
    join(path, PAGE->folder, "/renamed");
    long done = SYS5(renameat2, AT_FDCWD, PAGE->file, AT_FDCWD, path, 0);
    SYS5(renameat2, AT_FDCWD, path, AT_FDCWD, PAGE->file, 0);
    return done == 0;
}
static int remove_file(void) {
    char path[220];
    join(path, PAGE->folder, "/prey");
    return SYS3(unlinkat, AT_FDCWD, path, 0) == 0;
}
static int change_mode(void) { return SYS3(fchmodat, AT_FDCWD, PAGE->file, 0640) == 0; }
static int change_owner(void) { return SYS5(fchownat, AT_FDCWD, PAGE->file, 1, 1, 0) == 0; }
static int cut_file(void) { return SYS2(truncate, PAGE->file, 6) == 0; }
static int see_file(void) {
    struct stat about;
    return SYS4(newfstatat, AT_FDCWD, "/etc/passwd", &about, 0) == 0;
}
static int ask_access(void) { return SYS4(faccessat, AT_FDCWD, "/etc/passwd", 4, 0) == 0; }
static int list_folder(void) {
    char entries[4096];
    long fd = SYS4(openat, AT_FDCWD, PAGE->folder, O_RDONLY | O_DIRECTORY, 0), got = -1;
    if (fd >= 0) {
        got = SYS3(getdents64, fd, entries, sizeof entries);
        SYS1(close, fd);
    }
    return got > 0;
}
static int read_link(void) {
    char target[200];
    return SYS4(readlinkat, AT_FDCWD, "/proc/self/exe", target, sizeof target) > 0;
}
static int change_folder(void) { return SYS1(chdir, PAGE->folder) == 0; }
static int file_handle(void) {
    struct {
        struct file_handle head;
        char room[128];
    } handle = {{.handle_bytes = 128}, {0}};
    int mount_id;
    return SYS5(name_to_handle_at, AT_FDCWD, "/etc/passwd", &handle, &mount_id, 0) == 0;
}
static int watch_files(void) {
    long fd = SYS1(inotify_init1, 0);
    return fd >= 0 && SYS3(inotify_add_watch, fd, PAGE->folder, 0x100) >= 0;
}
static int watch_all_files(void) { return has_descriptor(SYS2(fanotify_init, 0, 0)); }
static int extended_attribute(void) { return SYS5(setxattr, PAGE->file, "user.evil", "x", 1, 0) == 0; }

// ---- programs and code

static int run_program(void) {
    char *none[] = {NULL};
    SYS3(execve, "/bin/true", none, none); // ends with 0 and without an outcome, which counts as an escape
    return 0;
}
static int run_memory(void) {
    char *none[] = {NULL};
    long fd = SYS2(memfd_create, "x", 0);
    if (fd < 0 || SYS3(write, fd, "#!/bin/true\n", 12) != 12)
        return 0;
    SYS5(execveat, fd, "", none, none, AT_EMPTY_PATH);
    return 0;
}
static int memory_file(void) { return has_descriptor(SYS2(memfd_create, "x", 0)); }
static int secret_memory(void) { return has_descriptor(call6(447, 0, 0, 0, 0, 0, 0)); }
static int code_mapped(void) {
    return SYS6(mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) > 0;
}
static int code_made(void) {
    long at = SYS6(mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at > 0 && SYS3(mprotect, at, 4096, PROT_READ | PROT_EXEC) == 0;
}
static int code_by_key(void) {
    long at = SYS6(mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at > 0 && SYS4(pkey_mprotect, at, 4096, PROT_READ | PROT_EXEC, -1) == 0;
}
static int code_by_personality(void) { return SYS1(personality, 0x0400000) >= 0; }

// ---- sockets

static int socket_unix(void) { return makes_socket(AF_UNIX, SOCK_STREAM, 0); }
static int socket_inet(void) { return makes_socket(AF_INET, SOCK_STREAM, 0); }
static int socket_udp(void) { return makes_socket(AF_INET, SOCK_DGRAM, 0); }
static int socket_inet6(void) { return makes_socket(AF_INET6, SOCK_STREAM, 0); }
static int socket_netlink(void) { return makes_socket(AF_NETLINK, SOCK_RAW, 0); }
static int socket_packet(void) { return makes_socket(AF_PACKET, SOCK_RAW, 0x300); }
static int socket_raw(void) { return makes_socket(AF_INET, SOCK_RAW, 1); }
static int socket_vsock(void) { return makes_socket(AF_VSOCK, SOCK_STREAM, 0); }
static int socket_crypto(void) { return makes_socket(AF_ALG, SOCK_SEQPACKET, 0); }
static int socket_pair(void) {
    int pair[2];
    return SYS4(socketpair, AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}
static int connect_tcp(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};
    to.sin_port = (uint16_t)(PAGE->port << 8 | PAGE->port >> 8);
    return connects(AF_INET, &to, sizeof to, SOCK_STREAM) == 0;
}
static int connect_abstract(void) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int len = 0;
    for (; PAGE->abstract_name[len]; len++)
        to.sun_path[1 + len] = PAGE->abstract_name[len];
    return connects(AF_UNIX, &to, (int)offsetof(struct sockaddr_un, sun_path) + 1 + len, SOCK_STREAM) == 0;
}
static int connect_outside(void) { // a route is enough: nothing is sent
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = 0x3500, .sin_addr = {0x0100007f}};
    return connects(AF_INET, &to, sizeof to, SOCK_DGRAM) == 0;
}
static int listen_tcp(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};
    long fd = SYS3(socket, AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && SYS3(bind, fd, &at, sizeof at) == 0 && SYS2(listen, fd, 1) == 0;
}
static int pass_descriptor(void) {
    int pair[2];
    char one = 'x', room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&one, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = (struct cmsghdr *)room;
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)CMSG_DATA(head) = 1;
    return SYS4(socketpair, AF_UNIX, SOCK_STREAM, 0, pair) == 0 && SYS3(sendmsg, pair[0], &message, 0) == 1;
}

// ---- other processes

static int signal_victim(void) { return SYS2(kill, PAGE->victim, 0) == 0; }
static int signal_parent(void) {
    long parent = SYS0(getppid);
    return parent > 0 && SYS2(kill, parent, 0) == 0;
}
static int signal_all(void) { return SYS2(kill, -1, 0) == 0; }
static int signal_thread(void) { return SYS3(tgkill, PAGE->victim, PAGE->victim, 0) == 0; }
static int signal_queue(void) {
    siginfo_t info = {.si_code = SI_QUEUE};
    return SYS3(rt_sigqueueinfo, PAGE->victim, 0, &info) == 0;
}
static int hold_process(void) { return has_descriptor(SYS2(pidfd_open, PAGE->victim, 0)); }
static int trace_victim(void) {
    long done = SYS4(ptrace, PTRACE_SEIZE, PAGE->victim, 0, 0);
    if (done == 0)
        SYS4(ptrace, PTRACE_DETACH, PAGE->victim, 0, 0);
    return done == 0;
}
static int trace_me(void) { return SYS4(ptrace, PTRACE_TRACEME, 0, 0, 0) == 0; }
static int victim_read(void) {
    char byte;
    struct iovec here = {&byte, 1}, there = {(void *)ESCAPE_PAGE, 1}; // it has the same page at the same place
    return SYS6(process_vm_readv, PAGE->victim, &here, 1, &there, 1, 0) == 1;
}
static int victim_write(void) {
    char byte = 0;
    struct iovec here = {&byte, 1}, there = {(char *)ESCAPE_PAGE + 4000, 1};
    return SYS6(process_vm_writev, PAGE->victim, &here, 1, &there, 1, 0) == 1;
}
static int victim_priority(void) { return SYS3(setpriority, PRIO_PROCESS, PAGE->victim, 1) == 0; }
static int victim_scheduler(void) { return SYS1(sched_getscheduler, PAGE->victim) >= 0; }
static int victim_limits(void) {
    struct rlimit64 limit;
    return SYS4(prlimit64, PAGE->victim, RLIMIT_NOFILE, 0, &limit) == 0;
}
static int fork_process(void) { return has_child(SYS5(clone, SIGCHLD, 0, 0, 0, 0)); }
static int fork_many(void) {
    int made = 0;
    for (int i = 0; i < 5; i++)
        made += has_child(SYS5(clone, SIGCHLD, 0, 0, 0, 0));
    return made == 5;
}
static int fork_new_call(void) {
    struct {
        uint64_t flags, pidfd, child, parent, signal, stack, size, tls;
    } arguments = {.signal = SIGCHLD};
    return has_child(call6(435, (long)&arguments, sizeof arguments, 0, 0, 0, 0));
}

// ---- namespaces and mounts

static int new_user(void) { return SYS1(unshare, CLONE_NEWUSER) == 0; }
static int new_mounts(void) { return SYS1(unshare, CLONE_NEWNS) == 0; }
static int new_network(void) { return SYS1(unshare, CLONE_NEWNET) == 0; }
static int join_victim(void) {
    long fd = SYS2(pidfd_open, PAGE->victim, 0);
    return fd >= 0 && SYS2(setns, fd, CLONE_NEWNET | CLONE_NEWIPC) == 0;
}
static int mount_something(void) {
    if (SYS5(mount, "none", PAGE->folder, "tmpfs", 0, 0) != 0)
        return 0;
    SYS2(umount2, PAGE->folder, 2);
    return 1;
}
static int change_root(void) { return SYS1(chroot, PAGE->folder) == 0; }
static int open_mount(void) { return has_descriptor(SYS2(fsopen, "tmpfs", 0)); }
static int host_name(void) {
    struct utsname about;
    long len = 0;
    SYS1(uname, &about);
    while (about.nodename[len])
        len++;
    return SYS2(sethostname, about.nodename, len) == 0;
}

// ---- the kernel's corners

static int io_ring(void) {
    struct io_uring_params parameters = {0};
    return has_descriptor(SYS2(io_uring_setup, 1, &parameters));
}
static int bpf_map(void) {
    union bpf_attr attributes = {0};
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = 4;
    attributes.value_size = 4;
    attributes.max_entries = 1;
    return has_descriptor(SYS3(bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
static int perf_events(void) {
    struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes};
    return has_descriptor(SYS5(perf_event_open, &attributes, 0, -1, -1, 0));
}
static int page_faults(void) { return has_descriptor(SYS1(userfaultfd, 1)); }
static int key_session(void) { return SYS3(keyctl, 0, -3, 1) > 0; }
static int key_add(void) { return SYS5(add_key, "user", "interlink-escape", "x", 1, -2) > 0; }
static int kernel_log(void) { return SYS3(syslog, 10, 0, 0) >= 0; }
static int kernel_module(void) { return SYS3(init_module, "x", 1, "") == -ENOEXEC; }
static int queue_messages(void) {
    long id = SYS2(msgget, 0, 01600);
    if (id >= 0)
        SYS3(msgctl, id, 0, 0);
    return id >= 0;
}
static int share_memory(void) {
    long id = SYS3(shmget, 0, 4096, 01600);
    if (id >= 0)
        SYS3(shmctl, id, 0, 0);
    return id >= 0;
}
static int posix_queue(void) {
    long fd = SYS4(mq_open, "interlink-escape", O_CREAT | O_RDWR, 0600, 0);
    if (fd >= 0)
        SYS1(mq_unlink, "interlink-escape");
    return fd >= 0;
}
static int processor_choice(void) {
    unsigned long mask[16] = {0};
    return SYS3(sched_getaffinity, PAGE->victim, sizeof mask, mask) > 0;
}
static int real_time(void) {
    int priority = 1;
    return SYS3(sched_setscheduler, 0, 1, &priority) == 0;
}
static int be_root(void) { return SYS3(setresuid, 0, 0, 0) == 0 && SYS0(geteuid) == 0; }
static int change_groups(void) { return SYS2(setgroups, 0, 0) == 0; }
static int set_clock(void) { return SYS2(clock_settime, 0, 0) == -EFAULT; }
static int old_calls(void) {
#if defined(__x86_64__)
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "r8", "r9", "r10", "r11", "memory"); // getpid of 32 bits
    return result > 0;
#else
    return 0;
#endif
}
static int tables(void) {
#if defined(__x86_64__)
    char room[16];
    return SYS3(modify_ldt, 0, room, sizeof room) >= 0;
#else
    return 0;
#endif
}
static int ports(void) {
#if defined(__x86_64__)
    return SYS3(ioperm, 0x80, 1, 1) == 0;
#else
    return 0;
#endif
}
static int be_traced(void) { return SYS5(prctl, PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; }
static int survive_the_host(void) { return SYS5(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0; }

// ---- more than its share

static int much_memory(void) {
    long at = SYS6(mmap, 0, 1L << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at > 0;
}
static int much_heap(void) {
    long now = SYS1(brk, 0);
    return SYS1(brk, now + (1L << 30)) == now + (1L << 30);
}
static int many_files(void) {
    int made = 0;
    for (int i = 0; i < 1000; i++)
        made += SYS3(fcntl, 1, F_DUPFD_CLOEXEC, 0) >= 0;
    return made == 1000;
}
static int much_disk(void) {
    char path[220], bytes[4096] = {0};
    join(path, PAGE->folder, "/large");
    long fd = SYS4(openat, AT_FDCWD, path, O_CREAT | O_WRONLY, 0600), wrote = 0;
    for (int i = 0; fd >= 0 && i < 256; i++)
        wrote += SYS3(write, fd, bytes, sizeof bytes) > 0;
    SYS3(unlinkat, AT_FDCWD, path, 0);
    return wrote == 256;
}
static int raise_limit(void) {
    struct rlimit64 limit = {4096, 4096};
    return SYS4(prlimit64, 0, RLIMIT_NOFILE, &limit, 0) == 0;
}
static int lock_memory(void) {
    long at = SYS6(mmap, 0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at > 0 && SYS2(mlock, at, 1 << 20) == 0;
}

#include "escape_table.h"

static void attempt_run(void) {
    PAGE->outcome = attempts[PAGE->attempt].run();
}

// ---- the three moments at which it may run

EXPORT void escape_run(void) {
    attempt_run();
}

__attribute__((constructor)) static void when_loaded(void) {
    if (PAGE->when == WHEN_LOADED)
        attempt_run();
}

static void resolved(void) {}
static void (*resolve(void))(void) {
    if (PAGE->when == WHEN_RELOCATED)
        attempt_run();
    return resolved;
}
void escape_resolved(void) __attribute__((ifunc("resolve")));
// So that it is resolved when the kit is loaded.
EXPORT void (*volatile escape_held)(void) = escape_resolved;
