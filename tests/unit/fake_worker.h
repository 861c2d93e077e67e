// SPDX-License-Identifier: EUPL-1.2
//
// fake_worker: the other end of the pool's channel, which behaves or misbehaves exactly as a test asks. The test
// program stands in for interlink-worker: main calls fake_worker_run when it was started under that name.
#ifndef INTERLINK_TESTS_FAKE_WORKER_H
#define INTERLINK_TESTS_FAKE_WORKER_H

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/worker_page.h"

typedef struct fake_call {
    str path, body, person, name, event;
    buffer documents; // "key=value " for each, "key? " for those absent, "all" when complete
} fake_call;

typedef struct fake_worker {
    struct worker_page *page;
    buffer in;
    str settings;
    char settings_text[200];
    const char *name; // of the package's folder
} fake_worker;

static inline void fake_send(const buffer *out) {
    for (size_t at = 0; at < out->len;) {
        ssize_t sent = send(WORKER_CHANNEL, out->ptr + at, out->len - at, MSG_NOSIGNAL);
        if (sent <= 0)
            _exit(0);
        at += (size_t)sent;
    }
}

// The next frame; it is gone from the buffer at the next call of this.
static inline frame fake_next(fake_worker *w, size_t *used) {
    frame f;
    if (*used)
        memmove(w->in.ptr, w->in.ptr + *used, w->in.len - *used);
    w->in.len -= *used;
    *used = 0;
    while (frame_take(buffer_str(&w->in), &f, used) != 1) {
        char part[4096];
        ssize_t got = recv(WORKER_CHANNEL, part, sizeof part, 0);
        if (got <= 0)
            _exit(0);
        buffer_append(&w->in, part, (size_t)got);
    }
    return f;
}

static inline void fake_answer(uint64_t call, int code, str body) {
    buffer out = {0};
    size_t mark = frame_begin(&out, FRAME_RESULT, call);
    frame_number(&out, TAG_ANSWER_STATUS, (uint64_t)code);
    frame_text(&out, TAG_ANSWER_TYPE, "text/plain");
    frame_bytes(&out, TAG_ANSWER_BODY, body.ptr, body.len);
    frame_finish(&out, mark);
    fake_send(&out);
    buffer_free(&out);
}

static inline void fake_read_document(buffer *out, str fields) {
    str key = {0}, value;
    frame_tag tag;
    bool broken = false;
    while (frame_field(&fields, &tag, &value, &broken)) {
        if (tag == TAG_KEY)
            key = value;
        if (tag == TAG_VALUE)
            buffer_printf(out, "%.*s=%.*s ", (int)key.len, key.ptr, (int)value.len, value.ptr);
    }
}

static inline fake_call fake_read(str fields) {
    fake_call c = {0};
    str value;
    frame_tag tag;
    bool broken = false;
    buffer_add(&c.documents, "");
    while (frame_field(&fields, &tag, &value, &broken)) {
        switch (tag) {
        case TAG_PATH:
            c.path = value;
            break;
        case TAG_BODY:
            c.body = value;
            break;
        case TAG_EVENT:
            c.event = value;
            break;
        case TAG_PERSON:
            c.person = value;
            break;
        case TAG_PERSON_NAME:
            c.name = value;
            break;
        case TAG_DOCUMENT:
            fake_read_document(&c.documents, value);
            break;
        case TAG_ABSENT:
            buffer_printf(&c.documents, "%.*s? ", (int)value.len, value.ptr);
            break;
        case TAG_COMPLETE:
            buffer_add(&c.documents, "all");
            break;
        default:
            break;
        }
    }
    return c;
}

