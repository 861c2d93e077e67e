// SPDX-License-Identifier: EUPL-1.2
//
// Each test spoils one thing of a good catalogue and looks at what is said about it.
#include "sample.h"

#include <time.h>

// --- One fault each: the file to spoil, what to write into it, and what must be said about it.

typedef struct spoiled {
    const char *path, *text; // text NULL: take the file away
    const char *said[3];
} spoiled;

#define PROFILES "problemprofiles/problemprofiles.json"
#define PLAN KNOWLEDGE "/metadata.json"
#define SITE "interlinkers/externalsoftware/site/metadata.json"
#define PLAN_START "{\"id\": \"plan\", \"type\": \"knowledge\", \"difficulty\": \"easy\", \"licence\": \"permissive\", "
#define PLAN_REST                                                                                                      \
    "\"name_translations\": {\"en\": \"Plan\"}, \"file_translations\": {\"en\": \"" KNOWLEDGE "/resource.docx\"}"
#define TASKS(list)                                                                                                    \
    "{\"id\": \"one\", \"name_translations\": {\"en\": \"One\"}, \"objectives\": [{\"id\": \"o\", "                    \
    "\"name_translations\": {\"en\": \"O\"}, \"tasks\": [" list "]}]}"
#define TASK(id, more) "{\"id\": \"" id "\", \"name_translations\": {\"en\": \"T\"}" more "}"
#define AFTER(id) ", \"prerequisites\": [{\"item\": \"" id "\"}]"

