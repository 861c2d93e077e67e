// SPDX-License-Identifier: EUPL-1.2
#include "domain/usage_export.h"

#include <string.h>

#include "base/clock.h"
#include "domain/usage_row.h"

enum { CHUNK = 500 };

struct usage_export {
    usage_filter filter;
    usage_format format;
    usage_names names;
    int64_t seq; // of the last row given out
    bool started;
};

status usage_export_begin(store *s, arena *a, const usage_filter *filter, usage_format format, usage_export **out,
                          fault *f) {
    usage_export *e = arena_alloc(a, sizeof *e);
    e->format = format;
    e->filter = *filter;
    e->filter.process = arena_text(a, filter->process);
    e->filter.node = arena_text(a, filter->node);
    e->filter.asset = arena_text(a, filter->asset);
    e->filter.interlinker = arena_text(a, filter->interlinker);
    e->filter.person = arena_text(a, filter->person);
    e->filter.action = arena_text(a, filter->action);
    e->filter.names_of = arena_text(a, filter->names_of);
    *out = e;
    return usage_names_load(s, a, &e->filter, &e->names, f);
}

const char *usage_format_type(usage_format format) {
    return format == USAGE_CSV ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8";
}

static void add_cell(buffer *out, str text, bool last) {
    // What a spreadsheet would calculate becomes text (CWE-1236).
    bool formula = text.len && strchr("=+-@\t\r", text.ptr[0]);
    bool quoted = false;
    for (size_t i = 0; i < text.len && !quoted; i++)
        quoted = text.ptr[i] == '"' || text.ptr[i] == ',' || text.ptr[i] == '\n' || text.ptr[i] == '\r';
    if (quoted)
        buffer_add_char(out, '"');
    if (formula)
        buffer_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buffer_add_char(out, '"');
        buffer_add_char(out, text.ptr[i]);
    }
    if (quoted)
        buffer_add_char(out, '"');
    buffer_add(out, last ? "\r\n" : ",");
}

static void add_csv(buffer *out, const usage_row *row, const char *name) {
    char at[CLOCK_TEXT];
    clock_format(row->event.at, at);
    const char *cells[] = {row->event.id,        at,
                           row->event.pseudonym, name,
                           row->event.role,      row->event.action,
                           row->event.process,   row->event.node,
                           row->event.asset,     row->event.interlinker,
                           row->event.plugin};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        add_cell(out, str_from(cells[i]), false);
    add_cell(out, row->event.data, true);
}

static void add_json_line(buffer *out, const usage_row *row, const char *name) {
    answer_json line;
    usage_event_write(answer_json_init(&line, out), &row->event, name);
    buffer_add_char(out, '\n');
}

status usage_export_next(usage_export *e, store *s, buffer *out, bool *more, fault *f) {
    if (!e->started && e->format == USAGE_CSV)
        buffer_add(out, "id,at,person,name,role,action,process,node,asset,interlinker,plugin,data\r\n");
    e->started = true;
    store_rows *rows = usage_row_query(s, &e->filter, e->seq, INT64_MAX, true, CHUNK);
    int count = 0;
    for (; store_next(rows); count++) {
        usage_row row;
        usage_row_read(rows, &row);
        e->seq = row.seq;
        const char *name = usage_names_find(&e->names, row.event.pseudonym);
        if (e->format == USAGE_CSV)
            add_csv(out, &row, name);
        else
            add_json_line(out, &row, name);
    }
    *more = count == CHUNK;
    return store_end(rows, f);
}
