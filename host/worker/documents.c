// SPDX-License-Identifier: EUPL-1.2
#include "worker/documents.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "worker/fetch.h"
#include "worker/json.h"

enum { KEY_SIZE = 200, PREFIX_SIZE = 160, LIST_LIMIT = 500 };

// ---- keys

static bool is_key(const char *key, size_t least, size_t most) {
    size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/");
    return key[len] == '\0' && len >= least && len <= most;
}

static il_status bad_key(il_call *call, const char *key) {
    return call_fail(call, IL_INVALID, "\"%.80s\" is no key for a document: 1 to 200 of a-z A-Z 0-9 . _ - and /.", key);
}

static il_status check(il_call *call, const char *key) {
    il_status status = call_permit(call, "documents");
    return status == IL_OK && !is_key(key, 1, KEY_SIZE) ? bad_key(call, key) : status;
}

// ---- what is known

static call_document *find(il_call *call, str key) {
    for (call_document *d = call->documents; d; d = d->next)
        if (str_equal(d->key, key))
            return d;
    return NULL;
}

static call_document *add(il_call *call, call_document known) {
    call_document *d = arena_alloc(call->arena, sizeof *d);
    *d = known;
    d->next = call->documents;
    call->documents = d;
    return d;
}

static bool read_document(str rest, call_document *out) {
    fields f = {.rest = rest};
    frame_tag tag;
    str value;
    *out = (call_document){.present = true, .sent = true};
    while (fields_next(&f, &tag, &value)) {
        if (tag == TAG_KEY)
            out->key = value;
        else if (tag == TAG_VALUE)
            out->text = value;
        else if (tag == TAG_DOCUMENT_VERSION)
            out->version = frame_value(value);
    }
    return !f.broken && out->key.ptr && out->text.ptr && out->version != 0;
}

call_document *documents_read(il_call *call, str rest) {
    call_document d;
    return read_document(rest, &d) ? add(call, d) : NULL;
}

void documents_absent(il_call *call, str key) {
    add(call, (call_document){.key = key});
}

static il_status fetch_document(il_call *call, const char *key, call_document **out) {
    fields answer;
    frame_tag tag;
    str value;
    *out = NULL;
    size_t mark = fetch_begin(call, FETCH_DOCUMENT);
    frame_text(&call->channel->out, TAG_KEY, key);
    il_status status = fetch_finish(call, mark, &answer);
    if (status != IL_OK)
        return status;
    while (fields_next(&answer, &tag, &value))
        if (tag == TAG_DOCUMENT)
            *out = documents_read(call, value);
    if (!*out)
        *out = add(call, (call_document){.key = arena_str(call->arena, str_from(key))});
    return IL_OK;
}

static json_t *original(il_call *call, const call_document *d) {
    json_t *value = json_loadb(d->text.ptr, d->text.len, JSON_DECODE_ANY, NULL);
    return call_keep(call, value ? value : json_null());
}

static json_t *value_of(il_call *call, call_document *d) {
    if (!d->value)
        d->value = original(call, d);
    return d->value;
}

// ---- reading

static il_status documents_get(il_call *call, const char *key, il_document *out) {
    il_status status = check(call, key);
    if (status != IL_OK)
        return status;
    call_document *d = find(call, str_from(key));
    if (!d && !call->complete) {
        status = fetch_document(call, key, &d);
        if (status != IL_OK)
            return status;
    }
    if (!d || !d->present) {
        *out =
            (il_document){.key = call_str(arena_str(call->arena, str_from(key))), .version = d ? d->version : IL_NEW};
        return call_fail(call, IL_ABSENT, "There is no document %s.", key);
    }
    *out = (il_document){call_str(d->key), json_out(value_of(call, d)), d->version};
    return IL_OK;
}

static int by_key(const void *a, const void *b) {
    const call_document *const *left = a, *const *right = b;
    return strcmp((*left)->key.ptr, (*right)->key.ptr); // keys have no NUL and are ended by one
}

// The documents that were sent and fit, in order; for when they are all there are.
static call_document **select_sent(il_call *call, const char *prefix, const char *after, size_t *count) {
    size_t room = 0;
    for (const call_document *d = call->documents; d; d = d->next)
        room += d->sent;
    call_document **found = arena_alloc(call->arena, (room + 1) * sizeof *found);
    *count = 0;
    for (call_document *d = call->documents; d; d = d->next)
        if (d->sent && str_starts(d->key, prefix) && strcmp(d->key.ptr, after) > 0)
            found[(*count)++] = d;
    qsort(found, *count, sizeof *found, by_key);
    return found;
}