static const spoiled table[] = {
    {PROFILES, "[{\"id\": \"P1\"", {PROFILES ": line 1, column 12: this is not JSON"}},
    {PROFILES,
     "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"a\", \"en\": \"b\"}}]",
     {PROFILES ": line 1, column", "stands twice in one object", "'\"en\"'"}},
    {PROFILES,
     "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"a\", \"EN\": \"b\"}}]",
     {PROFILES ": /0/name_translations/EN: the language \"en\" stands here twice"}},
    {PROFILES, "{}", {PROFILES ": a list of problem profiles"}},
    {PROFILES, "[7]", {PROFILES ": /0: an object is expected here, not a number"}},
    {PROFILES,
     "[{\"id\": \"P1\", \"name_translations\": {}}]",
     {"/0/name_translations: a text in at least one language"}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"english\": \"a\"}}]", {"\"english\" is not a language"}},
    {PROFILES,
     "[{\"id\": \"P1\", \"name_translations\": {\"en\": 7}}]",
     {"/0/name_translations/en: a text is expected here, not a number"}},
    {PROFILES, "[{\"name_translations\": {\"en\": \"a\"}}]", {"/0/id: this is missing"}},
    {PROFILES, "[{\"id\": \"a/b\", \"name_translations\": {\"en\": \"a\"}}]", {"/0/id: \"a/b\" cannot be an id"}},
    {PROFILES,
     "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"a\"}}, {\"id\": \"P1\", \"name_translations\": {\"en\": "
     "\"a\"}}, {\"id\": \"P2\", \"name_translations\": {\"en\": \"a\"}}]",
     {PROFILES ": /1: the id \"P1\" is taken by " PROFILES}},
    {PROFILES, "[{\"id\": \"P1\", \"name_translations\": {\"en\": \"\xff\"}}]", {PROFILES ": this file is not UTF-8"}},
    {PROFILES,
     "[]",
     {"schemas/g/phases/b.json: /objectives/0/problemprofiles: there is no problem profile \"P1\"",
      PLAN ": /problemprofiles: there is no problem profile \"P1\"",
      SITE ": /problemprofiles: there is no problem profile \"P2\""}},
    {"schemas/g/metadata.json", NULL, {"schemas/g/metadata.json: this file is missing"}},
    {"schemas/h/metadata.json",
     guide_good,
     {"schemas/h/metadata.json: the id \"g\" is taken by schemas/g/metadata.json",
      "schemas/h/phases: a guide needs at least one phase"}},
    {"schemas/g/metadata.json",
     "{\"id\": \"g\", \"languages\": [\"en\", \"it\", \"en\"], \"name_translations\": {\"en\": \"G\"}}",
     {"schemas/g/metadata.json: /languages/2: \"en\" stands in this list twice"}},
    {"schemas/g/metadata.json",
     "{\"id\": \"g\", \"languages\": \"en\", \"name_translations\": [1]}",
     {"/languages: a list is expected here, not a text", "/name_translations: texts by language"}},
    {"schemas/g/phases/b.json", "{,}", {"schemas/g/phases/b.json: line 1, column 2: this is not JSON"}},
    {"schemas/g/phases/a.json",
     "{\"id\": \"two\", \"name_translations\": {\"en\": \"Two\"}, \"prerequisites\": [{\"item\": \"zero\"}]}",
     {"schemas/g/phases/a.json: /prerequisites/0/item: there is no phase, objective or task \"zero\""}},
    {"schemas/g/phases/a.json",
     "{\"id\": \"two\", \"name_translations\": {\"en\": \"Two\"}, \"prerequisites\": [{\"status\": \"finished\"}, 7]}",
     {"/prerequisites/0/item: this is missing", "/prerequisites/1: an object is expected"}},
    {"schemas/g/phases/a.json",
     "{\"id\": \"one\", \"name_translations\": {\"en\": \"Two\"}}",
     {"schemas/g/phases/b.json: the id \"one\" is taken by schemas/g/phases/a.json"}},
    {"schemas/g/phases/b.json",
     TASKS(TASK("a", AFTER("b")) "," TASK("b", AFTER("c")) "," TASK("c", AFTER("a"))),
     {"schemas/g/phases/b.json: /objectives/0/tasks/", "/prerequisites: what comes before what goes in a circle",
      "\"a\" waits for \"b\" waits for \"c\""}},
    {"schemas/g/phases/b.json",
     TASKS(TASK("a", AFTER("a"))),
     {"/objectives/0/tasks/0/prerequisites: what comes before what goes in a circle: \"a\""}},
    {"schemas/g/phases/b.json", TASKS(TASK("a", AFTER("o"))), {"goes in a circle", "\"a\"", "\"o\""}},
    {"schemas/g/phases/b.json", TASKS(TASK("a", AFTER("two"))), {"goes in a circle", "\"two\"", "\"one\""}},
    {"schemas/g/phases/b.json",
     "{\"id\": \"one\", \"name_translations\": {\"en\": \"One\"}, \"objectives\": {\"a\": 1}}",
     {"/objectives: a list is expected here, not an object"}},
    {PLAN, NULL, {PLAN ": this file is missing"}},
    {PLAN,
     PLAN_START PLAN_REST ", \"languages\": [\"en\", \"en\"]}",
     {"/languages/1: \"en\" stands in this list twice"}},
    {PLAN,
     "{\"id\": \"site\", \"type\": \"knowledge\", \"difficulty\": \"easy\", \"licence\": \"permissive\", " PLAN_REST
     "}",
     {PLAN ": the id \"site\" is taken by " SITE}},
    {PLAN,
     "{\"id\": \"plan\", \"type\": \"software\", \"difficulty\": \"hard\", \"licence\": \"GPL\", " PLAN_REST "}",
     {"/type: \"software\" cannot stand in a folder of interlinkers/knowledge",
      "/difficulty: \"hard\" is not known here; it can be: very_easy", "/licence: \"GPL\" is not known"}},
    {PLAN,
     PLAN_START
     "\"name_translations\": {\"en\": \"Plan\"}, \"file_translations\": {\"en\": \"../../../../etc/passwd\"}}",
     {"/file_translations/en: the path \"../../../../etc/passwd\" leads out of the folder"}},
    {PLAN,
     PLAN_START "\"name_translations\": {\"en\": \"Plan\"}, \"file_translations\": {\"en\": \"/etc/passwd\"}}",
     {"/file_translations/en: the path \"/etc/passwd\" leads out of the folder"}},
    {PLAN,
     PLAN_START PLAN_REST ", \"instructions_translations\": {\"en\": \"./../../../etc/hostname.md\"}}",
     {"/instructions_translations/en: the path", "leads out of the folder"}},
    {PLAN,
     PLAN_START PLAN_REST ", \"logotype\": \"" KNOWLEDGE "/instructions.md\"}",
     {"/logotype: ", "is not a picture"}},
    {PLAN, PLAN_START PLAN_REST ", \"logotype\": \"" KNOWLEDGE "\"}", {"/logotype: \"" KNOWLEDGE "\" is not a file"}},
    {PLAN, PLAN_START "\"name_translations\": {\"en\": \"Plan\"}}", {"/file_translations: this is missing"}},
    {PLAN,
     PLAN_START PLAN_REST ", \"tags_translations\": {\"en\": [1]}, \"problemprofiles\": \"P1\"}",
     {"/tags_translations/en/0: a word is expected here, not a number",
      "/problemprofiles: a list is expected here, not a text"}},
    {SITE,
     "{\"id\": \"site\", \"type\": \"software\", \"difficulty\": \"easy\", \"licence\": \"permissive\", "
     "\"name_translations\": {\"en\": \"S\"}, \"uri_translations\": {\"en\": \"javascript:alert(1)\"}}",
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
    return count(s, "SELECT (SELECT count(*) FROM interlinker) + (SELECT count(*) FROM guide_node) + (SELECT count(*) "
                    "FROM problem_profile)");
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
    expect_faults(s, "a folder",
                  (const char *const[3]){"interlinkers/knowledge/other/metadata.json", "leads out of the folder"});
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
    expect_faults(s, "a file of 1 GB",
                  (const char *const[3]){"/file_translations/en: ", "has 1073741824 bytes; 64 MB are the most"});
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

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_said_with_its_place),
        cmocka_unit_test_setup_teardown(links_that_lead_out_are_refused, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_not_even_read, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_pipe_does_not_stop_the_reading, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(many_faults_are_counted, open_sample, close_sample),
        cmocka_unit_test_setup_teardown(a_folder_without_a_catalogue_is_refused, open_sample, close_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
