// SPDX-License-Identifier: EUPL-1.2
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536 };
#define TAKEN_OVER __attribute__((visibility("default")))

static struct {
    pthread_mutex_t lock;
    char folder[4096];
    size_t folder_len;
    const call_listener *listener;
    atomic_bool watched[DESCRIPTORS];
} calls = {.lock = PTHREAD_MUTEX_INITIALIZER};

void calls_watch(const char *folder, const call_listener *listener) {
    pthread_mutex_lock(&calls.lock);
    calls.folder_len = folder ? (size_t)snprintf(calls.folder, sizeof calls.folder, "%s", folder) : 0;
    calls.listener = listener;
    for (size_t i = 0; i < DESCRIPTORS; i++)
        atomic_store_explicit(&calls.watched[i], false, memory_order_relaxed);
    pthread_mutex_unlock(&calls.lock);
}

void calls_hold(void) {
    pthread_mutex_lock(&calls.lock);
}

void calls_release(void) {
    pthread_mutex_unlock(&calls.lock);
}

static bool below(const char *path) {
    size_t len = calls.folder_len;
    return len > 0 && strncmp(path, calls.folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_watched(int fd) {
    return fd >= 0 && fd < DESCRIPTORS && atomic_load_explicit(&calls.watched[fd], memory_order_relaxed);
}

static void watch(int fd, bool on) {
    if (fd >= 0 && fd < DESCRIPTORS)
        atomic_store_explicit(&calls.watched[fd], on, memory_order_relaxed);
}

// True, with the lock held, if the call is to be made; false, with errno set, if it fails.
static bool begin(call_kind kind) {
    pthread_mutex_lock(&calls.lock);
    const call_listener *l = calls.listener;
    int error = l && l->before ? l->before(kind) : 0;
    if (!error)
        return true;
    pthread_mutex_unlock(&calls.lock);
    errno = error;
    return false;
}

static void end(void) {
    int error = errno;
    pthread_mutex_unlock(&calls.lock);
    errno = error;
}

// What the listener hears, if the call did something.
#define TELL(happened, what, ...)                                                                                      \
    do {                                                                                                               \
        int kept_error = errno;                                                                                        \
        if ((happened) && calls.listener && calls.listener->what)                                                      \
            calls.listener->what(__VA_ARGS__);                                                                         \
        errno = kept_error;                                                                                            \
    } while (0)

// ---- opening and closing

static int open_file(const char *path, int flags, mode_t mode) {
    if (!below(path)) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
        watch(fd, false);
        return fd;
    }
    if (!begin(CALL_OPEN))
        return -1;
    bool there = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    watch(fd, fd >= 0);
    TELL(fd >= 0, opened, fd, path, !there);
    TELL(fd >= 0 && there && (flags & O_TRUNC), truncated, fd, 0);
    end();
    return fd;
}

static mode_t mode_of(int flags, va_list args) {
    return (flags & (O_CREAT | O_TMPFILE)) ? (mode_t)va_arg(args, int) : 0;
}

TAKEN_OVER int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return open_file(path, flags, mode);
}

TAKEN_OVER int open64(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return open_file(path, flags, mode);
}

TAKEN_OVER int close(int fd) {
    watch(fd, false);
    return (int)syscall(SYS_close, fd);
}

// ---- contents

TAKEN_OVER ssize_t read(int fd, void *to, size_t len) {
    if (!is_watched(fd))
        return syscall(SYS_read, fd, to, len);
    if (!begin(CALL_READ))
        return -1;
    ssize_t got = syscall(SYS_read, fd, to, len);
    end();
    return got;
}

TAKEN_OVER ssize_t pread64(int fd, void *to, size_t len, off64_t at) {
    if (!is_watched(fd))
        return syscall(SYS_pread64, fd, to, len, at);
    if (!begin(CALL_READ))
        return -1;
    ssize_t got = syscall(SYS_pread64, fd, to, len, at);
    end();
    return got;
}

TAKEN_OVER ssize_t write(int fd, const void *bytes, size_t len) {
    if (!is_watched(fd))
        return syscall(SYS_write, fd, bytes, len);
    if (!begin(CALL_WRITE))
        return -1;
    int64_t at = syscall(SYS_lseek, fd, 0, SEEK_CUR);
    ssize_t wrote = syscall(SYS_write, fd, bytes, len);
    TELL(wrote > 0, wrote, fd, at, bytes, (size_t)wrote);
    end();
    return wrote;
}

TAKEN_OVER ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at) {
    if (!is_watched(fd))
        return syscall(SYS_pwrite64, fd, bytes, len, at);
    if (!begin(CALL_WRITE))
        return -1;
    ssize_t wrote = syscall(SYS_pwrite64, fd, bytes, len, at);
    TELL(wrote > 0, wrote, fd, at, bytes, (size_t)wrote);
    end();
    return wrote;
}

TAKEN_OVER int ftruncate64(int fd, off64_t size) {
    if (!is_watched(fd))
        return (int)syscall(SYS_ftruncate, fd, size);
    if (!begin(CALL_TRUNCATE))
        return -1;
    int done = (int)syscall(SYS_ftruncate, fd, size);
    TELL(done == 0, truncated, fd, size);
    end();
    return done;
}

TAKEN_OVER int ftruncate(int fd, off_t size) {
    return ftruncate64(fd, size);
}

// The file that is mapped is SQLite's index of its log; what is written to it by memory needs no disk.
TAKEN_OVER void *mmap64(void *where, size_t len, int protection, int flags, int fd, off64_t at) {
    if (is_watched(fd)) {
        if (!begin(CALL_MAP))
            return (void *)-1;
        end();
    }
    return (void *)syscall(SYS_mmap, where, len, protection, flags, fd, at);
}

static int sync_file(int fd, long number) {
    if (!is_watched(fd))
        return (int)syscall(number, fd);
    if (!begin(CALL_SYNC))
        return -1;
    TELL(true, synced, fd);
    end();
    return 0; // the listener's disk is the one that counts; the real one need not be waited for
}

TAKEN_OVER int fsync(int fd) {
    return sync_file(fd, SYS_fsync);
}

TAKEN_OVER int fdatasync(int fd) {
    return sync_file(fd, SYS_fdatasync);
}

// ---- names

static int rename_file(const char *from, const char *to, unsigned flags) {
    if (!below(from) && !below(to))
        return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
    if (!begin(CALL_NAME))
        return -1;
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
    TELL(done == 0, renamed, from, to);
    end();
    return done;
}

TAKEN_OVER int rename(const char *from, const char *to) {
    return rename_file(from, to, 0);
}

TAKEN_OVER int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    if (from_folder != AT_FDCWD || to_folder != AT_FDCWD)
        return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    return rename_file(from, to, flags);
}

TAKEN_OVER int unlink(const char *path) {
    if (!below(path))
        return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!begin(CALL_NAME))
        return -1;
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    TELL(done == 0, removed, path);
    end();
    return done;
}

TAKEN_OVER int mkdir(const char *path, mode_t mode) {
    if (!below(path))
        return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (!begin(CALL_NAME))
        return -1;
    int done = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    TELL(done == 0, made_folder, path);
    end();
    return done;
}
