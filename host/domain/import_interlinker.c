// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/import_media.h"
#include "domain/import_part.h"

// The four kinds of folder, what their metadata.json calls them, and what they become.
typedef struct folder_kind {
    const char *folder, *type, *kind;
} folder_kind;

static const folder_kind folder_kinds[] = {{"knowledge", "knowledge", "template"},
                                           {"software", "software", "plugin"},
                                           {"externalknowledge", "knowledge", "link"},
                                           {"externalsoftware", "software", "link"}};

static const char *const difficulties[] = {"very_easy", "easy", "medium", "difficult", "very_difficult", NULL};
// The format spells it "propietary"; a later version may well mend that.
static const char *const licences[] = {"public_domain", "permissive",  "copyleft", "non_commercial",
                                       "propietary",    "proprietary", NULL};

// What has a column of its own; the rest of an entry is kept as it came.
static const char *const mapped[] = {"id",
                                     "type",
                                     "name_translations",
                                     "description_translations",
                                     "tags_translations",
                                     "instructions_translations",
                                     "constraints_and_limitations_translations",
                                     "regulations_and_standards_translations",
                                     "uri_translations",
                                     "licence",
                                     "difficulty",
                                     "problemprofiles",
                                     "file_translations",
                                     "logotype"};

static bool is_url(const char *text) {
    return strncasecmp(text, "https://", 8) == 0 || strncasecmp(text, "http://", 7) == 0;
}

// One word that begins or ends as paths do; anything else is a text.
static bool is_path(const char *text) {
    for (const char *c = text; *c != 0; c++) {
        if (isspace((unsigned char)*c)) {
            return false;
        }
    }
    const char *dot = strrchr(text, '.');
    return text[0] == '.' || text[0] == '/' ||
           (strchr(text, '/') != NULL && dot != NULL &&
            (strcasecmp(dot, ".md") == 0 || strcasecmp(dot, ".txt") == 0)) ||
           (dot != NULL && strcasecmp(dot, ".md") == 0);
}

// A path to a Markdown file becomes what the file says, an address becomes a link, a text stays.
static const char *instructions_text(import *i, const import_place *at, const char *value) {
    if (is_url(value)) {
        return arena_printf(i->arena, "<%s>", value);
    }
    if (!is_path(value)) {
        return value;
    }
    str text = {0};
    import_found found = import_file_read(i->folder, value, IMPORT_TEXT_LIMIT, at, i->arena, &text);
    if (found == IMPORT_ABSENT) {
        import_warning(at, "the instructions \"%s\" are not there", value);
    } else if (found == IMPORT_FOUND && !text_is_utf8(text.ptr, text.len)) {
        import_fault(at, "the file \"%s\" is not UTF-8", value);
    } else if (found == IMPORT_FOUND && memchr(text.ptr, 0, text.len) != NULL) {
        import_fault(at, "the file \"%s\" is not a text", value);
    } else if (found == IMPORT_FOUND) {
        if (str_starts(text, "\xEF\xBB\xBF")) {
            text = (str){text.ptr + 3, text.len - 3};
        }
        return text.ptr;
    }
    return "";
}

static str instructions_read(import *i, const import_place *at, const json_t *json) {
    import_texts texts = import_texts_read(at, json, "instructions_translations", IMPORT_AS_IS, IMPORT_MAY);
    import_place place = import_member(at, "instructions_translations");
    size_t kept = 0;
    for (size_t k = 0; k < texts.count; k++) {
        import_place entry = import_member(&place, texts.items[k].language);
        const char *text = instructions_text(i, &entry, texts.items[k].text);
        if (text[0] != 0) {
            texts.items[kept++] = (import_text){texts.items[k].language, text};
        }
    }
    texts.count = kept;
    return import_texts_json(i->arena, texts);
}

static str uri_read(import *i, const import_place *at, const json_t *json) {
    import_texts texts = import_texts_read(at, json, "uri_translations", IMPORT_AS_IS, IMPORT_MAY);
    import_place place = import_member(at, "uri_translations");
    for (size_t k = 0; k < texts.count; k++) {
        const char *uri = texts.items[k].text;
        size_t bad = strcspn(uri, " \t\r\n\"<>\\");
        if (!is_url(uri) || uri[bad] != 0) {
            import_place entry = import_member(&place, texts.items[k].language);
            import_fault(&entry, "\"%s\" is not the address of a web page (https://...)", uri);
        }
    }
    return import_texts_json(i->arena, texts);
}

static str details_read(import *i, const json_t *json) {
    json_t *rest = json_copy((json_t *)json);
    for (size_t k = 0; k < sizeof mapped / sizeof *mapped; k++) {
        json_object_del(rest, mapped[k]);
    }
    char *text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
    str details = arena_str(i->arena, str_from(text));
    free(text);
    json_decref(rest);
    return details;
}

static void resource_find(import *i, import_resource *r) {
    import_found found = import_file_size(i->folder, r->path, IMPORT_FILE_LIMIT, &r->place, &r->size);
    r->there = found == IMPORT_FOUND;
    if (found == IMPORT_ABSENT) {
        import_warning(&r->place, "the file \"%s\" did not come with the catalogue", r->path);
    }
}

