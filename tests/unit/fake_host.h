// SPDX-License-Identifier: EUPL-1.2
//
// fake_host: an il_host without a host, for tests of what stands on interlink.h. A call is what the test puts into
// `struct il_call`; what the plugin asks for is written into its `done`, one line for each thing.
#ifndef INTERLINK_TESTS_FAKE_HOST_H
#define INTERLINK_TESTS_FAKE_HOST_H

#include <interlink.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct il_call {
    const char *method, *path;
    json_t *form;      // {"name": ["value"]}
    json_t *documents; // {"key": value}; every version is 7
    json_t *params;
    il_status refuse; // what effects give back
    char done[4096], debug[8192];
    char error[200];
    json_t *kept[256];
    size_t kept_count;
    char *texts[64];
    size_t text_count;
    uint64_t seed;
};

static inline il_json *fake_keep(il_call *c, json_t *value) {
    if (value && c->kept_count < 256) {
        c->kept[c->kept_count++] = value;
    }
    return (il_json *)value;
}

static inline json_t *fake_value(const il_json *value) {
    return (json_t *)(uintptr_t)value;
}

static inline il_str fake_text(il_call *c, const il_json *value) {
    char *text = value ? json_dumps(fake_value(value), JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : strdup("{}");
    c->texts[c->text_count++] = text;
    return il_text(text);
}

static inline void __attribute__((format(printf, 2, 3))) fake_done(il_call *c, const char *format, ...) {
    size_t len = strlen(c->done);
    va_list list;
    va_start(list, format);
    vsnprintf(c->done + len, sizeof c->done - len, format, list);
    va_end(list);
}

static inline void fake_finish(il_call *c) {
    for (size_t i = 0; i < c->kept_count; i++) {
        json_decref(c->kept[i]);
    }
    for (size_t i = 0; i < c->text_count; i++) {
        free(c->texts[i]);
    }
    c->kept_count = c->text_count = 0;
}

// ---- il.call/1 ----
static inline void fake_person(il_call *c, il_person *out) {
    (void)c;
    *out = (il_person){il_text("p-1"), il_text("Anna"), il_text("contributor"), il_text("it")};
}
static inline void fake_place(il_call *c, il_place *out) {
    (void)c;
    *out = (il_place){il_text("a-1"),  il_text("Poll"), il_text("n-1"),
                      il_text("Task"), il_text("pr-1"), il_text("Process")};
}
static inline il_str fake_view(il_call *c) {
    (void)c;
    return il_text("view");
}
static inline il_str fake_method(il_call *c) {
    return il_text(c->method);
}
static inline il_str fake_path(il_call *c) {
    return il_text(c->path);
}
static inline il_str fake_form(il_call *c, const char *name) {
    const char *text = json_string_value(json_array_get(json_object_get(c->form, name), 0));
    return il_text(text);
}
static inline il_json *fake_form_all(il_call *c) {
    return (il_json *)c->form;
}
static inline il_json *fake_params(il_call *c) {
    return (il_json *)c->params;
}
static inline int64_t fake_now(il_call *c) {
    (void)c;
    return 1777658400123;
}
static inline il_str fake_link(il_call *c, const char *path) {
    char *text = malloc(200);
    snprintf(text, 200, "/view/T%s", path);
    c->texts[c->text_count++] = text;
    return il_text(text);
}
static inline il_str fake_i18n(il_call *c, const char *key) {
    (void)c;
    return il_text(strcmp(key, "hello") == 0 ? "ciao" : key);
}
static inline il_str fake_i18n_with(il_call *c, const char *key, const il_json *params) {
    fake_done(c, "text %s %s\n", key, fake_text(c, params).ptr);
    return il_text("filled");
}
static inline il_str fake_error(il_call *c) {
    return il_text(c->error);
}
static inline il_status fake_fail(il_call *c, il_status status, const char *sentence) {
    snprintf(c->error, sizeof c->error, "%s", sentence);
    return status;
}
static inline void fake_debug(il_call *c, const char *text) {
    size_t len = strlen(c->debug);
    snprintf(c->debug + len, sizeof c->debug - len, "%s\n", text);
}
static inline uint64_t fake_random(il_call *c) {
    return c->seed++;
}

// ---- il.json/1 ----
static inline il_json *fake_parse(il_call *c, il_str text) {
    return fake_keep(c, json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL));
}
static inline il_json *fake_get(const il_json *value, const char *key) {
    return (il_json *)json_object_get(fake_value(value), key);
}
static inline il_json *fake_at(const il_json *value, size_t index) {
    return (il_json *)json_array_get(fake_value(value), index);
}
static inline size_t fake_count(const il_json *value) {
    json_t *v = fake_value(value);
    return json_is_array(v) ? json_array_size(v) : json_object_size(v);
}
static inline il_str fake_string(const il_json *value) {
    return il_text(json_string_value(fake_value(value)));
}
static inline int64_t fake_integer(const il_json *value, int64_t otherwise) {
    return json_is_integer(fake_value(value)) ? json_integer_value(fake_value(value)) : otherwise;
}
static inline double fake_number(const il_json *value, double otherwise) {
    return json_is_number(fake_value(value)) ? json_number_value(fake_value(value)) : otherwise;
}
static inline int32_t fake_truth(const il_json *value) {
    return json_is_true(fake_value(value));
}
static inline int32_t fake_kind(const il_json *value) {
    static const int32_t kinds[] = {
        [JSON_OBJECT] = IL_KIND_OBJECT,   [JSON_ARRAY] = IL_KIND_ARRAY, [JSON_STRING] = IL_KIND_TEXT,
        [JSON_INTEGER] = IL_KIND_INTEGER, [JSON_REAL] = IL_KIND_NUMBER, [JSON_TRUE] = IL_KIND_BOOLEAN,
        [JSON_FALSE] = IL_KIND_BOOLEAN,   [JSON_NULL] = IL_KIND_NULL};
    return value ? kinds[json_typeof(fake_value(value))] : IL_KIND_NONE;
}
static inline const char *fake_next(const il_json *object, const char *key) {
    json_t *o = fake_value(object);
    void *at = key ? json_object_iter_next(o, json_object_key_to_iter(key)) : json_object_iter(o);
    return at ? json_object_iter_key(at) : NULL;
}

