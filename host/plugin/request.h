// SPDX-License-Identifier: EUPL-1.2
//
// request: a call as the frame that a worker gets, with the documents that it will most likely want.
#ifndef INTERLINK_PLUGIN_REQUEST_H
#define INTERLINK_PLUGIN_REQUEST_H

#include "domain/document.h"
#include "plugin/call.h"
#include "plugin/manifest.h"

enum { REQUEST_PSEUDONYM = 33, REQUEST_DOCUMENTS = 32, REQUEST_DOCUMENT_BYTES = 32 * 1024 };

typedef struct request_context {
    const manifest *manifest;
    unsigned granted; // of plugin_permission
    const uint8_t *secret;
    uint64_t number; // of the frame
    int64_t now;     // UTC milliseconds; the same when the call is made again
    uint64_t seed;   // of the plugin's random numbers; the same when the call is made again
} request_context;

// Appends a whole frame, or nothing and says why not (too large for a frame; documents that cannot be read).
status request_write(buffer *out, const plugin_call *call, const request_context *c, fault *f);

// The first message of a worker.
void request_write_load(buffer *out, const manifest *m, unsigned granted, const char *settings);

// One document as a field.
void request_write_document(buffer *out, const document *d);

// What a plugin knows a person by: the same in one asset, another in the next.
void request_pseudonym(const uint8_t secret[32], const char *asset, const char *person, char out[REQUEST_PSEUDONYM]);

#endif
