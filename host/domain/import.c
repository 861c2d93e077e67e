// SPDX-License-Identifier: EUPL-1.2
#include "domain/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/memory.h"
#include "domain/catalogue.h"
#include "domain/import_part.h"

bool import_id_new(json_t *ids, const char *id, const import_place *at) {
    const json_t *earlier = json_object_get(ids, id);
    if (earlier != NULL) {
        import_fault(at, "the id \"%s\" is taken by %s", id, json_string_value(earlier));
        return false;
    }
    json_object_set_new(ids, id, json_string(at->file));
    return true;
}

import_list import_needs_read(import *i, const import_place *at, const json_t *object) {
    import_list needs = import_list_read(at, object, "problemprofiles", false);
    import_place place = import_member(at, "problemprofiles");
    for (size_t k = 0; k < needs.count; k++) {
        if (!i->profiles_unsure && json_object_get(i->profile_ids, needs.items[k]) == NULL &&
            store_count(i->store, 0, "SELECT 1 FROM problem_profile WHERE id = ?", "t", needs.items[k]) == 0) {
            import_fault(&place, "there is no problem profile \"%s\"", needs.items[k]);
        }
    }
    return needs;
}

void import_tally_add(import_tally *t, bool fresh, bool changed) {
    t->fresh += fresh;
    t->changed += !fresh && changed;
    t->same += !fresh && !changed;
}

static import *import_create(store *s) {
    import *i = memory_new(sizeof *i);
    i->arena = arena_create();
    i->report.arena = i->arena;
    i->store = s;
    i->now = clock_now();
    i->profile_end = &i->profiles;
    i->guide_end = &i->guides;
    i->interlinker_end = &i->interlinkers;
    i->profile_ids = arena_json(i->arena, json_object());
    i->guide_ids = arena_json(i->arena, json_object());
    i->interlinker_ids = arena_json(i->arena, json_object());
    return i;
}

void import_destroy(import *i) {
    if (i != NULL) {
        import_folder_close(i->folder);
        arena_destroy(i->arena);
        free(i);
    }
}

status import_read(const char *folder, store *s, import **out, fault *f) {
    import *i = *out = import_create(s);
    status result = import_folder_open(folder, &i->folder, f);
    if (result != STATUS_OK) {
        return result;
    }
    import_profiles_read(i);
    i->profiles_unsure = i->report.fault_count > 0;
    import_guides_read(i);
    import_interlinkers_read(i);
    if (i->report.fault_count > 0) {
        return fault_set(f, STATUS_INVALID, "import.faults", "%zu fault%s in %s; nothing was imported.",
                         i->report.fault_count, i->report.fault_count == 1 ? "" : "s", folder);
    }
    if (i->profiles == NULL && i->guides == NULL && i->interlinkers == NULL) {
        return fault_set(f, STATUS_INVALID, "import.empty",
                         "There is no catalogue in %s: it needs problemprofiles/, schemas/ or interlinkers/.", folder);
    }
    return STATUS_OK;
}

static status resource_keep(import *i, const char *data_folder, import_resource *r, fault *f) {
    if (r->path == NULL || !r->there) {
        return STATUS_OK;
    }
    arena *scratch = arena_create();
    str bytes;
    status result = STATUS_INVALID;
    import_found found = import_file_read(i->folder, r->path, IMPORT_FILE_LIMIT, &r->place, scratch, &bytes);
    if (found == IMPORT_FOUND) {
        r->size = bytes.len;
        // A dry run only needs the hash, to tell what would change.
        result = STATUS_OK;
        if (data_folder != NULL) {
            result = blob_put(data_folder, bytes, r->blob, f);
        } else {
            crypto_hash_hex(bytes.ptr, bytes.len, r->blob);
        }
    } else {
        if (found == IMPORT_ABSENT) {
            import_fault(&r->place, "\"%s\" was taken away while the folder was read", r->path);
        }
        fault_set(f, STATUS_INVALID, "import.faults", "A file could not be read; nothing was imported.");
    }
    arena_destroy(scratch);
    return result;
}

status import_keep_files(import *i, const char *data_folder, fault *f) {
    status result = STATUS_OK;
    for (import_interlinker *entry = i->interlinkers; entry != NULL && result == STATUS_OK; entry = entry->next) {
        for (size_t k = 0; k < entry->file_count && result == STATUS_OK; k++) {
            result = resource_keep(i, data_folder, &entry->files[k], f);
        }
        if (result == STATUS_OK) {
            result = resource_keep(i, data_folder, &entry->logo, f);
        }
    }
    return result;
}

status import_write(import *i, store *s, fault *f) {
    status result = import_profiles_write(i, s, f);
    if (result == STATUS_OK) {
        result = import_guides_write(i, s, f);
    }
    if (result == STATUS_OK) {
        result = import_interlinkers_write(i, s, f);
    }
    if (result == STATUS_OK) {
        result = catalogue_changed(s, f);
    }
    return result;
}

const import_summary *import_result(const import *i) {
    return &i->summary;
}

size_t import_fault_count(const import *i) {
    return i->report.fault_count;
}

const char *import_fault_line(const import *i, size_t index) {
    return index < IMPORT_FAULTS && index < i->report.fault_count ? i->report.faults[index] : NULL;
}

size_t import_warning_count(const import *i) {
    return i->report.warning_count;
}

const char *import_warning_line(const import *i, size_t index) {
    return index < IMPORT_WARNINGS && index < i->report.warning_count ? i->report.warnings[index] : NULL;
}
