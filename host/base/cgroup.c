// SPDX-License-Identifier: EUPL-1.2
#include "base/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/spawn.h"

enum { TEXT_MOST = 64 * 1024, SHARE_OF_HOST = 400, NAME = 40 }; // a tool's share is 100: the host answers for everybody

// Controllers that are made use of.
enum { MEMORY = 1, PROCESSES = 2, PROCESSOR = 4, NEEDED = MEMORY | PROCESSES };
static const struct {
    unsigned bit;
    const char *name, *add;
} CONTROLLERS[] = {{MEMORY, "memory", "+memory"}, {PROCESSES, "pids", "+pids"}, {PROCESSOR, "cpu", "+cpu"}};

struct cgroup_tree {
    int tools; // the folder
    unsigned controllers;
    _Atomic uint64_t made;
};

// ---- small files

static int file_set(int folder, const char *name, const char *text) {
    int file = openat(folder, name, O_WRONLY | O_CLOEXEC);
    ssize_t len = (ssize_t)strlen(text);
    int error = file >= 0 && write(file, text, (size_t)len) == len ? 0 : errno;
    if (file >= 0)
        close(file);
    return error;
}

static void number_set(int folder, const char *name, uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    (void)file_set(folder, name, text); // a limit more; those of the jail itself do not depend on it
}

// The whole file, ended by NUL; the caller frees it. NULL if it cannot be read.
static char *file_get(int folder, const char *name) {
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    char *text = memory_new(TEXT_MOST);
    size_t len = 0;
    for (ssize_t got; len < TEXT_MOST - 1 && (got = read(file, text + len, TEXT_MOST - 1 - len)) > 0;)
        len += (size_t)got;
    text[len] = '\0';
    close(file);
    return text;
}

// ---- where it is

bool cgroup_path_read(const char *text, char *out, uint32_t size) {
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        size_t len = strcspn(line, "\n");
        if (len > 3 && strncmp(line, "0::", 3) == 0 && len - 3 < size) {
            snprintf(out, size, "%.*s", (int)(len - 3), line + 3);
            return true;
        }
    }
    return false;
}

// A line is: number, parent, device, root, place, options, any number of others, "-", type, source, options.
static bool mount_read(const char *line, const char *path, char *out, uint32_t size) {
    char root[PATH_MAX], place[PATH_MAX];
    const char *type = strstr(line, " - ");
    const char *end = strchr(line, '\n');
    if (!type || (end && type > end) || strncmp(type, " - cgroup2 ", 11) != 0 ||
        sscanf(line, "%*s %*s %*s %4095s %4095s", root, place) != 2)
        return false;
    size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(path, root, skip) != 0 || (path[skip] != '/' && path[skip] != '\0'))
        return false;
    int len = snprintf(out, size, "%s%s", place, path + skip);
    return len > 0 && len < (int)size;
}

bool cgroup_folder_read(const char *text, const char *path, char *out, uint32_t size) {
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        if (mount_read(line, path, out, size))
            return true;
    return false;
}

static bool marked(int folder, const char *attribute) {
    char value[2];
    return fgetxattr(folder, attribute, value, sizeof value) == 1 && value[0] == '1';
}

// The root of the whole tree has no type; that of a namespace has one.
static bool is_delegated(int folder, const char *path) {
    return marked(folder, "user.delegate") || marked(folder, "trusted.delegate") ||
           (strcmp(path, "/") == 0 && faccessat(folder, "cgroup.type", F_OK, 0) == 0);
}

static unsigned controllers_read(int folder, const char *file) {
    unsigned found = 0;
    char *text = file_get(folder, file), *rest = text;
    for (char *word; rest && (word = strsep(&rest, " \n")) != NULL;)
        for (size_t i = 0; i < sizeof CONTROLLERS / sizeof *CONTROLLERS; i++)
            if (strcmp(word, CONTROLLERS[i].name) == 0)
                found |= CONTROLLERS[i].bit;
    free(text);
    return found;
}

static bool where(char path[PATH_MAX], char folder[PATH_MAX]) {
    char *groups = file_get(AT_FDCWD, "/proc/self/cgroup"), *mounts = file_get(AT_FDCWD, "/proc/self/mountinfo");
    bool found = groups && mounts && cgroup_path_read(groups, path, PATH_MAX) &&
                 cgroup_folder_read(mounts, path, folder, PATH_MAX);
    free(groups);
    free(mounts);
    return found;
}

// The delegated group's folder, or -1 and a note.
static int delegated(char note[CGROUP_NOTE]) {
    char path[PATH_MAX], name[PATH_MAX];
    if (!where(path, name)) {
        snprintf(note, CGROUP_NOTE, "this machine has no control groups of version 2");
        return -1;
    }
    int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0 && is_delegated(folder, path) && faccessat(folder, "cgroup.procs", W_OK, AT_EACCESS) == 0)
        return folder;
    snprintf(note, CGROUP_NOTE, "no control group is delegated to this process");
    if (folder >= 0)
        close(folder);
    return -1;
}

