// SPDX-License-Identifier: EUPL-1.2
//
// worker_page: the page that a worker shares with the host. It says which call the worker is running, so that the
// host knows whom to blame when the worker dies or is late, without a message for every call.
// The worker is not trusted: what stands here is a hint, and the host believes it only if that call is under way there.
#ifndef INTERLINK_BASE_WORKER_PAGE_H
#define INTERLINK_BASE_WORKER_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

enum { WORKER_CHANNEL = 3, WORKER_PAGE = 4, WORKER_PAGE_SIZE = 4096 }; // descriptors that a worker starts with
enum { WORKER_SIGNALLED = 128 }; // an exit status above it: it ended as if by this signal

struct worker_page {
    _Atomic uint64_t call; // 0: none
};

#endif