static inline void fake_fetch(fake_worker *w, uint64_t call, size_t *used, str key) {
    buffer out = {0}, seen = {0};
    size_t mark = frame_begin(&out, FRAME_FETCH, call);
    frame_number(&out, TAG_FETCH, FETCH_DOCUMENT);
    frame_str(&out, TAG_KEY, key);
    frame_finish(&out, mark);
    mark = frame_begin(&out, FRAME_FETCH, call);
    frame_number(&out, TAG_FETCH, FETCH_LIST);
    frame_text(&out, TAG_PREFIX, "vote/");
    frame_number(&out, TAG_LIMIT, 2);
    frame_finish(&out, mark);
    mark = frame_begin(&out, FRAME_FETCH, call);
    frame_number(&out, TAG_FETCH, FETCH_COUNT);
    frame_text(&out, TAG_PREFIX, "vote/");
    frame_finish(&out, mark);
    fake_send(&out);
    for (int i = 0; i < 3;) {
        frame f = fake_next(w, used);
        if (f.type != FRAME_VALUE)
            continue; // further calls, which these tests do not send
        i++;
        str value;
        frame_tag tag;
        bool broken = false;
        while (frame_field(&f.payload, &tag, &value, &broken)) {
            if (tag == TAG_DOCUMENT)
                fake_read_document(&seen, value);
            if (tag == TAG_ABSENT)
                buffer_printf(&seen, "%.*s? ", (int)value.len, value.ptr);
            if (tag == TAG_MORE)
                buffer_add(&seen, "more ");
            if (tag == TAG_COUNT)
                buffer_printf(&seen, "count=%llu", (unsigned long long)frame_value(value));
        }
    }
    fake_answer(call, 200, buffer_str(&seen));
    buffer_free(&out);
    buffer_free(&seen);
}

static inline void fake_misbehave(uint64_t call, str path) {
    buffer out = {0};
    size_t mark;
    if (str_is(path, "/crash"))
        _exit(WORKER_SIGNALLED + SIGKILL);
    if (str_is(path, "/exit"))
        _exit(7);
    for (volatile uint64_t n = 0; str_is(path, "/loop"); n++)
        continue;
    while (str_is(path, "/sleep"))
        pause();
    if (str_is(path, "/hang-up"))
        close(WORKER_CHANNEL);
    if (str_is(path, "/garbage"))
        for (int i = 0; i < FRAME_HEADER; i++)
            buffer_add_char(&out, (char)0xFF);
    if (str_is(path, "/broken")) {
        mark = frame_begin(&out, FRAME_RESULT, call);
        buffer_append(&out, "\x01\x02\x03", 3);
        frame_finish(&out, mark);
    }
    if (str_is(path, "/stranger"))
        fake_answer(call + 100, 200, STR("for another"));
    if (str_is(path, "/silly")) {
        mark = frame_begin(&out, (frame_type)77, call);
        frame_finish(&out, mark);
    }
    fake_send(&out);
    for (;;)
        pause();
}

static inline void fake_refuse(uint64_t call, int code, const char *sentence, const char *location) {
    buffer out = {0};
    size_t mark = frame_begin(&out, FRAME_RESULT, call);
    frame_number(&out, TAG_ANSWER_STATUS, (uint64_t)code);
    frame_text(&out, TAG_ERROR, sentence);
    frame_text(&out, TAG_ANSWER_LOCATION, location);
    frame_finish(&out, mark);
    fake_send(&out);
    buffer_free(&out);
}

static inline void fake_effects(uint64_t call) {
    buffer out = {0};
    size_t mark = frame_begin(&out, FRAME_RESULT, call), effect = frame_nest(&out, TAG_EFFECT);
    frame_number(&out, TAG_EFFECT_KIND, EFFECT_PUT);
    frame_text(&out, TAG_KEY, "poll");
    frame_text(&out, TAG_VALUE, "{\"n\":2}");
    frame_number(&out, TAG_DOCUMENT_VERSION, 5);
    frame_unnest(&out, effect);
    effect = frame_nest(&out, TAG_EFFECT);
    frame_number(&out, TAG_EFFECT_KIND, EFFECT_LOG);
    frame_text(&out, TAG_ACTION, "voted");
    frame_text(&out, TAG_DATA, "{}");
    frame_number(&out, TAG_ANONYMOUS, 1);
    frame_unnest(&out, effect);
    frame_finish(&out, mark);
    fake_send(&out);
    buffer_free(&out);
}

