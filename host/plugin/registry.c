// SPDX-License-Identifier: EUPL-1.2
#include "plugin/registry.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/memory.h"
#include "domain/grant.h"
#include "domain/meta.h"
#include "plugin/catalogue.h"
#include "plugin/file.h"
#include "plugin/program.h"

enum { TEXT_BYTES = 256 * 1024 }; // of one language

struct plugin_entry {
    atomic_size_t holders;
    char *id, *folder, *settings;
    manifest *manifest; // NULL when broken
    json_t *texts;
    bool bundled, enabled;
    unsigned granted; // of plugin_permission
    char trouble[HEALTH_TROUBLE];
    plugin_health *health;
    plugin_uses *uses;
};

// Kept from load to load, and after a plugin is gone: pools may still report.
typedef struct known_health {
    struct known_health *next;
    char *id;
    plugin_health *health;
} known_health;

typedef struct entry_list {
    plugin_entry **all; // in order of id
    size_t count, size;
} entry_list;

struct plugin_registry {
    pthread_mutex_t lock; // for everything below
    entry_list entries;
    known_health *healths;
    use_list *uses;              // has a lock of its own
    char catalogue[24];          // its version at the last load
    pthread_mutex_t notice_lock; // held while the notice is given, so that nobody goes away under it
    plugin_notice *notice;
    void *notice_context;
    _Atomic uint64_t generation;
    char *program_folder, *data_folder, *weak; // these do not change; weak: NULL unless the jail lacks something
    uint8_t secret[CRYPTO_KEY];
};

// ---- entries

static void entry_release(plugin_entry *e) {
    if (!e || atomic_fetch_sub(&e->holders, 1) > 1)
        return;
    manifest_free(e->manifest);
    json_decref(e->texts);
    free(e->id);
    free(e->folder);
    free(e->settings);
    free(e);
}

static void entries_add(entry_list *list, plugin_entry *e) {
    if (list->count == list->size) {
        list->size = list->size ? list->size * 2 : 16;
        list->all = memory_resize(list->all, list->size, sizeof(plugin_entry *));
    }
    list->all[list->count++] = e;
}

static void entries_release(entry_list *list) {
    for (size_t i = 0; i < list->count; i++)
        entry_release(list->all[i]);
    free(list->all);
    *list = (entry_list){0};
}

