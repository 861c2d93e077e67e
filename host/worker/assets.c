// SPDX-License-Identifier: EUPL-1.2
#include "worker/assets.h"

#include "worker/documents.h"
#include "worker/fetch.h"

enum { LIST_LIMIT = 500 }; // a task that has more is not shown further

static il_asset read_other(str rest) {
    fields f = {.rest = rest};
    frame_tag tag;
    str value;
    il_asset one = {{"", 0}, {"", 0}, {"", 0}};
    while (fields_next(&f, &tag, &value)) {
        il_str *place = tag == TAG_ID            ? &one.id
                        : tag == TAG_NAME        ? &one.name
                        : tag == TAG_INTERLINKER ? &one.interlinker
                                                 : NULL;
        if (place)
            *place = call_str(value);
    }
    return one;
}

static il_status assets_list(il_call *call, const il_asset **out, size_t *count) {
    il_status status = call_permit(call, "assets");
    if (status != IL_OK)
        return status;
    fields answer;
    frame_tag tag;
    str value;
    status = fetch_finish(call, fetch_begin(call, FETCH_ASSETS), &answer);
    if (status != IL_OK)
        return status;
    il_asset *list = arena_alloc(call->arena, LIST_LIMIT * sizeof *list);
    *count = 0;
    while (fields_next(&answer, &tag, &value))
        if (tag == TAG_OTHER && *count < LIST_LIMIT)
            list[(*count)++] = read_other(value);
    *out = list;
    return IL_OK;
}

static il_status assets_get(il_call *call, const char *asset, const char *key, il_document *out) {
    il_status status = call_permit(call, "assets");
    return status == IL_OK ? documents_get_other(call, asset, key, out) : status;
}

static il_status assets_documents(il_call *call, const char *asset, const char *prefix, const char *after,
                                  uint32_t limit, const il_document **out, size_t *count, int32_t *more) {
    il_status status = call_permit(call, "assets");
    return status == IL_OK ? documents_list_other(call, asset, prefix, after, limit, out, count, more) : status;
}

const il_assets_1 assets_interface = {
    .size = sizeof(il_assets_1), .list = assets_list, .get = assets_get, .documents = assets_documents};
