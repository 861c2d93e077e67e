// SPDX-License-Identifier: EUPL-1.2
#include "plugin/fetch.h"

#include <stdio.h>

#include "domain/asset_place.h"
#include "domain/document.h"
#include "plugin/request.h"
#include "store/blob.h"

// il_status of the SDK, which the host does not include.
enum { PLUGIN_FORBIDDEN = 2, PLUGIN_LIMIT = 5, PLUGIN_FAILURE = 6 };
enum { ANSWER_BYTES = 8 << 20 }; // of documents in one answer; the rest is "more"

typedef struct wanted {
    frame_fetch what;
    str key, prefix, after, name, id;
    uint64_t limit;
} wanted;

static bool read_wanted(const frame *in, wanted *w) {
    str rest = in->payload, value;
    frame_tag tag;
    bool broken = false;
    *w = (wanted){.prefix = STR(""), .after = STR("")};
    while (frame_field(&rest, &tag, &value, &broken)) {
        switch (tag) {
        case TAG_FETCH:
            w->what = (frame_fetch)frame_value(value);
            break;
        case TAG_KEY:
            w->key = value;
            break;
        case TAG_PREFIX:
            w->prefix = value;
            break;
        case TAG_AFTER:
            w->after = value;
            break;
        case TAG_NAME:
            w->name = value;
            break;
        case TAG_ID:
            w->id = value;
            break;
        case TAG_LIMIT:
            w->limit = frame_value(value);
            break;
        default:
            break;
        }
    }
    return !broken;
}

static void refuse(buffer *out, uint64_t reason, const char *sentence) {
    frame_number(out, TAG_STATUS, reason);
    frame_text(out, TAG_ERROR, sentence);
}

static uint64_t plugin_status(status s) {
    return s == STATUS_FORBIDDEN ? PLUGIN_FORBIDDEN : s == STATUS_TOO_LARGE ? PLUGIN_LIMIT : PLUGIN_FAILURE;
}

void fetch_refuse(buffer *out, uint64_t call, frame_fetch kind, const fault *why) {
    size_t mark = frame_begin(out, FRAME_VALUE, call);
    frame_number(out, TAG_FETCH, kind);
    refuse(out, plugin_status(why->status), why->text);
    frame_finish(out, mark);
}

static void refuse_permission(buffer *out, plugin_permission needed) {
    char sentence[120];
    snprintf(sentence, sizeof sentence, "This tool may not do that: the permission \"%s\" is not granted.",
             permission_name(needed));
    refuse(out, PLUGIN_FORBIDDEN, sentence);
}

static status answer_document(buffer *out, const plugin_call *call, const char *asset, const wanted *w, fault *f) {
    document d = {0};
    status s = document_get(call->store, call->arena, asset, w->key, &d, f);
    if (s == STATUS_OK)
        request_write_document(out, &d);
    else if (s == STATUS_NOT_FOUND)
        frame_str(out, TAG_ABSENT, w->key);
    return s == STATUS_NOT_FOUND ? STATUS_OK : s;
}

typedef struct listing {
    buffer *out;
    size_t start;
    bool cut;
} listing;

static bool list_one(void *context, const document *d) {
    listing *l = context;
    if (l->out->len - l->start > ANSWER_BYTES) {
        l->cut = true;
        return false;
    }
    request_write_document(l->out, d);
    return true;
}

static status answer_list(buffer *out, const plugin_call *call, const char *asset, const wanted *w, fault *f) {
    listing l = {.out = out, .start = out->len};
    uint64_t limit = w->limit < 1 || w->limit > DOCUMENT_LIST ? DOCUMENT_LIST : w->limit;
    bool more = false;
    status s = document_list(call->store, asset, w->prefix, w->after, (size_t)limit, list_one, &l, &more, f);
    if (s == STATUS_OK && (more || l.cut))
        frame_number(out, TAG_MORE, 1);
    return s;
}

static status answer_count(buffer *out, const plugin_call *call, const wanted *w, fault *f) {
    uint64_t count = 0;
    status s = document_count(call->store, call->asset, w->prefix, &count, f);
    if (s == STATUS_OK)
        frame_number(out, TAG_COUNT, count);
    return s;
}

