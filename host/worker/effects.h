// SPDX-License-Identifier: EUPL-1.2
//
// effects: what a plugin asks the host to do if its call succeeds. The host checks all of it again; what is refused
// here is refused early, with a sentence that names what is missing.
#ifndef INTERLINK_WORKER_EFFECTS_H
#define INTERLINK_WORKER_EFFECTS_H

#include "worker/call.h"

extern const il_effects_1 effects_interface;

#endif
