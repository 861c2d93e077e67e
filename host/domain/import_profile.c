// SPDX-License-Identifier: EUPL-1.2
#include "domain/catalogue.h"
#include "domain/import_part.h"

static const char profiles_file[] = "problemprofiles/problemprofiles.json";

static void profile_read(import *i, const import_place *at, const json_t *object) {
    if (!import_is_object(at, object)) {
        return;
    }
    const char *id = import_id_read(at, object, "id");
    import_texts name = import_texts_read(at, object, "name_translations", IMPORT_LINE, IMPORT_MUST);
    import_texts description = import_texts_read(at, object, "description_translations", IMPORT_MARKDOWN, IMPORT_MAY);
    import_texts functionality =
        import_texts_read(at, object, "functionality_translations", IMPORT_MARKDOWN, IMPORT_MAY);
    if (id == NULL || !import_id_new(i->profile_ids, id, at)) {
        return;
    }
    import_profile *p = *i->profile_end = arena_alloc(i->arena, sizeof *p);
    i->profile_end = &p->next;
    p->id = id;
    p->name = import_texts_json(i->arena, name);
    p->description = import_texts_json(i->arena, description);
    p->functionality = import_texts_json(i->arena, functionality);
}

void import_profiles_read(import *i) {
    import_place at = {&i->report, profiles_file, ""};
    import_found found;
    const json_t *list = import_file_json(i->folder, profiles_file, &i->report, &found);
    if (list == NULL) {
        return; // a folder with guides alone is fine; a broken file has said so
    }
    if (!json_is_array(list)) {
        import_fault(&at, "a list of problem profiles is expected in this file");
        return;
    }
    size_t index;
    json_t *entry;
    json_array_foreach((json_t *)list, index, entry) {
        import_place place = import_entry(&at, index);
        profile_read(i, &place, entry);
    }
}

status import_profiles_write(import *i, store *s, fault *f) {
    status result = STATUS_OK;
    for (const import_profile *p = i->profiles; p != NULL && result == STATUS_OK; p = p->next) {
        bool fresh = store_count(s, 0, "SELECT 1 FROM problem_profile WHERE id = ?", "t", p->id) == 0;
        result = store_run(s, f,
                           "INSERT INTO problem_profile (id, name, description, functionality) VALUES (?, ?, ?, ?) "
                           "ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, "
                           "functionality = excluded.functionality "
                           "WHERE problem_profile.name <> excluded.name "
                           "OR problem_profile.description <> excluded.description "
                           "OR problem_profile.functionality <> excluded.functionality",
                           "tsss", p->id, p->name, p->description, p->functionality);
        bool changed = result == STATUS_OK && store_changes(s) > 0;
        import_tally_add(&i->summary.profiles, fresh, changed);
        if (changed) {
            result = catalogue_profile_index(s, p->id, f);
        }
    }
    return result;
}
