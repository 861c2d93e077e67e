// SPDX-License-Identifier: EUPL-1.2
#include "plugin/archive.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/frame.h"
#include "base/spawn.h"
#include "plugin/manifest.h"
#include "plugin/package.h"
#include "plugin/program.h"
#include "store/folder.h"

enum { UNPACK_MS = 10000, ALWAYS_ALLOWED = 1 << 20, NAME_LONGEST = 200 };
// Of the unpacker's control group: more than what its jail allows it.
enum { GROUP_MEMORY = 256 << 20, GROUP_PROCESSES = 4 };

typedef struct unpacking {
    int folder;   // the staging folder
    int file;     // the file that is being written, or -1
    json_t *seen; // names in small letters: some systems take them for the same
    size_t files, bytes, most;
    fault *fault;
    buffer in;
    bool done;
} unpacking;

// ---- what the unpacker says is written to the staging folder

static bool name_is_new(unpacking *u, const char *name) {
    char small[NAME_LONGEST + 1];
    size_t i = 0;
    for (; name[i]; i++)
        small[i] = (char)tolower((unsigned char)name[i]);
    small[i] = '\0';
    if (json_object_get(u->seen, small))
        return false;
    json_object_set_new(u->seen, small, json_true());
    return true;
}

// Names come from a stranger, and are shown on terminals and pages: what is no plain sign becomes a question mark.
static const char *shown(const char *name, char out[NAME_LONGEST + 2]) {
    size_t i = 0;
    for (; name[i] && i <= NAME_LONGEST; i++)
        out[i] = (char)(name[i] >= ' ' && name[i] <= '~' ? name[i] : '?');
    out[i] = '\0';
    return out;
}

// Makes the folders that lead to the file.
static bool folders_make(const unpacking *u, const char *name) {
    char path[NAME_LONGEST + 1];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(path, name, (size_t)(slash - name));
        path[slash - name] = '\0';
        if (mkdirat(u->folder, path, 0755) < 0 && errno != EEXIST)
            return false;
    }
    return true;
}

static int depth_of(const char *name) {
    int depth = 0;
    for (; *name; name++)
        depth += *name == '/';
    return depth;
}

