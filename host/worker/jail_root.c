// SPDX-License-Identifier: EUPL-1.2
#include "worker/jail_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Where the new root is put together: a folder that every system has. What lies there is not seen any more by this
// process, and by no other; so what is to be seen is taken hold of first.
static const char PLACE[] = "/tmp";
static const char *const SYSTEM[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache"};
enum { SYSTEM_COUNT = sizeof SYSTEM / sizeof SYSTEM[0], SOURCES = SYSTEM_COUNT + 8 };

// One thing to be seen: a part of the tree (`mount` is a descriptor of it), or a link.
typedef struct source {
    char path[PATH_MAX], target[PATH_MAX]; // target "" for what is no link
    int mount;
    bool folder;
} source;

typedef struct sources {
    source *all;
    size_t count;
} sources;

// What is not there need not be seen.
static int take(sources *s, const char *path) {
    struct stat about;
    source *one = &s->all[s->count];
    if (s->count == SOURCES || lstat(path, &about) != 0)
        return s->count == SOURCES ? E2BIG : 0;
    *one = (source){.mount = -1, .folder = S_ISDIR(about.st_mode)};
    snprintf(one->path, sizeof one->path, "%s", path);
    if (S_ISLNK(about.st_mode)) { // /lib is a link to usr/lib
        if (readlink(path, one->target, sizeof one->target - 1) <= 0)
            return errno;
    } else {
        one->mount = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        if (one->mount < 0)
            return errno;
    }
    s->count++;
    return 0;
}

static int take_all(sources *s, const char *const *folders, size_t count) {
    int error = 0;
    for (size_t i = 0; !error && i < SYSTEM_COUNT; i++)
        error = take(s, SYSTEM[i]);
    for (size_t i = 0; !error && i < count; i++) {
        char real[PATH_MAX];
        if (folders[i] && realpath(folders[i], real))
            error = take(s, real);
    }
    return error;
}

static int folders_make(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdir(path, 0755);
        *slash = '/';
        if (made != 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

static int put(const source *one) {
    char there[PATH_MAX + sizeof PLACE];
    struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    snprintf(there, sizeof there, "%s%s", PLACE, one->path);
    int error = folders_make(there);
    if (error)
        return error;
    if (*one->target)
        return symlink(one->target, there) == 0 ? 0 : errno;
    int file = one->folder ? -1 : open(there, O_CREAT | O_WRONLY | O_CLOEXEC, 0444);
    if (one->folder ? mkdir(there, 0755) != 0 && errno != EEXIST : file < 0)
        return errno;
    if (file >= 0)
        close(file);
    if (syscall(SYS_mount_setattr, one->mount, "", AT_EMPTY_PATH | AT_RECURSIVE, &readonly, sizeof readonly) != 0 ||
        syscall(SYS_move_mount, one->mount, "", AT_FDCWD, there, MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return errno;
    return 0;
}

// pivot_root(2), "pivot_root(".", ".")": the old root lies on the new one and is taken away.
static int turn(void) {
    if (chdir(PLACE) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
        return errno;
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
    return mount(NULL, "/", NULL, flags, NULL) == 0 ? 0 : errno;
}

int jail_root_enter(const char *const *folders, size_t count, bool *halfway) {
    sources s = {.all = calloc(SOURCES, sizeof *s.all)};
    bool covered = false;
    int error = !s.all ? ENOMEM : mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ? 0 : errno;
    *halfway = false;
    if (!error)
        error = take_all(&s, folders, count);
    if (!error)
        error = mount("interlink", PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=512,mode=0755") == 0
                    ? 0
                    : errno;
    covered = !error;
    for (size_t i = 0; !error && i < s.count; i++)
        error = put(&s.all[i]);
    if (error && covered)
        umount2(PLACE, MNT_DETACH);
    for (size_t i = 0; i < s.count; i++)
        if (s.all[i].mount >= 0)
            close(s.all[i].mount);
    free(s.all);
    if (!error) {
        error = turn();
        *halfway = error != 0;
    }
    return error;
}
