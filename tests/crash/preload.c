// SPDX-License-Identifier: EUPL-1.2
//
// preload: lets calls of a whole program fail. With LD_PRELOAD it stands before the C library; the plan is in the file
// INTERLINK_PLAN, which the test maps too, and the files are those in INTERLINK_PLAN_FOLDER. The program's workers get
// no environment, and so not this.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "plan.h"

#define TAKEN_OVER __attribute__((visibility("default")))

static plan *the_plan;
static bool ready; // the sanitizer, where there is one, has begun

static int fails(call_kind kind) {
    return plan_next(the_plan, kind);
}

static bool refused(size_t size) {
    if (!the_plan || (!plan_next(the_plan, CALL_MEMORY) && !(size >= PLAN_LARGE && atomic_load(&the_plan->small))))
        return false;
    errno = ENOMEM;
    return true;
}

// ---- before everything has begun: pieces of one room, each after its size, and never freed

enum { ROOM = 1 << 20, STEP = 16 };
static char room[ROOM] __attribute__((aligned(STEP)));
static size_t room_used;

static void *early(size_t size) {
    size_t *piece = (size_t *)(room + room_used);
    room_used += STEP + ((size + STEP - 1) & ~(size_t)(STEP - 1));
    if (room_used > ROOM)
        abort();
    *piece = size;
    return (char *)piece + STEP;
}

static bool is_early(const void *block) {
    return (const char *)block >= room && (const char *)block < room + ROOM;
}

// ---- afterwards: the real ones, or those of the sanitizer

static struct {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void (*free)(void *);
} real;

static void *look(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    static const call_listener LISTENER = {.before = fails};
    void (*sanitizer)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "__asan_init");
    if (sanitizer)
        sanitizer();
    real.malloc = (void *(*)(size_t))look("malloc");
    real.calloc = (void *(*)(size_t, size_t))look("calloc");
    real.realloc = (void *(*)(void *, size_t))look("realloc");
    real.aligned_alloc = (void *(*)(size_t, size_t))look("aligned_alloc");
    real.free = (void (*)(void *))look("free");
    ready = true;
    const char *path = getenv("INTERLINK_PLAN"), *folder = getenv("INTERLINK_PLAN_FOLDER");
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || !folder)
        return;
    void *shared = (void *)syscall(SYS_mmap, NULL, sizeof *the_plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (shared == MAP_FAILED)
        abort();
    the_plan = shared;
    calls_watch(folder, &LISTENER);
}

TAKEN_OVER void *malloc(size_t size) {
    if (!ready)
        return early(size);
    return refused(size) ? NULL : real.malloc(size);
}

TAKEN_OVER void *calloc(size_t count, size_t size) {
    if (!ready)
        return early(count * size);
    return refused(count * size) ? NULL : real.calloc(count, size);
}

TAKEN_OVER void *realloc(void *old, size_t size) {
    if (old && is_early(old)) {
        size_t had = ((size_t *)old)[-STEP / (int)sizeof(size_t)];
        void *fresh = malloc(size);
        return fresh ? memcpy(fresh, old, had < size ? had : size) : NULL;
    }
    if (!ready)
        return early(size);
    return refused(size) ? NULL : real.realloc(old, size);
}

TAKEN_OVER void *aligned_alloc(size_t alignment, size_t size) {
    return refused(size) ? NULL : real.aligned_alloc(alignment, size);
}

TAKEN_OVER void free(void *block) {
    if (ready && !is_early(block))
        real.free(block);
}

// libsodium takes the memory for a password's hash this way.
TAKEN_OVER void *mmap(void *where, size_t len, int protection, int flags, int fd, off_t at) {
    if (fd < 0 && the_plan && len >= PLAN_LARGE && atomic_load(&the_plan->small)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, where, len, protection, flags, fd, at);
}
