// SPDX-License-Identifier: EUPL-1.2
//
// Good catalogues arrive whole, and again without doubling. The real one is read too, where it is at hand.
#include "sample.h"

#include "store/blob.h"

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
    assert_non_null(strstr(import_warning_line(s->i, 0),
                           "/file_translations/it: the file \"./" KNOWLEDGE "/it.docx\" did not come"));
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
    assert_string_equal(text(s, "SELECT kind || plugin FROM (SELECT kind, coalesce(plugin, '-') AS plugin FROM "
                                "interlinker WHERE id = 'old_poll')"),
                        "plugin-");
    buffer kept = {0};
    assert_int_equal(blob_read(s->w->folder, text(s, "SELECT blob FROM interlinker_file"), 100, &kept, &s->fault),
                     STATUS_OK);
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
    put(s->folder, "schemas/g/phases/a.json",
        "{\"id\": \"three\", \"name_translations\": {\"en\": \"Three\"}, \"prerequisites\": [{\"item\": \"one\"}]}");
    put(s->folder, KNOWLEDGE "/resource.docx", "another document");
    put(s->folder, "interlinkers/externalsoftware/site/metadata.json",
        "{\"id\": \"site\", \"type\": \"software\", " COMMON
        "\"name_translations\": {\"en\": \"Site\"}, \"problemprofiles\": [\"P1\"], "
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
    world_run(
        s->w,
        "INSERT INTO plugin (id, version, folder, manifest, installed) VALUES ('old_poll', '1.0.0', 'x', '{}', 1)");
    import_folder(s, s->folder);
    assert_int_equal(count(s, "SELECT count(*) FROM interlinker WHERE id = 'old_poll'"), 0);
    assert_int_equal(import_warning_count(s->i), 2);
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
        cmocka_unit_test_setup_teardown(the_real_catalogue_is_read, open_sample, close_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
