// SPDX-License-Identifier: EUPL-1.2
#include "world.h"

#include "base/clock.h"
#include "base/loop.h"
#include "base/schema.h"
#include "package_folder.h"
#include "plugin/catalogue.h"
#include "plugin/package.h"
#include "plugin/registry.h"
#include "plugin/sample.h"

// ---- checking, with the real worker of this build

typedef struct findings {
    int faults, notes;
    buffer text;
} findings;

static void say(void *context, bool is_fault, const char *sentence) {
    findings *f = context;
    f->faults += is_fault;
    f->notes += !is_fault;
    buffer_add(&f->text, sentence);
    buffer_add(&f->text, "\n");
}

// The build folder, where interlink-worker lies: this program is in its tests/.
static const char *program_folder(char out[400]) {
    ssize_t len = readlink("/proc/self/exe", out, 399);
    assert_true(len > 0);
    out[len] = '\0';
    *strrchr(out, '/') = '\0';
    *strrchr(out, '/') = '\0';
    return out;
}

static findings check(const char *folder) {
    char program[400];
    findings found = {0};
    buffer_add(&found.text, "");
    status s = plugin_package_check(folder, program_folder(program), NULL, say, &found);
    assert_int_equal(s == STATUS_OK, found.faults == 0);
    return found;
}

static void assert_found(const char *folder, int faults, const char *words) {
    findings found = check(folder);
    if (found.faults != faults || !strstr(found.text.ptr, words))
        fail_msg("%d faults: %s", found.faults, found.text.ptr);
    buffer_free(&found.text);
}

static void make_good(const char *above, const char *id, char folder[400]) {
    char below[450];
    package_make(above, id,
                 ",\"icon\":\"web/icon.svg\",\"params\":{\"type\":\"object\",\"required\":[\"title\"],\"properties\":"
                 "{\"title\":{\"type\":\"string\",\"minLength\":3}}}",
                 folder);
    snprintf(below, sizeof below, "%s/web", folder);
    mkdir(below, 0700);
    package_write(folder, "web/icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    package_write(folder, "main.lua",
                  "return {\n"
                  "  create = function(call) call.documents:put('title', call.params.title) end,\n"
                  "  handle = function(call) call:html('<p>{{t.hello}} {{title}}</p>', {title = "
                  "(call.documents:get('title'))}) end,\n"
                  "}\n");
}

static void a_good_package_passes(void **state) {
    world *w = *state;
    char folder[400];
    make_good(w->folder, "good", folder);
    assert_found(folder, 0, "");
}

static void every_fault_is_told(void **state) {
    world *w = *state;
    char folder[400];
    package_make(w->folder, "poor", "", folder);
    char path[450];
    snprintf(path, sizeof path, "%s/instructions.md", folder);
    unlink(path);
    package_write(folder, "i18n/it.json", "{\"hello\":\"Ciao {name}\",\"other\":\"x\"}");
    package_write(folder, "main.lua", "return { handle = function(call) error('oh dear') end }");
    findings found = check(folder);
    static const char *const WORDS[] = {"names no icon",     "no instructions.md", "no text \"closed\"",
                                        "no text \"other\"", "other {places}",     "main.lua:1: oh dear"};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (!strstr(found.text.ptr, WORDS[i]))
            fail_msg("%s is not in: %s", WORDS[i], found.text.ptr);
    assert_int_equal(found.faults, 5); // a missing icon is only good to know
    buffer_free(&found.text);
}

static void code_that_fails_is_told(void **state) {
    world *w = *state;
    char folder[400];
    make_good(w->folder, "good", folder);
    package_write(folder, "main.lua", "return {");
    assert_found(folder, 1, "main.lua:1");
    package_write(folder, "main.lua",
                  "return { create = function(call) call:complete() end, handle = function(call) end }");
    assert_found(folder, 1, "complete");
    package_write(folder, "main.lua", "while true do end");
    assert_found(folder, 1, "cannot be started");
    package_write(folder, "main.lua", "return { handle = function(call) while true do end end }");
    assert_found(folder, 1, "took too long");
    package_write(folder, "interlinker.json", "{\"id\":1}");
    findings found = check(folder);
    assert_true(found.faults > 5);
    buffer_free(&found.text);
    assert_found("/nowhere", 1, "interlinker.json cannot be read");
}

