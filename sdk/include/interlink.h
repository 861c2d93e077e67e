/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * interlink.h: write an Interlinker in C or C++.
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
 * A call is a transaction. While it runs, nothing that you ask for (put a document, notify, log ...) has happened
 * yet; when your function returns IL_OK the host checks it all against the permissions in your manifest and writes it
 * at once. When it returns anything else, nothing happens. When two people change the same document at the same
 * moment the host simply runs the second call again. So a call must depend on nothing but what it gets from `il`: no
 * counters in static variables, no time() (il->call->now), no rand() (il->call->random).
 *
 * THREADS. One. The host never runs two of your functions at the same time, and the functions below may be called only
 * from inside create, handle and event, on the thread that runs them.
 *
 * MEMORY. Nothing allocated on one side is freed on the other. What you give is copied, or kept alive, by the function
 * that takes it: you may reuse your memory when it returns. What you get carries one of two marks in this file:
 *
 *     [call]    lives until your create, handle or event returns; never keep it, never free it
 *     [static]  lives as long as your plugin is loaded
 *
 * TEXT is UTF-8. `const char *` parameters end with NUL and must not be NULL unless it says so. An il_str that the host
 * gives ends with NUL as well, which its `len` does not count; one that you give need not.
 *
 * FAILURE. Functions return IL_OK or why not; il->call->error gives the sentence. Return such a status from your
 * function and the person reads that sentence. When `out` parameters are not filled, they are left as they were.
 *
 * LIMITS. A call has the time that your manifest asks for (limits.cpu_ms, 50 ms unless it says otherwise). A process
 * that takes longer is killed, the person gets a sentence that says so, and the next call meets a fresh one.
 *
 * VERSIONS. IL_ABI changes only if an old plugin could no longer run. Tables of functions and il_plugin begin with
 * their size and grow at their end only; the small structures that are filled for you never grow. New power comes as a
 * new capability id ("il.documents/2"). What you list in `needs` is never NULL, because a host without it refuses your
 * plugin before any of its code runs.
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

/* Borrowed text with its length. Passed by value. */
typedef struct il_str {
    const char *ptr; /* NULL: there is none, which is not the same as empty */
    size_t len;      /* in bytes */
} il_str;

typedef int32_t il_status;
enum {
    IL_OK = 0,
    IL_INVALID = 1,   /* what the person sent breaks a rule: 422 */
    IL_FORBIDDEN = 2, /* not allowed, or a permission that is not granted: 403 */
    IL_ABSENT = 3,    /* there is no such thing: 404 */
    IL_CONFLICT = 4,  /* this cannot be done in the present state (a closed poll): 409 */
    IL_LIMIT = 5,     /* a quota or size is used up: 413 */
    IL_FAILED = 6     /* anything else: 500 */
};

typedef struct il_call il_call; /* one call */
typedef struct il_json il_json; /* one JSON value, immutable [call] */

/* ---- "il.call/1": who asks, and for what --------------------------------------------------------------- */

/* Who is there. All [call]. In `event` there is nobody: every text is empty, but for the language of the process. */
typedef struct il_person {
    il_str id;       /* pseudonym: the same person has the same id in this asset, and another one elsewhere */
    il_str name;     /* empty without the permission "person.name" */
    il_str role;     /* "viewer", "contributor" or "administrator" of the project */
    il_str language; /* of the page to answer, as in <html lang>: "en", "it" ... */
} il_person;

/* Where that is. All [call]. An asset is one use of your Interlinker: this poll; a node is the task it stands in. */
typedef struct il_place {
    il_str asset, asset_name;
    il_str node, node_name;
    il_str process, process_name;
} il_place;

