// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "domain/catalogue.h"
#include "domain/import_part.h"

// One Interlinker on its way into the database.
typedef struct entry_writing {
    import *import;
    import_interlinker *entry;
    store *store;
    fault *fault;
    bool fresh, changed;
} entry_writing;

static status note_change(entry_writing *w, status result) {
    w->changed = w->changed || (result == STATUS_OK && store_changes(w->store) > 0);
    return result;
}

// The picture that came with an earlier import stays when this one names it and does not bring it.
static status row_write(entry_writing *w) {
    const import_interlinker *e = w->entry;
    bool logo = e->logo.there, keep = e->logo.path != NULL && !e->logo.there;
    return note_change(
        w, store_run(
               w->store, w->fault,
               "INSERT INTO interlinker (id, kind, subject, name, description, tags, instructions, constraints, "
               "regulations, "
               "uri, languages, licence, difficulty, logo, logo_type, logo_size, details, created, updated) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
               "kind = excluded.kind, subject = excluded.subject, name = excluded.name, description = "
               "excluded.description, "
               "tags = excluded.tags, instructions = excluded.instructions, constraints = excluded.constraints, "
               "regulations = excluded.regulations, uri = excluded.uri, languages = excluded.languages, "
               "licence = excluded.licence, difficulty = excluded.difficulty, details = excluded.details, "
               "logo = CASE WHEN ? = 1 THEN interlinker.logo ELSE excluded.logo END, "
               "logo_type = CASE WHEN ? = 1 THEN interlinker.logo_type ELSE excluded.logo_type END, "
               "logo_size = CASE WHEN ? = 1 THEN interlinker.logo_size ELSE excluded.logo_size END "
               "WHERE interlinker.kind <> excluded.kind OR interlinker.subject <> excluded.subject "
               "OR interlinker.name <> excluded.name OR interlinker.description <> excluded.description "
               "OR interlinker.tags <> excluded.tags OR interlinker.instructions <> excluded.instructions "
               "OR interlinker.constraints <> excluded.constraints OR interlinker.regulations <> excluded.regulations "
               "OR interlinker.uri <> excluded.uri OR interlinker.languages <> excluded.languages "
               "OR interlinker.licence <> excluded.licence OR interlinker.difficulty <> excluded.difficulty "
               "OR interlinker.details <> excluded.details "
               "OR (? = 0 AND coalesce(interlinker.logo, '') <> coalesce(excluded.logo, ''))",
               "tttssssssssttttisiiiiii", e->id, e->kind, e->subject, e->name, e->description, e->tags, e->instructions,
               e->constraints, e->regulations, e->uri, e->languages, e->licence, e->difficulty,
               logo ? e->logo.blob : NULL, logo ? e->logo.type : NULL, (int64_t)(logo ? e->logo.size : 0), e->details,
               w->import->now, w->import->now, (int64_t)keep, (int64_t)keep, (int64_t)keep, (int64_t)keep));
}

// Rows of `sql` (one column of text) that `keeps` does not want any more, as a list in the arena.
static status gone_find(entry_writing *w, const char *sql, bool (*keeps)(const import_interlinker *, const char *),
                        import_list *gone) {
    size_t room = 0;
    *gone = (import_list){NULL, 0};
    store_rows *r = store_query(w->store, sql, "t", w->entry->id);
    while (store_next(r)) {
        if (keeps(w->entry, store_text(r, 0))) {
            continue;
        }
        if (gone->count == room) {
            room = room ? room * 2 : 8;
            const char **wider = arena_alloc(w->import->arena, room * sizeof *wider);
            for (size_t i = 0; i < gone->count; i++) {
                wider[i] = gone->items[i];
            }
            gone->items = wider;
        }
        gone->items[gone->count++] = arena_text(w->import->arena, store_text(r, 0));
    }
    return store_end(r, w->fault);
}

static bool has_need(const import_interlinker *e, const char *profile) {
    for (size_t i = 0; i < e->needs.count; i++) {
        if (strcmp(e->needs.items[i], profile) == 0) {
            return true;
        }
    }
    return false;
}

static status needs_write(entry_writing *w) {
    const import_interlinker *e = w->entry;
    import_list gone;
    status result = gone_find(w, "SELECT profile FROM interlinker_need WHERE interlinker = ?", has_need, &gone);
    for (size_t i = 0; i < gone.count && result == STATUS_OK; i++) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "DELETE FROM interlinker_need WHERE interlinker = ? AND profile = ?", "tt",
                                          e->id, gone.items[i]));
    }
    for (size_t i = 0; i < e->needs.count && result == STATUS_OK; i++) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "INSERT INTO interlinker_need (interlinker, profile) VALUES (?, ?) "
                                          "ON CONFLICT (interlinker, profile) DO NOTHING",
                                          "tt", e->id, e->needs.items[i]));
    }
    return result;
}

