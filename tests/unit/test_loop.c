// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <pthread.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/memory.h"

typedef struct scene {
    loop *loop;
    loop_watch *watches[2];
    loop_timer *timer, *other;
    int calls, limit;
    char order[32];
} scene;

static void note(scene *s, char what) {
    size_t len = strlen(s->order);
    assert_true(len + 1 < sizeof s->order);
    s->order[len] = what;
    s->order[len + 1] = '\0';
}

static void on_a(void *context) {
    note(context, 'a');
}

static void on_b(void *context) {
    note(context, 'b');
}

static void on_c(void *context) {
    note(context, 'c');
}

static void turn_until(loop *l, const scene *s, size_t length) {
    int64_t end = clock_steady() + 5000000000;
    while (strlen(s->order) < length && clock_steady() < end)
        loop_turn(l, 100);
    assert_int_equal(strlen(s->order), length);
}

static void timers_fire_in_order_of_time(void **state) {
    (void)state;
    scene s = {.loop = loop_create()};
    loop_timer_add(s.loop, 9, false, on_c, &s);
    loop_timer_add(s.loop, 1, false, on_a, &s);
    loop_timer_add(s.loop, 5, false, on_b, &s);
    turn_until(s.loop, &s, 3);
    assert_string_equal(s.order, "abc");
    loop_destroy(s.loop);
}

static void many_timers_can_be_taken_out(void **state) {
    (void)state;
    scene s = {.loop = loop_create()};
    loop_timer *timers[100];
    for (int i = 0; i < 100; i++)
        timers[i] = loop_timer_add(s.loop, (uint32_t)(i * 37 % 100) / 10, false, i == 42 ? on_a : on_b, &s);
    for (int i = 0; i < 100; i++)
        if (i != 42)
            loop_timer_remove(timers[i]);
    turn_until(s.loop, &s, 1);
    assert_string_equal(s.order, "a");
    loop_destroy(s.loop);
}

static void on_repeat(void *context) {
    scene *s = context;
    note(s, 'r');
    if (++s->calls == s->limit)
        loop_timer_remove(s->timer);
}

static void repeating_timer_stops_itself(void **state) {
    (void)state;
    scene s = {.loop = loop_create(), .limit = 3};
    s.timer = loop_timer_add(s.loop, 1, true, on_repeat, &s);
    turn_until(s.loop, &s, 3);
    loop_timer_add(s.loop, 10, false, on_a, &s);
    turn_until(s.loop, &s, 4);
    assert_string_equal(s.order, "rrra");
    loop_destroy(s.loop);
}

static void on_remove_both(void *context) {
    scene *s = context;
    note(s, 'x');
    loop_timer_remove(s->timer);
    loop_timer_remove(s->other);
}

static void timer_may_remove_itself_and_others(void **state) {
    (void)state;
    scene s = {.loop = loop_create()};
    s.timer = loop_timer_add(s.loop, 1, false, on_remove_both, &s);
    s.other = loop_timer_add(s.loop, 1, true, on_b, &s);
    turn_until(s.loop, &s, 1);
    assert_string_equal(s.order, "x");
    loop_destroy(s.loop);
}

static void on_ready_remove_all(void *context, uint32_t events) {
    scene *s = context;
    assert_true(events & EPOLLIN);
    note(s, 'w');
    loop_watch_remove(s->watches[0]);
    loop_watch_remove(s->watches[1]);
}

static void watch_may_remove_those_that_are_ready_too(void **state) {
    (void)state;
    scene s = {.loop = loop_create()};
    int pipes[2][2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        s.watches[i] = loop_watch_add(s.loop, pipes[i][0], EPOLLIN, on_ready_remove_all, &s);
        assert_int_equal(write(pipes[i][1], "x", 1), 1);
    }
    loop_turn(s.loop, 1000);
    loop_turn(s.loop, 0);
    assert_string_equal(s.order, "w");
    loop_destroy(s.loop);
    for (int i = 0; i < 2; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
}

static void on_ready(void *context, uint32_t events) {
    note(context, events & EPOLLOUT ? 'o' : 'i');
}

static void watch_changes_what_it_waits_for(void **state) {
    (void)state;
    scene s = {.loop = loop_create()};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    loop_watch *w = loop_watch_add(s.loop, ends[1], 0, on_ready, &s);
    loop_turn(s.loop, 0);
    assert_string_equal(s.order, "");
    loop_watch_change(w, EPOLLOUT);
    loop_turn(s.loop, 1000);
    assert_string_equal(s.order, "o");
    loop_watch_remove(w);
    loop_turn(s.loop, 0);
    assert_string_equal(s.order, "o");
    loop_destroy(s.loop);
    close(ends[0]);
    close(ends[1]);
}

static void on_put_off_again(void *context) {
    scene *s = context;
    note(s, 'p');
    if (++s->calls < s->limit)
        loop_put_off(s->loop, on_put_off_again, s);
}

static void work_put_off_runs_before_sleep(void **state) {
    (void)state;
    scene s = {.loop = loop_create(), .limit = 3}, gone = {.loop = s.loop};
    loop_put_off(s.loop, on_put_off_again, &s);
    loop_put_off(s.loop, on_a, &gone);
    loop_put_off_cancel(s.loop, &gone);
    loop_turn(s.loop, -1); // does not sleep, as more was put off meanwhile
    assert_string_equal(s.order, "p");
    turn_until(s.loop, &s, 3);
    assert_string_equal(gone.order, "");
    loop_destroy(s.loop);
}

typedef struct post {
    letter letter;
    scene *scene;
} post;

static void post_open(letter *self) {
    note(((post *)self)->scene, 'l');
    free(self);
}

static void *post_from_elsewhere(void *context) {
    scene *s = context;
    for (int i = 0; i < 3; i++) {
        post *p = memory_new(sizeof *p);
        *p = (post){{NULL, post_open}, s};
        mailbox_post(loop_mailbox(s->loop), &p->letter);
    }
    return NULL;
}

static void letters_wake_the_loop(void **state) {
    (void)state;
    scene s = {.loop = loop_create()};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, post_from_elsewhere, &s), 0);
    turn_until(s.loop, &s, 3);
    pthread_join(thread, NULL);
    post_from_elsewhere(&s);
    loop_destroy(s.loop); // opens what is left
    assert_string_equal(s.order, "llllll");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_in_order_of_time),
        cmocka_unit_test(many_timers_can_be_taken_out),
        cmocka_unit_test(repeating_timer_stops_itself),
        cmocka_unit_test(timer_may_remove_itself_and_others),
        cmocka_unit_test(watch_may_remove_those_that_are_ready_too),
        cmocka_unit_test(watch_changes_what_it_waits_for),
        cmocka_unit_test(work_put_off_runs_before_sleep),
        cmocka_unit_test(letters_wake_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