typedef struct il_call_1 {
    uint32_t size;

    /* Fill *out, all of it. */
    void (*person)(il_call *call, il_person *out);
    void (*place)(il_call *call, il_place *out);

    /* "view" or "edit": what this person opened it for. Editing is for those who may contribute. [call] */
    il_str (*capability)(il_call *call);

    /* The request of a `handle`. method: "GET" or "POST"; path: below the view's root: "/", "/results" ... [call] */
    il_str (*method)(il_call *call);
    il_str (*path)(il_call *call);

    /* One value, decoded; the first if there are several; ptr NULL if there is none. `query` looks into the query
     * string, `form` into a posted form. [call] */
    il_str (*query)(il_call *call, const char *name);
    il_str (*form)(il_call *call, const char *name);

    /* The posted form as {"name": ["value", ...]}, in the order of the page; {} if there is none. [call] */
    il_json *(*form_all)(il_call *call);

    /* The body as it came, for what is no form. [call] */
    il_str (*body)(il_call *call);

    /* create: the values of the form that opens it, checked against `params` of your manifest. Else {}. [call] */
    il_json *(*params)(il_call *call);

    /* What the administrator set, checked against `settings` of your manifest; {} if nothing. [call] */
    il_json *(*settings)(il_call *call);

    /* event: which one, and what belongs to it. "schedule" (its data), "task.finished", "person.erase" ({"person":
     * id}), "clone". [call] */
    il_str (*event)(il_call *call);
    il_json *(*data)(il_call *call);

    /* UTC, milliseconds since 1970; the same during the whole call, also when it is run again. */
    int64_t (*now)(il_call *call);

    /* URL of a page of this view, for a link or a form: link(call, "/results"). Pages do this with {{link}}. [call] */
    il_str (*link)(il_call *call, const char *path);

    /* Your text from i18n/ in the language of this call, else in English, else the key itself. [static] */
    il_str (*text)(il_call *call, const char *key);

    /* The sentence of the last failure in this call; empty if nothing failed. [call] */
    il_str (*error)(il_call *call);

    /* Say in a sentence why this call fails, in the language of the person, and give back `status`, so that you can
     * write: return il->call->fail(call, IL_CONFLICT, il->call->text(call, "closed").ptr); */
    il_status (*fail)(il_call *call, il_status status, const char *sentence);

    /* A line for the author's log; never personal data. It is written whether or not the call succeeds. */
    void (*debug)(il_call *call, const char *text);

    /* Like `text`, with each {name} in it filled from `params` (an object, may be NULL). [call] */
    il_str (*text_with)(il_call *call, const char *key, const il_json *params);

    /* A random number. The same ones come in the same order when the call is run again. Not for secrets. */
    uint64_t (*random)(il_call *call);
} il_call_1;

/* ---- "il.json/1": JSON without a library ------------------------------------------------------------------ */

/* Wherever an il_json is read, NULL is fine and means that there is none, so that look-ups can be chained:
 * json->text(json->get(json->at(options, 2), "label")). */

enum { /* what `kind` gives */
    IL_KIND_NONE = 0, /* NULL */
    IL_KIND_NULL = 1,
    IL_KIND_BOOLEAN = 2,
    IL_KIND_INTEGER = 3,
    IL_KIND_NUMBER = 4, /* with a fraction or an exponent */
    IL_KIND_TEXT = 5,
    IL_KIND_ARRAY = 6,
    IL_KIND_OBJECT = 7
};

