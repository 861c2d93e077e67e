// SPDX-License-Identifier: EUPL-1.2
#include "plugin/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"
#include "plugin/program.h"

enum { TRIAL_MS = 10000, TEXT_MOST = 8192 };

static void take_part(char **rest, char *out, size_t size) {
    const char *part = strsep(rest, "\t");
    snprintf(out, size, "%s", part ? part : "");
}

static void take_line(plugin_jail *j, char *line) {
    char verdict[16];
    plugin_jail_layer *l = &j->layers[j->count];
    if (!*line || j->count == PLUGIN_JAIL_LAYERS)
        return;
    take_part(&line, l->name, sizeof l->name);
    take_part(&line, verdict, sizeof verdict);
    take_part(&line, l->note, sizeof l->note);
    l->held = strcmp(verdict, "holds") == 0;
    l->needed = !l->held && strcmp(verdict, "missing") == 0;
    j->count++;
}

// All that the worker says, until it ends. False if it took too long.
static bool read_all(int output, buffer *out) {
    char part[1024];
    struct pollfd wait = {output, POLLIN, 0};
    while (out->len < TEXT_MOST && poll(&wait, 1, TRIAL_MS) > 0) {
        ssize_t got = read(output, part, sizeof part);
        if (got == 0)
            return true;
        if (got > 0)
            buffer_append(out, part, (size_t)got);
        else if (errno != EINTR)
            return false;
    }
    return false;
}

static int worker_start(const char *program_folder, pid_t *pid, int *output) {
    char path[PATH_MAX], namespaces[SPAWN_NAMESPACES_TEXT] = "";
    char *arguments[] = {"interlink-worker", "--layers", namespaces, NULL}, *environment[] = {NULL};
    int ends[2], pidfd = -1;
    if (!program_find(program_folder, "interlink-worker", path))
        return ENOENT;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    int files[] = {spawn_move_up(open("/dev/null", O_RDWR | O_CLOEXEC)), spawn_move_up(ends[1]),
                   spawn_move_up(open("/dev/null", O_RDWR | O_CLOEXEC))};
    spawn_plan plan = {path, arguments, environment, files, 3, 0, 0};
    int error = spawn_start(&plan, namespaces, pid, &pidfd);
    for (size_t i = 0; i < 3; i++)
        if (files[i] >= 0)
            close(files[i]);
    if (pidfd >= 0)
        close(pidfd);
    if (error)
        close(ends[0]);
    *output = ends[0];
    return error;
}

status plugin_jail_try(const char *program_folder, plugin_jail *out, fault *f) {
    pid_t pid = 0;
    int output = -1;
    buffer text = {0};
    *out = (plugin_jail){0};
    int error = worker_start(program_folder, &pid, &output);
    if (error)
        return fault_set(f, STATUS_UNAVAILABLE, "plugin.no_worker", "The plugins' jail cannot be tried: %s.",
                         strerror(error));
    bool whole = read_all(output, &text);
    close(output);
    kill(pid, SIGKILL); // not yet waited for, so its number is its own
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    char *rest = text.ptr;
    while (whole && rest)
        take_line(out, strsep(&rest, "\n"));
    buffer_free(&text);
    return out->count ? STATUS_OK
                      : fault_set(f, STATUS_UNAVAILABLE, "plugin.no_worker",
                                  "The plugins' jail cannot be tried: the worker ended before it was in it.");
}

size_t plugin_jail_missing(const plugin_jail *j, buffer *out) {
    size_t missing = 0;
    for (size_t i = 0; i < j->count; i++) {
        const plugin_jail_layer *l = &j->layers[i];
        if (l->held || !l->needed)
            continue;
        if (out)
            buffer_printf(out, "%s%s (%s)", missing ? "; " : "", l->name, l->note);
        missing++;
    }
    return missing;
}
