// SPDX-License-Identifier: EUPL-1.2
//
// import_part: what the files of the importer share. Nobody else includes it.
#ifndef INTERLINK_DOMAIN_IMPORT_PART_H
#define INTERLINK_DOMAIN_IMPORT_PART_H

#include "domain/import.h"
#include "domain/import_file.h"
#include "domain/import_texts.h"
#include "store/blob.h"

typedef struct import_profile {
    struct import_profile *next;
    const char *id;
    str name, description, functionality;
} import_profile;

typedef struct import_node {
    const char *id, *kind;
    size_t parent; // index, or IMPORT_NO_NODE
    str name, description;
    import_list needs;
    size_t *after; // indexes of the nodes that come before it
    size_t after_count;
    import_place place;
    const json_t *json;
} import_node;

enum { IMPORT_NO_NODE = SIZE_MAX >> 1 };

typedef struct import_guide {
    struct import_guide *next;
    const char *id, *author, *licence;
    str name, description, tags, languages;
    import_node *nodes; // parents before their children, siblings in the order in which they come
    size_t node_count, node_room;
    json_t *index; // id to index
} import_guide;

typedef struct import_resource {
    const char *language, *path, *name, *type;
    size_t size;
    bool there;
    char blob[BLOB_HASH_TEXT];
    import_place place;
} import_resource;

typedef struct import_interlinker {
    struct import_interlinker *next;
    const char *id, *kind, *subject, *licence, *difficulty;
    str name, description, tags, instructions, constraints, regulations, uri, languages, details;
    import_list needs;
    import_resource *files;
    size_t file_count;
    import_resource logo; // path NULL: it has none
    import_place place;
} import_interlinker;

struct import {
    arena *arena;
    import_report report;
    import_folder *folder;
    store *store; // while reading
    import_profile *profiles, **profile_end;
    import_guide *guides, **guide_end;
    import_interlinker *interlinkers, **interlinker_end;
    json_t *profile_ids, *guide_ids, *interlinker_ids; // id to the file that brought it
    bool profiles_unsure;                              // a fault among them: who names an unknown one may be right
    import_summary summary;
    int64_t now;
};

// Remember an id; false, with a fault at `at`, if another entry of this folder has it.
bool import_id_new(json_t *ids, const char *id, const import_place *at);
// `object["problemprofiles"]`, each known to the folder or to the database.
import_list import_needs_read(import *i, const import_place *at, const json_t *object);

void import_profiles_read(import *i);
void import_guides_read(import *i);
void import_interlinkers_read(import *i);
// Adds faults for nodes that wait for each other in a circle.
void import_circle_check(arena *a, const import_guide *g);
// The order in which siblings (objects with "id" and "prerequisites") come; `order` has room for all of them.
void import_siblings_order(arena *a, const json_t *const *siblings, size_t count, size_t *order);

status import_profiles_write(import *i, store *s, fault *f);
status import_guides_write(import *i, store *s, fault *f);
status import_interlinkers_write(import *i, store *s, fault *f);

// Count one entry: new, changed or as it was.
void import_tally_add(import_tally *t, bool fresh, bool changed);

#endif
