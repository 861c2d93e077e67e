// SPDX-License-Identifier: EUPL-1.2
//
// search for SQLite, with its FTS5 index. The tables are made here and not in the migrations, because no other
// database has their like. search_document gives each text a number; the index knows numbers only.
#include <string.h>

#include "store/driver.h"
#include "store/search.h"
#include "store/search_words.h"

status search_sqlite_tables(store *s, fault *f) {
    if (store_has_table(s, "search_text"))
        return STATUS_OK;
    return store_execute(s,
                         "CREATE TABLE search_document (number INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
                         " id TEXT NOT NULL, language TEXT NOT NULL, UNIQUE (kind, id, language));"
                         "CREATE VIRTUAL TABLE search_text USING fts5 (title, tags, body,"
                         " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
                         f);
}

status search_put(store *s, const char *kind, const char *id, const char *language, str title, str tags, str body,
                  fault *f) {
    store_rows *r = store_query(s,
                                "INSERT INTO search_document (kind, id, language) VALUES (?, ?, ?) "
                                "ON CONFLICT (kind, id, language) DO UPDATE SET kind = excluded.kind RETURNING number",
                                "ttt", kind, id, language);
    int64_t number = store_next(r) ? store_int(r, 0) : 0;
    while (store_next(r))
        continue;
    status result = store_end(r, f);
    if (result == STATUS_OK)
        result = store_run(s, f, "INSERT OR REPLACE INTO search_text (rowid, title, tags, body) VALUES (?, ?, ?, ?)",
                           "isss", number, title, tags, body);
    return result;
}

status search_delete(store *s, const char *kind, const char *id, fault *f) {
    status result = store_run(s, f,
                              "DELETE FROM search_text WHERE rowid IN "
                              "(SELECT number FROM search_document WHERE kind = ? AND id = ?)",
                              "tt", kind, id);
    if (result == STATUS_OK)
        result = store_run(s, f, "DELETE FROM search_document WHERE kind = ? AND id = ?", "tt", kind, id);
    return result;
}

// FTS5's query language: each word in quotes is text and nothing else; a star behind the quotes asks for its
// beginning; words side by side must all be there.
static void write_query(buffer *out, const search_words *words, search_mode mode) {
    for (size_t i = 0; i < words->count; i++) {
        if (i)
            buffer_add(out, mode == SEARCH_ANY_WORD ? " OR " : " ");
        buffer_add_char(out, '"');
        buffer_append(out, words->word[i].ptr, words->word[i].len);
        buffer_add_char(out, '"');
        if (mode == SEARCH_ALL_WORDS && i + 1 == words->count)
            buffer_add_char(out, '*');
    }
}

// bm25 is smaller for a better hit. A title weighs ten times as much as the text, tags five times. CROSS JOIN keeps the
// index first: the other way round it would be searched again for each document of the kind.
static status read_hits(store *s, arena *a, const char *kind, const char *language, str query, size_t limit,
                        search_hit *hits, size_t *count, fault *f) {
    store_rows *r =
        store_query(s,
                    "WITH hit AS MATERIALIZED ("
                    " SELECT d.id AS id, d.language = ? AS near, bm25(search_text, 10.0, 5.0, 1.0) AS score"
                    " FROM search_text CROSS JOIN search_document d ON d.number = search_text.rowid"
                    " WHERE search_text MATCH ? AND d.kind = ?)"
                    " SELECT id, -coalesce(min(CASE WHEN near THEN score END), min(score)), max(near) FROM hit"
                    " GROUP BY id ORDER BY 3 DESC, 2 DESC, id LIMIT ?",
                    "tsti", language, query, kind, (int64_t)limit);
    while (*count < limit && store_next(r)) {
        hits[*count].id = arena_text(a, store_text(r, 0));
        hits[*count].score = store_double(r, 1);
        (*count)++;
    }
    return store_end(r, f);
}

status search_find(store *s, arena *a, const char *kind, const char *language, str words, search_mode mode,
                   size_t limit, search_hit **hits, size_t *count, fault *f) {
    search_words chosen;
    *count = 0;
    *hits = arena_alloc(a, limit * sizeof **hits + 1);
    if (mode == SEARCH_ANY_WORD)
        search_words_telling(&chosen, words);
    else
        search_words_all(&chosen, words);
    if (chosen.count == 0 || limit == 0)
        return STATUS_OK;
    buffer query = {0};
    write_query(&query, &chosen, mode);
    status result = read_hits(s, a, kind, language, buffer_str(&query), limit, *hits, count, f);
    buffer_free(&query);
    return result;
}
