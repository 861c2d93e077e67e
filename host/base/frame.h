// SPDX-License-Identifier: EUPL-1.2
//
// frame: the messages between the host and a worker, over one stream socket. Both ends use this codec, and
// both treat what they read as hostile: every length is checked, unknown tags are skipped.
//
//   frame  = u32 size of the payload, u16 type, u16 zero, u64 call    (native byte order: same machine)
//   field  = u16 tag, u16 zero, u32 length, bytes                      (payload: any number of fields)
// A field may hold fields itself (a document, an effect). Numbers are 8 bytes.
#ifndef INTERLINK_BASE_FRAME_H
#define INTERLINK_BASE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { FRAME_HEADER = 16, FRAME_FIELD = 8, FRAME_LIMIT = 16 << 20 };

typedef enum frame_type {
    // host to worker
    FRAME_LOAD = 1,  // ENTRY, RUNTIME, ID, VERSION, SETTINGS, PERMISSIONs: first message, all that loading needs
    FRAME_CALL = 2,  // one call, see the tags; `call` is its number
    FRAME_VALUE = 3, // answer to a FETCH of the same call
    FRAME_STOP = 4,  // finish what is queued, then exit
    // worker to host
    FRAME_READY = 16,  // loaded: NAME = "create handle event" (the functions it has)
    FRAME_FAILED = 17, // could not be loaded: TEXT says why; the worker exits
    FRAME_FETCH = 18,  // asks for documents or a file during a call
    FRAME_RESULT = 19, // the call's answer and effects
    FRAME_LOG = 20,    // TEXT for the author's log, LEVEL
    // the unpacker to the host
    FRAME_ENTRY = 32, // a piece of a file, VALUE; the first one of each file has its NAME
    FRAME_DONE = 33,  // that was all; FAILED if it was not
} frame_type;

typedef enum frame_tag {
    TAG_ID = 1,
    TAG_VERSION,
    TAG_ENTRY,
    TAG_RUNTIME,
    TAG_SETTINGS,
    TAG_NAME,
    TAG_TEXT,
    TAG_LEVEL,
    TAG_PERMISSION, // one that is granted; any number of them
    // a call
    TAG_FUNCTION = 16, // number: frame_function
    TAG_ASSET,
    TAG_ASSET_NAME,
    TAG_NODE,
    TAG_NODE_NAME,
    TAG_PROCESS,
    TAG_PROCESS_NAME,
    TAG_PERSON,      // pseudonym
    TAG_PERSON_NAME, // only with the permission
    TAG_ROLE,        // viewer, contributor, administrator
    TAG_LANGUAGE,
    TAG_CAPABILITY,
    TAG_METHOD,
    TAG_PATH,
    TAG_QUERY,
    TAG_BODY,
    TAG_BODY_TYPE,
    TAG_PARAMS,
    TAG_EVENT,
    TAG_DATA,
    TAG_NOW,
    TAG_SEED,
    TAG_BASE,     // BASE: URL of the view's root, "/view/TICKET"
    TAG_DOCUMENT, // fields KEY, VALUE, DOCUMENT_VERSION
    TAG_COMPLETE, // number 1: the documents sent are all there are
    TAG_PERSON_EMAIL, // only with the permission
    // documents, fetches and values
    TAG_KEY = 64,
    TAG_VALUE,
    TAG_DOCUMENT_VERSION,
    TAG_FETCH,
    TAG_PREFIX,
    TAG_AFTER,
    TAG_LIMIT,
    TAG_COUNT,
    TAG_MORE,
    TAG_STATUS,
    TAG_ABSENT, // text: a key that was looked for and is not there
    TAG_OTHER,  // another asset of the task: fields ID, NAME, INTERLINKER
    TAG_INTERLINKER,
    TAG_HEADER, // of HTTP: fields NAME, VALUE
    // a result
    TAG_ANSWER_STATUS = 96,
    TAG_ANSWER_TYPE,
    TAG_ANSWER_BODY,
    TAG_ANSWER_LOCATION,
    TAG_ANSWER_FILENAME,
    TAG_ERROR,
    TAG_EFFECT, // fields EFFECT_KIND and what that kind needs
    // an effect
    TAG_EFFECT_KIND = 128,
    TAG_ACTION,
    TAG_AUDIENCE,
    TAG_TEMPLATE,
    TAG_TOPIC,
    TAG_AT,
    TAG_ANONYMOUS,
    TAG_TYPE,
} frame_tag;

