// SPDX-License-Identifier: EUPL-1.2
//
// catalogue: the Interlinkers, and the problem profiles ("needs") that tie them to tasks. Readers get the texts in
// their language where there are any (language.h). Everything is public.
#ifndef INTERLINK_DOMAIN_CATALOGUE_H
#define INTERLINK_DOMAIN_CATALOGUE_H

#include <jansson.h>

#include "base/answer.h"
#include "base/arena.h"
#include "store/store.h"

enum { CATALOGUE_PROFILES = 50, CATALOGUE_SUMMARY = 200 }; // profiles in a filter; letters of a summary

typedef struct catalogue_filter {
    const char *search;          // words, or NULL
    const char *kind;            // plugin, template, link, or NULL
    const char *language;        // only those that have it, or NULL
    const char *const *profiles; // only those that answer one of these; at most CATALOGUE_PROFILES
    size_t profile_count;
    const char *after; // cursor of an earlier answer, or NULL
    int64_t limit;
} catalogue_filter;

// The list {"items", "next"}: best first when searching, else by id. STATUS_INVALID for a cursor that nobody gave out.
status catalogue_list_write(store *s, arena *a, answer *out, const catalogue_filter *filter, const char *language,
                            fault *f);

// One item as lists show it. STATUS_NOT_FOUND without such an entry.
status catalogue_item_write(store *s, answer *out, const char *id, const char *language, fault *f);

// One entry with all that is known of it, but for "params" and "capabilities", which the plugin's manifest tells: the
// object is left open for these, and its end is the caller's. `plugin` gets the id of the installed plugin that runs
// it, or "".
typedef struct catalogue_entry {
    char kind[16], plugin[128];
    bool missing;
} catalogue_entry;
status catalogue_entry_open(store *s, answer *out, const char *id, const char *language, catalogue_entry *entry,
                            fault *f);

// The list of problem profiles, by id.
status catalogue_profiles_write(store *s, answer *out, const char *language, const char *after, int64_t limit,
                                fault *f);

// A file of a template or a picture, for whoever serves it. STATUS_NOT_FOUND if there is none. In the arena.
typedef struct catalogue_file {
    const char *language, *name, *type, *blob;
    int64_t size;
} catalogue_file;
status catalogue_file_get(store *s, arena *a, const char *id, const char *language, catalogue_file *out, fault *f);
status catalogue_logo_get(store *s, arena *a, const char *id, catalogue_file *out, fault *f);
// The file that fits a reader best: in `language`, else English, else the first.
status catalogue_file_pick(store *s, arena *a, const char *id, const char *language, catalogue_file *out, fault *f);

// The first words of a Markdown text as plain text: at most CATALOGUE_SUMMARY letters. Adds to `out`.
void catalogue_summary(buffer *out, str markdown);

// --- After a change, in the transaction of the change.

// Answers that were kept are old now.
status catalogue_changed(store *s, fault *f);
// Say anew which entries of kind plugin are run by which installed plugin (the manifests' "provides").
status catalogue_provide(store *s, fault *f);
// What search finds: one Interlinker, all of them, a profile, the tasks of a guide.
status catalogue_index(store *s, const char *interlinker, fault *f);
status catalogue_index_all(store *s, fault *f);
status catalogue_profile_index(store *s, const char *profile, fault *f);
status catalogue_guide_index(store *s, const char *guide, fault *f);
status catalogue_task_unindex(store *s, const char *guide, const char *node, fault *f);

#endif
