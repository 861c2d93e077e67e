// SPDX-License-Identifier: EUPL-1.2
#include "worker/jail_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Debian 12's headers know only the first versions of Landlock, so what is used of it is said here
// (Documentation/userspace-api/landlock.rst).
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, GET_VERSION = 1, RULE_PATH_BENEATH = 1 };
enum { READ_FILE = 1 << 2, READ_FOLDER = 1 << 3 };

struct ruleset {
    uint64_t files, network, scopes;
};

struct path_rule {
    uint64_t allowed;
    int32_t descriptor;
} __attribute__((packed));

// All that a version can forbid, and the size of the structure that it takes.
static size_t handled(int abi, struct ruleset *out) {
    // 13 rights at first, then refer, truncate, and ioctl on devices.
    *out = (struct ruleset){.files = (1u << (abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13)) - 1};
    if (abi >= 4)
        out->network = 3; // bind and connect by TCP
    if (abi >= 6)
        out->scopes = 3; // abstract sockets and signals outside of the jail
    return abi >= 6 ? sizeof *out : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

// What is not there need not be allowed.
static int allow(int ruleset, const char *path) {
    struct stat info;
    struct path_rule rule = {.descriptor = open(path, O_PATH | O_CLOEXEC)};
    if (rule.descriptor < 0)
        return 0;
    rule.allowed = fstat(rule.descriptor, &info) == 0 && S_ISDIR(info.st_mode) ? READ_FILE | READ_FOLDER : READ_FILE;
    long done = syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
    int error = done == 0 ? 0 : errno;
    close(rule.descriptor);
    return error;
}

int jail_files_close(const char *const *folders, size_t count, int *abi) {
    static const char *const libraries[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"};
    *abi = (int)syscall(CREATE_RULESET, NULL, 0, GET_VERSION);
    if (*abi < 1)
        return errno;
    struct ruleset rules;
    size_t size = handled(*abi, &rules);
    int ruleset = (int)syscall(CREATE_RULESET, &rules, size, 0);
    if (ruleset < 0)
        return errno;
    int error = 0;
    for (size_t i = 0; !error && i < sizeof libraries / sizeof libraries[0]; i++)
        error = allow(ruleset, libraries[i]);
    for (size_t i = 0; !error && i < count; i++)
        if (folders[i])
            error = allow(ruleset, folders[i]);
    if (!error && syscall(RESTRICT_SELF, ruleset, 0) != 0)
        error = errno;
    close(ruleset);
    return error;
}
