// SPDX-License-Identifier: EUPL-1.2
//
// program: where lies what comes with the host: interlink-worker, interlink-unpack, plugins/.
#ifndef INTERLINK_PLUGIN_PROGRAM_H
#define INTERLINK_PLUGIN_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

// Beside the host as built, or where it is installed. False if it is not there or may not be run. Any thread.
bool program_find(const char *program_folder, const char *name, char out[PATH_MAX]);

// The same for a folder ("plugins"). If it is nowhere, `out` is where it would be when installed.
void program_folder_find(const char *program_folder, const char *name, char out[PATH_MAX]);

#endif
