// SPDX-License-Identifier: EUPL-1.2
//
// fields: the fields of a payload that lies in memory of our own, each ended by NUL once the walk has passed it.
#ifndef INTERLINK_WORKER_FIELDS_H
#define INTERLINK_WORKER_FIELDS_H

#include "base/frame.h"

typedef struct fields {
    str rest;  // writable, with a NUL behind it
    char *end; // of the field before
    bool broken;
} fields;

bool fields_next(fields *f, frame_tag *tag, str *value);

#endif
