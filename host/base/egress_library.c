// SPDX-License-Identifier: EUPL-1.2
#include "base/egress_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
    egress_library functions;
    bool good;
    char why[200];
} loaded; // written once, before anybody reads it

static bool find(void *library, const char *name, void *place, size_t size) {
    void *found = dlsym(library, name);
    memcpy(place, &found, size); // ISO C has no cast from an object to a function
    return found != NULL;
}

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    bool good = library != NULL;
#define ONE(name) good = good && find(library, "curl_" #name, &loaded.functions.name, sizeof loaded.functions.name);
    EGRESS_FUNCTIONS(ONE)
#undef ONE
    if (!good) {
        const char *why = dlerror();
        snprintf(loaded.why, sizeof loaded.why, "%s", why ? why : "it lacks a function");
    }
    loaded.good = good && loaded.functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const egress_library *egress_library_load(fault *f) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded.good)
        return &loaded.functions;
    fault_set(
        f, STATUS_UNAVAILABLE, "egress.library",
        "Other servers cannot be asked here: libcurl 4 cannot be loaded (%.150s). The administrator can install it.",
        loaded.why);
    return NULL;
}