static void list_sent(il_call *call, const char *prefix, const char *after, uint32_t limit, const il_document **out,
                      size_t *count, int32_t *more) {
    size_t found;
    call_document **documents = select_sent(call, prefix, after, &found);
    *more = found > limit;
    *count = found > limit ? limit : found;
    il_document *list = arena_alloc(call->arena, (*count + 1) * sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        call_document *d = documents[i];
        json_t *value = d->change ? original(call, d) : value_of(call, d);
        list[i] = (il_document){call_str(d->key), json_out(value), d->version};
    }
    *out = list;
}

static il_status no_asset(il_call *call, const char *asset) {
    return call_fail(call, IL_ABSENT, "There is no other asset %.40s in this task.", asset ? asset : "");
}

// `asset` NULL: of this one.
static il_status list_fetched(il_call *call, const char *asset, const char *prefix, const char *after, uint32_t limit,
                              const il_document **out, size_t *count, int32_t *more) {
    fields answer;
    frame_tag tag;
    str value;
    size_t mark = fetch_begin(call, asset ? FETCH_ASSET_LIST : FETCH_LIST);
    frame_text(&call->channel->out, TAG_ID, asset);
    frame_text(&call->channel->out, TAG_PREFIX, prefix);
    frame_text(&call->channel->out, TAG_AFTER, after);
    frame_number(&call->channel->out, TAG_LIMIT, limit);
    il_status status = fetch_finish(call, mark, &answer);
    if (status != IL_OK)
        return status;
    il_document *list = arena_alloc(call->arena, limit * sizeof *list);
    *count = 0;
    *more = 0;
    call_document d;
    while (fields_next(&answer, &tag, &value)) {
        if (tag == TAG_DOCUMENT && *count < limit && read_document(value, &d))
            list[(*count)++] = (il_document){call_str(d.key), json_out(original(call, &d)), d.version};
        else if (tag == TAG_MORE)
            *more = frame_value(value) != 0;
        else if (tag == TAG_ABSENT)
            return no_asset(call, asset);
    }
    *out = list;
    return IL_OK;
}

static il_status check_list(il_call *call, const char *prefix, const char *after, uint32_t limit) {
    if (!is_key(prefix, 0, KEY_SIZE))
        return bad_key(call, prefix);
    if (!is_key(after, 0, KEY_SIZE))
        return bad_key(call, after);
    if (limit < 1 || limit > LIST_LIMIT)
        return call_fail(call, IL_INVALID, "A list has 1 to %d documents, not %" PRIu32 ".", LIST_LIMIT, limit);
    return IL_OK;
}

static il_status documents_list(il_call *call, const char *prefix, const char *after, uint32_t limit,
                                const il_document **out, size_t *count, int32_t *more) {
    il_status status = call_permit(call, "documents");
    status = status == IL_OK ? check_list(call, prefix, after, limit) : status;
    if (status == IL_OK && !call->complete)
        return list_fetched(call, NULL, prefix, after, limit, out, count, more);
    if (status == IL_OK)
        list_sent(call, prefix, after, limit, out, count, more);
    return status;
}

il_status documents_list_other(il_call *call, const char *asset, const char *prefix, const char *after, uint32_t limit,
                               const il_document **out, size_t *count, int32_t *more) {
    il_status status = check_list(call, prefix, after, limit);
    return status == IL_OK ? list_fetched(call, asset, prefix, after, limit, out, count, more) : status;
}

il_status documents_get_other(il_call *call, const char *asset, const char *key, il_document *out) {
    if (!is_key(key, 1, KEY_SIZE))
        return bad_key(call, key);
    fields answer;
    frame_tag tag;
    str value;
    call_document d = {0};
    size_t mark = fetch_begin(call, FETCH_ASSET_DOCUMENT);
    frame_text(&call->channel->out, TAG_ID, asset);
    frame_text(&call->channel->out, TAG_KEY, key);
    il_status status = fetch_finish(call, mark, &answer);
    while (status == IL_OK && fields_next(&answer, &tag, &value))
        if (tag == TAG_DOCUMENT && read_document(value, &d))
            *out = (il_document){call_str(d.key), json_out(original(call, &d)), d.version};
    if (status == IL_OK && !d.present)
        return call_fail(call, IL_ABSENT, "There is no document %s in the asset %.40s of this task.", key, asset);
    return status;
}