static void files_read(import *i, const import_place *at, const json_t *json, import_interlinker *entry,
                       import_texts name) {
    import_texts paths = import_texts_read(at, json, "file_translations", IMPORT_AS_IS, IMPORT_MUST);
    import_place place = import_member(at, "file_translations");
    entry->files = arena_alloc(i->arena, (paths.count + 1) * sizeof *entry->files);
    for (size_t k = 0; k < paths.count; k++) {
        import_resource *r = &entry->files[entry->file_count++];
        r->language = paths.items[k].language;
        r->path = paths.items[k].text;
        r->place = import_member(&place, r->language);
        r->type = import_media_type(r->path);
        const char *title = import_texts_find(name, r->language);
        title = title ? title : import_texts_find(name, "en");
        r->name = import_media_name(i->arena, title ? title : name.count > 0 ? name.items[0].text : "", r->path);
        resource_find(i, r);
    }
}

static void logo_read(import *i, const import_place *at, const json_t *json, import_interlinker *entry) {
    import_resource *logo = &entry->logo;
    logo->path = import_word_read(at, json, "logotype", IMPORT_MAY);
    logo->place = import_member(at, "logotype");
    if (logo->path != NULL && logo->path[0] == 0) {
        logo->path = NULL;
    }
    if (logo->path == NULL) {
        return;
    }
    arena *scratch = arena_create();
    str bytes;
    import_found found = import_file_read(i->folder, logo->path, IMPORT_PICTURE_LIMIT, &logo->place, scratch, &bytes);
    if (found == IMPORT_ABSENT) {
        import_warning(&logo->place, "the picture \"%s\" did not come with the catalogue", logo->path);
    } else if (found == IMPORT_FOUND) {
        logo->type = import_media_picture(bytes, logo->path);
        logo->there = logo->type != NULL;
        if (!logo->there) {
            import_fault(&logo->place, "\"%s\" is not a picture (PNG, JPEG, GIF, WebP or SVG)", logo->path);
        }
    }
    arena_destroy(scratch);
}

static void texts_read(import *i, const import_place *at, const json_t *json, import_interlinker *entry) {
    struct {
        const char *key;
        str *to;
    } texts[] = {{"description_translations", &entry->description},
                 {"constraints_and_limitations_translations", &entry->constraints},
                 {"regulations_and_standards_translations", &entry->regulations}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        *texts[k].to =
            import_texts_json(i->arena, import_texts_read(at, json, texts[k].key, IMPORT_MARKDOWN, IMPORT_MAY));
    }
    entry->tags = import_tags_read(at, json, "tags_translations");
    entry->instructions = instructions_read(i, at, json);
    entry->uri = uri_read(i, at, json);
    entry->details = details_read(i, json);
}

static void interlinker_read(import *i, const folder_kind *kind, const char *folder) {
    const char *file = arena_printf(i->arena, "%s/metadata.json", folder);
    import_place at = {&i->report, file, ""};
    import_found found;
    const json_t *json = import_file_json(i->folder, file, &i->report, &found);
    if (found == IMPORT_ABSENT) {
        import_fault(&at, "this file is missing");
    }
    if (json == NULL || !import_is_object(&at, json)) {
        return;
    }
    import_interlinker *entry = arena_alloc(i->arena, sizeof *entry);
    entry->place = at;
    entry->kind = kind->kind;
    entry->subject = kind->type;
    entry->id = import_id_read(&at, json, "id");
    const char *type = import_word_read(&at, json, "type", IMPORT_MUST);
    if (type != NULL && strcmp(type, kind->type) != 0) {
        import_place place = import_member(&at, "type");
        import_fault(&place, "\"%s\" cannot stand in a folder of interlinkers/%s: that is for \"%s\"", type,
                     kind->folder, kind->type);
    }
    import_texts name = import_texts_read(&at, json, "name_translations", IMPORT_LINE, IMPORT_MUST);
    entry->name = import_texts_json(i->arena, name);
    entry->languages = import_languages_json(i->arena, name);
    entry->difficulty = import_choice_read(&at, json, "difficulty", difficulties);
    entry->licence = import_choice_read(&at, json, "licence", licences);
    entry->needs = import_needs_read(i, &at, json);
    import_languages_check(&at, json);
    texts_read(i, &at, json, entry);
    if (strcmp(kind->kind, "template") == 0) {
        files_read(i, &at, json, entry, name);
    }
    logo_read(i, &at, json, entry);
    if (entry->id != NULL && import_id_new(i->interlinker_ids, entry->id, &at)) {
        *i->interlinker_end = entry;
        i->interlinker_end = &entry->next;
    }
}

void import_interlinkers_read(import *i) {
    import_place at = {&i->report, "interlinkers", ""};
    import_names kinds, folders;
    import_folder_list(i->folder, "interlinkers", true, &at, &kinds);
    for (size_t k = 0; k < kinds.count; k++) {
        const folder_kind *kind = NULL;
        for (size_t n = 0; n < sizeof folder_kinds / sizeof *folder_kinds; n++) {
            kind = strcmp(folder_kinds[n].folder, kinds.names[k]) == 0 ? &folder_kinds[n] : kind;
        }
        const char *path = arena_printf(i->arena, "interlinkers/%s", kinds.names[k]);
        import_place place = {&i->report, path, ""};
        if (strncmp(kinds.names[k], "__", 2) == 0) {
            continue; // __pycache__ and its like
        }
        if (kind == NULL) {
            import_fault(&place, "this kind is not known; it can be: knowledge, software, externalknowledge, "
                                 "externalsoftware");
            continue;
        }
        import_folder_list(i->folder, path, true, &place, &folders);
        for (size_t n = 0; n < folders.count; n++) {
            if (strncmp(folders.names[n], "__", 2) != 0) {
                interlinker_read(i, kind, arena_printf(i->arena, "%s/%s", path, folders.names[n]));
            }
        }
    }
}