// ---- il.documents/1 ----
static inline il_status fake_document_get(il_call *c, const char *key, il_document *out) {
    json_t *value = json_object_get(c->documents, key);
    *out = (il_document){il_text(key), (il_json *)value, value ? 7 : 0};
    return value ? IL_OK : IL_ABSENT;
}
static inline il_status fake_document_list(il_call *c, const char *prefix, const char *after, uint32_t limit,
                                           const il_document **out, size_t *count, int32_t *more) {
    il_document *found = calloc(limit, sizeof *found);
    c->texts[c->text_count++] = (char *)found;
    *more = 0;
    *count = 0;
    const char *key;
    json_t *value;
    json_object_foreach(c->documents, key, value) { // the tests put the keys in order
        if (strncmp(key, prefix, strlen(prefix)) != 0 || strcmp(key, after) <= 0) {
            continue;
        }
        if (*count == limit) {
            *more = 1;
            break;
        }
        found[(*count)++] = (il_document){il_text(key), (il_json *)value, 7};
    }
    *out = found;
    return IL_OK;
}
static inline il_status fake_document_count(il_call *c, const char *prefix, uint64_t *out) {
    (void)prefix;
    *out = json_object_size(c->documents);
    return IL_OK;
}
static inline il_status fake_effect(il_call *c) {
    if (c->refuse) {
        return fake_fail(c, c->refuse, "The manifest does not ask for that.");
    }
    return IL_OK;
}
static inline il_status fake_document_put(il_call *c, const char *key, const il_json *value, uint64_t version) {
    fake_done(c, "put %s %s %lld\n", key, fake_text(c, value).ptr, (long long)version);
    return fake_effect(c);
}
static inline il_status fake_document_append(il_call *c, const char *prefix, const il_json *value) {
    fake_done(c, "append %s %s\n", prefix, fake_text(c, value).ptr);
    return fake_effect(c);
}
static inline il_status fake_document_remove(il_call *c, const char *key, uint64_t version) {
    fake_done(c, "remove %s %lld\n", key, (long long)version);
    return fake_effect(c);
}

