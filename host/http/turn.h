// SPDX-License-Identifier: EUPL-1.2
//
// turn: when many people change the same asset at the same moment, each in turn. A call to a plugin sees documents as
// they were when it began, so of calls that collide only one can be kept. While nobody collides, nothing waits; an
// asset on which calls collided has a queue, over all loops, until it is empty. So the last of a hundred voters gets
// through too, and without a hundred tries.
#ifndef INTERLINK_HTTP_TURN_H
#define INTERLINK_HTTP_TURN_H

#include <stdbool.h>

#include "base/id.h"
#include "base/mailbox.h"

typedef struct turn_list turn_list;

turn_list *turn_list_create(void);
void turn_list_destroy(turn_list *l); // nobody holds a turn; NULL is fine

// Zero-initialise; belongs to one request on one loop, which keeps it until the turn is given back.
typedef struct turn {
    letter letter; // its `open` runs on the loop when the turn has come
    mailbox *reply_to;
    struct turn *next; // the queue's own
    char asset[ID_TEXT];
    bool held;
} turn;

bool turn_contended(turn_list *l, const char *asset); // any thread
// True: it is this one's turn at once. False: it waits, and the letter will come.
bool turn_take(turn_list *l, turn *t, const char *asset);
void turn_give_back(turn_list *l, turn *t); // fine if it is not held

#endif
