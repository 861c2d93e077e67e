// SPDX-License-Identifier: EUPL-1.2
#include "base/mailbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"

// A stack that many push to and the owner takes as a whole. Taking all at once leaves no ABA problem, and
// turning the pile over gives back the order in which the letters came.
struct mailbox {
    _Atomic(letter *) newest;
    int fd;
};

mailbox *mailbox_create(void) {
    mailbox *m = memory_take(sizeof *m);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) {
        perror("mailbox");
        abort();
    }
    atomic_init(&m->newest, NULL);
    m->fd = fd;
    return m;
}

int mailbox_fd(const mailbox *m) {
    return m->fd;
}

void mailbox_add(mailbox *m, letter *l) {
    letter *newest = atomic_load_explicit(&m->newest, memory_order_relaxed);
    do
        l->next = newest;
    while (!atomic_compare_exchange_weak_explicit(&m->newest, &newest, l, memory_order_release, memory_order_relaxed));
}

void mailbox_wake(mailbox *m) {
    uint64_t one = 1;
    // EAGAIN means that the counter is full: then the owner is as awake as it can be.
    while (write(m->fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

void mailbox_post(mailbox *m, letter *l) {
    mailbox_add(m, l);
    mailbox_wake(m);
}

// Returns whether there was anything to open.
static bool open_all(mailbox *m) {
    letter *pile = atomic_exchange_explicit(&m->newest, NULL, memory_order_acquire), *oldest = NULL;
    while (pile) {
        letter *next = pile->next;
        pile->next = oldest;
        oldest = pile;
        pile = next;
    }
    bool any = oldest != NULL;
    while (oldest) {
        letter *next = oldest->next; // opening may free the letter
        oldest->open(oldest);
        oldest = next;
    }
    return any;
}

void mailbox_open(mailbox *m) {
    uint64_t count;
    // Quiet the descriptor first: a letter that comes after this rings again.
    while (read(m->fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    open_all(m);
}

void mailbox_destroy(mailbox *m) {
    if (!m)
        return;
    while (open_all(m))
        continue;
    close(m->fd);
    free(m);
}