// ---- il.effects/1, il.answer/1 ----
static inline il_status fake_log(il_call *c, const char *action, const il_json *data) {
    fake_done(c, "log %s %s\n", action, fake_text(c, data).ptr);
    return fake_effect(c);
}
static inline il_status fake_notify(il_call *c, const char *audience, const char *key, const il_json *params) {
    fake_done(c, "notify %s %s %s\n", audience, key, fake_text(c, params).ptr);
    return fake_effect(c);
}
static inline il_status fake_schedule(il_call *c, int64_t at, const il_json *data) {
    fake_done(c, "schedule %lld %s\n", (long long)at, fake_text(c, data).ptr);
    return fake_effect(c);
}
static inline il_status fake_complete(il_call *c) {
    fake_done(c, "complete\n");
    return fake_effect(c);
}
static inline il_status fake_html(il_call *c, const char *page, const il_json *data) {
    fake_done(c, "html %s %s\n", page, fake_text(c, data).ptr);
    return IL_OK;
}
static inline il_status fake_json(il_call *c, const il_json *value) {
    fake_done(c, "json %s\n", fake_text(c, value).ptr);
    return IL_OK;
}
static inline il_status fake_file(il_call *c, const char *name, const char *type, il_str bytes) {
    fake_done(c, "file %s %s %.*s\n", name, type, (int)bytes.len, bytes.ptr);
    return IL_OK;
}
static inline il_status fake_redirect(il_call *c, const char *path) {
    fake_done(c, "redirect %s\n", path);
    return IL_OK;
}
static inline il_status fake_problem(il_call *c, int32_t status, const char *sentence) {
    fake_done(c, "problem %d %s\n", (int)status, sentence);
    return IL_OK;
}

static const il_call_1 fake_call = {.size = sizeof fake_call,
                                    .person = fake_person,
                                    .place = fake_place,
                                    .capability = fake_view,
                                    .method = fake_method,
                                    .path = fake_path,
                                    .query = fake_form,
                                    .form = fake_form,
                                    .form_all = fake_form_all,
                                    .body = fake_view,
                                    .params = fake_params,
                                    .settings = fake_params,
                                    .event = fake_view,
                                    .data = fake_params,
                                    .now = fake_now,
                                    .link = fake_link,
                                    .text = fake_i18n,
                                    .error = fake_error,
                                    .fail = fake_fail,
                                    .debug = fake_debug,
                                    .random = fake_random,
                                    .text_with = fake_i18n_with};
static const il_json_1 fake_json_table = {.size = sizeof fake_json_table,
                                          .parse = fake_parse,
                                          .get = fake_get,
                                          .at = fake_at,
                                          .count = fake_count,
                                          .text = fake_string,
                                          .integer = fake_integer,
                                          .number = fake_number,
                                          .truth = fake_truth,
                                          .print = fake_text,
                                          .kind = fake_kind,
                                          .next = fake_next};
static const il_documents_1 fake_documents = {.size = sizeof fake_documents,
                                              .get = fake_document_get,
                                              .list = fake_document_list,
                                              .count = fake_document_count,
                                              .put = fake_document_put,
                                              .append = fake_document_append,
                                              .remove = fake_document_remove};
static const il_effects_1 fake_effects = {.size = sizeof fake_effects,
                                          .log = fake_log,
                                          .log_anonymous = fake_log,
                                          .notify = fake_notify,
                                          .publish = fake_log,
                                          .schedule = fake_schedule,
                                          .complete = fake_complete};
static const il_answer_1 fake_answer = {.size = sizeof fake_answer,
                                        .html = fake_html,
                                        .page = fake_html,
                                        .json = fake_json,
                                        .file = fake_file,
                                        .redirect = fake_redirect,
                                        .problem = fake_problem};
static const il_host fake_host = {.size = sizeof fake_host,
                                  .abi = IL_ABI,
                                  .version = "test",
                                  .call = &fake_call,
                                  .json = &fake_json_table,
                                  .documents = &fake_documents,
                                  .effects = &fake_effects,
                                  .answer = &fake_answer};

#endif
