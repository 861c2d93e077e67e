// SPDX-License-Identifier: EUPL-1.2
#include "worker/files.h"

#include <string.h>

#include "worker/fetch.h"

enum { NAME_SIZE = 200, FILE_SIZE = 8 << 20 };

static il_status check(il_call *call, const char *name) {
    il_status permitted = call_permit(call, "files");
    if (permitted != IL_OK)
        return permitted;
    size_t len = strlen(name);
    bool ok =
        len >= 1 && len <= NAME_SIZE && text_is_utf8(name, len) && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    for (size_t i = 0; ok && i < len; i++)
        ok = (unsigned char)name[i] >= ' ' && name[i] != '/' && name[i] != 0x7f;
    return ok ? IL_OK
              : call_fail(call, IL_INVALID, "This is no name for a file: 1 to %d bytes of text without /.", NAME_SIZE);
}

static il_status files_put(il_call *call, const char *name, const char *type, il_str bytes) {
    il_status status = check(call, name);
    if (status != IL_OK)
        return status;
    if (bytes.len > FILE_SIZE)
        return call_fail(call, IL_LIMIT, "The file %s is larger than %d MB.", name, FILE_SIZE >> 20);
    call_effect *effect = call_effect_add(call, EFFECT_FILE_PUT);
    effect->key = arena_str(call->arena, str_from(name));
    effect->type = arena_str(call->arena, str_from(type));
    effect->bytes = (str){arena_copy(call->arena, bytes.ptr, bytes.len), bytes.len};
    return IL_OK;
}

static il_status files_get(il_call *call, const char *name, il_str *bytes, il_str *type) {
    il_status status = check(call, name);
    if (status != IL_OK)
        return status;
    fields answer;
    frame_tag tag;
    str value, found = {0}, found_type = {0};
    size_t mark = fetch_begin(call, FETCH_FILE);
    frame_text(&call->channel->out, TAG_NAME, name);
    status = fetch_finish(call, mark, &answer);
    if (status != IL_OK)
        return status;
    while (fields_next(&answer, &tag, &value)) {
        if (tag == TAG_VALUE)
            found = value;
        else if (tag == TAG_TYPE)
            found_type = value;
    }
    if (!found.ptr)
        return call_fail(call, IL_ABSENT, "There is no file %s.", name);
    *bytes = call_str(found);
    *type = call_str(found_type);
    return IL_OK;
}

static il_status files_remove(il_call *call, const char *name) {
    il_status status = check(call, name);
    if (status == IL_OK)
        call_effect_add(call, EFFECT_FILE_DELETE)->key = arena_str(call->arena, str_from(name));
    return status;
}

const il_files_1 files_interface = {
    .size = sizeof(il_files_1), .put = files_put, .get = files_get, .remove = files_remove};