static void samples_fit_their_schema(void **state) {
    (void)state;
    static const char *const SCHEMAS[] = {
        "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":40},"
        "\"b\":{\"type\":\"string\",\"maxLength\":2},\"c\":{\"enum\":[\"x\",\"y\"]},\"d\":{\"const\":5}}}",
        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":7},\"m\":{\"type\":\"number\","
        "\"maximum\":0},"
        "\"t\":{\"type\":\"boolean\"},\"l\":{\"type\":\"array\",\"minItems\":3,\"uniqueItems\":true,\"items\":{"
        "\"type\":\"string\"}}}}",
        "{\"type\":\"object\",\"properties\":{\"d\":{\"type\":\"string\",\"format\":\"date\"},\"u\":{\"type\":"
        "\"string\",\"format\":\"uuid\"},"
        "\"e\":{\"type\":\"string\",\"format\":\"email\"},\"p\":{\"type\":\"string\",\"pattern\":\"^[A-Z]$\","
        "\"examples\":[\"Q\"]}}}",
        "{\"type\":\"object\",\"$defs\":{\"o\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":[\"string\","
        "\"null\"]}}}},"
        "\"properties\":{\"o\":{\"$ref\":\"#/$defs/o\"},\"w\":{\"type\":\"string\",\"default\":\"why\"}}}",
    };
    for (size_t i = 0; i < sizeof SCHEMAS / sizeof SCHEMAS[0]; i++) {
        json_t *schema = json_loads(SCHEMAS[i], 0, NULL);
        fault f = {0};
        if (schema_usable(schema, schema, &f) != STATUS_OK)
            fail_msg("%s", f.text);
        json_t *value = sample_create(schema, schema);
        if (schema_check(schema, schema, value, "", &f) != STATUS_OK)
            fail_msg("%zu: %s %s", i, f.fields[0].pointer, f.fields[0].text);
        json_decref(value);
        json_decref(schema);
    }
}

// ---- what ships with the host

static bool count_one(const plugin_info *info, void *context) {
    assert_non_null(info->id);
    ++*(int *)context;
    return true;
}

static void bundled_ones_are_entered(void **state) {
    world *w = *state;
    char plugins[400], folder[400];
    snprintf(plugins, sizeof plugins, "%s/plugins", w->folder);
    mkdir(plugins, 0700);
    package_make(plugins, "one", ",\"needs\":[\"listen\",\"later\"],\"provides\":[\"old_tool\"]", folder);
    package_make(plugins, "two", "", folder);
    package_write(folder, "interlinker.json", "{}");
    world_run(
        w,
        "INSERT INTO interlinker VALUES ('old_tool', 'plugin', 'software', NULL, '{}', '{}', '{}', '{}', '{}', '{}', "
        "'{}', '[]', '', '', NULL, NULL, 0, '{}', 0, 1, 1)");
    plugin_registry *r = plugin_registry_create(w->folder, w->folder, w->secret);
    world_ok(w, plugin_registry_sync(r, w->db, &w->fault));
    int64_t version =
        store_count(w->db, 0, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'catalogue.version'", "");
    assert_true(version > 0);
    world_ok(w, plugin_registry_sync(r, w->db, &w->fault));
    assert_int_equal(
        store_count(w->db, 0, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'catalogue.version'", ""), version);
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    int count = 0;
    plugin_registry_each(r, count_one, &count);
    assert_int_equal(count, 1);
    assert_int_equal(plugin_registry_usable(r, "one", &w->fault), STATUS_OK);
    assert_int_equal(
        store_count(w->db, 0, "SELECT COUNT(*) FROM interlinker WHERE id = 'old_tool' AND plugin = 'one'", ""), 1);
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM interlinker_need WHERE interlinker = 'one'", ""), 1);
    world_run(w, "INSERT INTO problem_profile VALUES ('later', '{\"en\":\"Later\"}', '{}', '{}')");
    world_ok(w, plugin_catalogue_link(w->db, &w->fault));
    assert_int_equal(store_count(w->db, 0, "SELECT COUNT(*) FROM interlinker_need WHERE interlinker = 'one'", ""), 2);

    // Its files go: the row stays, and says what is wrong.
    snprintf(folder, sizeof folder, "%s/plugins/one/interlinker.json", w->folder);
    assert_int_equal(unlink(folder), 0);
    world_ok(w, plugin_registry_load(r, w->db, &w->fault));
    w->fault = (fault){0};
    assert_int_equal(plugin_registry_usable(r, "one", &w->fault), STATUS_UNAVAILABLE);
    assert_string_equal(w->fault.code, "plugin.broken");
    plugin_info info;
    assert_true(plugin_registry_get(r, "one", &info));
    assert_true(info.trouble[0] != '\0' && !info.manifest);
    assert_string_equal(plugin_state_text(info.state), "broken");
    plugin_registry_release(r, &info);
    plugin_registry_destroy(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_good_package_passes, world_open, world_close),
        cmocka_unit_test_setup_teardown(every_fault_is_told, world_open, world_close),
        cmocka_unit_test_setup_teardown(code_that_fails_is_told, world_open, world_close),
        cmocka_unit_test(samples_fit_their_schema),
        cmocka_unit_test_setup_teardown(bundled_ones_are_entered, world_open, world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