static void note_set(char note[CGROUP_NOTE], unsigned controllers) {
    if ((controllers & NEEDED) == NEEDED)
        snprintf(note, CGROUP_NOTE, "memory, processes%s", controllers & PROCESSOR ? ", share of the processor" : "");
    else
        snprintf(note, CGROUP_NOTE, "the delegated group does not limit %s",
                 controllers & MEMORY      ? "processes"
                 : controllers & PROCESSES ? "memory"
                                           : "memory and processes");
}

bool cgroup_look(char note[CGROUP_NOTE]) {
    int folder = delegated(note);
    if (folder < 0)
        return false;
    unsigned controllers = controllers_read(folder, "cgroup.controllers");
    close(folder);
    note_set(note, controllers);
    return (controllers & NEEDED) == NEEDED;
}

// ---- taking it over

static int group_make(int above, const char *name) {
    return mkdirat(above, name, 0755) == 0 || errno == EEXIST ? openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                                              : -1;
}

// Which controllers the groups in `folder` have from now on.
static unsigned hand_down(int folder) {
    unsigned there = controllers_read(folder, "cgroup.controllers");
    for (size_t i = 0; i < sizeof CONTROLLERS / sizeof *CONTROLLERS; i++)
        if (there & CONTROLLERS[i].bit)
            (void)file_set(folder, "cgroup.subtree_control", CONTROLLERS[i].add);
    return controllers_read(folder, "cgroup.subtree_control");
}

// The kernel gives controllers only to groups below one that has no process of its own.
static int take_over(int folder, cgroup_tree *t) {
    int host = group_make(folder, "host");
    int error = host >= 0 ? file_set(host, "cgroup.procs", "0") : errno;
    if (error == 0 && (t->tools = group_make(folder, "tools")) < 0)
        error = errno;
    if (error == 0) {
        hand_down(folder);
        t->controllers = hand_down(t->tools);
        number_set(host, "cpu.weight", SHARE_OF_HOST);
    }
    if (host >= 0)
        close(host);
    return error;
}

cgroup_tree *cgroup_open(char note[CGROUP_NOTE]) {
    int folder = delegated(note);
    if (folder < 0)
        return NULL;
    cgroup_tree *t = memory_new(sizeof *t);
    t->tools = -1;
    int error = take_over(folder, t);
    close(folder);
    if (error == 0) {
        note_set(note, t->controllers);
        return t;
    }
    snprintf(note, CGROUP_NOTE, "the delegated control group cannot be taken over: %s", strerror(error));
    cgroup_close(t);
    return NULL;
}

void cgroup_close(cgroup_tree *t) {
    if (!t)
        return;
    if (t->tools >= 0)
        close(t->tools);
    free(t);
}

// ---- one group

// Two programs may have been given the same group, as in a container.
static void name_set(char name[NAME], const cgroup *group) {
    snprintf(name, NAME, "%d-%" PRIu64, (int)getpid(), group->number);
}

// An empty one of that name was left by a program that was killed and had our number.
static bool folder_make(int tools, const char *name) {
    return mkdirat(tools, name, 0755) == 0 ||
           (errno == EEXIST && unlinkat(tools, name, AT_REMOVEDIR) == 0 && mkdirat(tools, name, 0755) == 0);
}

bool cgroup_create(cgroup_tree *t, const cgroup_limits *limits, cgroup *out) {
    char name[NAME];
    *out = (cgroup){-1, atomic_fetch_add(&t->made, 1) + 1};
    name_set(name, out);
    if (!folder_make(t->tools, name))
        return false;
    out->folder = spawn_move_up(openat(t->tools, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (out->folder < 0) {
        int why = errno;
        unlinkat(t->tools, name, AT_REMOVEDIR);
        errno = why;
        return false;
    }
    if (t->controllers & MEMORY && limits->memory) {
        number_set(out->folder, "memory.max", limits->memory);
        number_set(out->folder, "memory.swap.max", 0);
        number_set(out->folder, "memory.oom.group", 1);
    }
    if (t->controllers & PROCESSES && limits->processes)
        number_set(out->folder, "pids.max", limits->processes);
    return true;
}

void cgroup_remove(cgroup_tree *t, cgroup *group) {
    char name[NAME];
    if (group->folder < 0)
        return;
    file_set(group->folder, "cgroup.kill", "1");
    close(group->folder);
    group->folder = -1;
    name_set(name, group);
    unlinkat(t->tools, name, AT_REMOVEDIR);
}
