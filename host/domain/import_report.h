// SPDX-License-Identifier: EUPL-1.2
//
// import_report: what was found while a catalogue folder was read: faults, which stop the import, and warnings. Each
// names the file, the place in it and the reason, as one line for a person.
#ifndef INTERLINK_DOMAIN_IMPORT_REPORT_H
#define INTERLINK_DOMAIN_IMPORT_REPORT_H

#include <stddef.h>

#include "base/arena.h"

// Enough to mend a folder in one go; more than that is one mistake made many times.
enum { IMPORT_FAULTS = 20, IMPORT_WARNINGS = 400 };

typedef struct import_report {
    arena *arena; // keeps the lines
    const char *faults[IMPORT_FAULTS];
    size_t fault_count; // also those that are not kept
    const char *warnings[IMPORT_WARNINGS];
    size_t warning_count;
} import_report;

// Where something stands: file relative to the folder, JSON pointer in it ("" for the whole file). Borrowed.
typedef struct import_place {
    import_report *report;
    const char *file;
    const char *pointer;
} import_place;

void import_fault(const import_place *at, const char *format, ...) __attribute__((format(printf, 2, 3)));
void import_warning(const import_place *at, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The place of a member or an entry of what stands at `at`; its text is in the report's arena.
import_place import_member(const import_place *at, const char *key);
import_place import_entry(const import_place *at, size_t index);

#endif
