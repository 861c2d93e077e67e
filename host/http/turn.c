// SPDX-License-Identifier: EUPL-1.2
#include "http/turn.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SLOTS = 256 };

// An asset with a queue: there while somebody holds its turn.
typedef struct contended {
    struct contended *next; // in its slot
    char asset[ID_TEXT];
    turn *first, *last; // who waits
} contended;

struct turn_list {
    pthread_mutex_t lock;
    contended *slots[SLOTS];
};

turn_list *turn_list_create(void) {
    turn_list *l = memory_new(sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void turn_list_destroy(turn_list *l) {
    if (l != NULL) {
        pthread_mutex_destroy(&l->lock);
        free(l);
    }
}

// Where the asset's entry hangs, or would hang.
static contended **place_of(turn_list *l, const char *asset) {
    unsigned hash = 2166136261u;
    for (const char *p = asset; *p; p++) {
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    }
    contended **at = &l->slots[hash % SLOTS];
    while (*at != NULL && strcmp((*at)->asset, asset) != 0) {
        at = &(*at)->next;
    }
    return at;
}

bool turn_contended(turn_list *l, const char *asset) {
    pthread_mutex_lock(&l->lock);
    bool is = *place_of(l, asset) != NULL;
    pthread_mutex_unlock(&l->lock);
    return is;
}

bool turn_take(turn_list *l, turn *t, const char *asset) {
    snprintf(t->asset, sizeof t->asset, "%s", asset);
    t->next = NULL;
    pthread_mutex_lock(&l->lock);
    contended **at = place_of(l, asset), *c = *at;
    bool mine = c == NULL;
    if (mine) {
        c = *at = memory_new(sizeof *c);
        memcpy(c->asset, t->asset, sizeof c->asset);
        t->held = true;
    } else {
        *(c->last ? &c->last->next : &c->first) = t;
        c->last = t;
    }
    pthread_mutex_unlock(&l->lock);
    return mine;
}

void turn_give_back(turn_list *l, turn *t) {
    if (!t->held) {
        return;
    }
    t->held = false;
    pthread_mutex_lock(&l->lock);
    contended **at = place_of(l, t->asset), *c = *at;
    turn *heir = c->first;
    if (heir != NULL) {
        c->first = heir->next;
        c->last = c->first ? c->last : NULL;
        heir->held = true;
    } else {
        *at = c->next;
        free(c);
    }
    pthread_mutex_unlock(&l->lock);
    if (heir != NULL) {
        mailbox_post(heir->reply_to, &heir->letter);
    }
}
