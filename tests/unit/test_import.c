// SPDX-License-Identifier: EUPL-1.2
//
// A small good catalogue in a folder of its own; each test spoils one thing of it. The real catalogue is read too, where
// it is at hand.
#include "world.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "domain/import.h"
#include "store/blob.h"

typedef struct sample {
    world *w;
    char *folder;  // of the catalogue
    import *i;
    fault fault;
} sample;

static void put(const char *folder, const char *path, const char *text) {
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
#define COMMON \
    "\"languages\": [\"en\", \"it\"], \"difficulty\": \"easy\", \"licence\": \"permissive\", " \
    "\"description_translations\": {\"en\": \"<p>A <b>good</b> plan.</p>\", \"it\": \"Un piano\"}, " \
    "\"tags_translations\": {\"en\": [\"plan\", \"time\"]}, "

static const char profiles_good[] = "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"Plan\", \"it\": \"Piano\"}, "
                                    "\"description_translations\": {\"en\": \"A plan\"}, \"functionality_translations\": {\"en\": \"\"}},"
                                    "{\"id\": \"P2\", \"name_translations\": {\"en\": \"Talk\"}}]";
static const char guide_good[] = "{\"id\": \"g\", \"author\": \"\", \"licence\": \"permissive\", \"languages\": [\"en\"], "
                                 "\"name_translations\": {\"en\": \"Guide\"}, \"description_translations\": {\"en\": \"How\"}}";
static const char phase_two[] = "{\"id\": \"two\", \"name_translations\": {\"en\": \"Two\"}, "
                                "\"prerequisites\": [{\"item\": \"one\", \"status\": \"finished\"}], \"objectives\": []}";
static const char phase_one[] =
    "{\"id\": \"one\", \"name_translations\": {\"en\": \"One\"}, \"prerequisites\": [], \"objectives\": ["
    "{\"id\": \"o\", \"name_translations\": {\"en\": \"Objective\"}, \"problemprofiles\": [\"P1\"], \"tasks\": ["
    "{\"id\": \"b\", \"name_translations\": {\"en\": \"B\"}, \"prerequisites\": [{\"item\": \"a\", \"type\": \"previous\"}]},"
    "{\"id\": \"a\", \"name_translations\": {\"en\": \"A\"}, \"problemprofiles\": [\"P2\"]}]}]}";
static const char plan_good[] = "{\"id\": \"plan\", \"type\": \"knowledge\", " COMMON
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

static int open_sample(void **state) {
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

static int close_sample(void **state) {
    sample *s = *state;
    void *w = s->w;
    import_destroy(s->i);
    unit_folder_remove(s->folder);
    free(s);
    return world_close(&w);
}

static status read_folder(sample *s, const char *folder) {
    import_destroy(s->i);
    s->fault = (fault){0};
    return import_read(folder, s->w->db, &s->i, &s->fault);
}

static void say_faults(const sample *s) {
    for (size_t n = 0; import_fault_line(s->i, n); n++)
        print_message("  %s\n", import_fault_line(s->i, n));
}

static const import_summary *import_folder(sample *s, const char *folder) {
    if (read_folder(s, folder) != STATUS_OK) {
        say_faults(s);
        fail_msg("%s", s->fault.text);
    }
    if (import_keep_files(s->i, s->w->folder, &s->fault) != STATUS_OK || store_begin(s->w->db, &s->fault) != STATUS_OK ||
        import_write(s->i, s->w->db, &s->fault) != STATUS_OK || store_commit(s->w->db, &s->fault) != STATUS_OK)
        fail_msg("%s", s->fault.text);
    return import_result(s->i);
}

static int64_t count(sample *s, const char *sql) {
    return store_count(s->w->db, -1, sql, "");
}

static const char *text(sample *s, const char *sql) {
    store_rows *r;
    assert_int_equal(store_one(s->w->db, &r, sql, ""), STATUS_OK);
    const char *found = arena_text(s->w->arena, store_text(r, 0));
    store_end(r, NULL);
    return found ? found : "";
}

static void what_is_good_arrives_whole(void **state) {
    sample *s = *state;
    const import_summary *sum = import_folder(s, s->folder);
    assert_int_equal(sum->profiles.fresh, 2);
    assert_int_equal(sum->guides.fresh, 1);
    assert_int_equal(sum->templates.fresh + sum->links.fresh + sum->tools.fresh, 3);
    assert_int_equal(sum->phases, 2);
    assert_int_equal(sum->tasks, 2);
    assert_int_equal(sum->files, 1);
    assert_int_equal(sum->pictures, 1);
    assert_int_equal(sum->missing, 0);
    // One of two files did not come: a warning, and the template is not missing.
    assert_int_equal(import_warning_count(s->i), 1);
    assert_non_null(strstr(import_warning_line(s->i, 0), "/file_translations/it: the file \"./" KNOWLEDGE "/it.docx\" did not come"));
    // Order follows what comes before what, not the names of files nor the order in the list.
    assert_int_equal(count(s, "SELECT position FROM guide_node WHERE guide = 'g' AND id = 'one'"), 0);
    assert_int_equal(count(s, "SELECT position FROM guide_node WHERE guide = 'g' AND id = 'a'"), 2);
    assert_int_equal(count(s, "SELECT position FROM guide_node WHERE guide = 'g' AND id = 'b'"), 3);
    assert_int_equal(count(s, "SELECT position FROM guide_node WHERE guide = 'g' AND id = 'two'"), 4);
    assert_string_equal(text(s, "SELECT after FROM guide_prerequisite WHERE guide = 'g' AND node = 'b'"), "a");
    assert_string_equal(text(s, "SELECT description FROM interlinker WHERE id = 'plan'"),
                        "{\"en\": \"A **good** plan.\", \"it\": \"Un piano\"}");
    assert_string_equal(text(s, "SELECT instructions FROM interlinker WHERE id = 'plan'"),
                        "{\"en\": \"# How\\nRead it.\", \"it\": \"Leggi\"}");
    assert_string_equal(text(s, "SELECT name FROM interlinker_file"), "Plan- a-b.docx");
    assert_string_equal(text(s, "SELECT kind || plugin FROM (SELECT kind, coalesce(plugin, '-') AS plugin FROM interlinker WHERE id = 'old_poll')"),
                        "plugin-");
    buffer kept = {0};
    assert_int_equal(blob_read(s->w->folder, text(s, "SELECT blob FROM interlinker_file"), 100, &kept, &s->fault), STATUS_OK);
    assert_string_equal(kept.ptr, "a document");
    buffer_free(&kept);
}

static void a_second_time_nothing_is_doubled(void **state) {
    sample *s = *state;
    import_folder(s, s->folder);
    const import_summary *sum = import_folder(s, s->folder);
    assert_int_equal(sum->profiles.same, 2);
    assert_int_equal(sum->guides.same, 1);
    assert_int_equal(sum->templates.same + sum->links.same + sum->tools.same, 3);
    assert_int_equal(sum->guides.changed + sum->templates.changed + sum->profiles.changed + sum->links.changed, 0);
    assert_int_equal(count(s, "SELECT count(*) FROM interlinker"), 3);
    assert_int_equal(count(s, "SELECT count(*) FROM guide_node WHERE guide = 'g'"), 5);
}

static void what_changed_is_changed(void **state) {
    sample *s = *state;
    import_folder(s, s->folder);
    put(s->folder, "schemas/g/phases/a.json", "{\"id\": \"three\", \"name_translations\": {\"en\": \"Three\"}, \"prerequisites\": [{\"item\": \"one\"}]}");
    put(s->folder, KNOWLEDGE "/resource.docx", "another document");
    put(s->folder, "interlinkers/externalsoftware/site/metadata.json",
        "{\"id\": \"site\", \"type\": \"software\", " COMMON "\"name_translations\": {\"en\": \"Site\"}, \"problemprofiles\": [\"P1\"], "
        "\"uri_translations\": {\"en\": \"https://site.eu/\"}}");
    const import_summary *sum = import_folder(s, s->folder);
    assert_int_equal(sum->guides.changed, 1);
    assert_int_equal(sum->templates.changed, 1);
    assert_int_equal(sum->links.changed, 1);
    assert_int_equal(sum->profiles.same, 2);
    assert_int_equal(count(s, "SELECT count(*) FROM guide_node WHERE guide = 'g' AND id = 'two'"), 0);
    assert_string_equal(text(s, "SELECT profile FROM interlinker_need WHERE interlinker = 'site'"), "P1");
    assert_int_equal(count(s, "SELECT logo IS NULL FROM interlinker WHERE id = 'site'"), 1);
    assert_int_equal(count(s, "SELECT size FROM interlinker_file"), 16);
}

static void a_file_that_stays_away_once_is_kept(void **state) {
    sample *s = *state;
    char path[4200];
    import_folder(s, s->folder);
    snprintf(path, sizeof path, "%s/" KNOWLEDGE "/resource.docx", s->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/interlinkers/externalsoftware/site/logo.png", s->folder);
    unlink(path);
    const import_summary *sum = import_folder(s, s->folder);
    assert_int_equal(sum->templates.same, 1);
    assert_int_equal(sum->links.same, 1);
    assert_int_equal(sum->missing, 0);
    assert_int_equal(count(s, "SELECT count(*) FROM interlinker_file"), 1);
    world_run(s->w, "DELETE FROM interlinker");
    sum = import_folder(s, s->folder);
    assert_int_equal(sum->missing, 1);
    assert_int_equal(count(s, "SELECT missing FROM interlinker WHERE id = 'plan'"), 1);
}

static void a_plugin_that_provides_it_runs_it(void **state) {
    sample *s = *state;
    world_run(s->w, "INSERT INTO plugin (id, version, folder, manifest, installed) VALUES "
                    "('poll', '1.0.0', 'plugins/poll', '{\"provides\": [\"old_poll\"]}', 1)");
    assert_int_equal(import_folder(s, s->folder)->installed, 1);
    assert_string_equal(text(s, "SELECT plugin FROM interlinker WHERE id = 'old_poll'"), "poll");
    world_run(s->w, "DELETE FROM plugin");
    assert_int_equal(import_folder(s, s->folder)->installed, 0);
    assert_int_equal(count(s, "SELECT plugin IS NULL FROM interlinker WHERE id = 'old_poll'"), 1);
}

static void an_entry_of_a_plugin_is_not_replaced(void **state) {
    sample *s = *state;
    world_run(s->w, "INSERT INTO plugin (id, version, folder, manifest, installed) VALUES ('old_poll', '1.0.0', 'x', '{}', 1)");
    import_folder(s, s->folder);
    assert_int_equal(count(s, "SELECT count(*) FROM interlinker WHERE id = 'old_poll'"), 0);
    assert_int_equal(import_warning_count(s->i), 2);
}

// --- One fault each: the file to spoil, what to write into it, and what must be said about it.

typedef struct spoiled {
    const char *path, *text;  // text NULL: take the file away
    const char *said[3];
} spoiled;

#define PROFILES "problemprofiles/problemprofiles.json"
#define PLAN KNOWLEDGE "/metadata.json"
#define SITE "interlinkers/externalsoftware/site/metadata.json"
#define PLAN_START "{\"id\": \"plan\", \"type\": \"knowledge\", \"difficulty\": \"easy\", \"licence\": \"permissive\", "
#define PLAN_REST "\"name_translations\": {\"en\": \"Plan\"}, \"file_translations\": {\"en\": \"" KNOWLEDGE "/resource.docx\"}"
#define TASKS(list) "{\"id\": \"one\", \"name_translations\": {\"en\": \"One\"}, \"objectives\": [{\"id\": \"o\", " \
                    "\"name_translations\": {\"en\": \"O\"}, \"tasks\": [" list "]}]}"
#define TASK(id, more) "{\"id\": \"" id "\", \"name_translations\": {\"en\": \"T\"}" more "}"
#define AFTER(id) ", \"prerequisites\": [{\"item\": \"" id "\"}]"

static const spoiled table[] = {
    {PROFILES, "[{\"id\": \"P1\"", {PROFILES ": line 1, column 12: this is not JSON"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"a\", \"en\": \"b\"}}]", {PROFILES ": line 1, column", "stands twice in one object", "'\"en\"'"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"a\", \"EN\": \"b\"}}]", {PROFILES ": /0/name_translations/EN: the language \"en\" stands here twice"}},
    {PROFILES, "{}", {PROFILES ": a list of problem profiles"}},
    {PROFILES, "[7]", {PROFILES ": /0: an object is expected here, not a number"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {}}]", {"/0/name_translations: a text in at least one language"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"english\": \"a\"}}]", {"\"english\" is not a language"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"en\": 7}}]", {"/0/name_translations/en: a text is expected here, not a number"}},
    {PROFILES, "[{\"name_translations\": {\"en\": \"a\"}}]", {"/0/id: this is missing"}},
    {PROFILES, "[{\"id\": \"a/b\", \"name_translations\": {\"en\": \"a\"}}]", {"/0/id: \"a/b\" cannot be an id"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"a\"}}, {\"id\": \"P1\", \"name_translations\": {\"en\": \"a\"}}, {\"id\": \"P2\", \"name_translations\": {\"en\": \"a\"}}]",
     {PROFILES ": /1: the id \"P1\" is taken by " PROFILES}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"\xff\"}}]", {PROFILES ": this file is not UTF-8"}},
    {PROFILES, "[]", {"schemas/g/phases/b.json: /objectives/0/problemprofiles: there is no problem profile \"P1\"", PLAN ": /problemprofiles: there is no problem profile \"P1\"",
                      SITE ": /problemprofiles: there is no problem profile \"P2\""}},
    {"schemas/g/metadata.json", NULL, {"schemas/g/metadata.json: this file is missing"}},
    {"schemas/h/metadata.json", guide_good, {"schemas/h/metadata.json: the id \"g\" is taken by schemas/g/metadata.json", "schemas/h/phases: a guide needs at least one phase"}},
    {"schemas/g/metadata.json", "{\"id\": \"g\", \"languages\": [\"en\", \"it\", \"en\"], \"name_translations\": {\"en\": \"G\"}}", {"schemas/g/metadata.json: /languages/2: \"en\" stands in this list twice"}},
    {"schemas/g/metadata.json", "{\"id\": \"g\", \"languages\": \"en\", \"name_translations\": [1]}", {"/languages: a list is expected here, not a text", "/name_translations: texts by language"}},
    {"schemas/g/phases/b.json", "{,}", {"schemas/g/phases/b.json: line 1, column 2: this is not JSON"}},
    {"schemas/g/phases/a.json", "{\"id\": \"two\", \"name_translations\": {\"en\": \"Two\"}, \"prerequisites\": [{\"item\": \"zero\"}]}", {"schemas/g/phases/a.json: /prerequisites/0/item: there is no phase, objective or task \"zero\""}},
    {"schemas/g/phases/a.json", "{\"id\": \"two\", \"name_translations\": {\"en\": \"Two\"}, \"prerequisites\": [{\"status\": \"finished\"}, 7]}", {"/prerequisites/0/item: this is missing", "/prerequisites/1: an object is expected"}},
    {"schemas/g/phases/a.json", "{\"id\": \"one\", \"name_translations\": {\"en\": \"Two\"}}", {"schemas/g/phases/b.json: the id \"one\" is taken by schemas/g/phases/a.json"}},
    {"schemas/g/phases/b.json", TASKS(TASK("a", AFTER("b")) "," TASK("b", AFTER("c")) "," TASK("c", AFTER("a"))), {"schemas/g/phases/b.json: /objectives/0/tasks/", "/prerequisites: what comes before what goes in a circle", "\"a\" waits for \"b\" waits for \"c\""}},
    {"schemas/g/phases/b.json", TASKS(TASK("a", AFTER("a"))), {"/objectives/0/tasks/0/prerequisites: what comes before what goes in a circle: \"a\""}},
    {"schemas/g/phases/b.json", TASKS(TASK("a", AFTER("o"))), {"goes in a circle", "\"a\"", "\"o\""}},
    {"schemas/g/phases/b.json", TASKS(TASK("a", AFTER("two"))), {"goes in a circle", "\"two\"", "\"one\""}},
    {"schemas/g/phases/b.json", "{\"id\": \"one\", \"name_translations\": {\"en\": \"One\"}, \"objectives\": {\"a\": 1}}", {"/objectives: a list is expected here, not an object"}},
    {PLAN, NULL, {PLAN ": this file is missing"}},
    {PLAN, PLAN_START PLAN_REST ", \"languages\": [\"en\", \"en\"]}", {"/languages/1: \"en\" stands in this list twice"}},
    {PLAN, "{\"id\": \"site\", \"type\": \"knowledge\", \"difficulty\": \"easy\", \"licence\": \"permissive\", " PLAN_REST "}", {PLAN ": the id \"site\" is taken by " SITE}},
    {PLAN, "{\"id\": \"plan\", \"type\": \"software\", \"difficulty\": \"hard\", \"licence\": \"GPL\", " PLAN_REST "}",
     {"/type: \"software\" cannot stand in a folder of interlinkers/knowledge", "/difficulty: \"hard\" is not known here; it can be: very_easy", "/licence: \"GPL\" is not known"}},
    {PLAN, PLAN_START "\"name_translations\": {\"en\": \"Plan\"}, \"file_translations\": {\"en\": \"../../../../etc/passwd\"}}", {"/file_translations/en: the path \"../../../../etc/passwd\" leads out of the folder"}},
    {PLAN, PLAN_START "\"name_translations\": {\"en\": \"Plan\"}, \"file_translations\": {\"en\": \"/etc/passwd\"}}", {"/file_translations/en: the path \"/etc/passwd\" leads out of the folder"}},
    {PLAN, PLAN_START PLAN_REST ", \"instructions_translations\": {\"en\": \"./../../../etc/hostname.md\"}}", {"/instructions_translations/en: the path", "leads out of the folder"}},
    {PLAN, PLAN_START PLAN_REST ", \"logotype\": \"" KNOWLEDGE "/instructions.md\"}", {"/logotype: ", "is not a picture"}},
    {PLAN, PLAN_START PLAN_REST ", \"logotype\": \"" KNOWLEDGE "\"}", {"/logotype: \"" KNOWLEDGE "\" is not a file"}},
    {PLAN, PLAN_START "\"name_translations\": {\"en\": \"Plan\"}}", {"/file_translations: this is missing"}},
    {PLAN, PLAN_START PLAN_REST ", \"tags_translations\": {\"en\": [1]}, \"problemprofiles\": \"P1\"}", {"/tags_translations/en/0: a word is expected here, not a number", "/problemprofiles: a list is expected here, not a text"}},
    {SITE, "{\"id\": \"site\", \"type\": \"software\", \"difficulty\": \"easy\", \"licence\": \"permissive\", \"name_translations\": {\"en\": \"S\"}, \"uri_translations\": {\"en\": \"javascript:alert(1)\"}}",
     {"/uri_translations/en: \"javascript:alert(1)\" is not the address"}},
    {"interlinkers/games/chess/metadata.json", "{}", {"interlinkers/games: this kind is not known"}},
};

static bool was_said(const sample *s, const char *wanted) {
    for (size_t n = 0; import_fault_line(s->i, n); n++)
        if (strstr(import_fault_line(s->i, n), wanted))
            return true;
    return false;
}

static int64_t everything(sample *s) {
    return count(s, "SELECT (SELECT count(*) FROM interlinker) + (SELECT count(*) FROM guide_node) + (SELECT count(*) FROM problem_profile)");
}

static void expect_faults(sample *s, const char *what, const char *const said[3]) {
    int64_t before = everything(s);
    assert_int_equal(read_folder(s, s->folder), STATUS_INVALID);
    for (size_t n = 0; n < 3 && said[n]; n++) {
        if (!was_said(s, said[n])) {
            say_faults(s);
            fail_msg("%s: it was not said that %s", what, said[n]);
        }
    }
    assert_int_equal(everything(s), before);
}

static void each_fault_is_said_with_its_place(void **state) {
    for (size_t n = 0; n < sizeof table / sizeof *table; n++) {
        void *x = NULL;
        open_sample(&x);
        sample *s = x;
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", s->folder, table[n].path);
        if (table[n].text)
            put(s->folder, table[n].path, table[n].text);
        else
            assert_int_equal(unlink(path), 0);
        expect_faults(s, table[n].text ? table[n].text : table[n].path, table[n].said);
        close_sample(&x);
    }
    (void)state;
}

static void links_that_lead_out_are_refused(void **state) {
    sample *s = *state;
    char from[4200], to[4200];
    snprintf(from, sizeof from, "%s/" KNOWLEDGE "/resource.docx", s->folder);
    unlink(from);
    assert_int_equal(symlink("/etc/passwd", from), 0);
    expect_faults(s, "a file", (const char *const[3]){"/file_translations/en: the path", "leads out of the folder"});
    unlink(from);
    snprintf(to, sizeof to, "%s/interlinkers/knowledge/other", s->folder);
    assert_int_equal(symlink("/etc", to), 0);
    expect_faults(s, "a folder", (const char *const[3]){"interlinkers/knowledge/other/metadata.json", "leads out of the folder"});
    unlink(to);
    // A link that stays inside is as good as a file.
    assert_int_equal(symlink("instructions.md", from), 0);
    assert_int_equal(read_folder(s, s->folder), STATUS_OK);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void what_is_too_large_is_not_even_read(void **state) {
    sample *s = *state;
    char path[4200];
    snprintf(path, sizeof path, "%s/" KNOWLEDGE "/resource.docx", s->folder);
    assert_int_equal(truncate(path, 1 << 30), 0);
    double start = seconds();
    expect_faults(s, "a file of 1 GB", (const char *const[3]){"/file_translations/en: ", "has 1073741824 bytes; 64 MB are the most"});
    assert_true(seconds() - start < 2);
    assert_int_equal(truncate(path, 10), 0);
    snprintf(path, sizeof path, "%s/" PROFILES, s->folder);
    assert_int_equal(truncate(path, 1 << 30), 0);
    expect_faults(s, "JSON of 1 GB", (const char *const[3]){PROFILES ": ", "has 1073741824 bytes; 16 MB are the most"});
}

static void a_pipe_does_not_stop_the_reading(void **state) {
    sample *s = *state;
    char path[4200];
    snprintf(path, sizeof path, "%s/" KNOWLEDGE "/resource.docx", s->folder);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_faults(s, "a pipe", (const char *const[3]){"/file_translations/en: ", "is not a file"});
}

static void many_faults_are_counted(void **state) {
    sample *s = *state;
    buffer b = {0};
    for (int n = 0; n < 50; n++)
        buffer_add(&b, n ? ",7" : "[7");
    buffer_add(&b, "]");
    put(s->folder, PROFILES, b.ptr);
    buffer_free(&b);
    assert_int_equal(read_folder(s, s->folder), STATUS_INVALID);
    assert_true(import_fault_count(s->i) >= 50);
    assert_non_null(import_fault_line(s->i, 19));
    assert_null(import_fault_line(s->i, 20));
}

static void a_folder_without_a_catalogue_is_refused(void **state) {
    sample *s = *state;
    char *empty = unit_folder();
    assert_int_equal(read_folder(s, empty), STATUS_INVALID);
    assert_string_equal(s->fault.code, "import.empty");
    unit_folder_remove(empty);
    assert_int_equal(read_folder(s, "/nowhere/at/all"), STATUS_INVALID);
    assert_string_equal(s->fault.code, "import.folder");
}

static const char *real_catalogue(void) {
    static char path[4200];
    const char *named = getenv("INTERLINK_CATALOGUE");
    const char *end = strstr(__FILE__, "tests/unit/");
    if (named)
        return named;
    snprintf(path, sizeof path, "%.*s../shared/data/interlink-catalogue", (int)(end - __FILE__), __FILE__);
    return access(path, R_OK) == 0 ? path : NULL;
}

static void the_real_catalogue_is_read(void **state) {
    sample *s = *state;
    const char *folder = real_catalogue();
    if (!folder)
        skip();
    for (int round = 0; round < 2; round++) {
        const import_summary *sum = import_folder(s, folder);
        assert_int_equal(sum->profiles.fresh + sum->profiles.same, 45);
        assert_int_equal(sum->guides.fresh + sum->guides.same, 2);
        assert_int_equal(sum->templates.fresh + sum->templates.same, 36);
        assert_int_equal(sum->links.fresh + sum->links.same, 20);
        assert_int_equal(sum->tools.fresh + sum->tools.same, 5);
        assert_int_equal(sum->profiles.same, round ? 45 : 0);
        assert_int_equal(sum->phases, 8);
        assert_int_equal(sum->objectives, 27);
        assert_int_equal(sum->tasks, 81);
        assert_int_equal(sum->files, 7);
        assert_int_equal(sum->pictures, 15);
        assert_int_equal(sum->missing, 29);
    }
    assert_int_equal(count(s, "SELECT count(*) FROM interlinker"), 61);
    assert_int_equal(count(s, "SELECT count(*) FROM interlinker WHERE description LIKE '%<p>%'"), 0);
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_good_arrives_whole, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_second_time_nothing_is_doubled, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(what_changed_is_changed, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_file_that_stays_away_once_is_kept, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_plugin_that_provides_it_runs_it, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(an_entry_of_a_plugin_is_not_replaced, open_sample, close_sample),
        cmocka_unit_test(each_fault_is_said_with_its_place),
        cmocka_unit_test_setup_teardown(links_that_lead_out_are_refused, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_not_even_read, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_pipe_does_not_stop_the_reading, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(many_faults_are_counted, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_folder_without_a_catalogue_is_refused, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(the_real_catalogue_is_read, open_sample, close_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
