// SPDX-License-Identifier: EUPL-1.2
//
// usage_row: reading the usage log, for usage.c and usage_export.c only: filtered rows in either direction, and
// the names behind the pseudonyms of one process's members.
#ifndef INTERLINK_DOMAIN_USAGE_ROW_H
#define INTERLINK_DOMAIN_USAGE_ROW_H

#include "domain/usage.h"

typedef struct usage_row {
    int64_t seq;
    usage_event event; // texts borrowed until the next row; `pseudonym` is set and `person` is not
} usage_row;

// Newest first those before `seq`, or oldest first those after it, as far as `until`.
store_rows *usage_row_query(store *s, const usage_filter *filter, int64_t seq, int64_t until, bool oldest_first,
                            int64_t limit);

// Where to stop looking for rows before `seq`: no index helps with everything that may be asked for, and a page must
// not keep its loop from all others while it walks through a million rows. 0: there is nothing to be careful about.
enum { USAGE_ROWS_LOOKED_AT = 1000 };
int64_t usage_row_floor(store *s, const usage_filter *filter, int64_t seq);

void usage_row_read(store_rows *rows, usage_row *out);

typedef struct usage_name {
    char pseudonym[USAGE_PSEUDONYM_TEXT];
    const char *name;
} usage_name;

typedef struct usage_names {
    usage_name *list;
    size_t count;
} usage_names;

// The members of filter->names_of; empty when that is NULL. Lies in the arena.
status usage_names_load(store *s, arena *a, const usage_filter *filter, usage_names *out, fault *f);
const char *usage_names_find(const usage_names *names, const char *pseudonym); // NULL: unknown

#endif
