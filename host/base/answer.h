// SPDX-License-Identifier: EUPL-1.2
//
// answer: how an operation says its result, value by value, row by row. One interface, two faces: JSON
// text for the API (answer_json) and Lua tables for the portal (in lua/portal). Writing values straight
// from rows is three times as fast as building a tree first.
//
//   answer_object(a);
//     answer_key(a, "id"); answer_text(a, id);
//   answer_end(a);
#ifndef INTERLINK_BASE_ANSWER_H
#define INTERLINK_BASE_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef struct answer answer;

typedef struct answer_face {
    void (*object)(answer *);
    void (*array)(answer *);
    void (*end)(answer *); // closes the innermost object or array
    void (*key)(answer *, const char *name);
    void (*string)(answer *, const char *ptr, size_t len);
    void (*integer)(answer *, int64_t);
    void (*number)(answer *, double);
    void (*boolean)(answer *, bool);
    void (*null)(answer *);
    void (*raw)(answer *, const char *json, size_t len); // one JSON value as text, known to be valid
} answer_face;

struct answer {
    const answer_face *face;
};

static inline void answer_object(answer *a) {
    a->face->object(a);
}
static inline void answer_array(answer *a) {
    a->face->array(a);
}
static inline void answer_end(answer *a) {
    a->face->end(a);
}
static inline void answer_key(answer *a, const char *name) {
    a->face->key(a, name);
}
static inline void answer_int(answer *a, int64_t v) {
    a->face->integer(a, v);
}
static inline void answer_number(answer *a, double v) {
    a->face->number(a, v);
}
static inline void answer_bool(answer *a, bool v) {
    a->face->boolean(a, v);
}
static inline void answer_null(answer *a) {
    a->face->null(a);
}
void answer_str(answer *a, str s);                 // a NULL pointer is null
void answer_text(answer *a, const char *text);     // NULL is null
void answer_raw(answer *a, str json);              // an empty one is null
void answer_time(answer *a, int64_t milliseconds); // RFC 3339 text; 0 is null
void answer_json_value(answer *a, const json_t *value);

// Key and value at once: the common case.
void answer_put_text(answer *a, const char *key, const char *text);
void answer_put_str(answer *a, const char *key, str s);
void answer_put_int(answer *a, const char *key, int64_t v);
void answer_put_bool(answer *a, const char *key, bool v);
void answer_put_time(answer *a, const char *key, int64_t milliseconds);
void answer_put_raw(answer *a, const char *key, str json);

// The JSON face: text into a buffer that the caller owns. Levels deeper than ANSWER_DEPTH abort; jansson reads no
// more than 2048, so a value that was parsed always fits.
enum { ANSWER_DEPTH = 2304 };
typedef struct answer_json {
    answer base;
    buffer *out;
    uint64_t objects[ANSWER_DEPTH / 64]; // one bit a level: is it an object (closed by a brace) or an array
    uint32_t depth;
    bool comma; // the next value needs one before it
} answer_json;

answer *answer_json_init(answer_json *a, buffer *out);

#endif
