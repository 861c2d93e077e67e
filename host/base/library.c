// SPDX-License-Identifier: EUPL-1.2
#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool library_load(const char *file, const library_function *functions, size_t count, char why[LIBRARY_WHY]) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    bool good = library != NULL;
    for (size_t i = 0; good && i < count; i++) {
        void *found = dlsym(library, functions[i].name);
        memcpy(functions[i].place, &found, sizeof found); // ISO C has no cast from an object to a function
        good = found != NULL;
    }
    if (!good) {
        const char *said = dlerror();
        snprintf(why, LIBRARY_WHY, "%s", said ? said : "it lacks a function");
    }
    return good;
}
