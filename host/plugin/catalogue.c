// SPDX-License-Identifier: EUPL-1.2
#include "plugin/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "domain/catalogue.h"
#include "domain/import_media.h"
#include "plugin/file.h"
#include "store/blob.h"

enum { INSTRUCTION_BYTES = 256 * 1024 };

// ---- parts of the entry

// instructions.md counts as English where the manifest lists it, else as its first language; instructions.LANGUAGE.md
// go before it.
static json_t *read_instructions(const manifest *m, const char *files) {
    json_t *all = json_object(), *plain;
    const char *first = json_string_value(json_array_get(m->languages, 0));
    const json_t *language;
    size_t i;
    buffer text = {0};
    json_array_foreach(m->languages, i, language) {
        const char *code = json_string_value(language);
        char name[64];
        snprintf(name, sizeof name, "instructions.%.16s.md", code);
        buffer_clear(&text);
        if (file_read(files, name, INSTRUCTION_BYTES, &text) && (plain = json_stringn(text.ptr, text.len)) != NULL)
            json_object_set_new(all, code, plain);
        if (strcmp(code, "en") == 0)
            first = "en";
    }
    buffer_clear(&text);
    if (!json_object_get(all, first) && file_read(files, "instructions.md", INSTRUCTION_BYTES, &text) &&
        (plain = json_stringn(text.ptr, text.len)) != NULL)
        json_object_set_new(all, first, plain);
    buffer_free(&text);
    return all;
}

typedef struct picture {
    char hash[BLOB_HASH_TEXT];
    const char *type; // NULL: none
} picture;

static status keep_icon(const manifest *m, const char *files, const char *data_folder, picture *out, fault *f) {
    buffer bytes = {0};
    status s = STATUS_OK;
    *out = (picture){0};
    if (*m->icon && *data_folder && file_read(files, m->icon, IMPORT_PICTURE_LIMIT, &bytes))
        out->type = import_media_picture(buffer_str(&bytes), m->icon);
    if (out->type)
        s = blob_put(data_folder, buffer_str(&bytes), out->hash, f);
    buffer_free(&bytes);
    return s;
}

// Documents every tool keeps, so they say nothing about one.
static json_t *permission_names(unsigned permissions) {
    json_t *names = json_array();
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (permissions & permission_at(i) & ~PERMISSION_DOCUMENTS)
            json_array_append_new(names, json_string(permission_name(permission_at(i))));
    return names;
}

static json_t *details_of(const manifest *m) {
    json_t *details = json_object();
    static const char *const KEPT[] = {"author", "capabilities", "data", "summary", "provides"};
    for (size_t i = 0; i < sizeof KEPT / sizeof KEPT[0]; i++) {
        json_t *value = json_object_get(m->json, KEPT[i]);
        if (value)
            json_object_set(details, KEPT[i], value);
    }
    json_object_set_new(details, "permissions", permission_names(m->permissions));
    json_object_set_new(details, "version", json_string(m->version));
    return details;
}

// JSON text of a value, or of an empty object; the caller frees it.
static char *dump(const json_t *value) {
    return value ? memory_sure(json_dumps(value, JSON_COMPACT)) : memory_text("{}");
}

// ---- rows

static status write_plugin(store *s, const manifest *m, const char *folder, bool bundled, fault *f) {
    char *text = dump(m->json);
    status result =
        store_run(s, f,
                  "INSERT INTO plugin (id, version, folder, manifest, bundled, installed) VALUES (?, ?, ?, ?, ?, ?) "
                  "ON CONFLICT (id) DO UPDATE SET version = excluded.version, folder = excluded.folder, "
                  "manifest = excluded.manifest, bundled = excluded.bundled, installed = excluded.installed",
                  "ttttii", m->id, m->version, folder, text, (int64_t)bundled, clock_now());
    free(text);
    return result;
}

static status write_interlinker(store *s, const manifest *m, const char *files, const picture *icon, fault *f) {
    json_t *instructions_json = read_instructions(m, files), *details_json = details_of(m);
    char *name = dump(m->name), *description = dump(m->description), *tags = dump(m->tags);
    char *languages = dump(m->languages), *instructions = dump(instructions_json), *details = dump(details_json);
    status result = store_run(
        s, f,
        "INSERT INTO interlinker (id, kind, subject, plugin, name, description, tags, instructions, constraints, "
        "regulations, "
        "uri, languages, licence, difficulty, logo, logo_type, details, missing, created, updated) "
        "VALUES (?, 'plugin', 'software', ?, ?, ?, ?, ?, '{}', '{}', '{}', ?, ?, '', ?, ?, ?, 0, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, subject = excluded.subject, plugin = excluded.plugin, "
        "name = excluded.name, description = excluded.description, tags = excluded.tags, "
        "instructions = excluded.instructions, uri = excluded.uri, languages = excluded.languages, "
        "licence = excluded.licence, logo = excluded.logo, logo_type = excluded.logo_type, details = excluded.details, "
        "missing = 0, updated = excluded.updated",
        "tttttttttttii", m->id, m->id, name, description, tags, instructions, languages, m->licence,
        icon->type ? icon->hash : NULL, icon->type, details, clock_now(), clock_now());
    free(name);
    free(description);
    free(tags);
    free(languages);
    free(instructions);
    free(details);
    json_decref(instructions_json);
    json_decref(details_json);
    return result;
}

static status link_needs(store *s, const char *id, const json_t *needs, fault *f) {
    status result = store_run(s, f, "DELETE FROM interlinker_need WHERE interlinker = ?", "t", id);
    const json_t *need;
    size_t i;
    json_array_foreach(needs, i, need)
        if (result == STATUS_OK)
            result = store_run(s, f,
                               "INSERT INTO interlinker_need (interlinker, profile) SELECT ?, id FROM problem_profile "
                               "WHERE id = ? ON CONFLICT (interlinker, profile) DO NOTHING",
                               "tt", id, json_string_value(need));
    return result;
}

status plugin_catalogue_write(store *s, const manifest *m, const char *folder, const char *files,
                              const char *data_folder, bool bundled, fault *f) {
    picture icon;
    status result = keep_icon(m, files, data_folder, &icon, f);
    if (result == STATUS_OK)
        result = write_plugin(s, m, folder, bundled, f);
    if (result == STATUS_OK)
        result = write_interlinker(s, m, files, &icon, f);
    if (result == STATUS_OK)
        result = link_needs(s, m->id, m->needs, f);
    if (result == STATUS_OK)
        result = catalogue_provide(s, f);
    if (result == STATUS_OK)
        result = catalogue_index(s, m->id, f);
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}

// ---- needs that come later

typedef struct linked {
    struct linked *next;
    char *id;
    json_t *manifest;
} linked;

status plugin_catalogue_link(store *s, fault *f) {
    linked *all = NULL;
    // Read first, then write: the rows would change under a running query.
    store_rows *rows = store_query(s, "SELECT id, manifest FROM plugin ORDER BY id", "");
    while (store_next(rows)) {
        linked *one = memory_new(sizeof *one);
        *one = (linked){all, memory_text(store_text(rows, 0)), json_loads(store_text(rows, 1), 0, NULL)};
        all = one;
    }
    status result = store_end(rows, f);
    for (linked *one = all, *next; one; one = next) {
        next = one->next;
        if (result == STATUS_OK)
            result = link_needs(s, one->id, json_object_get(one->manifest, "needs"), f);
        if (result == STATUS_OK)
            result = catalogue_index(s, one->id, f);
        json_decref(one->manifest);
        free(one->id);
        free(one);
    }
    return result == STATUS_OK ? catalogue_changed(s, f) : result;
}
