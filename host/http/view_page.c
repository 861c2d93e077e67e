// SPDX-License-Identifier: EUPL-1.2
#include "http/view_page.h"

#include <string.h>
#include <strings.h>

#include "http/files.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"
#include "http/session.h"
#include "http/static.h"
#include "plugin/file.h"
#include "plugin/registry.h"

enum { WEB_FILE = 4 << 20 };

// Paths, not only the origin: a view must not load or post to anything else that this host serves.
static const char *policy_of(view_request *v) {
    exchange *x = v->x;
    const char *own = arena_printf(x->arena, "%s%s/", session_own_origin(x), v->base);
    const char *kit = arena_printf(x->arena, "%s/view-kit/", session_own_origin(x));
    return arena_printf(x->arena,
                        "sandbox allow-scripts allow-forms allow-downloads; default-src 'none'; script-src %s %s; "
                        "style-src %s %s; img-src %s %s data: blob:; font-src %s %s; connect-src %s; form-action %s; "
                        "frame-src 'none'; worker-src 'none'; base-uri 'none'; frame-ancestors 'self'",
                        own, kit, own, kit, own, kit, own, kit, own, own);
}

static reply reply_of(view_request *v, unsigned code, const char *type) {
    reply r = {.status = code, .type = type, .shared = true, .policy = policy_of(v)};
    // The frame of a page that isolates itself must say so too, or browsers do not load it.
    reply_header(&r, "Cross-Origin-Embedder-Policy", "require-corp");
    // A view's own scripts fetch its pages from an opaque origin. It opens nothing: who has the ticket may read them
    // anyway.
    reply_header(&r, "Access-Control-Allow-Origin", "*");
    // What the policy above does not reach: connections ahead of need, WebRTC, links that the person opens in a new
    // tab, and the look-up that a browser makes for a place before it refuses to go there. Redirects are ours alone,
    // and lead to the same view. (wicg.github.io/connection-allowlists)
    reply_header(&r, "Connection-Allowlist", "(response-origin);redirects=allow");
    reply_header(&r, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()");
    return r;
}

static void document_write(view_request *v, str fragment, buffer *out) {
    buffer_printf(out,
                  "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
                  v->x->language);
    buffer_add_html(out, v->place.name, strlen(v->place.name));
    buffer_printf(out,
                  "</title>\n<link rel=\"stylesheet\" href=\"/view-kit/view.css\">\n"
                  "<script src=\"/view-kit/view.js\" defer></script>\n</head>\n<body data-view=\"%s/\">\n<main>\n",
                  v->base);
    buffer_append(out, fragment.ptr, fragment.len);
    buffer_add(out, "\n</main>\n</body>\n</html>\n");
}

static bool is_html(str type) {
    return type.len == 0 || (type.len >= 9 && strncasecmp(type.ptr, "text/html", 9) == 0);
}

void view_page_reply(view_request *v) {
    exchange *x = v->x;
    const plugin_call *c = &v->call;
    buffer body = {0};
    unsigned code = c->http_status ? (unsigned)c->http_status : 200;
    if (c->answer_location.ptr != NULL) {
        reply r = reply_of(v, 303, NULL);
        reply_header(&r, "Location", arena_printf(x->arena, "%s" STR_FORMAT, v->base, STR_ARG(c->answer_location)));
        reply_bytes(x, &r, &body);
        return;
    }
    if (is_html(c->answer_type) && c->answer_filename.len == 0) {
        reply r = reply_of(v, code, "text/html; charset=utf-8");
        reply_header(&r, "Content-Language", x->language);
        document_write(v, c->answer_body, &body);
        reply_bytes(x, &r, &body);
        return;
    }
    reply r = reply_of(v, code, arena_copy(x->arena, c->answer_type.ptr, c->answer_type.len));
    if (c->answer_filename.len > 0) {
        const char *name = arena_copy(x->arena, c->answer_filename.ptr, c->answer_filename.len);
        reply_header(&r, "Content-Disposition", files_disposition(x->arena, name));
    }
    buffer_append(&body, c->answer_body.ptr, c->answer_body.len);
    reply_bytes(x, &r, &body);
}

void view_page_file(view_request *v, str name) {
    exchange *x = v->x;
    plugin_info info;
    buffer body = {0};
    const char *path = arena_copy(x->arena, name.ptr, name.len);
    bool found = manifest_path_safe(path) && v->place.plugin != NULL &&
                 plugin_registry_get(x->loop->services.services->registry, v->place.plugin, &info);
    if (found) {
        found = info.folder != NULL && file_read(info.folder, path, WEB_FILE, &body);
        plugin_registry_release(x->loop->services.services->registry, &info);
    }
    if (!found) {
        buffer_free(&body);
        problem_reply_http(x, 404, "file.not_found", "There is no such file.", NULL, NULL);
        return;
    }
    reply r = reply_of(v, 200, static_type(path));
    r.cache = "private, max-age=600";
    r.tagged = true;
    reply_bytes(x, &r, &body);
}