static bool has_file(const import_interlinker *e, const char *language) {
    for (size_t i = 0; i < e->file_count; i++) {
        if (strcmp(e->files[i].language, language) == 0) {
            return true;
        }
    }
    return false;
}

// A file that the entry still names but that did not come this time stays as it is.
static status files_write(entry_writing *w) {
    const import_interlinker *e = w->entry;
    import_list gone;
    status result = gone_find(w, "SELECT language FROM interlinker_file WHERE interlinker = ?", has_file, &gone);
    for (size_t i = 0; i < gone.count && result == STATUS_OK; i++) {
        result = note_change(w, store_run(w->store, w->fault,
                                          "DELETE FROM interlinker_file WHERE interlinker = ? AND language = ?", "tt",
                                          e->id, gone.items[i]));
    }
    for (size_t i = 0; i < e->file_count && result == STATUS_OK; i++) {
        const import_resource *r = &e->files[i];
        if (!r->there) {
            continue;
        }
        w->import->summary.files++;
        result = note_change(
            w, store_run(w->store, w->fault,
                         "INSERT INTO interlinker_file (interlinker, language, name, type, size, blob) "
                         "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (interlinker, language) DO UPDATE SET "
                         "name = excluded.name, type = excluded.type, size = excluded.size, blob = excluded.blob "
                         "WHERE interlinker_file.name <> excluded.name OR interlinker_file.type <> excluded.type "
                         "OR interlinker_file.blob <> excluded.blob",
                         "ttttit", e->id, r->language, r->name, r->type, (int64_t)r->size, r->blob));
    }
    return result;
}

static status missing_write(entry_writing *w) {
    bool is_template = strcmp(w->entry->kind, "template") == 0;
    bool missing =
        is_template &&
        store_count(w->store, 0, "SELECT count(*) FROM interlinker_file WHERE interlinker = ?", "t", w->entry->id) == 0;
    w->import->summary.missing += missing;
    return note_change(w,
                       store_run(w->store, w->fault, "UPDATE interlinker SET missing = ? WHERE id = ? AND missing <> ?",
                                 "iti", (int64_t)missing, w->entry->id, (int64_t)missing));
}

// The Interlinker of an installed plugin is written by the plugin's own manifest; a catalogue may not replace it.
static bool belongs_to_plugin(entry_writing *w) {
    return store_count(w->store, 0, "SELECT 1 FROM plugin WHERE id = ?", "t", w->entry->id) != 0;
}

static status entry_write(entry_writing *w) {
    status result = row_write(w);
    if (result == STATUS_OK) {
        result = needs_write(w);
    }
    if (result == STATUS_OK) {
        result = files_write(w);
    }
    if (result == STATUS_OK) {
        result = missing_write(w);
    }
    if (result == STATUS_OK && w->changed) {
        result = store_run(w->store, w->fault, "UPDATE interlinker SET updated = ? WHERE id = ?", "it", w->import->now,
                           w->entry->id);
    }
    w->import->summary.pictures += w->entry->logo.there;
    return result;
}

static import_tally *tally_of(import *i, const import_interlinker *e) {
    return strcmp(e->kind, "template") == 0 ? &i->summary.templates
           : strcmp(e->kind, "link") == 0   ? &i->summary.links
                                            : &i->summary.tools;
}

static void installed_count(import *i, store *s) {
    for (const import_interlinker *e = i->interlinkers; e != NULL; e = e->next) {
        i->summary.installed += store_count(s, 0,
                                            "SELECT 1 FROM interlinker i JOIN plugin p ON p.id = i.plugin "
                                            "WHERE i.id = ? AND i.kind = 'plugin'",
                                            "t", e->id) != 0;
    }
}

status import_interlinkers_write(import *i, store *s, fault *f) {
    status result = STATUS_OK;
    for (import_interlinker *e = i->interlinkers; e != NULL && result == STATUS_OK; e = e->next) {
        entry_writing w = {.import = i, .entry = e, .store = s, .fault = f};
        if (belongs_to_plugin(&w)) {
            import_warning(&e->place, "the plugin \"%s\" is installed and brings its own entry, which stays", e->id);
            import_tally_add(tally_of(i, e), false, false);
            continue;
        }
        w.fresh = store_count(s, 0, "SELECT 1 FROM interlinker WHERE id = ?", "t", e->id) == 0;
        result = entry_write(&w);
        import_tally_add(tally_of(i, e), w.fresh, w.changed);
    }
    if (result == STATUS_OK) {
        result = catalogue_provide(s, f);
    }
    if (result == STATUS_OK) {
        installed_count(i, s);
        // Names of profiles are part of what a tool is found by, so a changed profile reaches all of its tools.
        result = catalogue_index_all(s, f);
    }
    return result;
}
