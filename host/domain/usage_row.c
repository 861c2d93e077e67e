// SPDX-License-Identifier: EUPL-1.2
#include "domain/usage_row.h"

#include <string.h>

#define COLUMNS                                                                                                        \
    "SELECT seq, id, at, person, role, action, process, node, asset, interlinker, plugin, data FROM usage WHERE "
// An argument that is NULL matches everything, also where the column is NULL.
#define IS_OR_ANY(column) "COALESCE(?, " column ", '') = COALESCE(" column ", '')"
#define REST                                                                                                           \
    " AND " IS_OR_ANY("node") " AND " IS_OR_ANY("interlinker") " AND " IS_OR_ANY(                                      \
        "person") " AND COALESCE(?, action) = action AND at >= ? AND at < ?"
#define OLDEST_FIRST " AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
#define NEWEST_FIRST " AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?"
// Each begins with what an index can find.
#define OF_ASSET COLUMNS "asset = ? AND " IS_OR_ANY("process") REST
#define OF_NODE COLUMNS "node = ? AND " IS_OR_ANY("process") REST
#define OF_PROCESS COLUMNS "process = ? AND " IS_OR_ANY("asset") REST
#define OF_ALL COLUMNS IS_OR_ANY("asset") " AND " IS_OR_ANY("process") REST

store_rows *usage_row_query(store *s, const usage_filter *filter, int64_t seq, int64_t until, bool oldest_first,
                            int64_t limit) {
    const char *sql, *first = filter->asset, *second = filter->process, *node = filter->node;
    if (filter->asset) {
        sql = oldest_first ? OF_ASSET OLDEST_FIRST : OF_ASSET NEWEST_FIRST;
    } else if (filter->node) {
        first = filter->node, node = NULL;
        sql = oldest_first ? OF_NODE OLDEST_FIRST : OF_NODE NEWEST_FIRST;
    } else if (filter->process) {
        first = filter->process, second = NULL;
        sql = oldest_first ? OF_PROCESS OLDEST_FIRST : OF_PROCESS NEWEST_FIRST;
    } else {
        sql = oldest_first ? OF_ALL OLDEST_FIRST : OF_ALL NEWEST_FIRST;
    }
    return store_query(s, sql, "ttttttiiiii", first, second, node, filter->interlinker, filter->person, filter->action,
                       filter->from, filter->to ? filter->to : INT64_MAX, seq, until, limit);
}

#define FLOOR "SELECT seq FROM usage WHERE "
#define FLOOR_END "seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?"

int64_t usage_row_floor(store *s, const usage_filter *filter, int64_t seq) {
    const int64_t most = USAGE_ROWS_LOOKED_AT;
    if (!filter->interlinker && !filter->person && !filter->action && !filter->from && !filter->to)
        return 0;
    if (filter->asset)
        return store_count(s, 0, FLOOR "asset = ? AND " FLOOR_END, "tii", filter->asset, seq, most);
    if (filter->node)
        return store_count(s, 0, FLOOR "node = ? AND " FLOOR_END, "tii", filter->node, seq, most);
    if (filter->process)
        return store_count(s, 0, FLOOR "process = ? AND " FLOOR_END, "tii", filter->process, seq, most);
    return store_count(s, 0, FLOOR FLOOR_END, "ii", seq, most);
}

void usage_row_read(store_rows *rows, usage_row *out) {
    out->seq = store_int(rows, 0);
    out->event = (usage_event){
        .id = store_text(rows, 1),
        .at = store_int(rows, 2),
        .pseudonym = store_text(rows, 3),
        .role = store_text(rows, 4),
        .action = store_text(rows, 5),
        .process = store_text(rows, 6),
        .node = store_text(rows, 7),
        .asset = store_text(rows, 8),
        .interlinker = store_text(rows, 9),
        .plugin = store_text(rows, 10),
        .data = store_str(rows, 11),
    };
}

status usage_names_load(store *s, arena *a, const usage_filter *filter, usage_names *out, fault *f) {
    *out = (usage_names){0};
    if (!filter->names_of)
        return STATUS_OK;
    int64_t count = store_count(s, 0, "SELECT COUNT(*) FROM member WHERE process = ?", "t", filter->names_of);
    if (count <= 0)
        return STATUS_OK;
    out->list = arena_alloc(a, (size_t)count * sizeof *out->list);
    store_rows *rows = store_query(s,
                                   "SELECT person.id, person.name FROM member JOIN person ON person.id = member.person "
                                   "WHERE member.process = ?",
                                   "t", filter->names_of);
    while (out->count < (size_t)count && store_next(rows)) {
        usage_name *n = &out->list[out->count++];
        usage_pseudonym(filter->secret, store_text(rows, 0), n->pseudonym);
        n->name = arena_text(a, store_text(rows, 1));
    }
    return store_end(rows, f);
}

const char *usage_names_find(const usage_names *names, const char *pseudonym) {
    for (size_t i = 0; pseudonym && i < names->count; i++)
        if (!strcmp(names->list[i].pseudonym, pseudonym))
            return names->list[i].name;
    return NULL;
}
