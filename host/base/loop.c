// SPDX-License-Identifier: EUPL-1.2
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

enum { EVENTS_A_TURN = 256, NOT_IN_HEAP = -1 };
static const int64_t NANOSECONDS_A_MILLISECOND = 1000000;

// A removed watch or timer stays in memory until the turn ends: the kernel, or a caller further up the stack,
// may still hold its address.
struct loop_watch {
    loop *loop;
    loop_watch *previous, *next; // among the living, or `next` among the dead
    loop_ready *ready;
    void *context;
    int fd;
    bool dead;
};

struct loop_timer {
    loop *loop;
    loop_timer *next; // among the dead
    loop_fire *fire;
    void *context;
    int64_t due, every; // nanoseconds of the steady clock; `every` is 0 for a timer that fires once
    ptrdiff_t place;    // in the heap
    bool dead;
};

typedef struct put_off {
    loop_fire *fire;
    void *context;
} put_off;

struct loop {
    int epoll;
    mailbox *mailbox;
    loop_watch *mailbox_watch;
    loop_watch *watches, *dead_watches;
    loop_timer *dead_timers;
    loop_timer **heap; // the earliest first
    size_t timers, heap_size;
    put_off *later;
    size_t later_count, later_size;
    bool turning;
};

// ---- watches

loop_watch *loop_watch_add(loop *l, int fd, uint32_t events, loop_ready *ready, void *context) {
    loop_watch *w = memory_new(sizeof *w);
    *w = (loop_watch){.loop = l, .next = l->watches, .ready = ready, .context = context, .fd = fd};
    if (l->watches)
        l->watches->previous = w;
    l->watches = w;
    struct epoll_event wanted = {.events = events, .data.ptr = w};
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &wanted) < 0) {
        perror("loop: a descriptor cannot be watched");
        abort();
    }
    return w;
}

void loop_watch_change(loop_watch *w, uint32_t events) {
    struct epoll_event wanted = {.events = events, .data.ptr = w};
    if (epoll_ctl(w->loop->epoll, EPOLL_CTL_MOD, w->fd, &wanted) < 0) {
        perror("loop: a watch cannot be changed");
        abort();
    }
}

void loop_watch_remove(loop_watch *w) {
    loop *l = w->loop;
    if (w->dead)
        return;
    w->dead = true;
    // Fails where the descriptor was closed before: then the kernel has forgotten it already.
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
    if (w->previous)
        w->previous->next = w->next;
    else
        l->watches = w->next;
    if (w->next)
        w->next->previous = w->previous;
    w->next = l->dead_watches;
    l->dead_watches = w;
}

// ---- timers: a binary heap in which each timer knows its place, so that any one can be taken out

static void heap_put(loop *l, size_t place, loop_timer *t) {
    l->heap[place] = t;
    t->place = (ptrdiff_t)place;
}

