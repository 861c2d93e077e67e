/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * interlink.h: write an Interlinker in C.
 *
 * An Interlinker is a small program that people open inside a task: a survey, a poll, a checklist.
 * You export one symbol, `interlink_plugin`, which names up to three functions:
 *
 *     create   somebody opens it in a task: turn the form's values into first documents
 *     handle   somebody looks at it or sends a form: answer with a page
 *     event    time has passed, the task changed, a person must be forgotten
 *
 * A whole one:
 *
 *     #include <interlink.h>
 *
 *     static il_status handle(const il_host *il, il_call *call) {
 *         il_person person;
 *         il->call->person(call, &person);
 *         return il->answer->html(call, "<h1>Hello</h1><p>You are here as {{role}}.</p>",
 *                                 il->json->of(call, "{\"role\": %s}", person.role));
 *     }
 *
 *     static const char *const needs[] = {"il.call/1", "il.answer/1", "il.json/1", NULL};
 *     IL_PLUGIN(.id = "hello", .version = "1.0.0", .needs = needs, .handle = handle);
 *
 * HOW IT RUNS. Your code runs in a process of its own, jailed: no files, no network, no other process.
 * A call is a transaction. While it runs, nothing that you ask for (put a document, notify, log ...) has
 * happened yet; when your function returns IL_OK the host checks it all against the permissions in your
 * manifest and writes it at once. When it returns anything else, nothing happens. When two people change the same
 * document at the same moment the host simply runs the second call again. So a call must depend on
 * nothing but what it gets from `il`: no counters in static variables, no time() (use il->call->now).
 *
 * THREADS. One. The host never calls two of your functions at the same time.
 *
 * MEMORY. What you get from `il` lives until your function returns ("call"), and is never freed by you.
 * What you give is copied before the function that takes it returns. Nothing allocated on one side is freed on the other.
 *
 * FAILURE. Functions return IL_OK or why not; il->call->error gives the sentence. Return such a status
 * from your function and the person reads that sentence.
 *
 * VERSIONS. IL_ABI changes only if an old plugin could no longer run. Structures grow at their end only and
 * begin with their size. New power comes as a new capability id ("il.documents/2"); what you list in `needs` is
 * never NULL, because a host without it refuses your plugin before any of its code runs.
 */
#ifndef INTERLINK_H
#define INTERLINK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IL_ABI 1u

/* ---- values -------------------------------------------------------------------------------------------- */

/* Borrowed UTF-8 text with its length; also NUL-terminated when it comes from the host. */
typedef struct il_str {
    const char *ptr; /* NULL: there is none */
    size_t len;
} il_str;

typedef int32_t il_status;
enum {
    IL_OK = 0,
    IL_INVALID = 1,   /* what the person sent breaks a rule: 422 */
    IL_FORBIDDEN = 2, /* not allowed, or a permission that the manifest does not ask for: 403 */
    IL_ABSENT = 3,    /* there is no such thing: 404 */
    IL_CONFLICT = 4,  /* this cannot be done in the present state (a closed poll): 409 */
    IL_LIMIT = 5,     /* a quota or size is used up: 413 */
    IL_FAILED = 6     /* anything else: 500 */
};

typedef struct il_call il_call; /* one call; valid until your function returns */
typedef struct il_json il_json; /* one JSON value, immutable; lives as long as its call */

/* ---- "il.call/1": who asks, and for what --------------------------------------------------------------- */

typedef struct il_person {
    uint32_t size;
    il_str id;       /* pseudonym: the same person has the same id in this asset, and another one elsewhere */
    il_str name;     /* empty without the permission "person.name" */
    il_str role;     /* "viewer", "contributor" or "administrator" of the project */
    il_str language; /* of the page to answer, as in <html lang>: "en", "it" ... */
} il_person;

typedef struct il_place {
    uint32_t size;
    il_str asset, asset_name;
    il_str node, node_name;
    il_str process, process_name;
} il_place;