static plugin_entry *entries_find(const entry_list *list, const char *id) {
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(list->all[middle]->id, id);
        if (order == 0)
            return list->all[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int entries_order(const void *a, const void *b) {
    return strcmp((*(plugin_entry *const *)a)->id, (*(plugin_entry *const *)b)->id);
}

// Under the lock.
static plugin_health *find_health(plugin_registry *r, const char *id) {
    for (known_health *k = r->healths; k; k = k->next)
        if (strcmp(k->id, id) == 0)
            return k->health;
    known_health *k = memory_new(sizeof *k);
    *k = (known_health){r->healths, memory_text(id), health_create()};
    r->healths = k;
    return k->health;
}

// ---- reading the table

static char *absolute_folder(const plugin_registry *r, const char *folder) {
    char path[PATH_MAX] = "";
    if (folder[0] == '/')
        return memory_text(folder);
    program_folder_find(r->program_folder, folder, path);
    return memory_text(path);
}

// Files that are not there or are no JSON objects give nothing: the package check speaks of them.
static json_t *package_texts(const char *folder, const json_t *languages) {
    json_t *all = json_object();
    const json_t *language;
    size_t i;
    json_array_foreach(languages, i, language) {
        char name[64];
        buffer text = {0};
        snprintf(name, sizeof name, "i18n/%.16s.json", json_string_value(language));
        if (file_read(folder, name, TEXT_BYTES, &text)) {
            json_t *texts = json_loadb(text.ptr, text.len, 0, NULL);
            if (json_is_object(texts))
                json_object_set(all, json_string_value(language), texts);
            json_decref(texts);
        }
        buffer_free(&text);
    }
    return all;
}

static plugin_entry *entry_create(const char *folder, const char *id, const char *settings) {
    plugin_entry *e = memory_new(sizeof *e);
    fault why = {0};
    atomic_init(&e->holders, 1);
    e->folder = memory_text(folder);
    e->settings = memory_text(settings);
    e->enabled = true;
    status s = manifest_read(folder, &e->manifest, &why);
    if (s == STATUS_OK && id && strcmp(e->manifest->id, id) != 0) {
        fault_set(&why, STATUS_INVALID, "plugin.other", "Its folder holds another tool, \"%.40s\".", e->manifest->id);
        manifest_free(e->manifest);
        e->manifest = NULL;
    }
    e->granted = e->manifest ? e->manifest->permissions : 0;
    e->texts = e->manifest ? package_texts(folder, e->manifest->languages) : json_object();
    e->id = memory_text(id ? id : e->manifest ? e->manifest->id : "");
    const char *sentence = why.field_count ? why.fields[0].text : why.text;
    snprintf(e->trouble, sizeof e->trouble, "%.*s", (int)sizeof e->trouble - 1, e->manifest ? "" : sentence);
    return e;
}

// The same, as far as a worker or a page can tell?
static bool entry_equal(const plugin_entry *a, const plugin_entry *b) {
    return a->enabled == b->enabled && a->granted == b->granted && a->bundled == b->bundled &&
           strcmp(a->folder, b->folder) == 0 && strcmp(a->settings, b->settings) == 0 && a->manifest && b->manifest &&
           json_equal(a->texts, b->texts) && json_equal(a->manifest->json, b->manifest->json);
}

// Takes `fresh` over, keeps old entries that did not change, so that their workers go on.
static void publish(plugin_registry *r, entry_list *fresh) {
    if (fresh->count > 0)
        qsort(fresh->all, fresh->count, sizeof(plugin_entry *), entries_order);
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < fresh->count; i++) {
        plugin_entry *e = fresh->all[i], *old = entries_find(&r->entries, e->id);
        if (old && entry_equal(old, e)) {
            atomic_fetch_add(&old->holders, 1);
            entry_release(e);
            fresh->all[i] = old;
        } else {
            e->health = find_health(r, e->id);
            e->uses = e->bundled ? NULL : use_list_of(r->uses, e->id);
        }
    }
    entry_list before = r->entries;
    r->entries = *fresh;
    *fresh = (entry_list){0};
    atomic_fetch_add(&r->generation, 1);
    pthread_mutex_unlock(&r->lock);
    entries_release(&before);
}

// A stranger's code waits for a machine that holds the jail, or for an administrator who accepts that this one does
// not.
static void refuse_weak(plugin_registry *r, plugin_entry *e) {
    if (!r->weak || e->bundled || !e->manifest)
        return;
    manifest_free(e->manifest);
    e->manifest = NULL;
    snprintf(e->trouble, sizeof e->trouble, "It is not run here, because this machine lacks a part of the jail: %s.",
             r->weak);
}

static void grant_take(void *context, const grant *g) {
    if (g->granted)
        *(unsigned *)context |= permission_find(g->permission);
}

// Who was brought by a person may do what one has granted; what ships with the program, what it asks for.
static status read_grants(store *s, entry_list *fresh, fault *f) {
    status result = STATUS_OK;
    for (size_t i = 0; i < fresh->count && result == STATUS_OK; i++) {
        plugin_entry *e = fresh->all[i];
        unsigned granted = 0;
        if (e->bundled)
            continue;
        result = grant_list(s, e->id, grant_take, &granted, f);
        e->granted &= granted;
    }
    return result;
}

static status catalogue_version(store *s, char out[24], fault *f) {
    buffer version = {0};
    status result = meta_get(s, "catalogue.version", &version, f);
    snprintf(out, 24, "%.*s", (int)version.len, version.len ? version.ptr : "");
    buffer_free(&version);
    return result == STATUS_NOT_FOUND ? STATUS_OK : result;
}

status plugin_registry_load(plugin_registry *r, store *s, fault *f) {
    entry_list fresh = {0};
    char version[24]; // read first: what is changed after it is loaded once more
    status known = catalogue_version(s, version, f);
    if (known != STATUS_OK)
        return known;
    store_rows *rows = store_query(s, "SELECT id, folder, settings, enabled, bundled FROM plugin ORDER BY id", "");
    while (store_next(rows)) {
        char *folder = absolute_folder(r, store_text(rows, 1));
        plugin_entry *e = entry_create(folder, store_text(rows, 0), store_text(rows, 2));
        free(folder);
        e->enabled = store_int(rows, 3) != 0;
        e->bundled = store_int(rows, 4) != 0;
        refuse_weak(r, e);
        if (!e->manifest)
            log_write(LOG_ERROR, "plugin", "the tool cannot be used: %s plugin=%s", e->trouble, e->id);
        entries_add(&fresh, e);
    }
    status ended = store_end(rows, f);
    if (ended == STATUS_OK)
        ended = read_grants(s, &fresh, f);
    if (ended == STATUS_OK) {
        publish(r, &fresh);
        pthread_mutex_lock(&r->lock);
        snprintf(r->catalogue, sizeof r->catalogue, "%s", version);
        pthread_mutex_unlock(&r->lock);
    }
    entries_release(&fresh);
    return ended;
}

status plugin_registry_follow(plugin_registry *r, store *s, fault *f) {
    char version[24];
    status known = catalogue_version(s, version, f);
    if (known != STATUS_OK)
        return known;
    pthread_mutex_lock(&r->lock);
    bool same = strcmp(version, r->catalogue) == 0;
    pthread_mutex_unlock(&r->lock);
    return same ? STATUS_OK : plugin_registry_load(r, s, f);
}

status plugin_registry_enter(plugin_registry *r, const char *folder, fault *f) {
    plugin_entry *e = entry_create(folder, NULL, "{}");
    if (!e->manifest) {
        status s = fault_set(f, STATUS_INVALID, "plugin.manifest", "%s", e->trouble);
        entry_release(e);
        return s;
    }
    entry_list fresh = {0};
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->entries.count; i++)
        if (strcmp(r->entries.all[i]->id, e->id) != 0) {
            atomic_fetch_add(&r->entries.all[i]->holders, 1);
            entries_add(&fresh, r->entries.all[i]);
        }
    pthread_mutex_unlock(&r->lock);
    entries_add(&fresh, e);
    publish(r, &fresh);
    return STATUS_OK;
}

