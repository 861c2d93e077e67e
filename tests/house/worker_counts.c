// SPDX-License-Identifier: EUPL-1.2
//
// Linked into interlink-worker in builds that count lines. The jail lets a worker write no file, and most workers end
// by a signal, so the worker cannot write its counters itself. They lie in memory that it shares with a twin which is
// made before the jail and stays outside of it; the twin writes them once the worker has ended, however that was.
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char __data_start, _end; // where the linker put the program's variables, the counters among them
void __gcov_dump(void);

// Puts shared memory with the same content in the place of the program's variables.
static int share_variables(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = (uintptr_t)&__data_start & ~(page - 1), end = ((uintptr_t)&_end + page - 1) & ~(page - 1);
    void *shared = mmap(NULL, end - begin, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -1;
    memcpy(shared, (void *)begin, end - begin);
    return mremap(shared, end - begin, end - begin, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)begin) == MAP_FAILED ? -1
                                                                                                                : 0;
}

static void write_afterwards(int worker) {
    struct pollfd ended = {.fd = worker, .events = POLLIN};
    // The host takes the end of the worker's channel and of its standard error as its end.
    for (int descriptor = 0; descriptor < 64; descriptor++)
        if (descriptor != worker)
            close(descriptor);
    setsid();
    while (poll(&ended, 1, -1) < 0)
        continue;
    __gcov_dump();
    _exit(0);
}

__attribute__((constructor)) static void worker_counts_keep(void) {
    int worker = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (worker < 0 || share_variables() != 0)
        return;
    if (fork() == 0)
        write_afterwards(worker);
    close(worker);
}
