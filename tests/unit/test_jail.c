// SPDX-License-Identifier: EUPL-1.2
//
// What a worker says of its jail on this machine. What the layers stop is tried in tests/hostile.
#include "unit.h"

#include <libgen.h>
#include <limits.h>
#include <unistd.h>

#include "plugin/jail.h"

// The build folder, where interlink-worker lies: this program is in its tests/.
static const char *program_folder(char room[PATH_MAX]) {
    ssize_t len = readlink("/proc/self/exe", room, PATH_MAX - 1);
    assert_true(len > 0);
    room[len] = '\0';
    return dirname(dirname(room));
}

static void a_worker_tells_each_layer(void **state) {
    (void)state;
    plugin_jail jail;
    fault f = {0};
    buffer missing = {0};
    char room[PATH_MAX];
    if (plugin_jail_try(program_folder(room), &jail, &f) != STATUS_OK)
        fail_msg("%s", f.text);
    assert_int_equal(jail.count, 13);
    for (size_t i = 0; i < jail.count; i++) {
        assert_true(jail.layers[i].name[0]);
        if (!jail.layers[i].held && !jail.layers[i].note[0])
            fail_msg("\"%s\" does not hold and does not say why", jail.layers[i].name);
    }
    if (plugin_jail_missing(&jail, &missing) > 0)
        print_message("missing here: %s\n", missing.ptr);
    buffer_free(&missing);
}

static void what_is_missing_is_said(void **state) {
    (void)state;
    plugin_jail jail = {
        .count = 3,
        .layers = {{"one", "", true, true}, {"two", "no kernel", false, true}, {"three", "old", false, false}}};
    buffer missing = {0};
    assert_int_equal(plugin_jail_missing(&jail, &missing), 1);
    assert_string_equal(missing.ptr, "two (no kernel)");
    buffer_free(&missing);
}

static void no_worker_is_no_crash(void **state) {
    (void)state;
    plugin_jail jail;
    fault f = {0};
    assert_int_equal(plugin_jail_try("/nowhere", &jail, &f), STATUS_UNAVAILABLE);
    assert_true(f.text[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_tells_each_layer),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(no_worker_is_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
