// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/rate.h"

enum { KIND = 1 };

static const int64_t second = 1000000000;
static const rate_limit ten_a_minute = {.burst = 10, .per_minute = 10};

static uint64_t key_of(const rate_table *t, uint64_t number) {
    return rate_key(t, KIND, &number, sizeof number);
}

static unsigned taken(rate_table *t, uint64_t key, rate_limit limit, int64_t now, unsigned tries) {
    unsigned count = 0;
    for (unsigned i = 0; i < tries; i++) {
        count += rate_take(t, key, limit, now) == 0;
    }
    return count;
}

static void a_bucket_empties_and_fills(void **state) {
    (void)state;
    rate_table *t = rate_create(64);
    int64_t now = clock_steady();
    uint64_t key = key_of(t, 1);
    assert_int_equal(taken(t, key, ten_a_minute, now, 100), 10);
    int64_t wait = rate_take(t, key, ten_a_minute, now);
    assert_in_range(wait, 5 * second, 6 * second);
    assert_int_not_equal(rate_take(t, key, ten_a_minute, now + wait - 1000000), 0);
    assert_int_equal(rate_take(t, key, ten_a_minute, now + wait), 0);
    assert_int_not_equal(rate_take(t, key, ten_a_minute, now + wait), 0);
    // Never more than the burst, however long nobody asks.
    assert_int_equal(taken(t, key, ten_a_minute, now + 1000000 * second, 100), 10);
    rate_destroy(t);
}

static void keys_do_not_disturb_each_other(void **state) {
    (void)state;
    rate_table *t = rate_create(4096);
    int64_t now = clock_steady();
    unsigned all = 0;
    for (uint64_t i = 0; i < 500; i++) {
        all += taken(t, key_of(t, i), ten_a_minute, now, 20);
    }
    assert_in_range(all, 4950, 5000); // once in a few hundred runs, two of them share a bucket by chance
    uint64_t number = 1;
    assert_int_not_equal(rate_key(t, 1, &number, sizeof number), rate_key(t, 2, &number, sizeof number));
    rate_destroy(t);
}

static void what_is_given_back_can_be_taken(void **state) {
    (void)state;
    rate_table *t = rate_create(64);
    int64_t now = clock_steady();
    uint64_t key = key_of(t, 1);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(rate_take(t, key, ten_a_minute, now), 0);
        rate_give_back(t, key, ten_a_minute, now);
    }
    rate_give_back(t, key, ten_a_minute, now); // a full bucket stays full
    assert_int_equal(taken(t, key, ten_a_minute, now, 100), 10);
    rate_destroy(t);
}

// More busy keys than places: the one that took most is remembered, those that took little make room.
static void the_busiest_are_remembered(void **state) {
    (void)state;
    rate_table *t = rate_create(64);
    int64_t now = clock_steady();
    uint64_t busiest = key_of(t, 0);
    assert_int_equal(taken(t, busiest, ten_a_minute, now, 100), 10);
    unsigned others = 0;
    for (uint64_t i = 1; i <= 100000; i++) {
        others += rate_take(t, key_of(t, i), ten_a_minute, now) == 0;
    }
    assert_in_range(others, 99900, 100000); // a few may share its bucket by chance
    assert_int_not_equal(rate_take(t, busiest, ten_a_minute, now), 0);
    rate_destroy(t);
}

typedef struct crowd {
    rate_table *table;
    uint64_t key;
    int64_t now;
    atomic_uint taken;
} crowd;

static void *crowd_run(void *context) {
    crowd *c = context;
    atomic_fetch_add(&c->taken, taken(c->table, c->key, (rate_limit){5000, 60}, c->now, 5000));
    return NULL;
}

static void threads_share_one_bucket(void **state) {
    (void)state;
    crowd c = {.table = rate_create(64), .now = clock_steady()};
    c.key = key_of(c.table, 7);
    assert_int_equal(rate_take(c.table, c.key, (rate_limit){5000, 60}, c.now), 0); // its place is there
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_run, &c), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&c.taken), 4999);
    rate_destroy(c.table);
}

int main(void) {
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_empties_and_fills),      cmocka_unit_test(keys_do_not_disturb_each_other),
        cmocka_unit_test(what_is_given_back_can_be_taken), cmocka_unit_test(the_busiest_are_remembered),
        cmocka_unit_test(threads_share_one_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
