// SPDX-License-Identifier: EUPL-1.2
#include "package_folder.h"

#include <jansson.h>

#include "plugin/manifest.h"

static const char GOOD[] =
    "{\"id\":\"survey\",\"version\":\"1.2.3\",\"abi\":1,\"runtime\":\"lua\",\"entry\":\"main.lua\","
    "\"name\":{\"en\":\"Survey\",\"it\":\"Questionario\"},\"description\":{\"en\":\"Ask.\",\"it\":\"Chiedi.\"},"
    "\"licence\":\"EUPL-1.2\",\"languages\":[\"en\",\"it\"],\"capabilities\":[\"view\",\"edit\"],"
    "\"permissions\":[\"notify\",\"person.name\",\"log\"],\"limits\":{\"cpu_ms\":80},"
    "\"documents\":{\"preload\":[\"survey\",\"answer/{person}\"]},"
    "\"params\":{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\",\"title\":{\"en\":\"Title\"}}}}}";

// GOOD with one member replaced (or added; NULL: removed).
static status parse_with(const char *key, const char *value, manifest **out, fault *f) {
    json_t *json = json_loads(GOOD, 0, NULL);
    if (key && value)
        json_object_set_new(json, key, json_loads(value, JSON_DECODE_ANY, NULL));
    else if (key)
        json_object_del(json, key);
    char *text = json_dumps(json, 0);
    status s = manifest_parse(str_from(text), out, f);
    free(text);
    json_decref(json);
    return s;
}

static void a_good_one_is_read(void **state) {
    (void)state;
    manifest *m;
    fault f = {0};
    assert_int_equal(parse_with(NULL, NULL, &m, &f), STATUS_OK);
    assert_string_equal(m->id, "survey");
    assert_string_equal(m->label, "survey@1.2.3");
    assert_string_equal(m->icon, "");
    assert_false(m->native);
    assert_true((m->permissions & PERMISSION_NOTIFY) && (m->permissions & PERMISSION_PERSON_NAME));
    assert_int_equal(m->permissions & (PERMISSION_PUBLISH | PERMISSION_FILES), 0);
    assert_true(manifest_can(m, "edit"));
    assert_false(manifest_can(m, "clone"));
    assert_true(m->cpu_ms == 80 && m->wall_ms == 2000 && m->memory_mb == 64);
    assert_int_equal(json_array_size(m->preload), 2);
    assert_string_equal(permission_name(PERMISSION_COMPLETE), "complete");
    manifest_free(m);
}

static void every_fault_is_a_sentence_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *pointer;
    } BAD[] = {
        {"id", "\"Survey\"", "/id"},
        {"id", "\"a/../b\"", "/id"},
        {"id", NULL, "/id"},
        {"version", "\"1.2\"", "/version"},
        {"version", "\"1.2.3/..\"", "/version"},
        {"abi", "2", "/abi"},
        {"runtime", "\"python\"", "/runtime"},
        {"runtime", "\"native\"", "/entry"},
        {"entry", "\"../main.lua\"", "/entry"},
        {"entry", "\"/etc/main.lua\"", "/entry"},
        {"entry", "\"a//main.lua\"", "/entry"},
        {"icon", "\"web/../../icon.svg\"", "/icon"},
        {"name", "{\"en\":\"Survey\"}", "/name"},
        {"name", "{\"en\":\"Survey\",\"it\":\"\"}", "/name/it"},
        {"description", "{\"it\":\"Chiedi.\"}", "/description"},
        {"languages", "[]", "/languages"},
        {"languages", "[\"english please\"]", "/languages/0"},
        {"capabilities", "[\"edit\"]", "/capabilities"},
        {"capabilities", "[\"view\",\"fly\"]", "/capabilities/1"},
        {"permissions", "[\"root\"]", "/permissions/0"},
        {"params", "{\"type\":\"object\",\"oneOf\":[]}", "/params"},
        {"params", "{\"type\":\"string\"}", "/params"},
        {"params", "{\"properties\":{\"a\":{\"type\":\"strong\"}}}", "/params"},
        {"settings", "[]", "/settings"},
        {"limits", "{\"cpu_ms\":100000}", "/limits/cpu_ms"},
        {"documents", "{\"preload\":[\"a b\"]}", "/documents/preload/0"},
        {"licence", NULL, "/licence"},
        {"unheard", "1", "/unheard"},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        manifest *m = NULL;
        fault f = {0};
        if (parse_with(BAD[i].key, BAD[i].value, &m, &f) != STATUS_INVALID)
            fail_msg("%s %s is taken", BAD[i].key, BAD[i].value);
        assert_null(m);
        assert_true(f.field_count >= 1);
        if (strcmp(f.fields[0].pointer, BAD[i].pointer) != 0)
            fail_msg("%s %s: %s %s", BAD[i].key, BAD[i].value, f.fields[0].pointer, f.fields[0].text);
        assert_true(strlen(f.fields[0].text) > 10 && f.text[0] != '\0');
    }
}

