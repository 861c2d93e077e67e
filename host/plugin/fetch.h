// SPDX-License-Identifier: EUPL-1.2
//
// fetch: answers what a worker asks for while it runs a call: documents and files of that call's asset, and with the
// permission documents of others in the same task.
#ifndef INTERLINK_PLUGIN_FETCH_H
#define INTERLINK_PLUGIN_FETCH_H

#include "plugin/call.h"
#include "plugin/manifest.h"

enum { FETCH_LIMIT = 2000 }; // fetches that one call may make

typedef struct fetch_context {
    unsigned granted; // of plugin_permission
    const char *data_folder;
    bool too_many; // the call has made FETCH_LIMIT already
} fetch_context;

// The permission that this fetch needs; NOTHING too where it cannot be read.
plugin_permission fetch_needs(const frame *in);

// Appends a VALUE frame that says why not, to a call of the worker's.
void fetch_refuse(buffer *out, uint64_t call, frame_fetch kind, const fault *why);

// Appends the VALUE frame that answers `in`; for FETCH_HTTP only a refusal, see outgoing.h. False if the frame is broken.
bool fetch_answer(buffer *out, const plugin_call *call, const frame *in, const fetch_context *c);

#endif
