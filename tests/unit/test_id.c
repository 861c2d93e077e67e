// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"

static void ids_have_the_shape_of_version_7(void **state) {
    (void)state;
    int64_t before = clock_now();
    id_value one = id_create();
    assert_true(id_valid(one.text));
    assert_int_equal(strlen(one.text), 36);
    assert_int_equal(one.text[14], '7');
    assert_non_null(strchr("89ab", one.text[19]));
    char digits[13];
    snprintf(digits, sizeof digits, "%.8s%.4s", one.text, one.text + 9);
    int64_t made = strtoll(digits, NULL, 16);
    assert_true(made >= before && made <= clock_now() + 10);
}

static void ids_increase_within_a_thread(void **state) {
    (void)state;
    // More than the counter holds within one millisecond.
    id_value last = id_create();
    for (int i = 0; i < 50000; i++) {
        id_value next = id_create();
        assert_true(strcmp(last.text, next.text) < 0);
        last = next;
    }
}

enum { EACH = 2000 };

static void *make_many(void *context) {
    id_value *ids = context;
    for (int i = 0; i < EACH; i++)
        ids[i] = id_create();
    return NULL;
}

static int by_text(const void *a, const void *b) {
    return strcmp(((const id_value *)a)->text, ((const id_value *)b)->text);
}

static void ids_of_many_threads_differ(void **state) {
    (void)state;
    id_value *ids = calloc(4 * EACH, sizeof *ids);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_many, ids + i * EACH), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    qsort(ids, 4 * EACH, sizeof *ids, by_text);
    for (int i = 1; i < 4 * EACH; i++)
        assert_string_not_equal(ids[i - 1].text, ids[i].text);
    free(ids);
}

static void the_shape_is_checked(void **state) {
    (void)state;
    assert_true(id_valid("01234567-89ab-7def-8123-456789abcdef"));
    assert_false(id_valid(NULL));
    assert_false(id_valid(""));
    assert_false(id_valid("01234567-89ab-7def-8123-456789abcde"));
    assert_false(id_valid("01234567-89ab-7def-8123-456789abcdef0"));
    assert_false(id_valid("01234567-89AB-7def-8123-456789abcdef"));
    assert_false(id_valid("0123456789ab-7def-8123-456789abcdef-"));
    assert_false(id_valid("g1234567-89ab-7def-8123-456789abcdef"));
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_have_the_shape_of_version_7),
        cmocka_unit_test(ids_increase_within_a_thread),
        cmocka_unit_test(ids_of_many_threads_differ),
        cmocka_unit_test(the_shape_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