static status file_begin(unpacking *u, const char *name) {
    char clean[NAME_LONGEST + 2];
    if (u->file >= 0)
        close(u->file);
    u->file = -1;
    if (strlen(name) > NAME_LONGEST || !manifest_path_safe(name) || depth_of(name) > PACKAGE_DEPTH)
        return fault_set(
            u->fault, STATUS_INVALID, "archive.name",
            "The package holds a file under a name that it may not have: \"%.100s\". Names are of letters, "
            "digits and signs of ASCII, without spaces, \"..\" or a slash at the beginning.",
            shown(name, clean));
    if (!name_is_new(u, name))
        return fault_set(u->fault, STATUS_INVALID, "archive.twice",
                         "The package holds \"%.100s\" twice, or only in other letters.", name);
    if (++u->files > PACKAGE_FILES)
        return fault_set(u->fault, STATUS_TOO_LARGE, "package.files", "The package has more than %d files.",
                         PACKAGE_FILES);
    if (folders_make(u, name))
        u->file = openat(u->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (u->file >= 0)
        return STATUS_OK;
    bool full = errno == ENOSPC || errno == EDQUOT;
    return fault_set(u->fault, full ? STATUS_STORE_FULL : STATUS_INVALID, "archive.write",
                     "%.100s of the package cannot be written: %s.", name, strerror(errno));
}

static status file_write(unpacking *u, str bytes) {
    u->bytes += bytes.len;
    if (u->bytes > u->most)
        return fault_set(u->fault, STATUS_TOO_LARGE, "package.size",
                         "The package is larger than it may be when it is unpacked: %d times its own size, and %d MiB.",
                         PACKAGE_RATIO, PACKAGE_BYTES >> 20);
    while (bytes.len) {
        ssize_t n = write(u->file, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return fault_set(u->fault, STATUS_STORE_FULL, "archive.write", "The package cannot be written: %s.",
                             strerror(errno));
        n = n < 0 ? 0 : n;
        bytes = (str){bytes.ptr + n, bytes.len - (size_t)n};
    }
    return STATUS_OK;
}

static status nonsense(unpacking *u) {
    return fault_set(u->fault, STATUS_INVALID, "archive.unpacker",
                     "The package brought down the program that takes packages apart. Do not use it.");
}

static status entry_take(unpacking *u, str payload) {
    char name[NAME_LONGEST + 2];
    frame_tag tag;
    str value, bytes = {0};
    bool broken = false;
    status s = STATUS_OK;
    while (s == STATUS_OK && frame_field(&payload, &tag, &value, &broken)) {
        if (tag == TAG_NAME) {
            // Cut names are longer than they may be, and NULs end them: both are refused by what is left.
            snprintf(name, sizeof name, STR_FORMAT, (int)(value.len < sizeof name ? value.len : sizeof name),
                     value.ptr);
            s = memchr(value.ptr, 0, value.len) ? nonsense(u) : file_begin(u, name);
        } else if (tag == TAG_VALUE) {
            bytes = value;
        }
    }
    if (s != STATUS_OK)
        return s;
    return broken || u->file < 0 ? nonsense(u) : file_write(u, bytes);
}

static status failure_take(unpacking *u, str payload) {
    frame_tag tag;
    str value;
    bool broken = false;
    char sentence[400], clean[NAME_LONGEST + 2];
    while (frame_field(&payload, &tag, &value, &broken))
        if (tag == TAG_TEXT && value.len < sizeof sentence) {
            snprintf(sentence, sizeof sentence, STR_FORMAT, STR_ARG(value));
            return fault_set(u->fault, STATUS_INVALID, "archive.bad", "%s", shown(sentence, clean));
        }
    return nonsense(u);
}

static status frames_take(unpacking *u) {
    size_t at = 0, used = 0;
    frame next;
    status s = STATUS_OK;
    int got = 0;
    while (s == STATUS_OK && !u->done && (got = frame_take((str){u->in.ptr + at, u->in.len - at}, &next, &used)) > 0) {
        at += used;
        if (next.type == FRAME_ENTRY)
            s = entry_take(u, next.payload);
        else if (next.type == FRAME_FAILED)
            s = failure_take(u, next.payload);
        else if (next.type == FRAME_DONE)
            u->done = true;
        else
            s = nonsense(u);
    }
    memmove(u->in.ptr, u->in.ptr + at, u->in.len - at);
    u->in.len -= at;
    return s != STATUS_OK ? s : got < 0 ? nonsense(u) : STATUS_OK;
}

static status output_take(unpacking *u, int output) {
    int64_t end = clock_steady() / 1000000 + UNPACK_MS, left;
    char piece[65536];
    while (!u->done && (left = end - clock_steady() / 1000000) > 0) {
        struct pollfd wait = {output, POLLIN, 0};
        if (poll(&wait, 1, (int)left) <= 0)
            continue;
        ssize_t n = read(output, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return nonsense(u);
        buffer_append(&u->in, piece, (size_t)n);
        status s = frames_take(u);
        if (s != STATUS_OK)
            return s;
    }
    return u->done ? STATUS_OK
                   : fault_set(u->fault, STATUS_INVALID, "archive.late",
                               "The package took too long to be taken apart. Do not use it.");
}

// ---- the process

static int bytes_give(str bytes) {
    int file = memfd_create("interlink-package", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    for (size_t at = 0; file >= 0 && at < bytes.len;) {
        ssize_t n = write(file, bytes.ptr + at, bytes.len - at);
        if (n < 0 && errno != EINTR) {
            close(file);
            return -1;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    if (file >= 0)
        fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return file;
}

// Runs the unpacker on the bytes; gives its output's end, or -1.
static int unpacker_start(str bytes, const char *program_folder, int group, pid_t *pid, int *pidfd) {
    char program[PATH_MAX], size[24], namespaces[SPAWN_NAMESPACES_TEXT] = "";
    char *arguments[] = {"interlink-unpack", size, namespaces, NULL}, *environment[] = {NULL};
    int ends[2] = {-1, -1}, nothing = spawn_move_up(open("/dev/null", O_RDWR | O_CLOEXEC));
    snprintf(size, sizeof size, "%zu", bytes.len);
    if (!program_find(program_folder, "interlink-unpack", program) || pipe2(ends, O_CLOEXEC) != 0)
        return close(nothing), -1;
    int files[] = {nothing, nothing, nothing, spawn_move_up(bytes_give(bytes)), spawn_move_up(ends[1])};
    spawn_plan plan = {program, arguments, environment, files, sizeof files / sizeof *files, 0, group};
    bool started = files[3] >= 0 && files[4] >= 0 && spawn_start(&plan, namespaces, pid, pidfd) == 0;
    for (size_t i = 2; i < plan.file_count; i++)
        if (files[i] >= 0)
            close(files[i]);
    if (started)
        return ends[0];
    close(ends[0]);
    return -1;
}

// It is ours until it is waited for, so its number cannot be another's.
static void unpacker_end(pid_t pid, int pidfd, int output) {
    close(output);
    close(pidfd);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

status plugin_archive_unpack(str bytes, const char *staging, const char *program_folder, cgroup_tree *groups,
                             fault *f) {
    pid_t pid;
    int pidfd = -1;
    if (bytes.len > PACKAGE_BYTES)
        return fault_set(f, STATUS_TOO_LARGE, "package.size", "The package is larger than %d MiB.",
                         PACKAGE_BYTES >> 20);
    if (!bytes.len)
        return fault_set(f, STATUS_INVALID, "archive.empty", "The package file is empty.");
    unpacking u = {.file = -1, .fault = f, .most = bytes.len * PACKAGE_RATIO};
    u.most = u.most < ALWAYS_ALLOWED ? ALWAYS_ALLOWED : u.most > PACKAGE_BYTES ? PACKAGE_BYTES : u.most;
    if (mkdir(staging, 0700) < 0 || (u.folder = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fault_set(f, STATUS_UNAVAILABLE, "archive.staging", "The folder %.200s cannot be made: %s.", staging,
                         strerror(errno));
    cgroup group = {-1, 0};
    bool grouped = groups && cgroup_create(groups, &(cgroup_limits){GROUP_MEMORY, GROUP_PROCESSES}, &group);
    int output = unpacker_start(bytes, program_folder, grouped ? group.folder : 0, &pid, &pidfd);
    status s = STATUS_OK;
    if (output < 0) {
        s = fault_set(f, STATUS_UNAVAILABLE, "archive.no_unpacker",
                      "The program interlink-unpack in %.200s cannot be run. Install the host completely.",
                      program_folder);
    } else {
        u.seen = json_object();
        s = output_take(&u, output);
        unpacker_end(pid, pidfd, output);
        json_decref(u.seen);
    }
    cgroup_remove(groups, &group);
    if (u.file >= 0)
        close(u.file);
    close(u.folder);
    buffer_free(&u.in);
    if (s != STATUS_OK)
        folder_remove(staging);
    return s;
}
