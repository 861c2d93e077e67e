// SPDX-License-Identifier: EUPL-1.2
#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include "store/folder.h"

static void print_help(const command_usage *u, FILE *out) {
    fprintf(out, "usage: %s\n\n%s\n", u->line, u->purpose);
    if (u->option_count > 0) {
        fprintf(out, "\noptions:\n");
    }
    for (size_t i = 0; i < u->option_count; i++) {
        const command_option *o = &u->options[i];
        char name[80];
        snprintf(name, sizeof name, "%s%s%s", o->name, o->what ? " " : "", o->what ? o->what : "");
        fprintf(out, "  %-24s %s%s\n", name, o->help, o->required ? " (needed)" : "");
    }
    fprintf(out, "  %-24s %s\n", "--help", "Say this.");
}

static int mistake(const command_usage *u, const char *sentence, const char *about) {
    fprintf(stderr, "%s%s.\nusage: %s\n", sentence, about, u->line);
    return 2;
}

static const command_option *option_find(const command_usage *u, const char *name) {
    for (size_t i = 0; i < u->option_count; i++) {
        if (strcmp(u->options[i].name, name) == 0) {
            return &u->options[i];
        }
    }
    return NULL;
}

// "--data DIR" and "--data=DIR" are the same. Returns how many words were used, 0 after a mistake.
static int option_take(const command_usage *u, int argc, char **argv, int i) {
    char name[64];
    const char *equals = strchr(argv[i], '=');
    size_t len = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
    snprintf(name, sizeof name, "%.*s", (int)len, argv[i]);
    const command_option *o = option_find(u, name);
    if (o == NULL) {
        mistake(u, "There is no option ", name);
        return 0;
    }
    if (o->what == NULL) {
        *o->on = true;
        return 1;
    }
    if (equals == NULL && i + 1 >= argc) {
        mistake(u, "A value is missing after ", name);
        return 0;
    }
    *o->value = equals ? equals + 1 : argv[i + 1];
    return equals ? 1 : 2;
}

int command_read(const command_usage *u, int argc, char **argv, const char **operands) {
    size_t taken = 0;
    for (int i = 1; i < argc;) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(u, stdout);
            return 0;
        }
        if (argv[i][0] == '-' && argv[i][1] != 0) {
            int used = option_take(u, argc, argv, i);
            if (used == 0) {
                return 2;
            }
            i += used;
            continue;
        }
        if (taken == u->operands) {
            return mistake(u, "One word too many: ", argv[i]);
        }
        operands[taken++] = argv[i++];
    }
    if (taken < u->operands) {
        return mistake(u, "Something is missing", "");
    }
    for (size_t i = 0; i < u->option_count; i++) {
        if (u->options[i].required && *u->options[i].value == NULL) {
            return mistake(u, "This option is needed: ", u->options[i].name);
        }
    }
    return -1;
}

int command_fail(const fault *f) {
    fprintf(stderr, "interlink: %s\n", f->text[0] ? f->text : "It could not be done.");
    size_t kept = f->field_count < FAULT_FIELDS ? f->field_count : FAULT_FIELDS;
    for (size_t i = 0; i < kept; i++) {
        fprintf(stderr, "  %s: %s\n", f->fields[i].pointer, f->fields[i].text);
    }
    return 1;
}

const char *command_program_folder(char out[4096]) {
    ssize_t len = readlink("/proc/self/exe", out, 4095);
    if (len <= 0) {
        fprintf(stderr, "interlink: /proc is not mounted, so the program cannot find its own files.\n");
        abort();
    }
    out[len] = 0;
    *strrchr(out, '/') = 0;
    // Installed, the program is PREFIX/bin/interlink and its files are in PREFIX/lib/interlink.
    char installed[4200];
    snprintf(installed, sizeof installed, "%s/../lib/interlink/interlink-worker", out);
    char resolved[PATH_MAX];
    if (access(installed, X_OK) == 0 && realpath(installed, resolved) != NULL) {
        *strrchr(resolved, '/') = 0;
        snprintf(out, 4096, "%s", resolved);
    }
    return out;
}

status command_open(const char *data, store **out, fault *f) {
    status s = folder_create(data, f);
    if (s == STATUS_OK) {
        s = store_open(data, STORE_WRITE, out, f);
    }
    if (s == STATUS_OK) {
        s = store_migrate(*out, f);
        if (s != STATUS_OK) {
            store_close(*out);
        }
    }
    return s;
}

bool command_read_input(char *out, size_t limit) {
    size_t len = fread(out, 1, limit - 1, stdin);
    bool whole = feof(stdin) || fgetc(stdin) == EOF;
    while (len > 0 && (out[len - 1] == '\n' || out[len - 1] == '\r')) {
        len--;
    }
    out[len] = 0;
    return whole && len > 0;
}

bool command_read_secret(const char *prompt, char *out, size_t size) {
    struct termios shown, hidden;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (terminal) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fputs(prompt, stderr);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    bool read = fgets(out, (int)size, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputs("\n", stderr);
    }
    size_t len = read ? strcspn(out, "\r\n") : 0;
    bool whole = read && (out[len] != 0 || feof(stdin));
    if (read) {
        out[len] = 0;
    }
    return whole;
}

int command_lock(const char *data, fault *f) {
    char path[4200];
    snprintf(path, sizeof path, "%s/interlink.lock", data);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        fault_set(
            f, STATUS_INTERNAL, "data.lock",
            "%s cannot be opened (%s). Check who may read and write the data folder, and as whom the program runs.",
            path, strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        char line[32];
        int len = snprintf(line, sizeof line, "%d\n", (int)getpid());
        if (ftruncate(fd, 0) == 0 && write(fd, line, (size_t)len) == len) {
            return fd;
        }
        fault_set(f, STATUS_STORE_FULL, "data.lock", "%s cannot be written: %s.", path, strerror(errno));
    } else {
        char line[32] = "";
        ssize_t len = read(fd, line, sizeof line - 1);
        line[len > 0 ? strcspn(line, "\n") : 0] = 0;
        fault_set(
            f, STATUS_CONFLICT, "data.in_use",
            "The data folder %s is in use by a server that runs already (process %s). Stop that one, or name another "
            "folder with --data.",
            data, line[0] ? line : "unknown");
    }
    close(fd);
    return -1;
}
