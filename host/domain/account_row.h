// SPDX-License-Identifier: EUPL-1.2
//
// account_row: a person as a row of a query. For account.c and session.c only.
#ifndef INTERLINK_DOMAIN_ACCOUNT_ROW_H
#define INTERLINK_DOMAIN_ACCOUNT_ROW_H

#include "domain/access.h"
#include "store/store.h"

#define ACCOUNT_COLUMNS "person.id, person.name, person.email, person.kind, person.language, person.admin"

// Reads the first columns of the current row, which are ACCOUNT_COLUMNS.
void account_row_read(store_rows *rows, person *out);

#endif