typedef struct il_json_1 {
    uint32_t size;

    /* Read a text. NULL if it is not JSON; il->call->error says where. [call] */
    il_json *(*parse)(il_call *call, il_str text);

    /* Make a value from a pattern, JSON with places to fill: %s il_str (ptr NULL becomes null), %i int64_t, %f double,
     * %b int as a boolean, %j il_json * (NULL becomes null). Inside quotes a % is a %. A broken pattern or a text
     * that is not UTF-8 gives NULL, and error says why.
     *     json->of(call, "{\"option\": %i, \"by\": %s, \"open\": true}", (int64_t)2, person.id)   [call] */
    il_json *(*of)(il_call *call, const char *pattern, ...);

    il_json *(*get)(const il_json *object, const char *key);    /* NULL if there is none [call] */
    il_json *(*at)(const il_json *array, size_t index);         /* NULL beyond the end [call] */
    size_t (*count)(const il_json *value);                      /* members of an array or object, else 0 */
    const char *(*key_at)(const il_json *object, size_t index); /* keys in the order they came [call] */

    il_str (*text)(const il_json *value);                        /* of a string; ptr NULL otherwise [call] */
    int64_t (*integer)(const il_json *value, int64_t otherwise); /* of an integer */
    double (*number)(const il_json *value, double otherwise);    /* of an integer or number */
    int32_t (*truth)(const il_json *value);                      /* 1 for true, else 0 */

    /* Values never change, so these give a copy: with one member set (or, `value` NULL, taken out), with one item more.
     * A NULL object or array counts as an empty one. [call] */
    il_json *(*with)(il_call *call, const il_json *object, const char *key, const il_json *value);
    il_json *(*append)(il_call *call, const il_json *array, const il_json *value);

    /* As text, without spaces. [call] */
    il_str (*print)(il_call *call, const il_json *value);

    int32_t (*kind)(const il_json *value); /* IL_KIND_... */

    /* Walk an object: NULL gives the first key, a key that this gave the one after it, NULL at the end. [call] */
    const char *(*next)(const il_json *object, const char *key);
} il_json_1;

/* ---- "il.documents/1": what this asset keeps ---------------------------------------------------------------- */

/* A document is one JSON value under a key ("poll", "vote/4f2a"). Keys: 1 to 200 of a-z A-Z 0-9 . _ - and /.
 * Name in the manifest, under documents.preload, those that most calls read: they come with the call, others are
 * fetched while it waits. */
typedef struct il_document {
    il_str key;       /* [call] */
    il_json *value;   /* [call] */
    uint64_t version; /* give it back to put or remove: what somebody else changed since then is never overwritten */
} il_document;

#define IL_NEW ((uint64_t)0) /* as a version: the document must not exist yet */
#define IL_ANY UINT64_MAX    /* as a version: whatever is there, overwrite it */

typedef struct il_documents_1 {
    uint32_t size;

    /* One document, with what this call has put so far. IL_ABSENT: there is none; *out is then the key, NULL and
     * IL_NEW, so that its version can be given to put all the same. */
    il_status (*get)(il_call *call, const char *key, il_document *out);

    /* Up to `limit` (1 to 500) documents whose key begins with `prefix` and comes after `after` ("" to begin), in the
     * order of their keys. *out is an array of *count [call]; *more is 1 if there are further ones. What this call has
     * put is not in it. */
    il_status (*list)(il_call *call, const char *prefix, const char *after, uint32_t limit, const il_document **out,
                      size_t *count, int32_t *more);

    /* How many keys begin with `prefix`, without what this call has put. */
    il_status (*count)(il_call *call, const char *prefix, uint64_t *out);

    /* Write a document. `version` is the one that was read, IL_NEW or IL_ANY. IL_CONFLICT: that cannot succeed. */
    il_status (*put)(il_call *call, const char *key, const il_json *value, uint64_t version);

    /* Write a document under a new key, `prefix` and a time-ordered rest; never collides with anybody's. */
    il_status (*append)(il_call *call, const char *prefix, const il_json *value);

    /* Take a document away; `version` as for put. */
    il_status (*remove)(il_call *call, const char *key, uint64_t version);
} il_documents_1;

/* ---- "il.files/1": blobs within the quota ------------------------------------------------------------------- */

/* Needs the permission "files". Names: 1 to 200 bytes without / and control characters. */
typedef struct il_files_1 {
    uint32_t size;
    il_status (*put)(il_call *call, const char *name, const char *type, il_str bytes); /* type: "image/png" ... */
    il_status (*get)(il_call *call, const char *name, il_str *bytes, il_str *type);    /* both [call] */
    il_status (*remove)(il_call *call, const char *name);
} il_files_1;

/* ---- "il.effects/1": ask the host to do something, if this call succeeds -------------------------------------- */