static il_status documents_count(il_call *call, const char *prefix, uint64_t *out) {
    il_status status = call_permit(call, "documents");
    if (status != IL_OK)
        return status;
    if (!is_key(prefix, 0, KEY_SIZE))
        return bad_key(call, prefix);
    if (call->complete) {
        uint64_t count = 0;
        for (const call_document *d = call->documents; d; d = d->next)
            count += d->sent && str_starts(d->key, prefix);
        *out = count;
        return IL_OK;
    }
    fields answer;
    frame_tag tag;
    str value;
    size_t mark = fetch_begin(call, FETCH_COUNT);
    frame_text(&call->channel->out, TAG_PREFIX, prefix);
    status = fetch_finish(call, mark, &answer);
    while (status == IL_OK && fields_next(&answer, &tag, &value))
        if (tag == TAG_COUNT)
            *out = frame_value(value);
    return status;
}

// ---- writing

// The document as it will be known, with the effect that this call has on it; a second change of the same document
// changes that effect, so that the host checks the version that was read once.
static il_status change(il_call *call, const char *key, uint64_t version, call_document **out) {
    il_status status = check(call, key);
    if (status != IL_OK)
        return status;
    call_document *d = find(call, str_from(key));
    if (!d)
        d = add(call, (call_document){.key = arena_str(call->arena, str_from(key)), .version = version});
    else if (!d->change && version != IL_ANY && version != d->version)
        return call_fail(call, IL_CONFLICT,
                         "The document %s is at version %" PRIu64 ", so it cannot be changed from %" PRIu64 ".", key,
                         d->version, version);
    if (!d->change) {
        d->change = call_effect_add(call, EFFECT_PUT);
        d->change->key = d->key;
        d->change->version = version;
    }
    *out = d;
    return IL_OK;
}

static il_status no_value(il_call *call, const char *key) {
    return call_fail(call, IL_FAILED, "The document %s was given no value.", key);
}

static il_status documents_put(il_call *call, const char *key, const il_json *value, uint64_t version) {
    call_document *d;
    if (!value)
        return no_value(call, key);
    il_status status = change(call, key, version, &d);
    if (status != IL_OK)
        return status;
    d->value = call_keep(call, json_incref(json_in(value)));
    d->present = true;
    d->change->kind = EFFECT_PUT;
    d->change->value = d->value;
    return IL_OK;
}

static il_status documents_append(il_call *call, const char *prefix, const il_json *value) {
    il_status status = call_permit(call, "documents");
    if (status != IL_OK)
        return status;
    if (!is_key(prefix, 1, PREFIX_SIZE))
        return call_fail(call, IL_INVALID, "\"%.80s\" is no beginning of a key: 1 to %d of a-z A-Z 0-9 . _ - and /.",
                         prefix, PREFIX_SIZE);
    if (!value)
        return no_value(call, prefix);
    call_effect *effect = call_effect_add(call, EFFECT_APPEND);
    effect->key = arena_str(call->arena, str_from(prefix));
    effect->value = call_keep(call, json_incref(json_in(value)));
    return IL_OK;
}

static il_status documents_remove(il_call *call, const char *key, uint64_t version) {
    il_status status = check(call, key);
    if (status != IL_OK)
        return status;
    call_document *d = find(call, str_from(key));
    if (d ? !d->present : call->complete)
        return call_fail(call, IL_ABSENT, "There is no document %.200s.", key);
    status = change(call, key, version, &d);
    if (status != IL_OK)
        return status;
    d->present = false;
    d->value = NULL;
    d->change->kind = EFFECT_DELETE;
    d->change->value = NULL;
    if (d->change->version == IL_NEW) { // made and taken away within one call
        d->change->dropped = true;
        d->change = NULL;
    }
    return IL_OK;
}

const il_documents_1 documents_interface = {
    .size = sizeof(il_documents_1),
    .get = documents_get,
    .list = documents_list,
    .count = documents_count,
    .put = documents_put,
    .append = documents_append,
    .remove = documents_remove,
};
