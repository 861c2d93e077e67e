// SPDX-License-Identifier: EUPL-1.2
//
// files: the blobs of an asset. They are fetched when asked for, and written with the other effects.
#ifndef INTERLINK_WORKER_FILES_H
#define INTERLINK_WORKER_FILES_H

#include "worker/call.h"

extern const il_files_1 files_interface;

#endif
