// SPDX-License-Identifier: EUPL-1.2
#include "base/egress_library.h"

#include <pthread.h>

#include "base/library.h"

static struct {
    egress_library functions;
    bool good;
    char why[LIBRARY_WHY];
} loaded; // written once, before anybody reads it

static void load(void) {
#define ONE(name) {"curl_" #name, &loaded.functions.name},
    static const library_function functions[] = {EGRESS_FUNCTIONS(ONE)};
#undef ONE
    loaded.good = library_load("libcurl.so.4", functions, sizeof functions / sizeof *functions, loaded.why) &&
                  loaded.functions.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
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
