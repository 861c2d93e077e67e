// SPDX-License-Identifier: EUPL-1.2
//
// import: reads a catalogue folder (problem profiles, guides, Interlinkers) in the format of the existing platform and
// makes it part of ours. All or nothing, and again without doubling anything: entries are found by their id, those that
// changed are changed, and what the folder does not name stays as it is.
//
//   problemprofiles/problemprofiles.json        a list of {id, name_translations, ...}
//   schemas/<id>/metadata.json, phases/*.json   guides
//   interlinkers/<kind>/<slug>/metadata.json    knowledge -> template, software -> plugin, external* -> link
//
// Use: import_read, then import_keep_files, then import_write in a transaction. Blocks on files: not on a loop's
// thread.
#ifndef INTERLINK_DOMAIN_IMPORT_H
#define INTERLINK_DOMAIN_IMPORT_H

#include "base/status.h"
#include "store/store.h"

typedef struct import import;

typedef struct import_tally {
    size_t fresh, changed, same;
} import_tally;

typedef struct import_summary {
    import_tally profiles, guides, templates, links, tools;
    size_t phases, objectives, tasks; // of all guides in the folder
    size_t files, pictures;           // that came with it
    size_t missing;                   // templates without any file
    size_t installed;                 // tools that an installed plugin provides
} import_summary;

// Read and check the whole folder; `s` tells which profiles and plugins are there already. Give *out to import_destroy,
// whatever the result. STATUS_INVALID when there are faults: ask import_fault_line for them.
status import_read(const char *folder, store *s, import **out, fault *f);

// Put the files into `data_folder`/blobs (NULL: nowhere, only see what they are). Those of an import that fails later
// do no harm.
status import_keep_files(import *i, const char *data_folder, fault *f);

// Write everything, in the caller's transaction; undo it unless this gives STATUS_OK.
status import_write(import *i, store *s, fault *f);

const import_summary *import_result(const import *i); // complete after import_write
// Lines "file: place: reason", NULL behind the last one that is kept. The counts include those that are not kept.
size_t import_fault_count(const import *i);
const char *import_fault_line(const import *i, size_t index);
size_t import_warning_count(const import *i);
const char *import_warning_line(const import *i, size_t index);
void import_destroy(import *i); // NULL is fine

#endif
