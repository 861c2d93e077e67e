// SPDX-License-Identifier: EUPL-1.2
#include "domain/import_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"

struct import_folder {
    int fd;
};

status import_folder_open(const char *path, import_folder **out, fault *f) {
    *out = NULL;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fault_set(f, STATUS_INVALID, "import.folder", "%s is not a folder that can be read: %s.", path,
                         strerror(errno));
    }
    *out = memory_new(sizeof **out);
    (*out)->fd = fd;
    return STATUS_OK;
}

void import_folder_close(import_folder *folder) {
    if (folder != NULL) {
        close(folder->fd);
        free(folder);
    }
}

// Kernels before 5.6, and sandboxes that do not know openat2, get a slower way that follows no symbolic link at all.
static int open_step_by_step(int folder, const char *path, int flags) {
    char part[NAME_MAX + 1];
    int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    while (at >= 0) {
        while (*path == '/') {
            path++;
        }
        size_t len = strcspn(path, "/");
        if (len == 0) {
            return at;
        }
        int next = -1;
        if (len > NAME_MAX) {
            errno = ENAMETOOLONG;
        } else if (len == 2 && path[0] == '.' && path[1] == '.') {
            errno = EXDEV;
        } else {
            memcpy(part, path, len);
            part[len] = 0;
            bool last = path[len + strspn(path + len, "/")] == 0;
            next = openat(at, part, (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
        }
        int why = errno;
        close(at);
        errno = why;
        at = next;
        path += len;
    }
    return -1;
}

static int open_beneath(const import_folder *folder, const char *path, int flags) {
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int fd = (int)syscall(SYS_openat2, folder->fd, path, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
        return fd;
    }
    if (path[0] == '/') {
        errno = EXDEV;
        return -1;
    }
    return open_step_by_step(folder->fd, path, flags);
}

// Why a path could not be opened. What is simply not there is left to the caller, who knows whether it must be.
static import_found open_failed(const char *path, const import_place *at) {
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return IMPORT_ABSENT;
    case EXDEV:
    case ELOOP:
        import_fault(at, "the path \"%s\" leads out of the folder", path);
        break;
    default:
        import_fault(at, "\"%s\" cannot be read: %s", path, strerror(errno));
        break;
    }
    return IMPORT_REFUSED;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_wanted(int folder, const struct dirent *entry, bool folders) {
    if (entry->d_name[0] == '.') {
        return false;
    }
    struct stat info;
    if (entry->d_type == DT_DIR || entry->d_type == DT_REG) {
        return (entry->d_type == DT_DIR) == folders;
    }
    // A symbolic link is judged by what it leads to. One that leads out is refused when it is opened.
    return fstatat(folder, entry->d_name, &info, 0) == 0 && (S_ISDIR(info.st_mode) != 0) == folders;
}

import_found import_folder_list(import_folder *folder, const char *path, bool folders, const import_place *at,
                                import_names *out) {
    *out = (import_names){NULL, 0};
    int fd = open_beneath(folder, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) {
        return open_failed(path, at);
    }
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        close(fd);
        import_fault(at, "\"%s\" cannot be listed: %s", path, strerror(errno));
        return IMPORT_REFUSED;
    }
    arena *a = at->report->arena;
    size_t room = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (!is_wanted(fd, entry, folders)) {
            continue;
        }
        if (out->count == room) {
            room = room ? room * 2 : 32;
            const char **wider = arena_alloc(a, room * sizeof *wider);
            for (size_t i = 0; i < out->count; i++) {
                wider[i] = out->names[i];
            }
            out->names = wider;
        }
        out->names[out->count++] = arena_text(a, entry->d_name);
    }
    closedir(dir);
    if (out->count > 1) {
        qsort(out->names, out->count, sizeof *out->names, by_bytes);
    }
    return IMPORT_FOUND;
}

static import_found file_open(import_folder *folder, const char *path, size_t limit, const import_place *at, int *fd,
                              size_t *size) {
    // O_NONBLOCK: a FIFO would otherwise keep us waiting for somebody to write.
    *fd = open_beneath(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0) {
        return open_failed(path, at);
    }
    struct stat info;
    if (fstat(*fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        import_fault(at, "\"%s\" is not a file", path);
    } else if ((uint64_t)info.st_size > limit) {
        import_fault(at, "\"%s\" has %lld bytes; %zu MB are the most that is accepted", path, (long long)info.st_size,
                     limit >> 20);
    } else {
        *size = (size_t)info.st_size;
        return IMPORT_FOUND;
    }
    close(*fd);
    return IMPORT_REFUSED;
}

import_found import_file_size(import_folder *folder, const char *path, size_t limit, const import_place *at,
                              size_t *size) {
    int fd = -1;
    import_found found = file_open(folder, path, limit, at, &fd, size);
    if (found == IMPORT_FOUND) {
        close(fd);
    }
    return found;
}

import_found import_file_read(import_folder *folder, const char *path, size_t limit, const import_place *at, arena *a,
                              str *out) {
    int fd = -1;
    size_t size = 0, len = 0;
    import_found found = file_open(folder, path, limit, at, &fd, &size);
    if (found != IMPORT_FOUND) {
        return found;
    }
    char *bytes = arena_alloc(a, size + 1);
    while (len < size) {
        ssize_t n = read(fd, bytes + len, size - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            import_fault(at, "\"%s\" cannot be read: %s", path, n < 0 ? strerror(errno) : "it shrank meanwhile");
            close(fd);
            return IMPORT_REFUSED;
        }
        len += (size_t)n;
    }
    close(fd);
    *out = (str){bytes, len};
    return IMPORT_FOUND;
}

// jansson says what it met; a person wants to know what to mend.
static void json_failed(const import_place *file, const json_error_t *error) {
    const char *reason = error->text;
    bool twice = strstr(reason, "duplicate object key") != NULL;
    import_report *report = file->report;
    import_place at = {report, file->file,
                       arena_printf(report->arena, "line %d, column %d", error->line, error->column)};
    if (twice) {
        const char *near = strstr(reason, "near ");
        import_fault(&at, "a name stands twice in one object (a language can have one text only)%s%s", near ? ", " : "",
                     near ? near : "");
    } else {
        import_fault(&at, "this is not JSON: %s", reason);
    }
}

json_t *import_file_json(import_folder *folder, const char *path, import_report *report, import_found *found) {
    import_place at = {report, path, ""};
    str text;
    arena *scratch = arena_create();
    *found = import_file_read(folder, path, IMPORT_TEXT_LIMIT, &at, scratch, &text);
    json_t *value = NULL;
    if (*found == IMPORT_FOUND) {
        if (str_starts(text, "\xEF\xBB\xBF")) { // a byte order mark, as some editors leave it
            text = (str){text.ptr + 3, text.len - 3};
        }
        json_error_t error;
        if (!text_is_utf8(text.ptr, text.len)) {
            import_fault(&at, "this file is not UTF-8");
        } else {
            value = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
            if (value == NULL) {
                json_failed(&at, &error);
            }
        }
        *found = value != NULL ? IMPORT_FOUND : IMPORT_REFUSED;
    }
    arena_destroy(scratch);
    return arena_json(report->arena, value);
}
