// SPDX-License-Identifier: EUPL-1.2
#include "domain/live.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/memory.h"

enum { FIRST_BUCKETS = 64 };

// ---- lists

live_event *live_list_add(live_list *list, const char *kind, const char *whom, const char *name) {
    live_event *e = memory_new(sizeof *e);
    snprintf(e->topic, sizeof e->topic, "%s/%s", kind, whom);
    snprintf(e->name, sizeof e->name, "%s", name);
    if (list->last)
        list->last->next = e;
    else
        list->first = e;
    list->last = e;
    return e;
}

void live_list_clear(live_list *list) {
    for (live_event *e = list->first, *next; e; e = next) {
        next = e->next;
        buffer_free(&e->data);
        free(e);
    }
    *list = (live_list){0};
}

// ---- one loop's subscriptions. Touched only on that loop's thread, but for the counters.

struct live_subscription {
    struct live_member *member;
    live_subscription *previous, *next; // in its bucket, or `next` among the dead
    live_receive *receive;
    void *context;
    size_t hash;
    bool dead;
    char topic[80];
};

typedef struct live_member {
    loop *loop;
    struct live_member *next; // in the hub
    // Held by the hub, by each letter on its way and by each subscription: any of them may be the last.
    atomic_size_t holders;
    atomic_size_t subscriptions; // read by publishers: a loop where nobody listens gets no letter
    live_subscription **buckets;
    size_t bucket_count;     // a power of two
    live_subscription *dead; // until the delivery that may stand on them is over
    size_t delivering;
} live_member;

struct live_hub {
    pthread_mutex_t lock; // for the list of members
    live_member *members;
};

static void member_release(live_member *m) {
    if (atomic_fetch_sub(&m->holders, 1) > 1)
        return;
    free(m->buckets);
    free(m);
}

// FNV-1a: topics are made of our own ids, so nobody can choose them to collide.
static size_t topic_hash(const char *topic) {
    uint64_t hash = 14695981039346656037u;
    for (; *topic; topic++)
        hash = (hash ^ (uint8_t)*topic) * 1099511628211u;
    return (size_t)hash;
}

static void bucket_put(live_member *m, live_subscription *s) {
    live_subscription **bucket = &m->buckets[s->hash & (m->bucket_count - 1)];
    s->previous = NULL;
    s->next = *bucket;
    if (*bucket)
        (*bucket)->previous = s;
    *bucket = s;
}

static void member_grow(live_member *m) {
    live_subscription **old = m->buckets;
    size_t old_count = m->bucket_count;
    m->bucket_count *= 2;
    m->buckets = memory_new(m->bucket_count * sizeof(live_subscription *));
    for (size_t i = 0; i < old_count; i++)
        for (live_subscription *s = old[i], *next; s; s = next) {
            next = s->next;
            bucket_put(m, s);
        }
    free(old);
}

static void bury(live_member *m) {
    while (m->dead) {
        live_subscription *s = m->dead;
        m->dead = s->next;
        free(s);
        member_release(m);
    }
}

// A receiver may subscribe and unsubscribe whatever it likes, itself too. So the ones to call are gathered first; those
// that die meanwhile stay in memory, marked, until the delivery is over.
static void deliver(live_member *m, const live_event *e) {
    size_t hash = topic_hash(e->topic), count = 0;
    live_subscription *first = m->buckets[hash & (m->bucket_count - 1)];
    for (live_subscription *s = first; s; s = s->next)
        count += s->hash == hash && strcmp(s->topic, e->topic) == 0;
    if (!count)
        return;
    live_subscription **found = memory_new(count * sizeof *found);
    size_t used = 0;
    for (live_subscription *s = first; s; s = s->next)
        if (s->hash == hash && strcmp(s->topic, e->topic) == 0)
            found[used++] = s;
    for (size_t i = 0; i < used; i++)
        if (!found[i]->dead)
            found[i]->receive(found[i]->context, e);
    free(found);
}

