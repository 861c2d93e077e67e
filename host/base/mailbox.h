// SPDX-License-Identifier: EUPL-1.2
//
// mailbox: letters from any thread to the one thread that owns the box. The owner watches
// mailbox_fd in its epoll and empties the box when it becomes readable.
#ifndef INTERLINK_BASE_MAILBOX_H
#define INTERLINK_BASE_MAILBOX_H

typedef struct mailbox mailbox;

// Embed as the first member; the receiver calls `open` on its own thread and owns the letter then.
typedef struct letter {
    struct letter *next;
    void (*open)(struct letter *self);
} letter;

mailbox *mailbox_create(void);    // aborts when the system has no descriptor left
void mailbox_destroy(mailbox *m); // letters left inside are opened first
int mailbox_fd(const mailbox *m);

void mailbox_post(mailbox *m, letter *l); // any thread; wakes the owner
// Add without waking, then wake once: how a batch of many letters costs one system call.
void mailbox_add(mailbox *m, letter *l);
void mailbox_wake(mailbox *m);

void mailbox_open(mailbox *m); // owner only: opens all letters, oldest first

#endif
