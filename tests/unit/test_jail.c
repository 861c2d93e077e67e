// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include "worker/jail.h"

static void a_trial_tells_each_layer(void **state) {
    (void)state;
    jail_layer layers[JAIL_LAYERS];
    assert_true(jail_probe("/usr/share", layers));
    for (int i = 0; i < JAIL_LAYERS; i++) {
        assert_true(layers[i].name && layers[i].name[0]);
        if (!layers[i].held && !layers[i].note[0])
            fail_msg("\"%s\" does not hold and does not say why", layers[i].name);
    }
    // Every kernel that the project supports has these.
    static const jail_layer_id always[] = {JAIL_DESCRIPTORS, JAIL_ENVIRONMENT, JAIL_LIMITS,
                                           JAIL_PRIVILEGES,  JAIL_CALLS,       JAIL_CALLS_TIGHT};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (!layers[always[i]].held)
            fail_msg("%s: %s", layers[always[i]].name, layers[always[i]].note);
}

static void a_trial_jails_nobody_else(void **state) {
    (void)state;
    jail_layer layers[JAIL_LAYERS];
    assert_int_equal(setenv("INTERLINK_TEST", "1", 1), 0);
    assert_true(jail_probe("/nowhere at all", layers));
    assert_non_null(getenv("INTERLINK_TEST"));
    FILE *file = fopen("/etc/passwd", "re");
    assert_non_null(file);
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_tells_each_layer),
        cmocka_unit_test(a_trial_jails_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
