// SPDX-License-Identifier: EUPL-1.2
#include "domain/snapshot.h"

#include "base/clock.h"
#include "domain/document.h"

// Each statement takes the plugin and the release, in this order, as often as it says.
typedef struct step {
    const char *sql;
    int times;
} step;

static status run(store *s, const step *steps, size_t count, const char *plugin, const char *release, fault *f) {
    status result = STATUS_OK;
    for (size_t i = 0; i < count && result == STATUS_OK; i++)
        result = steps[i].times == 1 ? store_run(s, f, steps[i].sql, "tt", plugin, release)
                                     : store_run(s, f, steps[i].sql, "tttt", plugin, release, plugin, release);
    return result;
}

#define RUN(s, steps, plugin, release, f) run(s, steps, sizeof(steps) / sizeof *(steps), plugin, release, f)

status snapshot_drop(store *s, const char *plugin, const char *release, fault *f) {
    static const step steps[] = {
        {"DELETE FROM snapshot_schedule WHERE plugin = ? AND release = ?", 1},
        {"DELETE FROM snapshot_file WHERE plugin = ? AND release = ?", 1},
        {"DELETE FROM snapshot_document WHERE plugin = ? AND release = ?", 1},
        {"DELETE FROM snapshot_asset WHERE plugin = ? AND release = ?", 1},
        {"DELETE FROM plugin_snapshot WHERE plugin = ? AND release = ?", 1},
    };
    return RUN(s, steps, plugin, release, f);
}

// ---- taking one

// Into each table, what the assets of the plugin have.
static status copy(store *s, const char *plugin, const char *release, fault *f) {
    static const char *const statements[] = {
        "INSERT INTO snapshot_asset (plugin, release, asset, bytes) SELECT ?, ?, a.id, COALESCE(u.bytes, 0) "
        "FROM asset a LEFT JOIN document_use u ON u.asset = a.id WHERE a.plugin = ?",
        "INSERT INTO snapshot_document (plugin, release, asset, key, value, version, updated) "
        "SELECT ?, ?, d.asset, d.key, d.value, d.version, d.updated FROM asset a JOIN document d ON d.asset = a.id "
        "WHERE a.plugin = ?",
        "INSERT INTO snapshot_file (plugin, release, asset, name, type, size, blob, updated) "
        "SELECT ?, ?, f.asset, f.name, f.type, f.size, f.blob, f.updated FROM asset a "
        "JOIN asset_file f ON f.asset = a.id WHERE a.plugin = ?",
        "INSERT INTO snapshot_schedule (plugin, release, id, asset, event, at, data) "
        "SELECT ?, ?, c.id, c.asset, c.event, c.at, c.data FROM asset a JOIN schedule c ON c.asset = a.id "
        "WHERE c.event = 'schedule' AND a.plugin = ?",
    };
    status result = STATUS_OK;
    for (size_t i = 0; i < sizeof statements / sizeof *statements && result == STATUS_OK; i++)
        result = store_run(s, f, statements[i], "ttt", plugin, release, plugin);
    return result;
}

status snapshot_take(store *s, const char *plugin, const char *release, fault *f) {
    status result = snapshot_drop(s, plugin, release, f);
    if (result == STATUS_OK)
        result = store_run(s, f, "INSERT INTO plugin_snapshot (plugin, release, taken) VALUES (?, ?, ?)", "tti", plugin,
                           release, clock_now());
    return result == STATUS_OK ? copy(s, plugin, release, f) : result;
}

// ---- bringing it back

#define ITS_ASSETS "IN (SELECT asset FROM snapshot_asset WHERE plugin = ? AND release = ?) "
#define SAME_DOCUMENT                                                                                                  \
    "FROM snapshot_document d WHERE d.plugin = ? AND d.release = ? AND d.asset = document.asset "                      \
    "AND d.key = document.key"