// A clock went off: the package "writes" keeps and logs it, "sleeps" never answers, any other breaks down.
static inline void fake_event(const fake_worker *w, uint64_t call) {
    buffer out = {0};
    size_t mark = frame_begin(&out, FRAME_RESULT, call), effect = frame_nest(&out, TAG_EFFECT);
    while (strcmp(w->name, "sleeps") == 0)
        pause();
    if (strcmp(w->name, "writes") != 0)
        _exit(WORKER_SIGNALLED + SIGKILL);
    frame_number(&out, TAG_EFFECT_KIND, EFFECT_APPEND);
    frame_text(&out, TAG_PREFIX, "woken/");
    frame_text(&out, TAG_VALUE, "1");
    frame_unnest(&out, effect);
    effect = frame_nest(&out, TAG_EFFECT);
    frame_number(&out, TAG_EFFECT_KIND, EFFECT_LOG);
    frame_text(&out, TAG_ACTION, "woke");
    frame_unnest(&out, effect);
    frame_finish(&out, mark);
    fake_send(&out);
    buffer_free(&out);
}

static inline void fake_handle(fake_worker *w, const frame *f, size_t *used) {
    fake_call c = fake_read(f->payload);
    uint64_t call = f->call;
    atomic_store(&w->page->call, call);
    if (c.event.ptr)
        fake_event(w, call);
    else if (str_is(c.path, "/echo"))
        fake_answer(call, 200, c.body);
    else if (str_is(c.path, "/who")) {
        buffer both = {0};
        buffer_printf(&both, "%.*s %.*s", (int)c.person.len, c.person.ptr, (int)c.name.len,
                      c.name.ptr ? c.name.ptr : "");
        fake_answer(call, 200, buffer_str(&both));
        buffer_free(&both);
    } else if (str_is(c.path, "/settings"))
        fake_answer(call, 200, w->settings);
    else if (str_is(c.path, "/documents"))
        fake_answer(call, 200, buffer_str(&c.documents));
    else if (str_is(c.path, "/fetch"))
        fake_fetch(w, call, used, STR("poll"));
    else if (str_is(c.path, "/refuse"))
        fake_refuse(call, 409, "The poll is closed.", NULL);
    else if (str_is(c.path, "/away"))
        fake_refuse(call, 303, NULL, "//elsewhere.example/");
    else if (str_is(c.path, "/effects"))
        fake_effects(call);
    else
        fake_misbehave(call, c.path);
    atomic_store(&w->page->call, 0);
    buffer_free(&c.documents);
}

static inline void fake_load(fake_worker *w, const frame *f, const char *folder) {
    str fields = f->payload, value;
    frame_tag tag;
    bool broken = false;
    buffer out = {0};
    const char *name = w->name = strrchr(folder, '/') + 1;
    while (frame_field(&fields, &tag, &value, &broken))
        if (tag == TAG_SETTINGS && value.len < sizeof w->settings_text) {
            memcpy(w->settings_text, value.ptr, value.len);
            w->settings = (str){w->settings_text, value.len};
        }
    if (strcmp(name, "dies") == 0)
        _exit(3);
    bool fails = strcmp(name, "fails") == 0;
    size_t mark = frame_begin(&out, fails ? FRAME_FAILED : FRAME_READY, 0);
    frame_text(&out, fails ? TAG_TEXT : TAG_NAME, fails ? "main.lua:1: oh dear" : "create handle");
    frame_text(&out, TAG_VERSION, strcmp(name, "old") == 0 ? "0.9.0" : "1.0.0");
    frame_finish(&out, mark);
    fake_send(&out);
    buffer_free(&out);
}

static inline int fake_worker_run(int argc, char **argv) {
    fake_worker w = {0};
    size_t used = 0;
    if (argc != 5)
        return 1;
    w.page = mmap(NULL, WORKER_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PAGE, 0);
    for (;;) {
        frame f = fake_next(&w, &used);
        if (f.type == FRAME_LOAD)
            fake_load(&w, &f, argv[1]);
        else if (f.type == FRAME_CALL)
            fake_handle(&w, &f, &used);
        else if (f.type == FRAME_STOP)
            _exit(0);
    }
}

#endif
