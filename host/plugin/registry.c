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
#include "plugin/program.h"
#include "plugin/registry_entry.h"

// Kept from load to load, and after a plugin is gone: pools may still report.
typedef struct known_health {
    struct known_health *next;
    char *id;
    plugin_health *health;
} known_health;

struct plugin_registry {
    pthread_mutex_t lock; // for everything below
    entry_list entries;
    known_health *healths;
    use_list *uses;              // has a lock of its own
    char catalogue[24];          // its version at the last load
    pthread_mutex_t notice_lock; // held while the notice is given, so that nobody goes away under it
    plugin_notice *notice;
    void *notice_context;
    plugin_failing *failing;
    void *failing_context;
    bool dev, weak_accepted; // these do not change once plugins are loaded
    _Atomic uint64_t generation;
    cgroup_tree *groups; // or NULL
    char *program_folder, *data_folder, *weak; // these do not change; weak: NULL unless the jail lacks something
    uint8_t secret[CRYPTO_KEY];
};

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

// A moment of the calendar as one of the steady clock; 0 if it is past.
static int64_t steady_until(int64_t at) {
    int64_t left = at - clock_now();
    return left > 0 ? clock_steady() / 1000000 + left : 0;
}

// Takes `fresh` over, keeps old entries that did not change, so that their workers go on.
static void publish(plugin_registry *r, entry_list *fresh) {
    entries_sort(fresh);
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < fresh->count; i++) {
        plugin_entry *e = fresh->all[i], *old = entries_find(&r->entries, e->id);
        if (old && entry_equal(old, e)) {
            entry_hold(old);
            entry_release(e);
            fresh->all[i] = old;
        } else {
            e->health = find_health(r, e->id);
            e->uses = e->bundled ? NULL : use_list_of(r->uses, e->id);
            if (!old || strcmp(old->folder, e->folder) != 0) // another version
                health_new_version(e->health, steady_until(e->probation));
        }
    }
    entry_list before = r->entries;
    r->entries = *fresh;
    *fresh = (entry_list){0};
    atomic_fetch_add(&r->generation, 1);
    pthread_mutex_unlock(&r->lock);
    entries_release(&before);
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

// What holds on this machine now; the list is the caller's to free.
static status admission_read(plugin_registry *r, store *s, plugin_admission *out, fault *f) {
    *out = (plugin_admission){.dev = r->dev, .jail_missing = plugin_registry_weak(r)};
    out->jail_accepted = plugin_registry_weak_accepted(r, s);
    return revocation_load(s, &out->revoked, f);
}

static void admit(const plugin_admission *a, plugin_entry *e, store_rows *row) {
    const char *trust = store_text(row, 7);
    plugin_facts facts = {
        .plugin = e->id,
        .version = e->manifest ? e->manifest->version : "",
        .sha256 = store_text(row, 6),
        .key = store_text(row, 5),
        .bundled = e->bundled,
        .trust = trust && strcmp(trust, author_trust_text(AUTHOR_DISTRUSTED)) == 0 ? AUTHOR_DISTRUSTED : AUTHOR_KNOWN,
    };
    char sentence[ADMISSION_SENTENCE];
    e->refusal = plugin_admission_check(a, &facts, sentence);
    if (e->refusal != PLUGIN_ADMITTED)
        snprintf(e->trouble, sizeof e->trouble, "%s", sentence);
    // There must be something to go back to.
    e->probation = store_int(row, 9) > 0 ? store_int(row, 8) + HEALTH_PROBATION_MS : 0;
}

static plugin_entry *row_read(plugin_registry *r, const plugin_admission *a, store_rows *row) {
    char *folder = absolute_folder(r, store_text(row, 1));
    plugin_entry *e = entry_create(folder, store_text(row, 0), store_text(row, 2));
    free(folder);
    e->enabled = store_int(row, 3) != 0;
    e->bundled = store_int(row, 4) != 0;
    e->key = store_is_null(row, 5) ? NULL : memory_text(store_text(row, 5));
    admit(a, e, row);
    if (!e->manifest || e->refusal != PLUGIN_ADMITTED)
        log_write(LOG_ERROR, "plugin", "the tool cannot be used: %s plugin=%s", e->trouble, e->id);
    return e;
}

