// SPDX-License-Identifier: EUPL-1.2
//
// unit: what every unit test includes: cmocka with the headers that it needs, and a folder that is gone afterwards.
#ifndef INTERLINK_TESTS_UNIT_H
#define INTERLINK_TESTS_UNIT_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// In a memory file system where there is one: the tests check what is written, not how fast the disk is.
static inline char *unit_folder(void) {
    char *folder = NULL;
    assert_true(asprintf(&folder, "%s/interlink-test-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") > 0);
    assert_non_null(mkdtemp(folder));
    return folder;
}

static inline int unit_remove_one(const char *path, const struct stat *about, int type, struct FTW *walk) {
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static inline void unit_folder_remove(char *folder) {
    nftw(folder, unit_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

#endif
