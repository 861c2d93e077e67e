// SPDX-License-Identifier: EUPL-1.2
#include "plugin/request.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

void request_pseudonym(const uint8_t secret[32], const char *asset, const char *person, char out[REQUEST_PSEUDONYM]) {
    static const char HEX[] = "0123456789abcdef";
    uint8_t mac[CRYPTO_MAC];
    char text[128];
    int len = snprintf(text, sizeof text, "asset:%s:%s", asset, person);
    crypto_mac(secret, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1, mac);
    for (int i = 0; i < (REQUEST_PSEUDONYM - 1) / 2; i++) {
        out[2 * i] = HEX[mac[i] >> 4];
        out[2 * i + 1] = HEX[mac[i] & 15];
    }
    out[REQUEST_PSEUDONYM - 1] = '\0';
}

void request_write_document(buffer *out, const document *d) {
    size_t mark = frame_nest(out, TAG_DOCUMENT);
    frame_str(out, TAG_KEY, d->key);
    frame_str(out, TAG_VALUE, d->value);
    frame_number(out, TAG_DOCUMENT_VERSION, d->version);
    frame_unnest(out, mark);
}

// ---- the documents of a plugin that names none: the first few, if they are small

typedef struct first_documents {
    buffer *out;
    size_t count, bytes;
    bool cut;
} first_documents;

static bool write_first(void *context, const document *d) {
    first_documents *first = context;
    first->bytes += d->key.len + d->value.len;
    if (first->count == REQUEST_DOCUMENTS || first->bytes > REQUEST_DOCUMENT_BYTES) {
        first->cut = true;
        return false;
    }
    first->count++;
    request_write_document(first->out, d);
    return true;
}

static status write_first_documents(buffer *out, const plugin_call *call, fault *f) {
    first_documents first = {.out = out};
    bool more = false;
    status s =
        document_list(call->store, call->asset, STR(""), STR(""), REQUEST_DOCUMENTS, write_first, &first, &more, f);
    if (s == STATUS_OK && !more && !first.cut)
        frame_number(out, TAG_COMPLETE, 1);
    return s;
}

// ---- the documents that the manifest names

// Puts the pseudonym in the place of {person}. False when there is nobody, or the key would be none.
static bool fill_key(const char *pattern, const char *pseudonym, char out[DOCUMENT_KEY + 1]) {
    static const char PERSON[] = "{person}";
    size_t len = 0;
    while (*pattern) {
        const char *person = strstr(pattern, PERSON);
        bool here = person == pattern;
        if (here && !*pseudonym)
            return false;
        const char *part = here ? pseudonym : pattern;
        size_t size = here ? strlen(pseudonym) : person ? (size_t)(person - pattern) : strlen(pattern);
        if (size > DOCUMENT_KEY - len)
            return false;
        memcpy(out + len, part, size);
        len += size;
        pattern += here ? sizeof PERSON - 1 : size;
    }
    out[len] = '\0';
    return document_key_valid((str){out, len});
}

static status write_named_documents(buffer *out, const plugin_call *call, const json_t *preload, const char *pseudonym,
                                    fault *f) {
    const json_t *pattern;
    size_t i;
    json_array_foreach(preload, i, pattern) {
        char key[DOCUMENT_KEY + 1];
        document d = {0};
        if (!fill_key(json_string_value(pattern), pseudonym, key))
            continue;
        status s = document_get(call->store, call->arena, call->asset, str_from(key), &d, f);
        if (s == STATUS_OK)
            request_write_document(out, &d);
        else if (s == STATUS_NOT_FOUND)
            frame_text(out, TAG_ABSENT, key);
        else
            return s;
    }
    return STATUS_OK;
}

static status write_documents(buffer *out, const plugin_call *call, const request_context *c, const char *pseudonym,
                              fault *f) {
    if (call->function != FUNCTION_CREATE)
        return c->manifest->preload ? write_named_documents(out, call, c->manifest->preload, pseudonym, f)
                                    : write_first_documents(out, call, f);
    frame_number(out, TAG_COMPLETE, 1); // it has no documents yet
    return STATUS_OK;
}

// ---- the whole

static void write_fields(buffer *out, const plugin_call *call, const request_context *c, const char *pseudonym) {
    frame_number(out, TAG_FUNCTION, call->function);
    frame_text(out, TAG_ASSET, call->asset);
    frame_text(out, TAG_ASSET_NAME, call->asset_name);
    frame_text(out, TAG_NODE, call->node);
    frame_text(out, TAG_NODE_NAME, call->node_name);
    frame_text(out, TAG_PROCESS, call->process);
    frame_text(out, TAG_PROCESS_NAME, call->process_name);
    if (*pseudonym)
        frame_text(out, TAG_PERSON, pseudonym);
    if (c->granted & permission_of_field(TAG_PERSON_NAME))
        frame_text(out, TAG_PERSON_NAME, call->person_name);
    if (c->granted & permission_of_field(TAG_PERSON_EMAIL))
        frame_text(out, TAG_PERSON_EMAIL, call->person_email);
    frame_text(out, TAG_ROLE, call->role);
    frame_text(out, TAG_LANGUAGE, call->language);
    frame_text(out, TAG_CAPABILITY, call->capability);
    frame_text(out, TAG_METHOD, call->method);
    frame_text(out, TAG_PATH, call->path);
    frame_text(out, TAG_BASE, call->base);
    frame_str(out, TAG_QUERY, call->query);
    frame_str(out, TAG_BODY, call->body);
    frame_str(out, TAG_BODY_TYPE, call->body_type);
    frame_str(out, TAG_PARAMS, call->params);
    frame_str(out, TAG_EVENT, call->event);
    frame_str(out, TAG_DATA, call->data);
    frame_number(out, TAG_NOW, (uint64_t)c->now);
    frame_number(out, TAG_SEED, c->seed);
}

status request_write(buffer *out, const plugin_call *call, const request_context *c, fault *f) {
    char pseudonym[REQUEST_PSEUDONYM] = "";
    if (call->person && *call->person)
        request_pseudonym(c->secret, call->asset, call->person, pseudonym);
    size_t mark = frame_begin(out, FRAME_CALL, c->number);
    write_fields(out, call, c, pseudonym);
    status s = c->granted & PERMISSION_DOCUMENTS ? write_documents(out, call, c, pseudonym, f) : STATUS_OK;
    if (s == STATUS_OK && out->len - mark - FRAME_HEADER > FRAME_LIMIT)
        s = fault_set(f, STATUS_TOO_LARGE, "plugin.request_too_large",
                      "This is more than a tool can take at once. Send less.");
    if (s != STATUS_OK) {
        out->len = mark;
        return s;
    }
    frame_finish(out, mark);
    return STATUS_OK;
}

void request_write_load(buffer *out, const manifest *m, unsigned granted, const char *settings) {
    size_t mark = frame_begin(out, FRAME_LOAD, 0);
    frame_text(out, TAG_ENTRY, m->entry);
    frame_text(out, TAG_RUNTIME, m->runtime);
    frame_text(out, TAG_ID, m->id);
    frame_text(out, TAG_VERSION, m->version);
    frame_text(out, TAG_SETTINGS, settings);
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (granted & permission_at(i))
            frame_text(out, TAG_PERMISSION, permission_name(permission_at(i)));
    frame_finish(out, mark);
}
