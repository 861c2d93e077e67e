// SPDX-License-Identifier: EUPL-1.2
//
// result: what a worker answered, checked, as the fields of a call. Nothing of it is believed.
#ifndef INTERLINK_PLUGIN_RESULT_H
#define INTERLINK_PLUGIN_RESULT_H

#include "plugin/call.h"

enum { RESULT_EFFECTS = 1000 }; // that one call may ask for

// What people read of a call that was stopped at its deadline, by the worker itself or by force.
#define RESULT_LATE                                                                                                    \
    "The tool took too long for this and was stopped. Nothing was changed. Try again, and tell the administrator if "  \
    "it "                                                                                                              \
    "happens again."

// Fills status, fault, http_status, the answer and the effects of `call`; everything is copied into its arena. False if
// the frame is broken: then nothing of the worker can be trusted. An answer that is whole but cannot be used makes
// the call STATUS_PLUGIN_FAILED.
bool result_read(plugin_call *call, str payload);

#endif
