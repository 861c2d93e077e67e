// SPDX-License-Identifier: EUPL-1.2
//
// sample: a small good catalogue in a folder of its own, for tests that import it or spoil it first.
#ifndef INTERLINK_TESTS_SAMPLE_H
#define INTERLINK_TESTS_SAMPLE_H

#include "world.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "domain/import.h"
#include "store/blob.h"

typedef struct sample {
    world *w;
    char *folder; // of the catalogue
    import *i;
    fault fault;
} sample;

static inline void put(const char *folder, const char *path, const char *text) {
    char whole[4200];
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    for (char *slash = strchr(whole + strlen(folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        assert_true(mkdir(whole, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *f = fopen(whole, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

#define KNOWLEDGE "interlinkers/knowledge/plan"
#define COMMON                                                                                                         \
    "\"languages\": [\"en\", \"it\"], \"difficulty\": \"easy\", \"licence\": \"permissive\", "                         \
    "\"description_translations\": {\"en\": \"<p>A <b>good</b> plan.</p>\", \"it\": \"Un piano\"}, "                   \
    "\"tags_translations\": {\"en\": [\"plan\", \"time\"]}, "

static const char profiles_good[] =
    "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"Plan\", \"it\": \"Piano\"}, "
    "\"description_translations\": {\"en\": \"A plan\"}, \"functionality_translations\": {\"en\": \"\"}},"
    "{\"id\": \"P2\", \"name_translations\": {\"en\": \"Talk\"}}]";
static const char guide_good[] =
    "{\"id\": \"g\", \"author\": \"\", \"licence\": \"permissive\", \"languages\": [\"en\"], "
    "\"name_translations\": {\"en\": \"Guide\"}, \"description_translations\": {\"en\": \"How\"}}";
static const char phase_two[] =
    "{\"id\": \"two\", \"name_translations\": {\"en\": \"Two\"}, "
    "\"prerequisites\": [{\"item\": \"one\", \"status\": \"finished\"}], \"objectives\": []}";
static const char phase_one[] =
    "{\"id\": \"one\", \"name_translations\": {\"en\": \"One\"}, \"prerequisites\": [], \"objectives\": ["
    "{\"id\": \"o\", \"name_translations\": {\"en\": \"Objective\"}, \"problemprofiles\": [\"P1\"], \"tasks\": ["
    "{\"id\": \"b\", \"name_translations\": {\"en\": \"B\"}, \"prerequisites\": [{\"item\": \"a\", \"type\": "
    "\"previous\"}]},"
    "{\"id\": \"a\", \"name_translations\": {\"en\": \"A\"}, \"problemprofiles\": [\"P2\"]}]}]}";
static const char plan_good[] =
    "{\"id\": \"plan\", \"type\": \"knowledge\", " COMMON
    "\"name_translations\": {\"en\": \"Plan: a/b\", \"it\": \"Piano\"}, \"problemprofiles\": [\"P1\"], "
    "\"instructions_translations\": {\"en\": \"./" KNOWLEDGE "/instructions.md\", \"it\": \"Leggi\"}, "
    "\"file_translations\": {\"en\": \"./" KNOWLEDGE "/resource.docx\", \"it\": \"./" KNOWLEDGE "/it.docx\"}, "
    "\"form\": \"guidelines\"}";
static const char link_good[] = "{\"id\": \"site\", \"type\": \"software\", " COMMON
                                "\"name_translations\": {\"en\": \"Site\"}, \"problemprofiles\": [\"P2\"], "
                                "\"logotype\": \"./interlinkers/externalsoftware/site/logo.png\", "
                                "\"instructions_translations\": {\"en\": \"https://site.eu/help\"}, "
                                "\"uri_translations\": {\"en\": \"https://site.eu/\"}}";
static const char tool_good[] = "{\"id\": \"old_poll\", \"type\": \"software\", " COMMON
                                "\"name_translations\": {\"en\": \"Poll\"}, \"problemprofiles\": []}";

static inline int open_sample(void **state) {
    sample *s = calloc(1, sizeof *s);
    void *w = NULL;
    world_open(&w);
    s->w = w;
    s->folder = unit_folder();
    put(s->folder, "problemprofiles/problemprofiles.json", profiles_good);
    put(s->folder, "schemas/g/metadata.json", guide_good);
    put(s->folder, "schemas/g/phases/a.json", phase_two);
    put(s->folder, "schemas/g/phases/b.json", phase_one);
    put(s->folder, "schemas/notes.py", "# not ours");
    put(s->folder, KNOWLEDGE "/metadata.json", plan_good);
    put(s->folder, KNOWLEDGE "/instructions.md", "# How\nRead it.");
    put(s->folder, KNOWLEDGE "/resource.docx", "a document");
    put(s->folder, "interlinkers/externalsoftware/site/metadata.json", link_good);
    put(s->folder, "interlinkers/externalsoftware/site/logo.png", "\x89PNG\r\n\x1a\nrest");
    put(s->folder, "interlinkers/software/poll/metadata.json", tool_good);
    *state = s;
    return 0;
}

static inline int close_sample(void **state) {
    sample *s = *state;
    void *w = s->w;
    import_destroy(s->i);
    unit_folder_remove(s->folder);
    free(s);
    return world_close(&w);
}

static inline status read_folder(sample *s, const char *folder) {
    import_destroy(s->i);
    s->fault = (fault){0};
    return import_read(folder, s->w->db, &s->i, &s->fault);
}

static inline void say_faults(const sample *s) {
    for (size_t n = 0; import_fault_line(s->i, n); n++)
        print_message("  %s\n", import_fault_line(s->i, n));
}

static inline const import_summary *import_folder(sample *s, const char *folder) {
    if (read_folder(s, folder) != STATUS_OK) {
        say_faults(s);
        fail_msg("%s", s->fault.text);
    }
    if (import_keep_files(s->i, s->w->folder, &s->fault) != STATUS_OK ||
        store_begin(s->w->db, &s->fault) != STATUS_OK || import_write(s->i, s->w->db, &s->fault) != STATUS_OK ||
        store_commit(s->w->db, &s->fault) != STATUS_OK)
        fail_msg("%s", s->fault.text);
    return import_result(s->i);
}

static inline int64_t count(sample *s, const char *sql) {
    return store_count(s->w->db, -1, sql, "");
}

static inline const char *text(sample *s, const char *sql) {
    store_rows *r;
    assert_int_equal(store_one(s->w->db, &r, sql, ""), STATUS_OK);
    const char *found = arena_text(s->w->arena, store_text(r, 0));
    store_end(r, NULL);
    return found ? found : "";
}

#endif