static void heap_rise(loop *l, size_t place) {
    loop_timer *t = l->heap[place];
    while (place > 0 && l->heap[(place - 1) / 2]->due > t->due) {
        heap_put(l, place, l->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    heap_put(l, place, t);
}

static void heap_sink(loop *l, size_t place) {
    loop_timer *t = l->heap[place];
    for (size_t child; (child = 2 * place + 1) < l->timers; place = child) {
        if (child + 1 < l->timers && l->heap[child + 1]->due < l->heap[child]->due)
            child++;
        if (l->heap[child]->due >= t->due)
            break;
        heap_put(l, place, l->heap[child]);
    }
    heap_put(l, place, t);
}

static void heap_add(loop *l, loop_timer *t) {
    if (l->timers == l->heap_size) {
        l->heap_size = l->heap_size ? l->heap_size * 2 : 16;
        l->heap = memory_resize(l->heap, l->heap_size, sizeof *l->heap);
    }
    heap_put(l, l->timers, t);
    heap_rise(l, l->timers++);
}

static void heap_take_out(loop *l, loop_timer *t) {
    size_t place = (size_t)t->place;
    loop_timer *last = l->heap[--l->timers];
    t->place = NOT_IN_HEAP;
    if (last == t)
        return;
    heap_put(l, place, last);
    heap_sink(l, place);
    heap_rise(l, (size_t)last->place);
}

loop_timer *loop_timer_add(loop *l, uint32_t milliseconds, bool repeat, loop_fire *fire, void *context) {
    loop_timer *t = memory_new(sizeof *t);
    int64_t wait = milliseconds * NANOSECONDS_A_MILLISECOND;
    // A repeating timer of no length would never let the loop sleep.
    int64_t every = wait ? wait : NANOSECONDS_A_MILLISECOND;
    *t = (loop_timer){.loop = l, .fire = fire, .context = context, .due = clock_steady() + wait};
    t->every = repeat ? every : 0;
    heap_add(l, t);
    return t;
}

void loop_timer_remove(loop_timer *t) {
    loop *l = t->loop;
    if (t->dead)
        return;
    t->dead = true;
    if (t->place != NOT_IN_HEAP)
        heap_take_out(l, t);
    t->next = l->dead_timers;
    l->dead_timers = t;
}

static void fire_due(loop *l) {
    int64_t now = clock_steady();
    while (l->timers && l->heap[0]->due <= now) {
        loop_timer *t = l->heap[0];
        heap_take_out(l, t);
        if (t->every) {
            // Ticks that were missed are not made up for.
            t->due = t->due + t->every > now ? t->due + t->every : now + t->every;
            heap_add(l, t);
        }
        t->fire(t->context);
        if (!t->every)
            loop_timer_remove(t);
    }
}

// ---- work put off

void loop_put_off(loop *l, loop_fire *fire, void *context) {
    if (l->later_count == l->later_size) {
        l->later_size = l->later_size ? l->later_size * 2 : 16;
        l->later = memory_resize(l->later, l->later_size, sizeof *l->later);
    }
    l->later[l->later_count++] = (put_off){fire, context};
}

void loop_put_off_cancel(loop *l, const void *context) {
    for (size_t i = 0; i < l->later_count; i++)
        if (l->later[i].context == context)
            l->later[i].fire = NULL;
}

// What is put off by these calls waits for the next turn, so that one caller cannot keep the loop from its events.
static void run_later(loop *l) {
    size_t count = l->later_count;
    for (size_t i = 0; i < count; i++) {
        put_off now = l->later[i]; // the array may move under the call
        if (now.fire)
            now.fire(now.context);
    }
    l->later_count -= count;
    if (count && l->later_count)
        memmove(l->later, l->later + count, l->later_count * sizeof *l->later);
}

// ---- the loop

static void bury(loop *l) {
    for (loop_watch *w = l->dead_watches, *next; w; w = next) {
        next = w->next;
        free(w);
    }
    for (loop_timer *t = l->dead_timers, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    l->dead_watches = NULL;
    l->dead_timers = NULL;
}

static int time_to_sleep(const loop *l, int timeout_ms) {
    if (l->later_count)
        return 0;
    if (!l->timers)
        return timeout_ms;
    int64_t left = l->heap[0]->due - clock_steady();
    if (left <= 0)
        return 0;
    // Rounded up: waking early would only mean to sleep again.
    int64_t milliseconds = (left + NANOSECONDS_A_MILLISECOND - 1) / NANOSECONDS_A_MILLISECOND;
    if (milliseconds > INT_MAX)
        milliseconds = INT_MAX;
    return timeout_ms >= 0 && timeout_ms < milliseconds ? timeout_ms : (int)milliseconds;
}

void loop_turn(loop *l, int timeout_ms) {
    struct epoll_event events[EVENTS_A_TURN];
    assert(!l->turning && "a loop cannot be turned from inside one of its callbacks");
    l->turning = true;
    run_later(l);
    int count = epoll_wait(l->epoll, events, EVENTS_A_TURN, time_to_sleep(l, timeout_ms));
    for (int i = 0; i < count; i++) {
        loop_watch *w = events[i].data.ptr;
        if (!w->dead)
            w->ready(w->context, events[i].events);
    }
    fire_due(l);
    bury(l);
    l->turning = false;
}

static void open_mailbox(void *context, uint32_t events) {
    (void)events;
    mailbox_open(context);
}

loop *loop_create(void) {
    loop *l = memory_new(sizeof *l);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0) {
        perror("loop: epoll_create1");
        abort();
    }
    l->mailbox = mailbox_create();
    l->mailbox_watch = loop_watch_add(l, mailbox_fd(l->mailbox), EPOLLIN, open_mailbox, l->mailbox);
    return l;
}

void loop_destroy(loop *l) {
    if (!l)
        return;
    loop_watch_remove(l->mailbox_watch);
    mailbox_destroy(l->mailbox); // its last letters may still use the loop
    while (l->watches)
        loop_watch_remove(l->watches);
    while (l->timers)
        loop_timer_remove(l->heap[0]);
    bury(l);
    close(l->epoll);
    free(l->heap);
    free(l->later);
    free(l);
}

mailbox *loop_mailbox(loop *l) {
    return l->mailbox;
}