typedef struct il_call_1 {
    uint32_t size;
    void (*person)(il_call *call, il_person *out); /* fills out; set nothing before. In `event`: empty fields */
    void (*place)(il_call *call, il_place *out);
    il_str (*capability)(il_call *call); /* "view" or "edit": what this person opened it for */
    il_str (*method)(il_call *call);     /* "GET" or "POST" */
    il_str (*path)(il_call *call);       /* below the view's root: "/", "/results" ... */
    il_str (*query)(il_call *call, const char *name); /* a value of the query string, decoded; ptr NULL if not there */
    il_str (*form)(il_call *call, const char *name);  /* a field of the posted form; the first of several */
    il_json *(*form_all)(il_call *call); /* the posted form as {"name": ["value", ...]} */
    il_str (*body)(il_call *call);       /* the raw body */
    il_json *(*params)(il_call *call);   /* create: the checked values of the form that opens it */
    il_json *(*settings)(il_call *call); /* what the administrator set, by the manifest's `settings` */
    il_str (*event)(il_call *call);      /* event: "schedule", "task.finished", "person.erase", "clone" */
    il_json *(*data)(il_call *call);     /* event: what belongs to it */
    int64_t (*now)(il_call *call);       /* UTC milliseconds; the same during the whole call */
    il_str (*link)(il_call *call, const char *path); /* URL of a page of this view: link(call, "/results") */
    il_str (*text)(il_call *call, const char *key);  /* your i18n/ text in the reader's language, else English, else the key */
    il_str (*error)(il_call *call);      /* the sentence of the last failure in this call */
    il_status (*fail)(il_call *call, il_status status, const char *sentence); /* say why; returns `status` */
    void (*debug)(il_call *call, const char *text);  /* a line for the author's log; never personal data */
} il_call_1;

/* ---- "il.json/1": JSON without a library ------------------------------------------------------------------ */

typedef struct il_json_1 {
    uint32_t size;
    il_json *(*parse)(il_call *call, il_str text); /* NULL if it is not JSON */
    /* Make a value from a pattern: %s il_str as a JSON string, %i int64_t, %f double, %b int as a boolean, %j il_json *.
     * A broken pattern gives NULL. */
    il_json *(*of)(il_call *call, const char *pattern, ...);
    il_json *(*get)(const il_json *object, const char *key);      /* NULL if there is none; NULL object is fine */
    il_json *(*at)(const il_json *array, size_t index);
    size_t (*count)(const il_json *value);                        /* members of an array or object, else 0 */
    const char *(*key_at)(const il_json *object, size_t index);   /* keys in the order they came */
    il_str (*text)(const il_json *value);                         /* of a string; ptr NULL otherwise */
    int64_t (*integer)(const il_json *value, int64_t otherwise);
    double (*number)(const il_json *value, double otherwise);
    int32_t (*truth)(const il_json *value);                       /* 1 for true, else 0 */
    il_json *(*with)(il_call *call, const il_json *object, const char *key, const il_json *value); /* a copy with one member set */
    il_json *(*append)(il_call *call, const il_json *array, const il_json *value);                 /* a copy with one more */
    il_str (*print)(il_call *call, const il_json *value);
} il_json_1;

/* ---- "il.documents/1": what this asset keeps ---------------------------------------------------------------- */

/* A document is one JSON value under a key ("poll", "vote/4f2a"). Keys: 1 to 200 of a-z A-Z 0-9 . _ - and /. */
typedef struct il_document {
    uint32_t size;
    il_str key;
    il_json *value;
    uint64_t version; /* give it back to put or remove */
} il_document;

#define IL_NEW 0u                   /* as a version: the document must not exist yet */
#define IL_ANY UINT64_MAX           /* as a version: whatever is there, overwrite it */

typedef struct il_documents_1 {
    uint32_t size;
    il_status (*get)(il_call *call, const char *key, il_document *out);     /* IL_ABSENT: none; version is then IL_NEW */
    /* Up to `limit` (1 to 500) documents whose key begins with `prefix` and comes after `after` ("" to begin), in order
     * of key. *out is an array of *count, *more says whether there are further ones. Does not see this call's own puts. */
    il_status (*list)(il_call *call, const char *prefix, const char *after, uint32_t limit,
                      const il_document **out, size_t *count, int32_t *more);
    il_status (*count)(il_call *call, const char *prefix, uint64_t *out);
    il_status (*put)(il_call *call, const char *key, const il_json *value, uint64_t version);
    il_status (*append)(il_call *call, const char *prefix, const il_json *value); /* a new key, in order of time; never collides */
    il_status (*remove)(il_call *call, const char *key, uint64_t version);
} il_documents_1;

/* ---- "il.files/1": blobs within the quota ------------------------------------------------------------------- */

typedef struct il_files_1 {
    uint32_t size;
    il_status (*put)(il_call *call, const char *name, const char *type, il_str bytes);
    il_status (*get)(il_call *call, const char *name, il_str *bytes, il_str *type);
    il_status (*remove)(il_call *call, const char *name);
} il_files_1;

