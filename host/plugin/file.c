// SPDX-License-Identifier: EUPL-1.2
#include "plugin/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read(const char *folder, const char *name, size_t limit, buffer *out) {
    char path[PATH_MAX], part[8192];
    struct stat s;
    size_t had = out->len;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), error = 0;
    if (fd < 0)
        return false;
    if (fstat(fd, &s) < 0)
        error = errno;
    else if (!S_ISREG(s.st_mode))
        error = EISDIR;
    ssize_t got = 0;
    while (!error && (got = read(fd, part, sizeof part)) != 0) {
        if (got > 0)
            buffer_append(out, part, (size_t)got);
        else if (errno != EINTR)
            error = errno;
        if (out->len - had > limit)
            error = EFBIG;
    }
    close(fd);
    if (error)
        out->len = had;
    errno = error;
    return !error;
}
