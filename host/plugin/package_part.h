// SPDX-License-Identifier: EUPL-1.2
//
// package_part: what the parts of the package check share.
#ifndef INTERLINK_PLUGIN_PACKAGE_PART_H
#define INTERLINK_PLUGIN_PACKAGE_PART_H

#include <limits.h>

#include "plugin/package.h"

typedef struct package_check {
    const char *folder, *program_folder;
    cgroup_tree *groups;
    plugin_package_say *say;
    void *context;
    size_t *faults; // counted so far
} package_check;

void package_fault(const package_check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void package_note(const package_check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

// i18n/ (package_texts.c)
void package_check_texts(const package_check *c, const manifest *m);
// The code, in a jail (package_trial.c)
void package_check_trial(const package_check *c, const manifest *m);

#endif