/* ---- "il.effects/1": ask the host to do something, if this call succeeds -------------------------------------- */

typedef struct il_effects_1 {
    uint32_t size;
    il_status (*log)(il_call *call, const char *action, const il_json *data);            /* usage: "answered", "voted" */
    il_status (*log_anonymous)(il_call *call, const char *action, const il_json *data);  /* without the person */
    /* Tell people. `audience`: "process" (everybody in it), "creator" (of this asset). `template` is a key of your i18n/
     * texts; {name} in it is filled from `params`. Permission "notify". */
    il_status (*notify)(il_call *call, const char *audience, const char *text_key, const il_json *params);
    il_status (*publish)(il_call *call, const char *topic, const il_json *data);         /* to every open view of this asset */
    il_status (*schedule)(il_call *call, int64_t at, const il_json *data);               /* `event` "schedule" at that time */
    il_status (*complete)(il_call *call);                                                /* mark the task as done */
} il_effects_1;

/* ---- "il.answer/1": the page -------------------------------------------------------------------------------- */

/* Say one answer in a call; the last one counts. Pages are put into the host's frame for a view: language, title, style
 * sheet and script are there already, so give what belongs into <main>.
 *
 * A page is a template: {{name}} is replaced by a value of `data`, escaped; {{#list}} ... {{/list}} repeats or, for a true
 * value, shows once; {{^name}} ... {{/name}} shows when it is absent, false or empty; {{.}} is the item itself; names
 * look outward; {{t.key}} is a text of your i18n/; {{link}}/path is a URL of this view. There is no way to
 * put a value into a page unescaped. */
typedef struct il_answer_1 {
    uint32_t size;
    il_status (*html)(il_call *call, const char *page, const il_json *data);
    il_status (*page)(il_call *call, const char *file, const il_json *data); /* the same from templates/FILE of your package */
    il_status (*json)(il_call *call, const il_json *value);
    il_status (*file)(il_call *call, const char *name, const char *type, il_str bytes); /* a download */
    il_status (*redirect)(il_call *call, const char *path); /* 303 to a page of this view, after a form was handled */
    il_status (*problem)(il_call *call, int32_t http_status, const char *sentence); /* 400 to 499; effects are dropped */
} il_answer_1;

/* ---- the two sides ------------------------------------------------------------------------------------------ */

/* What the host offers. Tables that your `needs` do not list may be NULL. */
typedef struct il_host {
    uint32_t size;
    uint32_t abi;
    const char *version; /* of the host, to show */
    const il_call_1 *call;
    const il_json_1 *json;
    const il_documents_1 *documents;
    const il_files_1 *files;
    const il_effects_1 *effects;
    const il_answer_1 *answer;
} il_host;

typedef il_status il_function(const il_host *host, il_call *call);

/* What you offer: the one exported symbol. Functions that you do not need stay NULL. */
typedef struct il_plugin {
    uint32_t size;            /* sizeof(il_plugin) */
    uint32_t abi;             /* IL_ABI */
    const char *id;           /* as in the manifest */
    const char *version;      /* as in the manifest */
    const char *const *needs; /* capability ids, ended by NULL */
    il_function *create;
    il_function *handle;
    il_function *event;
} il_plugin;

#if defined(__GNUC__)
#define IL_EXPORT __attribute__((visibility("default")))
#else
#define IL_EXPORT
#endif

#ifdef __cplusplus
}
#define IL_PLUGIN(...) \
    extern "C" IL_EXPORT const il_plugin interlink_plugin; \
    const il_plugin interlink_plugin = {sizeof(il_plugin), IL_ABI, __VA_ARGS__}
#else
#define IL_PLUGIN(...) \
    extern IL_EXPORT const il_plugin interlink_plugin; \
    const il_plugin interlink_plugin = {.size = sizeof(il_plugin), .abi = IL_ABI, __VA_ARGS__}
#endif

/* Text from a literal or a C string. */
static inline il_str il_text(const char *text) {
    il_str s = {text, 0};
    while (text && text[s.len]) {
        s.len++;
    }
    return s;
}

static inline int32_t il_equal(il_str a, const char *b) {
    size_t i = 0;
    for (; i < a.len; i++) {
        if (b[i] == 0 || a.ptr[i] != b[i]) {
            return 0;
        }
    }
    return b[i] == 0;
}

#endif
