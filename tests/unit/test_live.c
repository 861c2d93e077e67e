// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <pthread.h>

#include "base/memory.h"
#include "domain/live.h"

typedef struct listener {
    live_hub *hub;
    loop *loop;
    live_subscription *subscription;
    struct listener *other; // unsubscribed when this one hears something
    char heard[256];
    int count;
} listener;

static void on_event(void *context, const live_event *e) {
    listener *l = context;
    snprintf(l->heard, sizeof l->heard, "%s %s %s", e->topic, e->name, e->data.ptr ? e->data.ptr : "");
    l->count++;
}

static void on_event_drop_both(void *context, const live_event *e) {
    listener *l = context;
    on_event(context, e);
    live_unsubscribe(l->subscription);
    if (l->other)
        live_unsubscribe(l->other->subscription);
}

static void publish(live_hub *h, const char *whom, const char *data) {
    live_list list = {0};
    buffer_add(&live_list_add(&list, "asset", whom, "vote")->data, data);
    live_hub_publish(h, &list);
    assert_null(list.first);
    assert_null(list.last);
}

static void events_reach_their_topic_on_every_loop(void **state) {
    (void)state;
    live_hub *h = live_hub_create();
    loop *loops[2] = {loop_create(), loop_create()};
    listener listeners[3] = {0};
    for (int i = 0; i < 2; i++) {
        live_hub_join(h, loops[i]);
        listeners[i].subscription = live_subscribe(h, loops[i], "asset/1", on_event, &listeners[i]);
    }
    listeners[2].subscription = live_subscribe(h, loops[1], "asset/2", on_event, &listeners[2]);
    publish(h, "1", "{\"n\":1}");
    loop_turn(loops[0], 1000);
    loop_turn(loops[1], 1000);
    assert_string_equal(listeners[0].heard, "asset/1 vote {\"n\":1}");
    assert_string_equal(listeners[1].heard, "asset/1 vote {\"n\":1}");
    assert_int_equal(listeners[2].count, 0);

    live_unsubscribe(listeners[0].subscription);
    publish(h, "1", "2");
    loop_turn(loops[0], 0);
    loop_turn(loops[1], 1000);
    assert_int_equal(listeners[0].count, 1);
    assert_int_equal(listeners[1].count, 2);
    live_unsubscribe(listeners[1].subscription);
    live_unsubscribe(listeners[2].subscription);
    for (int i = 0; i < 2; i++) {
        live_hub_leave(h, loops[i]);
        loop_destroy(loops[i]);
    }
    live_hub_destroy(h);
}

static void listener_may_leave_while_it_hears(void **state) {
    (void)state;
    live_hub *h = live_hub_create();
    loop *l = loop_create();
    live_hub_join(h, l);
    listener a = {0}, b = {0};
    a.other = &b;
    b.other = &a;
    a.subscription = live_subscribe(h, l, "asset/1", on_event_drop_both, &a);
    b.subscription = live_subscribe(h, l, "asset/1", on_event_drop_both, &b);
    publish(h, "1", "x");
    loop_turn(l, 1000);
    assert_int_equal(a.count + b.count, 1);
    live_hub_leave(h, l);
    loop_destroy(l);
    live_hub_destroy(h);
}

static void many_topics_keep_apart(void **state) {
    (void)state;
    enum { TOPICS = 500 };
    live_hub *h = live_hub_create();
    loop *l = loop_create();
    live_hub_join(h, l);
    listener *listeners = memory_new(TOPICS * sizeof *listeners);
    for (int i = 0; i < TOPICS; i++) {
        char topic[32];
        snprintf(topic, sizeof topic, "asset/%d", i);
        listeners[i].subscription = live_subscribe(h, l, topic, on_event, &listeners[i]);
    }
    publish(h, "77", "x");
    publish(h, "499", "x");
    loop_turn(l, 1000);
    for (int i = 0; i < TOPICS; i++) {
        assert_int_equal(listeners[i].count, i == 77 || i == 499);
        live_unsubscribe(listeners[i].subscription);
    }
    free(listeners);
    live_hub_leave(h, l);
    loop_destroy(l);
    live_hub_destroy(h);
}

static void letters_outlive_the_hub(void **state) {
    (void)state;
    live_hub *h = live_hub_create();
    loop *l = loop_create();
    live_hub_join(h, l);
    listener a = {0};
    a.subscription = live_subscribe(h, l, "asset/1", on_event, &a);
    publish(h, "1", "x");
    live_hub_leave(h, l);
    live_hub_destroy(h);
    loop_turn(l, 1000);
    assert_int_equal(a.count, 1);
    live_unsubscribe(a.subscription);
    loop_destroy(l);
}

static void *publish_many(void *context) {
    for (int i = 0; i < 200; i++)
        publish(context, "1", "x");
    return NULL;
}

static void threads_publish_at_once(void **state) {
    (void)state;
    live_hub *h = live_hub_create();
    loop *l = loop_create();
    live_hub_join(h, l);
    listener a = {0};
    a.subscription = live_subscribe(h, l, "asset/1", on_event, &a);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, publish_many, h), 0);
    for (int turns = 0; a.count < 600 && turns < 1000; turns++)
        loop_turn(l, 1000);
    assert_int_equal(a.count, 600);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    live_unsubscribe(a.subscription);
    live_hub_leave(h, l);
    loop_destroy(l);
    live_hub_destroy(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_reach_their_topic_on_every_loop),
        cmocka_unit_test(listener_may_leave_while_it_hears),
        cmocka_unit_test(many_topics_keep_apart),
        cmocka_unit_test(letters_outlive_the_hub),
        cmocka_unit_test(threads_publish_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
