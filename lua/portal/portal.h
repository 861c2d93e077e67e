// SPDX-License-Identifier: EUPL-1.2
//
// portal: the pages that people see, made in Lua from templates. One portal belongs to one loop and is used on that
// loop's thread only: it holds a Lua state, in which each request runs as a coroutine. A page asks the same operations
// as the HTTP API (operation_start); it waits for a write without holding up the loop.
//
// Which paths are pages: everything that is not below /api/, /view/, /view-kit/, /files/, /static/ and not /healthz,
// /readyz, /metrics. The portal answers unknown paths with its own 404 page, so the http room may hand it the rest.
#ifndef INTERLINK_PORTAL_PORTAL_H
#define INTERLINK_PORTAL_PORTAL_H

#include "api/multipart.h"
#include "api/services.h"
#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "domain/access.h"

typedef struct portal portal;

// Reads FOLDER/{engine,pages,templates,i18n} and compiles every template; a mistake in one of them is a fault that
// names file and line. `folder` is PROGRAM/share/portal. Pages name their styles and scripts
// /static/STATIC_VERSION/FILE, where STATIC_VERSION stands for the content of FOLDER/static (the http room's hash of
// it, so that such an address can be kept for ever). Both texts are copied. `loop` must live longer than the portal.
status portal_create(services_loop *loop, const char *folder, const char *static_version, portal **out, fault *f);
void portal_destroy(portal *p); // no request may be under way; NULL is fine

// One request for a page and its answer. The caller fills the first part and keeps it, and all it points to, until
// `done`. Texts are borrowed; a missing header is NULL.
typedef struct portal_exchange portal_exchange;
struct portal_exchange {
    arena *arena;                // of the request; the answer lies in it
    const char *method;          // "GET", "HEAD" (answered as GET), "POST"; anything else gets a 405
    str path;                    // as in the request line, without the query, not decoded
    str query;                   // what follows '?', not decoded; empty if nothing does
    str body;                    // application/x-www-form-urlencoded, not decoded; empty for GET
    const multipart *files;      // of a form with files, for PORTAL_FILES_OPERATION; NULL otherwise
    const char *accept_language; // header
    const char *language_cookie; // value of the cookie "language", or NULL
    bool cross_site;             // a POST that another site caused (Sec-Fetch-Site or Origin says so): refused
    person actor;                // id "" for a visitor
    const char *session;         // hash of the session's token, "" without one; forms carry a MAC of it
    uint64_t network;            // where it came from, see operation_call
    const char *origin;          // of this site as the browser sees it: "https://example.org"; NULL if not known
    const char *request_id;      // shown on error pages and written to the log

    // The answer.
    int http_status;
    str page;                 // text/html; charset=utf-8; may be empty with a redirect
    const char *location;     // for 303; NULL otherwise
    const char *set_session;  // as in operation_call: a new token, "" to drop the cookie, NULL to leave it
    const char *set_language; // new value of the cookie "language" (Path=/, SameSite=Lax, a year), or NULL
    const char *language;     // of the page: Content-Language

    void (*done)(portal_exchange *x); // on the loop's thread, exactly once, perhaps before portal_request returns
    void *context;                    // the caller's
    void *state;                      // the portal's
};

// The one page that takes a form with files, and the operation that it hands them to.
#define PORTAL_FILES_PATH "/admin/install"
#define PORTAL_FILES_OPERATION "packages.create"

// Every page is private (Cache-Control: no-store for a person who is signed in, else no-cache; Vary: Cookie,
// Accept-Language). Pages work with exactly this policy, which the http room sends:
#define PORTAL_CONTENT_POLICY                                                                                          \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "                 \
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "              \
    "manifest-src 'self'"

// Make the answer and call x->done. A mistake in a page is a 500 page with the request's id, and the traceback is
// logged. A client that has gone away does not matter: the request still runs to its end.
void portal_request(portal *p, portal_exchange *x);

#endif
