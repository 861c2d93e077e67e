// SPDX-License-Identifier: EUPL-1.2
//
// egress_library: libcurl, loaded when the first request goes out. It brings twenty other libraries along, 7 MB and
// code for a dozen protocols, which a site whose tools ask no other servers does not have in its process.
#ifndef INTERLINK_BASE_EGRESS_LIBRARY_H
#define INTERLINK_BASE_EGRESS_LIBRARY_H

#define CURL_DISABLE_TYPECHECK // its macros stand in the way of pointers to its functions
#include <curl/curl.h>

#include "base/status.h"

#define EGRESS_FUNCTIONS(ONE)                                                                                          \
    ONE(global_init)                                                                                                   \
    ONE(free) ONE(url) ONE(url_cleanup) ONE(url_get) ONE(url_set) ONE(slist_append) ONE(slist_free_all) ONE(easy_init) \
        ONE(easy_setopt) ONE(easy_getinfo) ONE(easy_cleanup) ONE(easy_strerror) ONE(multi_init) ONE(multi_setopt)      \
            ONE(multi_assign) ONE(multi_add_handle) ONE(multi_remove_handle) ONE(multi_info_read)                      \
                ONE(multi_socket_action) ONE(multi_cleanup)

typedef struct egress_library {
#define ONE(name) __typeof__(curl_##name) *name;
    EGRESS_FUNCTIONS(ONE)
#undef ONE
} egress_library;

// NULL with a fault where it cannot be loaded. Lives as long as the process. Any thread.
const egress_library *egress_library_load(fault *f);

#endif
