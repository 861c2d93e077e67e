// SPDX-License-Identifier: EUPL-1.2
#include "http/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "domain/meta.h"
#include "http/compress.h"
#include "http/server_loop.h"

enum { LOOK_EVERY_NS = 1000 * 1000 };

typedef struct kept_entry {
    struct kept_entry *next; // in its slot
    uint32_t hash;
    uint64_t asked; // when last, by a count of askings
    char *key;
    size_t key_len;
    reply_kept reply;
} kept_entry;

struct kept {
    size_t most, count, bytes, slot_count;
    kept_entry **slots;
    uint64_t askings;
    uint64_t commits;             // of the writer, when the version was last looked at
    uint64_t plugins;             // generation of the registry, which answers about plugins come from too
    int64_t data_version, looked; // of the database, and when that was asked
    bool known;                   // `version` was read at all
    buffer version;               // of the catalogue
};

kept *kept_create(size_t most) {
    kept *k = memory_new(sizeof *k);
    k->most = most;
    for (k->slot_count = 16; k->slot_count < 2 * most; k->slot_count *= 2) {
    }
    k->slots = memory_new(k->slot_count * sizeof *k->slots);
    return k;
}

static void entry_drop(kept *k, kept_entry **at) {
    kept_entry *e = *at;
    *at = e->next;
    k->count--;
    k->bytes -= e->reply.size;
    reply_kept_free(&e->reply);
    free(e->key);
    free(e);
}

static void drop_all(kept *k) {
    for (size_t i = 0; i < k->slot_count; i++) {
        while (k->slots[i] != NULL) {
            entry_drop(k, &k->slots[i]);
        }
    }
}

void kept_destroy(kept *k) {
    if (k == NULL) {
        return;
    }
    drop_all(k);
    buffer_free(&k->version);
    free(k->slots);
    free(k);
}

static void drop_oldest(kept *k) {
    kept_entry **oldest = NULL;
    for (size_t i = 0; i < k->slot_count; i++) {
        for (kept_entry **at = &k->slots[i]; *at; at = &(*at)->next) {
            if (oldest == NULL || (*at)->asked < (*oldest)->asked) {
                oldest = at;
            }
        }
    }
    if (oldest != NULL) {
        entry_drop(k, oldest);
    }
}

// Has anything been committed since the last look? Our writer says so at once. Another program (`interlink import`
// beside a running server) shows in the database only, which is asked once a millisecond at most.
static bool may_have_changed(kept *k, services_loop *l) {
    uint64_t commits = writer_commits(l->services->writer);
    int64_t now = clock_steady();
    bool changed = !k->known || commits != k->commits;
    if (!changed && now - k->looked > LOOK_EVERY_NS) {
        changed = store_data_version(l->store) != k->data_version;
        k->looked = now;
    }
    if (changed) {
        k->data_version = store_data_version(l->store);
        k->commits = commits;
        k->looked = now;
    }
    return changed;
}

// Cheap while nothing is written. After commits, one small query says whether they touched the catalogue.
static void check_version(kept *k, exchange *x) {
    services_loop *l = &x->loop->services;
    uint64_t plugins = plugin_registry_generation(l->services->registry);
    if (plugins != k->plugins) {
        drop_all(k);
        k->plugins = plugins;
    }
    if (!may_have_changed(k, l)) {
        return;
    }
    buffer now = {0};
    status s = meta_get(l->store, "catalogue.version", &now, NULL);
    bool same = k->known && (s == STATUS_OK || s == STATUS_NOT_FOUND) && now.len == k->version.len &&
                (now.len == 0 || memcmp(now.ptr, k->version.ptr, now.len) == 0);
    if (!same) {
        drop_all(k);
    }
    buffer_free(&k->version);
    k->version = now;
    k->known = s == STATUS_OK || s == STATUS_NOT_FOUND;
}

typedef struct kept_key {
    char text[640];
    size_t len;
    uint32_t hash;
} kept_key;

// False for an address too long to be worth keeping.
static bool key_make(const exchange *x, kept_key *key) {
    size_t language = strlen(x->language);
    key->len = language + 1 + x->target.len;
    if (key->len > sizeof key->text) {
        return false;
    }
    memcpy(key->text, x->language, language);
    key->text[language] = ' ';
    memcpy(key->text + language + 1, x->target.ptr, x->target.len);
    key->hash = 2166136261u;
    for (size_t i = 0; i < key->len; i++) {
        key->hash = (key->hash ^ (unsigned char)key->text[i]) * 16777619u;
    }
    return true;
}

static kept_entry *entry_find(const kept *k, const kept_key *key) {
    for (kept_entry *e = k->slots[key->hash & (k->slot_count - 1)]; e; e = e->next) {
        if (e->hash == key->hash && e->key_len == key->len && memcmp(e->key, key->text, key->len) == 0) {
            return e;
        }
    }
    return NULL;
}

bool kept_send(kept *k, exchange *x) {
    kept_key key;
    if (k->most == 0 || !key_make(x, &key)) {
        return false;
    }
    check_version(k, x);
    kept_entry *e = entry_find(k, &key);
    if (e == NULL) {
        return false;
    }
    e->asked = ++k->askings;
    reply_kept_send(x, &e->reply);
    return true;
}

void kept_put(kept *k, exchange *x, const reply *r, buffer *body) {
    kept_key key;
    if (k->most == 0 || !key_make(x, &key) || body->len > KEPT_BYTES / 8 || entry_find(k, &key) != NULL) {
        reply_bytes(x, r, body);
        return;
    }
    kept_entry *e = memory_new(sizeof *e);
    reply_kept_make(x->loop->site, r, COMPRESS_FOR_MANY, body, &e->reply);
    while (k->count > 0 && (k->count >= k->most || k->bytes + e->reply.size > KEPT_BYTES)) {
        drop_oldest(k);
    }
    e->hash = key.hash;
    e->asked = ++k->askings;
    e->key_len = key.len;
    e->key = memory_new(key.len);
    memcpy(e->key, key.text, key.len);
    kept_entry **slot = &k->slots[key.hash & (k->slot_count - 1)];
    e->next = *slot;
    *slot = e;
    k->count++;
    k->bytes += e->reply.size;
    reply_kept_send(x, &e->reply);
}