/* IL_FORBIDDEN: the permission that is named here is not granted; nothing was asked for, and the call may go on. `data`
 * may be NULL, meaning {}. */
typedef struct il_effects_1 {
    uint32_t size;

    /* The usage log: what was done, in your words: "answered", "voted" (a-z first, then a-z 0-9 _ . and -, at most 64).
     * The host adds who, when and where; the second without the person. */
    il_status (*log)(il_call *call, const char *action, const il_json *data);
    il_status (*log_anonymous)(il_call *call, const char *action, const il_json *data);

    /* Tell people, each in their own language. `audience`: "process" (everybody in it) or "creator" (of this asset);
     * `text_key`: a key of your i18n/ texts, each {name} in it is filled from `params`. Permission "notify". */
    il_status (*notify)(il_call *call, const char *audience, const char *text_key, const il_json *params);

    /* A message to every open view of this asset; the view kit then reloads what is marked data-live. Permission
     * "publish". */
    il_status (*publish)(il_call *call, const char *topic, const il_json *data);

    /* Have `event` "schedule" called with `data` at that time (UTC milliseconds). Permission "schedule". */
    il_status (*schedule)(il_call *call, int64_t at, const il_json *data);

    /* Mark the task as done. Permission "complete". */
    il_status (*complete)(il_call *call);
} il_effects_1;

/* ---- "il.answer/1": the page -------------------------------------------------------------------------------- */

/* Say one answer in a call; the last one counts. Pages are put into the host's frame for a view: language, title, style
 * sheet and script are there already, so give what belongs into <main>.
 *
 * A page is a template:
 *
 *     {{name}} {{a.b}}         a value of `data`; nothing if it is absent; {{.}} is the present item itself
 *     {{#list}} ... {{/list}}  once for each item, looking for names in it first, then outward; for an object or any
 *                              other value once, if it is not absent, false, 0 or empty
 *     {{^name}} ... {{/name}}  once, if it is absent, false, 0 or empty
 *     {{t.key}}                your text from i18n/, each {name} in it filled from where {{name}} would be looked for
 *     {{link}}/results         the URL of a page of this view
 *     {{! remark }}            nothing
 *
 * Values are escaped for the place where they stand, and there is no way to put one in unescaped: in text, in a quoted
 * attribute, in a URL (one with a scheme other than http, https or mailto becomes "#"). A template that puts a value
 * where that is impossible (a script, an on... attribute, an unquoted attribute, between attributes) is refused with
 * IL_FAILED and a sentence that names the line. */
typedef struct il_answer_1 {
    uint32_t size;

    /* A page from a template. `data` may be NULL. */
    il_status (*html)(il_call *call, const char *page, const il_json *data);

    /* The same from templates/FILE of your package. */
    il_status (*page)(il_call *call, const char *file, const il_json *data);

    il_status (*json)(il_call *call, const il_json *value);

    /* A download: its name, and its type as in "text/csv". */
    il_status (*file)(il_call *call, const char *name, const char *type, il_str bytes);

    /* 303 to a page of this view ("/results"), after a form was handled, so that a reload does not send it twice. */
    il_status (*redirect)(il_call *call, const char *path);

    /* A sentence with a status of 400 to 499. The call then has no effects. */
    il_status (*problem)(il_call *call, int32_t http_status, const char *sentence);
} il_answer_1;

/* ---- "il.contact/1": how to reach the person ------------------------------------------------------------------ */

/* Needs the permission "person.contact". To tell people something, il->effects->notify needs no address. */
typedef struct il_contact_1 {
    uint32_t size;
    il_status (*email)(il_call *call, il_str *out); /* of who makes this call; empty in `event` [call] */
} il_contact_1;

/* ---- "il.assets/1": what else stands in the task ---------------------------------------------------------------- */

/* Needs the permission "assets". Reads only, and only assets of the same task: a summary of what a survey and a forum
 * have gathered, for example. Pseudonyms in their documents are those of that asset. */
