// SPDX-License-Identifier: EUPL-1.2
#include "worker/jail_filter.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE_ARCH

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define DENY(code) (SECCOMP_RET_ERRNO | (code))
enum { PROGRAM_SIZE = 512, X32 = 0x40000000 };

// The hot ones first: the kernel walks the list from the top where it cannot remember the answer.
static const int allowed[] = {
    SYS_recvfrom,
    SYS_sendto,
    SYS_rt_sigreturn,
    SYS_futex,
    SYS_clock_gettime,
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_mmap,
    SYS_mprotect,
    SYS_close,
    SYS_lseek,
    SYS_fstat,
    SYS_pread64,
    SYS_newfstatat,
    SYS_openat,
    SYS_getdents64,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_rt_sigprocmask,
    SYS_rt_sigaction,
    SYS_sigaltstack,
    SYS_gettid,
    SYS_getpid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_exit,
    SYS_exit_group,
    SYS_sched_yield,
    SYS_restart_syscall,
    SYS_set_robust_list,
    SYS_sysinfo,
    SYS_uname,
    SYS_ppoll,
    SYS_getcwd,
    SYS_seccomp, // for the second filter
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_poll
    SYS_poll,
#endif
#ifdef SYS_stat
    SYS_stat,
    SYS_lstat,
#endif
#ifdef SYS_open
    SYS_open,
#endif
#ifdef SYS_time
    SYS_time,
#endif
};

// What a program may try in good faith: it is told no and goes on.
static const int refused[] = {
    SYS_socket, SYS_socketpair, SYS_connect,   SYS_bind,    SYS_listen,    SYS_accept,   SYS_accept4,  SYS_clone,
    SYS_execve, SYS_execveat,   SYS_kill,      SYS_tkill,   SYS_prlimit64, SYS_ioctl,    SYS_unlinkat, SYS_renameat,
    SYS_prctl,  SYS_linkat,     SYS_symlinkat, SYS_mkdirat, SYS_fchmodat,  SYS_fchownat, SYS_truncate, SYS_ftruncate,
#ifdef SYS_fork
    SYS_fork,   SYS_vfork,
#endif
#ifdef SYS_unlink
    SYS_unlink, SYS_rename,     SYS_mkdir,     SYS_rmdir,   SYS_creat,
#endif
};

// What only an attack needs.
static const int deadly[] = {
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_bpf,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_perf_event_open,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_personality,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
#ifdef SYS_pidfd_getfd
    SYS_pidfd_getfd,
#endif
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
    SYS_ioperm,
    SYS_iopl,
#endif
};

typedef struct program {
    struct sock_filter code[PROGRAM_SIZE];
    unsigned short length;
} program;

static void emit(program *p, struct sock_filter instruction) {
    assert(p->length < PROGRAM_SIZE);
    p->code[p->length++] = instruction;
}

static void load(program *p, size_t offset) {
    emit(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(program *p, uint32_t action) {
    emit(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

// If what was loaded is `value`, the answer is `action`.
static void on(program *p, uint32_t value, uint32_t action) {
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    answer(p, action);
}

static void on_each(program *p, const int *numbers, size_t count, uint32_t action) {
    for (size_t i = 0; i < count; i++)
        on(p, (uint32_t)numbers[i], action);
}

static size_t argument(int index) {
    return offsetof(struct seccomp_data, args) + (size_t)index * sizeof(uint64_t); // the low half: little-endian
}

// A system call that is allowed only if an argument has one of some values. Reads the number again afterwards.
static void on_values(program *p, int number, int index, const uint32_t *values, size_t count, uint32_t otherwise) {
    // Behind the jump: load, two for each value, the answer.
    emit(p,
         (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, (unsigned char)(2 + 2 * count)));
    load(p, argument(index));
    for (size_t i = 0; i < count; i++)
        on(p, values[i], SECCOMP_RET_ALLOW);
    answer(p, otherwise);
}

// A system call that is refused if an argument has one of some bits.
static void on_bits(program *p, int number, int index, uint32_t bits, uint32_t action) {
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4));
    load(p, argument(index));
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    answer(p, action);
    answer(p, SECCOMP_RET_ALLOW);
}

static void begin(program *p) {
    p->length = 0;
    load(p, offsetof(struct seccomp_data, arch));
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0));
    answer(p, SECCOMP_RET_KILL_PROCESS);
    load(p, offsetof(struct seccomp_data, nr));
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1));
    answer(p, SECCOMP_RET_KILL_PROCESS);
}

static int install(program *p) {
    struct sock_fprog filter = {p->length, p->code};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : errno;
}

int jail_filter_loading(void) {
    static const uint32_t descriptor_commands[] = {F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC};
    program p;
    uint32_t self = (uint32_t)getpid();
    begin(&p);
    on_each(&p, allowed, COUNT(allowed), SECCOMP_RET_ALLOW);
    on_values(&p, SYS_fcntl, 1, descriptor_commands, COUNT(descriptor_commands), DENY(EPERM));
    on_values(&p, SYS_tgkill, 0, &self, 1, DENY(EPERM)); // abort() and raise() signal the process itself
    on_each(&p, refused, COUNT(refused), DENY(EPERM));
    on_each(&p, deadly, COUNT(deadly), SECCOMP_RET_KILL_PROCESS);
    answer(&p, DENY(ENOSYS));
    return install(&p);
}

int jail_filter_running(void) {
    static const int gone[] = {
        SYS_openat, SYS_newfstatat, SYS_getdents64, SYS_getcwd, SYS_seccomp,
#ifdef SYS_open
        SYS_open,
#endif
#ifdef SYS_stat
        SYS_stat,   SYS_lstat,
#endif
    };
    program p;
    begin(&p);
    on_each(&p, gone, COUNT(gone), DENY(EACCES));
    on_bits(&p, SYS_mmap, 2, PROT_EXEC, DENY(EACCES));
    on_bits(&p, SYS_mprotect, 2, PROT_EXEC, DENY(EACCES));
    answer(&p, SECCOMP_RET_ALLOW);
    return install(&p);
}

#else

int jail_filter_loading(void) {
    return ENOSYS; // the numbers of this processor's system calls are not known here
}

int jail_filter_running(void) {
    return ENOSYS;
}

#endif