live_subscription *live_subscribe(live_hub *h, loop *l, const char *topic, live_receive *receive, void *context) {
    pthread_mutex_lock(&h->lock);
    live_member *m = h->members;
    while (m && m->loop != l)
        m = m->next;
    pthread_mutex_unlock(&h->lock);
    if (!m)
        abort(); // the loop did not join, or left before: a bug of the caller

    live_subscription *s = memory_new(sizeof *s);
    *s = (live_subscription){.member = m, .receive = receive, .context = context, .hash = topic_hash(topic)};
    snprintf(s->topic, sizeof s->topic, "%s", topic);
    atomic_fetch_add(&m->holders, 1);
    if (atomic_fetch_add(&m->subscriptions, 1) >= m->bucket_count)
        member_grow(m);
    bucket_put(m, s);
    return s;
}

void live_unsubscribe(live_subscription *s) {
    live_member *m = s->member;
    if (s->previous)
        s->previous->next = s->next;
    else
        m->buckets[s->hash & (m->bucket_count - 1)] = s->next;
    if (s->next)
        s->next->previous = s->previous;
    atomic_fetch_sub(&m->subscriptions, 1);
    s->dead = true;
    s->next = m->dead;
    m->dead = s;
    if (!m->delivering) {
        atomic_fetch_add(&m->holders, 1); // bury() may let go of the last one
        bury(m);
        member_release(m);
    }
}

// ---- the hub

// One publication, shared by the letters that carry it.
typedef struct live_batch {
    atomic_size_t holders;
    live_list events;
} live_batch;

typedef struct live_letter {
    letter letter;
    live_member *member;
    live_batch *batch;
} live_letter;

static void batch_release(live_batch *b) {
    if (atomic_fetch_sub(&b->holders, 1) > 1)
        return;
    live_list_clear(&b->events);
    free(b);
}

static void letter_open(letter *self) {
    live_letter *l = (live_letter *)self;
    live_member *m = l->member;
    m->delivering++;
    for (const live_event *e = l->batch->events.first; e; e = e->next)
        deliver(m, e);
    m->delivering--;
    if (!m->delivering)
        bury(m);
    batch_release(l->batch);
    member_release(m);
    free(l);
}

live_hub *live_hub_create(void) {
    live_hub *h = memory_new(sizeof *h);
    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void live_hub_destroy(live_hub *h) {
    if (!h)
        return;
    while (h->members)
        live_hub_leave(h, h->members->loop);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

void live_hub_join(live_hub *h, loop *l) {
    live_member *m = memory_new(sizeof *m);
    m->loop = l;
    m->bucket_count = FIRST_BUCKETS;
    m->buckets = memory_new(m->bucket_count * sizeof(live_subscription *));
    atomic_init(&m->holders, 1);
    pthread_mutex_lock(&h->lock);
    m->next = h->members;
    h->members = m;
    pthread_mutex_unlock(&h->lock);
}

void live_hub_leave(live_hub *h, loop *l) {
    live_member *gone = NULL;
    pthread_mutex_lock(&h->lock);
    for (live_member **m = &h->members; *m; m = &(*m)->next)
        if ((*m)->loop == l) {
            gone = *m;
            *m = gone->next;
            break;
        }
    pthread_mutex_unlock(&h->lock);
    if (gone)
        member_release(gone);
}

void live_hub_publish(live_hub *h, live_list *list) {
    if (!list->first)
        return;
    live_batch *batch = memory_new(sizeof *batch);
    atomic_init(&batch->holders, 1);
    batch->events = *list;
    *list = (live_list){0};
    // Posted under the lock: a loop leaves before its mailbox goes, so the mailbox is there as long as the member is.
    pthread_mutex_lock(&h->lock);
    for (live_member *m = h->members; m; m = m->next) {
        if (!atomic_load(&m->subscriptions))
            continue;
        live_letter *l = memory_new(sizeof *l);
        *l = (live_letter){{NULL, letter_open}, m, batch};
        atomic_fetch_add(&batch->holders, 1);
        atomic_fetch_add(&m->holders, 1);
        mailbox_post(loop_mailbox(m->loop), &l->letter);
    }
    pthread_mutex_unlock(&h->lock);
    batch_release(batch);
}