static status answer_file(buffer *out, const plugin_call *call, const wanted *w, const fetch_context *c, fault *f) {
    store_rows *row;
    status s = store_one(call->store, &row, "SELECT blob, type FROM asset_file WHERE asset = ? AND name = ?", "ts",
                         call->asset, w->name);
    if (s == STATUS_NOT_FOUND) {
        frame_str(out, TAG_ABSENT, w->name);
        return STATUS_OK;
    }
    if (s != STATUS_OK)
        return fault_set(f, s, "plugin.file", "The file could not be looked up.");
    buffer bytes = {0};
    s = blob_read(c->data_folder, store_text(row, 0), FRAME_LIMIT - 4096, &bytes, f);
    if (s == STATUS_OK) {
        frame_str(out, TAG_TYPE, store_str(row, 1));
        frame_bytes(out, TAG_VALUE, bytes.ptr, bytes.len);
    }
    store_end(row, NULL);
    buffer_free(&bytes);
    return s;
}

// ---- other assets of the same task

static void write_other(void *context, const char *asset, const char *name, const char *interlinker) {
    size_t mark = frame_nest(context, TAG_OTHER);
    frame_text(context, TAG_ID, asset);
    frame_text(context, TAG_NAME, name);
    frame_text(context, TAG_INTERLINKER, interlinker);
    frame_unnest(context, mark);
}

static status answer_other(buffer *out, const plugin_call *call, const wanted *w, fault *f) {
    const char *asset = arena_copy(call->arena, w->id.ptr ? w->id.ptr : "", w->id.len);
    status s = asset_stands(call->store, asset, call->node, f);
    if (s == STATUS_NOT_FOUND) {
        frame_str(out, TAG_ABSENT, w->id);
        return STATUS_OK;
    }
    if (s != STATUS_OK)
        return s;
    return w->what == FETCH_ASSET_LIST ? answer_list(out, call, asset, w, f) : answer_document(out, call, asset, w, f);
}

static status answer_any(buffer *out, const plugin_call *call, const wanted *w, const fetch_context *c, fault *f) {
    switch (w->what) {
    case FETCH_DOCUMENT:
        return answer_document(out, call, call->asset, w, f);
    case FETCH_LIST:
        return answer_list(out, call, call->asset, w, f);
    case FETCH_COUNT:
        return answer_count(out, call, w, f);
    case FETCH_FILE:
        return answer_file(out, call, w, c, f);
    case FETCH_ASSETS:
        return asset_others(call->store, call->node, call->asset, write_other, out, f);
    case FETCH_ASSET_DOCUMENT:
    case FETCH_ASSET_LIST:
        return answer_other(out, call, w, f);
    case FETCH_HTTP:
        break;
    }
    return fault_set(f, STATUS_INTERNAL, "plugin.fetch", "The host cannot answer that.");
}

static bool fetch_known(const wanted *w) {
    return w->what >= FETCH_DOCUMENT && w->what <= FETCH_HTTP;
}

plugin_permission fetch_needs(const frame *in) {
    wanted w;
    return read_wanted(in, &w) && fetch_known(&w) ? permission_of_fetch(w.what) : PERMISSION_NOTHING;
}

bool fetch_answer(buffer *out, const plugin_call *call, const frame *in, const fetch_context *c) {
    wanted w;
    if (!read_wanted(in, &w) || !fetch_known(&w))
        return false;
    size_t mark = frame_begin(out, FRAME_VALUE, in->call), fields;
    frame_number(out, TAG_FETCH, w.what);
    fields = out->len;
    fault f = {0};
    status s = STATUS_OK;
    plugin_permission needed = permission_of_fetch(w.what);
    if (needed & ~c->granted)
        refuse_permission(out, needed);
    else if (c->too_many)
        refuse(out, PLUGIN_LIMIT, "One call may ask for documents and files 2000 times. Ask for lists instead.");
    else
        s = answer_any(out, call, &w, c, &f);
    if (s != STATUS_OK) {
        out->len = fields;
        refuse(out, PLUGIN_FAILURE, f.text[0] ? f.text : "The documents could not be read.");
    }
    frame_finish(out, mark);
    return true;
}
