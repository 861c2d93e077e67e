// SPDX-License-Identifier: EUPL-1.2
#include "store/stopped.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTE = 240, PATH = 4200 };

// The kernel's name for the time since the machine was started: a power cut, and with it a disk that lied, always lies
// between two of them.
static void boot_read(char out[40]) {
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, out, 36) : 0;
    out[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

// Size, place and the times of the last changes; the kernel sets the second time, so copying or restoring a file shows.
static bool describe(const char *folder, char note[NOTE]) {
    char path[PATH], log[PATH], boot[40];
    struct stat file, changes;
    snprintf(path, sizeof path, "%s/interlink.db", folder);
    snprintf(log, sizeof log, "%s/interlink.db-wal", folder);
    if (stat(path, &file) < 0 || (stat(log, &changes) == 0 && changes.st_size > 0))
        return false;
    boot_read(boot);
    int len = snprintf(note, NOTE,
                       "boot %s, %" PRIdMAX " bytes, inode %" PRIuMAX ", written %" PRIdMAX ".%09ld, changed %" PRIdMAX
                       ".%09ld\n",
                       boot, (intmax_t)file.st_size, (uintmax_t)file.st_ino, (intmax_t)file.st_mtim.tv_sec,
                       file.st_mtim.tv_nsec, (intmax_t)file.st_ctim.tv_sec, file.st_ctim.tv_nsec);
    return len > 0 && len < NOTE;
}

void stopped_note(const char *folder) {
    char note[NOTE], path[PATH];
    snprintf(path, sizeof path, "%s/interlink.stopped", folder);
    if (!describe(folder, note))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t wrote = fd >= 0 ? write(fd, note, strlen(note)) : 0;
    (void)wrote; // a note that is not whole is none
    if (fd >= 0)
        close(fd);
}

bool stopped_as_noted(const char *folder) {
    char now[NOTE], then[NOTE] = "", path[PATH];
    snprintf(path, sizeof path, "%s/interlink.stopped", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, then, sizeof then - 1) : 0;
    if (fd >= 0)
        close(fd);
    return got > 0 && describe(folder, now) && strcmp(now, then) == 0;
}