static status rows_read(plugin_registry *r, store *s, entry_list *fresh, fault *f) {
    plugin_admission admission;
    status result = admission_read(r, s, &admission, f);
    if (result != STATUS_OK)
        return result;
    store_rows *rows =
        store_query(s,
                    "SELECT p.id, p.folder, p.settings, p.enabled, p.bundled, v.key, v.sha256, k.trust, v.decided, "
                    "(SELECT count(*) FROM plugin_snapshot n WHERE n.plugin = p.id) FROM plugin p "
                    "LEFT JOIN plugin_release v ON v.plugin = p.id AND v.version = p.version AND v.state = 'current' "
                    "AND p.bundled = 0 LEFT JOIN author_key k ON k.key = v.key ORDER BY p.id",
                    "");
    while (store_next(rows))
        entries_add(fresh, row_read(r, &admission, rows));
    revocation_free(admission.revoked);
    return store_end(rows, f);
}

status plugin_registry_load(plugin_registry *r, store *s, fault *f) {
    entry_list fresh = {0};
    char version[24]; // read first: what is changed after it is loaded once more
    status result = catalogue_version(s, version, f);
    if (result == STATUS_OK)
        result = rows_read(r, s, &fresh, f);
    if (result == STATUS_OK)
        result = read_grants(s, &fresh, f);
    if (result == STATUS_OK) {
        publish(r, &fresh);
        pthread_mutex_lock(&r->lock);
        snprintf(r->catalogue, sizeof r->catalogue, "%s", version);
        pthread_mutex_unlock(&r->lock);
    }
    entries_release(&fresh);
    return result;
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
            entry_hold(r->entries.all[i]);
            entries_add(&fresh, r->entries.all[i]);
        }
    pthread_mutex_unlock(&r->lock);
    entries_add(&fresh, e);
    publish(r, &fresh);
    return STATUS_OK;
}

// ---- asking

const char *plugin_state_text(plugin_state s) {
    static const char *const TEXTS[] = {"ready", "off", "backing_off", "quarantined", "broken", "refused"};
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
        .key = e->key,
        .refusal = e->refusal,
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
                 : e->refusal         ? PLUGIN_REFUSED
                 : report.quarantined ? PLUGIN_QUARANTINED
                 : report.waiting     ? PLUGIN_BACKING_OFF
                                      : PLUGIN_READY;
    const char *trouble = out->state == PLUGIN_READY ? "" : e->trouble[0] ? e->trouble : report.trouble;
    snprintf(out->trouble, sizeof out->trouble, "%s", out->state == PLUGIN_OFF ? "" : trouble);
}

bool plugin_registry_get(plugin_registry *r, const char *id, plugin_info *out) {
    pthread_mutex_lock(&r->lock);
    plugin_entry *e = entries_find(&r->entries, id);
    if (e)
        entry_hold(e);
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
        entry_hold(r->entries.all[i]);
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
    else if (info.state == PLUGIN_REFUSED)
        s = fault_set(f, STATUS_UNAVAILABLE, "plugin.refused",
                      "The tool \"%.40s\" may not run here. Ask the administrator.", id);
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

void plugin_registry_on_failing(plugin_registry *r, plugin_failing *notice, void *context) {
    pthread_mutex_lock(&r->notice_lock);
    r->failing = notice;
    r->failing_context = context;
    pthread_mutex_unlock(&r->notice_lock);
}

void plugin_registry_tell_failing(plugin_registry *r, const char *id, const char *version, const char *trouble) {
    log_write(LOG_ERROR, "plugin", "an update fails again and again: %s plugin=%s@%s", trouble, id, version);
    pthread_mutex_lock(&r->notice_lock);
    if (r->failing)
        r->failing(r->failing_context, id, version, trouble);
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

void plugin_registry_set_dev(plugin_registry *r, bool dev) {
    r->dev = dev;
}

bool plugin_registry_dev(const plugin_registry *r) {
    return r->dev;
}

void plugin_registry_set_groups(plugin_registry *r, cgroup_tree *groups) {
    r->groups = groups;
}

cgroup_tree *plugin_registry_groups(const plugin_registry *r) {
    return r->groups;
}

void plugin_registry_set_weak(plugin_registry *r, const char *missing, bool accepted) {
    free(r->weak);
    r->weak = memory_text(missing);
    r->weak_accepted = accepted;
}

const char *plugin_registry_weak(const plugin_registry *r) {
    return r->weak ? r->weak : "";
}

bool plugin_registry_weak_accepted(const plugin_registry *r, store *s) {
    return r->weak_accepted || plugin_admission_jail_accepted(s, plugin_registry_weak(r));
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
