// SPDX-License-Identifier: EUPL-1.2
#include "http/page.h"

#include <string.h>
#include <strings.h>

#include "http/cookie.h"
#include "http/form.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"
#include "http/session.h"
#include "portal/portal.h"

enum { PAGE_BODY = 256 * 1024, FIELD_LONGEST = 64 * 1024 };

static bool is_files(const exchange *x, char boundary[MULTIPART_BOUNDARY]) {
    return str_is(x->path, PORTAL_FILES_PATH) && multipart_is(x->headers.content_type, boundary);
}

// The one page that takes files: as much as the operation behind it, from those who may use that.
static size_t files_limit(exchange *x) {
    fault f;
    fault_clear(&f);
    const operation *o = operation_by_id(x->loop->services.services->operations, PORTAL_FILES_OPERATION);
    bool may = session_resolve(x, &f) == STATUS_OK && x->actor.admin;
    return may ? operation_body_limit(o) : PAGE_BODY;
}

static void page_begin(exchange *x) {
    if (!exchange_reads(x) && !exchange_is(x, "POST")) {
        problem_reply_http(x, 405, "method", "Pages are read, and forms are posted.", "Allow", "GET, HEAD, POST");
        return;
    }
    char boundary[MULTIPART_BOUNDARY];
    x->body_limit = is_files(x, boundary) ? files_limit(x) : PAGE_BODY;
}

static bool is_form(const char *content_type) {
    static const char form[] = "application/x-www-form-urlencoded";
    size_t len = content_type ? strcspn(content_type, "; \t") : 0;
    return len == sizeof form - 1 && strncasecmp(content_type, form, len) == 0;
}

// The portal's own policy, with frames narrowed to views: a view that navigates its frame then stays among views.
static const char *policy_of(exchange *x) {
    static const char wide[] = "frame-src 'self'";
    const char *text = PORTAL_CONTENT_POLICY, *at = strstr(text, wide);
    return arena_printf(x->arena, "%.*sframe-src %s/view/%s", (int)(at - text), text, session_own_origin(x),
                        at + sizeof wide - 1);
}

static void cookies_add(exchange *x, const portal_exchange *p, reply *r) {
    buffer cookie = {0};
    if (p->set_session != NULL) {
        cookie_session_write(&cookie, x->secure, p->set_session, SESSION_SECONDS);
        reply_header(r, "Set-Cookie", arena_copy(x->arena, cookie.ptr, cookie.len));
        buffer_clear(&cookie);
    }
    if (p->set_language != NULL) {
        cookie_language_write(&cookie, x->secure, p->set_language);
        reply_header(r, "Set-Cookie", arena_copy(x->arena, cookie.ptr, cookie.len));
    }
    buffer_free(&cookie);
}

static void page_done(portal_exchange *p) {
    exchange *x = p->context;
    reply r = {.status = (unsigned)p->http_status,
               .type = "text/html; charset=utf-8",
               .page = true,
               .policy = policy_of(x),
               .vary = "Accept-Encoding, Accept-Language, Cookie",
               .tagged = true};
    // A page holds what its reader may see and a token for its forms.
    r.cache = x->actor.id[0] ? REPLY_CACHE_NONE : REPLY_CACHE_CHECK;
    if (p->location != NULL) {
        reply_header(&r, "Location", p->location);
    }
    if (p->language != NULL) {
        reply_header(&r, "Content-Language", p->language);
    }
    if (p->http_status == 429) {
        reply_header(&r, "Retry-After", PROBLEM_RETRY);
    }
    cookies_add(x, p, &r);
    buffer body = {0};
    buffer_append(&body, p->page.ptr, p->page.len);
    reply_bytes(x, &r, &body);
}

// The plain fields of a form with files, as any other form sends them; the files are for the operation.
static status files_read(exchange *x, const char *boundary, multipart *files, str *fields, fault *f) {
    buffer text = {0};
    size_t files_kept = 0;
    status s = multipart_parse(x->arena, buffer_str(&x->body), boundary, files, f);
    for (size_t i = 0; i < files->count && s == STATUS_OK; i++) {
        multipart_part part = files->parts[i];
        if (part.filename.ptr) {
            files->parts[files_kept++] = part;
        } else if (part.bytes.len <= FIELD_LONGEST) {
            form_add(&text, part.name, part.bytes);
        }
    }
    files->count = files_kept;
    *fields = arena_str(x->arena, buffer_str(&text));
    buffer_free(&text);
    return s;
}

static void page_run(exchange *x) {
    fault f = {0};
    char boundary[MULTIPART_BOUNDARY];
    bool files = is_files(x, boundary);
    multipart *parts = NULL;
    str fields = buffer_str(&x->body);
    status s = session_resolve(x, &f);
    if (s == STATUS_OK) {
        s = limit_person(x, &f);
    }
    if (s == STATUS_OK && files) {
        parts = arena_alloc(x->arena, sizeof *parts);
        s = files_read(x, boundary, parts, &fields, &f);
    }
    if (s != STATUS_OK) {
        problem_reply(x, &f);
        return;
    }
    if (x->body.len > 0 && !files && !is_form(x->headers.content_type)) {
        problem_reply_http(x, 415, "body.type", "Pages take forms only.", "Accept",
                           "application/x-www-form-urlencoded");
        return;
    }
    str language = cookie_find(x->headers.cookie, COOKIE_LANGUAGE);
    portal_exchange *p = arena_alloc(x->arena, sizeof *p);
    *p = (portal_exchange){.arena = x->arena,
                           .method = x->method,
                           .path = x->path,
                           .query = x->query,
                           .body = fields,
                           .files = parts,
                           .accept_language = x->headers.accept_language,
                           .language_cookie = language.ptr ? arena_copy(x->arena, language.ptr, language.len) : NULL,
                           .cross_site = exchange_is(x, "POST") && session_cross_site(x, false),
                           .actor = x->actor,
                           .session = x->session,
                           .network = x->network,
                           .origin = session_own_origin(x),
                           .request_id = problem_id(x),
                           .done = page_done,
                           .context = x};
    portal_request(x->loop->portal, p);
}

const route page_route = {"page", page_begin, page_run, exchange_always, true};
