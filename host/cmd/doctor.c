// SPDX-License-Identifier: EUPL-1.2
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "cmd/command.h"
#include "plugin/jail.h"
#include "plugin/program.h"

static int doctor_jail(const char *program_folder) {
    plugin_jail jail;
    fault f = {0};
    struct utsname kernel;
    uname(&kernel);
    printf("The plugins' jail on Linux %s\n", kernel.release);
    if (plugin_jail_try(program_folder, &jail, &f) != STATUS_OK) {
        printf("  fault: %s\n", f.text);
        return 1;
    }
    for (size_t i = 0; i < jail.count; i++) {
        const plugin_jail_layer *l = &jail.layers[i];
        printf("  %-32s %s%s%s\n", l->name,
               l->held     ? "holds"
               : l->needed ? "MISSING"
                           : "not here",
               *l->note ? ": " : "", l->note);
    }
    char note[CGROUP_NOTE];
    bool limited = cgroup_look(note);
    printf("  %-32s %s: %s\n", "limits by control group", limited ? "holds" : "not here", note);
    int faults = (int)plugin_jail_missing(&jail, NULL);
    if (faults > 0) {
        printf(
            "  fault: %d %s of the jail %s missing here. Only what ships with the program is run, unless you start the "
            "server with\n  --accept-weak-jail.\n",
            faults, faults == 1 ? "layer" : "layers", faults == 1 ? "is" : "are");
    }
    return faults;
}

// What hostile code may try is tried, in the same jail: first with all layers, then with each alone.
static int doctor_escape(const char *program_folder) {
    static const char *const HOW[] = {NULL, "--alone"};
    char path[PATH_MAX];
    int faults = 0;
    printf("Attempts to get out of it\n");
    fflush(stdout);
    if (!program_find(program_folder, "interlink-escape", path)) {
        printf("  not tried: interlink-escape is not installed.\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof HOW / sizeof *HOW; i++) {
        char *arguments[] = {path, "--brief", (char *)HOW[i], NULL}, *environment[] = {NULL};
        pid_t pid;
        int ended = 0;
        bool ran = posix_spawn(&pid, path, NULL, NULL, arguments, environment) == 0 && waitpid(pid, &ended, 0) == pid;
        if (!ran || !WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
            printf("  fault: %s\n", ran ? "something got out, see above. Do not run tools of strangers on this machine."
                                        : "the attempts could not be run.");
            faults++;
        }
    }
    return faults;
}

static int doctor_machine(const char *program_folder) {
    int faults = 0;
    char worker[4200];
    snprintf(worker, sizeof worker, "%s/interlink-worker", program_folder);
    printf("The program\n  folder                           %s\n", program_folder);
    if (access(worker, X_OK) != 0) {
        printf("  fault: %s is missing or cannot be run. Install the program again.\n", worker);
        faults++;
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        printf("  open files                       %lu\n", (unsigned long)files.rlim_cur);
        if (files.rlim_cur < 1024) {
            printf("  fault: at most %lu files may be open, so few people can be connected. Raise it with LimitNOFILE "
                   "or ulimit -n.\n",
                   (unsigned long)files.rlim_cur);
            faults++;
        }
    }
    return faults;
}

static int doctor_data(const char *data) {
    printf("The data folder\n  folder                           %s\n", data);
    int faults = 0;
    struct statvfs room;
    if (statvfs(data, &room) == 0) {
        unsigned long long mb = (unsigned long long)room.f_bavail * room.f_frsize / 1000000;
        printf("  room left                        %llu MB\n", mb);
        if (mb < 500) {
            printf("  fault: less than 500 MB are left. Make room before the disk is full.\n");
            faults++;
        }
    }
    fault f = {0};
    store *s = NULL;
    status outcome = store_open(data, STORE_READ, &s, &f);
    if (outcome == STATUS_OK) {
        outcome = store_check(s, &f);
    }
    if (outcome == STATUS_OK) {
        printf("  database                         whole; %lld people, %lld projects, %lld tools in use, %lld events\n",
               (long long)store_count(s, 0, "SELECT count(*) FROM person", ""),
               (long long)store_count(s, 0, "SELECT count(*) FROM process", ""),
               (long long)store_count(s, 0, "SELECT count(*) FROM asset", ""),
               (long long)store_count(s, 0, "SELECT count(*) FROM usage", ""));
    } else {
        printf("  fault: %s\n", f.text);
        faults++;
    }
    store_close(s);
    return faults;
}

int cmd_doctor(int argc, char **argv) {
    const char *data = NULL;
    const command_option options[] = {{"--data", "DIR", "Look at this data folder, too.", &data, NULL, false}};
    const command_usage usage = {
        "interlink doctor [--data DIR]",
        "Says which layers of the plugins' jail this machine holds, whether the program is whole, and how a data "
        "folder\n"
        "is. Exits with 1 if something is wrong. May be run while a server runs; it changes nothing.",
        options, 1, 0};
    int done = command_read(&usage, argc, argv, NULL);
    if (done >= 0) {
        return done;
    }
    char program[4096];
    command_program_folder(program);
    int faults =
        doctor_machine(program) + doctor_jail(program) + doctor_escape(program) + (data ? doctor_data(data) : 0);
    if (faults > 0) {
        printf("%d %s to mend.\n", faults, faults == 1 ? "fault" : "faults");
        return 1;
    }
    printf("All is well.\n");
    return 0;
}
