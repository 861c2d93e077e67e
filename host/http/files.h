// SPDX-License-Identifier: EUPL-1.2
//
// files: what is kept as blobs: templates and pictures of the catalogue (public), files of assets (for members).
//   /files/interlinkers/{id}/{language}   /files/logos/{id}   /files/assets/{id}/{name}
#ifndef INTERLINK_HTTP_FILES_H
#define INTERLINK_HTTP_FILES_H

#include "http/exchange.h"

extern const route files_route;

// A Content-Disposition (RFC 6266) that any browser reads, for a name in any script; in the arena.
const char *files_disposition(arena *a, const char *name);

#endif