static void what_is_no_json_says_where(void **state) {
    (void)state;
    manifest *m;
    fault f = {0};
    assert_int_equal(manifest_parse(STR("{\"id\":\n \"a\",,}"), &m, &f), STATUS_INVALID);
    assert_non_null(strstr(f.text, "line 2"));
    assert_int_equal(manifest_parse(STR("[]"), &m, NULL), STATUS_INVALID);
    assert_int_equal(manifest_parse(STR(""), &m, NULL), STATUS_INVALID);
    assert_int_equal(manifest_parse(STR("{\"id\":\"a\",\"id\":\"b\"}"), &m, NULL), STATUS_INVALID);
}

static void files_are_looked_at(void **state) {
    (void)state;
    char *folder = unit_folder(), path[500];
    manifest *m;
    fault f = {0};
    assert_int_equal(manifest_read(folder, &m, &f), STATUS_NOT_FOUND);
    assert_non_null(strstr(f.text, "interlinker.json"));
    package_write(folder, "interlinker.json", GOOD);
    f = (fault){0};
    assert_int_equal(manifest_read(folder, &m, &f), STATUS_INVALID);
    assert_string_equal(f.fields[0].pointer, "/entry");

    snprintf(path, sizeof path, "%s/main.lua", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    f = (fault){0};
    assert_int_equal(manifest_read(folder, &m, &f), STATUS_INVALID);
    assert_non_null(strstr(f.fields[0].text, "out of the package"));
    assert_int_equal(unlink(path), 0);

    package_write(folder, "main.lua", "return {}");
    assert_int_equal(manifest_read(folder, &m, &f), STATUS_OK);
    manifest_free(m);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(manifest_read(folder, &m, NULL), STATUS_INVALID);
    unit_folder_remove(folder);
}

static void versions_compare(void **state) {
    (void)state;
    // In rising order (semver.org, 11).
    static const char *const RISING[] = {"0.9.9",      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                         "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                                         "1.0.0",      "1.0.1",        "1.2.0",         "1.10.0",
                                         "2.0.0"};
    enum { COUNT = sizeof RISING / sizeof RISING[0] };
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++) {
            int order = manifest_version_compare(RISING[i], RISING[j]);
            if ((order > 0) != (i > j) || (order < 0) != (i < j))
                fail_msg("%s and %s give %d", RISING[i], RISING[j], order);
        }
    assert_int_equal(manifest_version_compare("1.0.0+a", "1.0.0+b"), 0);
}

static void paths_stay_inside(void **state) {
    (void)state;
    static const char *const SAFE[] = {"main.lua", "web/icon.svg", "a/b/c.d-e_f", "..a", "a.."};
    static const char *const UNSAFE[] = {"",     "/",  "/a",  "..",   ".",   "a/..",    "a/../b",
                                         "a//b", "a/", "./a", "a\\b", "a b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof SAFE / sizeof SAFE[0]; i++)
        assert_true(manifest_path_safe(SAFE[i]));
    for (size_t i = 0; i < sizeof UNSAFE / sizeof UNSAFE[0]; i++)
        assert_false(manifest_path_safe(UNSAFE[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_one_is_read),         cmocka_unit_test(every_fault_is_a_sentence_with_its_place),
        cmocka_unit_test(what_is_no_json_says_where), cmocka_unit_test(files_are_looked_at),
        cmocka_unit_test(versions_compare),           cmocka_unit_test(paths_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