// ---- asking

const char *plugin_state_text(plugin_state s) {
    static const char *const TEXTS[] = {"ready", "off", "backing_off", "quarantined", "broken"};
    return TEXTS[s];
}

static void tell(plugin_entry *e, plugin_info *out) {
    health_report report;
    health_tell(e->health, clock_steady() / 1000000, &report);
    *out = (plugin_info){
        .id = e->id,
        .manifest = e->manifest,
        .folder = e->folder,
        .settings = e->settings,
        .texts = e->texts,
        .bundled = e->bundled,
        .enabled = e->enabled,
        .granted = e->granted,
        .calls = report.calls,
        .crashes = report.crashes,
        .late = report.late,
        .health = e->health,
        .uses = e->uses,
        .entry = e,
    };
    out->state = !e->enabled          ? PLUGIN_OFF
                 : !e->manifest       ? PLUGIN_BROKEN
                 : report.quarantined ? PLUGIN_QUARANTINED
                 : report.waiting     ? PLUGIN_BACKING_OFF
                                      : PLUGIN_READY;
    const char *trouble = out->state == PLUGIN_READY ? "" : e->manifest ? report.trouble : e->trouble;
    snprintf(out->trouble, sizeof out->trouble, "%s", out->state == PLUGIN_OFF ? "" : trouble);
}

bool plugin_registry_get(plugin_registry *r, const char *id, plugin_info *out) {
    pthread_mutex_lock(&r->lock);
    plugin_entry *e = entries_find(&r->entries, id);
    if (e)
        atomic_fetch_add(&e->holders, 1);
    pthread_mutex_unlock(&r->lock);
    if (e)
        tell(e, out);
    else
        *out = (plugin_info){0};
    return e != NULL;
}

void plugin_registry_release(plugin_registry *r, plugin_info *info) {
    (void)r;
    entry_release(info->entry);
    *info = (plugin_info){0};
}

void plugin_registry_each(plugin_registry *r, bool (*each)(const plugin_info *, void *context), void *context) {
    entry_list now = {0};
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->entries.count; i++) {
        atomic_fetch_add(&r->entries.all[i]->holders, 1);
        entries_add(&now, r->entries.all[i]);
    }
    pthread_mutex_unlock(&r->lock);
    bool on = true;
    for (size_t i = 0; i < now.count && on; i++) {
        plugin_info info;
        tell(now.all[i], &info);
        on = each(&info, context);
    }
    entries_release(&now);
}

