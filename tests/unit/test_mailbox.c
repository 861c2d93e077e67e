// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <poll.h>
#include <pthread.h>

#include "base/mailbox.h"

typedef struct numbered {
    letter letter;
    int thread, number;
    struct reading *reading;
} numbered;

typedef struct reading {
    int count, last[8];
    int out_of_order;
    mailbox *box;
    numbered *answer; // posted by the first letter that is opened
} reading;

static void read_letter(letter *self) {
    numbered *l = (numbered *)self;
    reading *r = l->reading;
    r->count++;
    if (l->number != r->last[l->thread] + 1)
        r->out_of_order++;
    r->last[l->thread] = l->number;
    if (r->answer) {
        numbered *answer = r->answer;
        r->answer = NULL;
        mailbox_post(r->box, &answer->letter);
    }
}

static bool readable(mailbox *m, int timeout) {
    struct pollfd ready = {.fd = mailbox_fd(m), .events = POLLIN};
    return poll(&ready, 1, timeout) == 1;
}

static void letters_are_opened_oldest_first(void **state) {
    (void)state;
    mailbox *m = mailbox_create();
    reading r = {0};
    numbered letters[5];
    assert_false(readable(m, 0));
    for (int i = 0; i < 5; i++) {
        letters[i] = (numbered){{NULL, read_letter}, 0, i + 1, &r};
        mailbox_add(m, &letters[i].letter);
    }
    assert_false(readable(m, 0)); // adding does not wake
    mailbox_wake(m);
    assert_true(readable(m, 0));
    mailbox_open(m);
    assert_int_equal(r.count, 5);
    assert_int_equal(r.out_of_order, 0);
    assert_false(readable(m, 0));
    mailbox_open(m);
    assert_int_equal(r.count, 5);
    mailbox_destroy(m);
    mailbox_destroy(NULL);
}

static void a_letter_may_post_another(void **state) {
    (void)state;
    mailbox *m = mailbox_create();
    reading r = {.box = m};
    numbered first = {{NULL, read_letter}, 0, 1, &r}, second = {{NULL, read_letter}, 0, 2, &r};
    r.answer = &second;
    mailbox_post(m, &first.letter);
    mailbox_open(m);
    assert_true(readable(m, 0));
    mailbox_open(m);
    assert_int_equal(r.count, 2);
    mailbox_destroy(m);
}

static void letters_left_inside_are_opened_at_the_end(void **state) {
    (void)state;
    mailbox *m = mailbox_create();
    reading r = {.box = m};
    numbered first = {{NULL, read_letter}, 0, 1, &r}, second = {{NULL, read_letter}, 0, 2, &r};
    r.answer = &second;
    mailbox_add(m, &first.letter);
    mailbox_destroy(m);
    assert_int_equal(r.count, 2);
}

enum { SENDERS = 8, LETTERS = 3000 };

typedef struct sender {
    mailbox *box;
    numbered *letters;
    pthread_t thread;
} sender;

static void *send_all(void *context) {
    sender *s = context;
    for (int i = 0; i < LETTERS; i++) {
        if (i % 3 == 2) {
            mailbox_post(s->box, &s->letters[i].letter);
        } else {
            mailbox_add(s->box, &s->letters[i].letter);
        }
    }
    mailbox_wake(s->box);
    return NULL;
}

static void none_is_lost_between_threads(void **state) {
    (void)state;
    mailbox *m = mailbox_create();
    reading r = {0};
    sender senders[SENDERS];
    for (int s = 0; s < SENDERS; s++) {
        senders[s] = (sender){.box = m, .letters = calloc(LETTERS, sizeof(numbered))};
        for (int i = 0; i < LETTERS; i++)
            senders[s].letters[i] = (numbered){{NULL, read_letter}, s, i + 1, &r};
        assert_int_equal(pthread_create(&senders[s].thread, NULL, send_all, &senders[s]), 0);
    }
    while (r.count < SENDERS * LETTERS) {
        assert_true(readable(m, 30000));
        mailbox_open(m);
    }
    for (int s = 0; s < SENDERS; s++) {
        pthread_join(senders[s].thread, NULL);
        free(senders[s].letters);
    }
    assert_int_equal(r.count, SENDERS * LETTERS);
    assert_int_equal(r.out_of_order, 0);
    mailbox_destroy(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_opened_oldest_first),
        cmocka_unit_test(a_letter_may_post_another),
        cmocka_unit_test(letters_left_inside_are_opened_at_the_end),
        cmocka_unit_test(none_is_lost_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