static status restore_documents(store *s, const char *plugin, const char *release, fault *f) {
    static const step new_ones_go = {
        "DELETE FROM document WHERE asset " ITS_ASSETS "AND NOT EXISTS (SELECT 1 " SAME_DOCUMENT ")", 2};
    static const char changed_back[] =
        "UPDATE document SET version = version + 1, value = (SELECT d.value " SAME_DOCUMENT
        "), updated = (SELECT d.updated " SAME_DOCUMENT ") WHERE asset " ITS_ASSETS
        "AND EXISTS (SELECT 1 " SAME_DOCUMENT " AND d.version <> document.version)";
    static const char deleted_back[] =
        "INSERT INTO document (asset, key, value, version, updated) SELECT d.asset, d.key, d.value, ?, d.updated "
        "FROM snapshot_document d WHERE d.plugin = ? AND d.release = ? "
        "AND NOT EXISTS (SELECT 1 FROM document e WHERE e.asset = d.asset AND e.key = d.key)";
    status result = run(s, &new_ones_go, 1, plugin, release, f);
    if (result == STATUS_OK)
        result = store_run(s, f, changed_back, "tttttttt", plugin, release, plugin, release, plugin, release, plugin,
                           release);
    if (result == STATUS_OK)
        result = store_run(s, f, deleted_back, "itt", (int64_t)document_version_first(), plugin, release);
    return result;
}

static status restore_others(store *s, const char *plugin, const char *release, fault *f) {
    static const step steps[] = {
        {"DELETE FROM document_use WHERE asset " ITS_ASSETS, 1},
        {"INSERT INTO document_use (asset, bytes) SELECT asset, bytes FROM snapshot_asset "
         "WHERE plugin = ? AND release = ?",
         1},
        {"DELETE FROM asset_file WHERE asset " ITS_ASSETS, 1},
        {"INSERT INTO asset_file (asset, name, type, size, blob, updated) "
         "SELECT asset, name, type, size, blob, updated FROM snapshot_file WHERE plugin = ? AND release = ?",
         1},
        {"DELETE FROM schedule WHERE event = 'schedule' AND asset " ITS_ASSETS, 1},
        // The WHERE also keeps the parser from taking ON for that of a join.
        {"INSERT INTO schedule (id, asset, event, at, data) SELECT id, asset, event, at, data FROM snapshot_schedule "
         "WHERE plugin = ? AND release = ? ON CONFLICT (id) DO NOTHING",
         1},
    };
    return RUN(s, steps, plugin, release, f);
}

status snapshot_restore(store *s, const char *plugin, const char *release, fault *f) {
    int64_t there = store_count(s, 0, "SELECT count(*) FROM plugin_snapshot WHERE plugin = ? AND release = ?", "tt",
                                plugin, release);
    if (there == 0)
        return fault_set(f, STATUS_NOT_FOUND, "snapshot.none",
                         "The data of \"%.40s\" as they were with version %.40s were not kept.", plugin, release);
    status result = restore_documents(s, plugin, release, f);
    if (result == STATUS_OK)
        result = restore_others(s, plugin, release, f);
    return result == STATUS_OK ? snapshot_drop(s, plugin, release, f) : result;
}

// ---- what is told meanwhile

status snapshot_remember_told(store *s, const char *id, fault *f) {
    return store_run(s, f,
                     "INSERT INTO snapshot_schedule (plugin, release, id, asset, event, at, data) "
                     "SELECT n.plugin, n.release, c.id, c.asset, c.event, c.at, c.data FROM schedule c "
                     "JOIN asset a ON a.id = c.asset JOIN plugin_snapshot n ON n.plugin = a.plugin "
                     "JOIN snapshot_asset t ON t.plugin = n.plugin AND t.release = n.release AND t.asset = a.id "
                     "WHERE c.id = ? AND c.event <> 'schedule' "
                     "ORDER BY n.taken DESC LIMIT 1 ON CONFLICT (plugin, release, id) DO NOTHING",
                     "t", id);
}
