// SPDX-License-Identifier: EUPL-1.2
//
// assets: the other assets of the task, and their documents: read, never written.
#ifndef INTERLINK_WORKER_ASSETS_H
#define INTERLINK_WORKER_ASSETS_H

#include <interlink.h>

extern const il_assets_1 assets_interface;

#endif