status plugin_registry_usable(plugin_registry *r, const char *id, fault *f) {
    plugin_info info;
    if (!plugin_registry_get(r, id, &info)) {
        if (f)
            snprintf(f->about, sizeof f->about, "%s", id);
        return fault_set(f, STATUS_UNAVAILABLE, "plugin.absent",
                         "The tool \"%.40s\" is not installed here. Ask the administrator.", id);
    }
    status s = STATUS_OK;
    if (info.state == PLUGIN_OFF)
        s = fault_set(f, STATUS_UNAVAILABLE, "plugin.off", "The tool \"%.40s\" is switched off. Ask the administrator.",
                      id);
    else if (info.state == PLUGIN_QUARANTINED)
        s = fault_set(f, STATUS_UNAVAILABLE, "plugin.quarantined",
                      "The tool \"%.40s\" broke down too often and was switched off. Ask the administrator.", id);
    else if (info.state == PLUGIN_BACKING_OFF)
        s = fault_set(f, STATUS_UNAVAILABLE, "plugin.backing_off",
                      "The tool \"%.40s\" broke down and is started again in a moment. Try again then.", id);
    else if (info.state == PLUGIN_BROKEN)
        s = fault_set(f, STATUS_UNAVAILABLE, "plugin.broken",
                      "The tool \"%.40s\" is not installed correctly. Ask the administrator.", id);
    if (s != STATUS_OK && f)
        snprintf(f->about, sizeof f->about, "%s", id);
    plugin_registry_release(r, &info);
    return s;
}

// ---- quarantine

void plugin_registry_on_quarantine(plugin_registry *r, plugin_notice *notice, void *context) {
    pthread_mutex_lock(&r->notice_lock);
    r->notice = notice;
    r->notice_context = context;
    pthread_mutex_unlock(&r->notice_lock);
}

void plugin_registry_tell_quarantine(plugin_registry *r, const char *id, const char *trouble) {
    log_write(LOG_ERROR, "plugin", "quarantined: %s plugin=%s", trouble, id);
    atomic_fetch_add(&r->generation, 1); // so that the other loops let their workers go
    pthread_mutex_lock(&r->notice_lock);
    if (r->notice)
        r->notice(r->notice_context, id, trouble);
    pthread_mutex_unlock(&r->notice_lock);
}

void plugin_registry_forgive(plugin_registry *r, const char *id) {
    pthread_mutex_lock(&r->lock);
    plugin_entry *e = entries_find(&r->entries, id);
    if (e)
        health_forgive(e->health);
    atomic_fetch_add(&r->generation, 1);
    pthread_mutex_unlock(&r->lock);
}

// ---- life

plugin_registry *plugin_registry_create(const char *program_folder, const char *data_folder, const uint8_t secret[32]) {
    plugin_registry *r = memory_new(sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->notice_lock, NULL);
    r->program_folder = memory_text(program_folder);
    r->data_folder = memory_text(data_folder ? data_folder : "");
    memcpy(r->secret, secret, sizeof r->secret);
    r->uses = use_list_create();
    return r;
}

void plugin_registry_set_weak(plugin_registry *r, const char *missing) {
    free(r->weak);
    r->weak = memory_text(missing);
}

void plugin_registry_destroy(plugin_registry *r) {
    if (!r)
        return;
    entries_release(&r->entries);
    for (known_health *k = r->healths, *next; k; k = next) {
        next = k->next;
        health_destroy(k->health);
        free(k->id);
        free(k);
    }
    use_list_destroy(r->uses);
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->notice_lock);
    crypto_wipe(r->secret, sizeof r->secret);
    free(r->program_folder);
    free(r->data_folder);
    free(r->weak);
    free(r);
}

uint64_t plugin_registry_generation(const plugin_registry *r) {
    return atomic_load_explicit(&r->generation, memory_order_acquire);
}

use_list *plugin_registry_uses(plugin_registry *r) {
    return r->uses;
}

const char *plugin_registry_program_folder(const plugin_registry *r) {
    return r->program_folder;
}

const char *plugin_registry_data_folder(const plugin_registry *r) {
    return r->data_folder;
}

const uint8_t *plugin_registry_secret(const plugin_registry *r) {
    return r->secret;
}
