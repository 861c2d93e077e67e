// SPDX-License-Identifier: EUPL-1.2
//
// operation_table: what openapi.json says of each operation, resolved. For operation*.c only.
#ifndef INTERLINK_API_OPERATION_TABLE_H
#define INTERLINK_API_OPERATION_TABLE_H

#include "api/operation.h"
#include "base/schema_patterns.h"

typedef struct operation_parameter {
    const char *name;
    const json_t *schema;
    const json_t *items; // of a list: the schema of one value; NULL otherwise
    bool required;
} operation_parameter;

struct operation {
    const char *id, *method, *path, *access;
    const operation_steps *steps;
    const json_t *root;              // the whole document, for $ref
    const schema_patterns *patterns; // of the document
    const json_t *body_schema;       // NULL: takes no body
    bool body_required, takes_files, kept, live, changes_catalogue, audited;
    size_t body_limit;
    int success;                     // the status of a good answer
    operation_parameter *parameters; // of the query
    size_t parameter_count;
};

// Checks the query and body of `c` against what the operation takes: coerces, fills in defaults, says each fault.
status operation_input_check(operation_call *c);

#endif