// What the messages hold, beyond what the tags say:
//   VALUE   answers the FETCH of the same call, field FETCH (number) repeated from it. FETCH_DOCUMENT asks by KEY and
//           gets one DOCUMENT or ABSENT; FETCH_LIST by PREFIX, AFTER, LIMIT and gets DOCUMENTs in the order of their
//           keys, and MORE 1 if there are further ones; FETCH_COUNT by PREFIX and gets COUNT; FETCH_FILE by NAME and
//           gets VALUE and TYPE, or ABSENT. FETCH_ASSETS gets OTHERs; FETCH_ASSET_DOCUMENT and FETCH_ASSET_LIST are
//           FETCH_DOCUMENT and FETCH_LIST of the asset named by ID, or get ABSENT where the task has no such asset.
//           FETCH_HTTP asks by METHOD, PATH (the URL), TYPE, BODY and HEADERs, and gets ANSWER_STATUS, VALUE and HEADERs.
//           STATUS (an il_status, absent when 0) with ERROR: it could not be read.
//   RESULT  either an answer (ANSWER_STATUS, 200 if absent, and the other ANSWER fields) with its effects, or a
//           refusal: ANSWER_STATUS of 400 or more with ERROR, a sentence for the person, and no effects. No
//           ANSWER_TYPE at all: the function said nothing, as create and event may. ANSWER_LOCATION is a path below
//           the view's root.
//   READY   also VERSION, what the code says of itself, and TEXT, which layers of the jail this machine does not hold.
//   LOG     LEVEL is 0 for a line of the plugin, 1 for one of the worker about the plugin.

typedef enum frame_function { FUNCTION_CREATE = 1, FUNCTION_HANDLE, FUNCTION_EVENT } frame_function;
typedef enum frame_fetch {
    FETCH_DOCUMENT = 1,
    FETCH_LIST,
    FETCH_COUNT,
    FETCH_FILE,
    FETCH_ASSETS,
    FETCH_ASSET_DOCUMENT,
    FETCH_ASSET_LIST,
    FETCH_HTTP,
} frame_fetch;

typedef enum frame_effect {
    EFFECT_PUT = 1,  // KEY, VALUE, DOCUMENT_VERSION (the version read; 0: must not exist; all ones: whatever is there)
    EFFECT_APPEND,   // PREFIX, VALUE: the host picks the rest of the key, ordered by time
    EFFECT_DELETE,   // KEY, DOCUMENT_VERSION
    EFFECT_FILE_PUT, // NAME, TYPE, VALUE
    EFFECT_FILE_DELETE,
    EFFECT_LOG,      // ACTION, DATA, ANONYMOUS
    EFFECT_NOTIFY,   // AUDIENCE (task, process, creator), TEMPLATE, PARAMS
    EFFECT_PUBLISH,  // TOPIC, DATA
    EFFECT_SCHEDULE, // AT (UTC ms), DATA
    EFFECT_COMPLETE, // the task is done
} frame_effect;

// Writing: frame_begin, fields, frame_finish, all into one buffer that may hold many frames. Marks are offsets, so they
// stay good when the buffer grows. Whoever writes something that others decide the size of compares it with
// FRAME_LIMIT first: the other end gives up on a longer frame.
size_t frame_begin(buffer *b, frame_type type, uint64_t call); // returns a mark
void frame_finish(buffer *b, size_t mark);
void frame_bytes(buffer *b, frame_tag tag, const void *bytes, size_t len);
void frame_text(buffer *b, frame_tag tag, const char *text); // NULL: no field
void frame_str(buffer *b, frame_tag tag, str s);             // NULL ptr: no field
void frame_number(buffer *b, frame_tag tag, uint64_t n);
size_t frame_nest(buffer *b, frame_tag tag); // a field of fields: returns a mark
void frame_unnest(buffer *b, size_t mark);

// Reading. frame_take looks at the start of `input`: 1 and a frame (borrowed from input) with *used bytes, 0 if more
// bytes are needed, -1 if this cannot be a frame. Its type may be one that this version does not know.
typedef struct frame {
    frame_type type;
    uint64_t call;
    str payload;
} frame;
int frame_take(str input, frame *out, size_t *used);

// Walk the fields of a payload: false at the end or where it is broken. Then *broken becomes true; it is never set to
// false here, so that one flag serves a walk with nested fields. Tags may be unknown ones: skip them.
bool frame_field(str *rest, frame_tag *tag, str *value, bool *broken);
uint64_t frame_value(str value); // a number field; 0 if it is not 8 bytes long

#endif
