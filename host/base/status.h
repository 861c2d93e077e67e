// SPDX-License-Identifier: EUPL-1.2
//
// status: how a function says that it could not do what was asked.
//
// Three kinds of failure are never mixed. A bug aborts (assert). What can be expected to happen
// is a status, and a fault with a sentence for a person. A bad request is a fault that the API
// turns into an RFC 9457 problem document.
#ifndef INTERLINK_BASE_STATUS_H
#define INTERLINK_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum status {
    STATUS_OK = 0,
    STATUS_END,             // no more rows, no more input: not a failure
    STATUS_MALFORMED,       // 400: cannot be read at all
    STATUS_UNAUTHENTICATED, // 401: sign in first
    STATUS_FORBIDDEN,       // 403: known, and not allowed
    STATUS_NOT_FOUND,       // 404: unknown, or not for this person to know
    STATUS_CONFLICT,        // 409: somebody was faster
    STATUS_TOO_LARGE,       // 413
    STATUS_INVALID,         // 422: readable, but breaks a rule; see the fields of the fault
    STATUS_LIMITED,         // 429
    STATUS_INTERNAL,        // 500
    STATUS_PLUGIN_FAILED,   // 502: the plugin crashed or answered nonsense
    STATUS_UNAVAILABLE,     // 503: switched off, quarantined, or stopping
    STATUS_PLUGIN_LATE,     // 504: over its deadline
    STATUS_STORE_FULL,      // 507: database full or read-only
    STATUS_RETRY,           // a document changed under the call: run the call again (never leaves the host)
} status;

// The HTTP status code that belongs to a status.
int status_http(status s);

// One field of the input that breaks a rule.
typedef struct fault_field {
    char pointer[120]; // RFC 6901 JSON pointer into the body, or "query/NAME"
    char code[32];     // stable word, for translation: "required", "type", "enum", "too_long" ...
    char text[160];    // the sentence, in English
} fault_field;

enum { FAULT_FIELDS = 16 };

// What went wrong, for a person and for a program. Zero-initialise, or fault_clear; filled once by whoever fails.
// `fields` stays the last member, and a struct that is made for each request has its fault last: then clearing
// either leaves out the five kilobytes of fields, of which only the first field_count are ever looked at.
typedef struct fault {
    status status;
    char code[48];   // stable, dotted, for translation: "process.not_found"
    char text[400];  // a sentence in English: what happened and what to do
    char about[120]; // what the sentence is about (a name, a version), "" if nothing
    size_t field_count;
    fault_field fields[FAULT_FIELDS]; // further ones are counted in field_count but not kept
} fault;

// As good as zero-initialising it, at the cost of a few bytes.
static inline void fault_clear(fault *f) {
    f->status = STATUS_OK;
    f->code[0] = f->text[0] = f->about[0] = '\0';
    f->field_count = 0;
}

// Fill `f` (may be NULL) and return `s`, so that a caller can write: return fault_set(f, ...).
status fault_set(fault *f, status s, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));

// Add a field fault. The status becomes STATUS_INVALID, the code "input.invalid".
status fault_add_field(fault *f, const char *pointer, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
