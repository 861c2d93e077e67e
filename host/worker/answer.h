// SPDX-License-Identifier: EUPL-1.2
//
// answer: what a call says back to the person.
#ifndef INTERLINK_WORKER_ANSWER_H
#define INTERLINK_WORKER_ANSWER_H

#include "worker/call.h"

extern const il_answer_1 answer_interface;

#endif