typedef struct il_asset {
    il_str id, name;    /* [call] */
    il_str interlinker; /* id of what it was opened from: "survey" [call] */
} il_asset;

typedef struct il_assets_1 {
    uint32_t size;

    /* The other assets, oldest first, 500 at most. *out is an array of *count [call]. */
    il_status (*list)(il_call *call, const il_asset **out, size_t *count);

    /* As get and list of il.documents/1, of the asset with this id. IL_ABSENT, too: there is no such asset here. */
    il_status (*get)(il_call *call, const char *asset, const char *key, il_document *out);
    il_status (*documents)(il_call *call, const char *asset, const char *prefix, const char *after, uint32_t limit,
                           const il_document **out, size_t *count, int32_t *more);
} il_assets_1;

/* ---- "il.http/1": other servers --------------------------------------------------------------------------------- */

/* Needs the permission "http", which names the hosts: {"http": {"hosts": ["api.example.org"]}}. The host of the site asks
 * them, not your process, and the call waits, so give it limits.wall_ms of a few seconds. https only, port 443; never an
 * address of a private network; redirects to the same host are followed. 8 requests a call, 1 MiB each way.
 *
 * A call may be run again, and so may its requests. Each carries an Idempotency-Key that is the same then. */
typedef struct il_response {
    int32_t status;   /* 200 ..., whatever the server said */
    il_str type;      /* "application/json; charset=utf-8", or empty [call] */
    il_str body;      /* [call] */
    il_json *headers; /* {"etag": "...", ...}, names in small letters [call] */
} il_response;

typedef struct il_http_1 {
    uint32_t size;

    /* `headers`: an object of texts, or NULL. IL_FORBIDDEN: not that host, or not that URL. IL_LIMIT: too much. IL_FAILED:
     * there is no answer; `error` says why, and a person should still get a page. */
    il_status (*get)(il_call *call, const char *url, const il_json *headers, il_response *out);
    il_status (*post)(il_call *call, const char *url, const il_json *headers, const char *type, il_str body,
                      il_response *out);
} il_http_1;

/* ---- the two sides ------------------------------------------------------------------------------------------ */

/* What the host offers. All [static]. Tables that your `needs` do not list may be NULL; a table may be longer than the
 * one that you were compiled with, never shorter than the first one of its version. */
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
    const il_contact_1 *contact;
    const il_assets_1 *assets;
    const il_http_1 *http;
} il_host;

/* IL_OK: do it all. Anything else: do nothing, and tell the person the sentence of the last failure. */
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
#define IL_DECLARE extern "C" IL_EXPORT const il_plugin interlink_plugin
#else
#define IL_DECLARE extern IL_EXPORT const il_plugin interlink_plugin
#endif

/* Defines the symbol. In C, with the names of the fields:
 *     IL_PLUGIN(.id = "hello", .version = "1.0.0", .needs = needs, .handle = handle);
 * C++ has such names only since C++20, and compilers then warn about those left out; the second form is for both:
 *     IL_PLUGIN_WITH("hello", "1.0.0", needs, nullptr, handle, nullptr);   // create, handle, event */
#define IL_PLUGIN(...) \
    IL_DECLARE; \
    const il_plugin interlink_plugin = {.size = sizeof(il_plugin), .abi = IL_ABI, __VA_ARGS__}
#define IL_PLUGIN_WITH(id, version, needs, create, handle, event) \
    IL_DECLARE; \
    const il_plugin interlink_plugin = {sizeof(il_plugin), IL_ABI, id, version, needs, create, handle, event}

/* ---- small helpers ------------------------------------------------------------------------------------------ */

/* Text from a literal or a C string; NULL gives none. Borrowed from it. */
static inline il_str il_text(const char *text) {
    il_str s = {text, 0};
    while (text && text[s.len]) {
        s.len++;
    }
    return s;
}

/* 1 if both are the same text, else 0. None equals nothing but "". */
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
