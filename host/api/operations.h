// SPDX-License-Identifier: EUPL-1.2
//
// operations: all groups of functions behind the operations of openapi.json. Each group stands in the file of its noun
// and ends with an entry whose id is NULL.
#ifndef INTERLINK_API_OPERATIONS_H
#define INTERLINK_API_OPERATIONS_H

#include "api/operation.h"

extern const operation_steps session_operations[];      // session.c: sessions.*, me.*, invitations.*
extern const operation_steps catalogue_operations[];    // catalogue.c: interlinkers.*, problem_profiles.*
extern const operation_steps guide_operations[];        // guide.c
extern const operation_steps process_operations[];      // process.c: processes.*, members.*
extern const operation_steps node_operations[];         // node.c
extern const operation_steps asset_operations[];        // asset.c: assets.*, views.*
extern const operation_steps usage_operations[];        // usage.c
extern const operation_steps notification_operations[]; // notification.c
extern const operation_steps plugin_operations[];       // plugin.c: plugins.list, plugins.update
extern const operation_steps package_operations[];      // package.c: packages.*, plugins.roll_back, plugins.permit
extern const operation_steps machine_operations[];      // machine.c: machine.*, plugin_keys.*

extern const operation_steps *const operation_groups[]; // all of them, ended by NULL

#endif
