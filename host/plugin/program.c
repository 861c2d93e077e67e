// SPDX-License-Identifier: EUPL-1.2
#include "plugin/program.h"

#include <stdio.h>
#include <unistd.h>

static bool find(const char *program_folder, const char *name, int how, char out[PATH_MAX]) {
    static const char *const PLACES[] = {"", "/../lib/interlink"}; // as built, as installed
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        int len = snprintf(out, PATH_MAX, "%s%s/%s", program_folder, PLACES[i], name);
        if (len > 0 && len < PATH_MAX && access(out, how) == 0)
            return true;
    }
    return false;
}

bool program_find(const char *program_folder, const char *name, char out[PATH_MAX]) {
    return find(program_folder, name, X_OK, out);
}

void program_folder_find(const char *program_folder, const char *name, char out[PATH_MAX]) {
    find(program_folder, name, F_OK, out);
}
