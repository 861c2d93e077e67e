// SPDX-License-Identifier: EUPL-1.2
#include "http/session.h"

#include <string.h>
#include <strings.h>

#include "domain/language.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/server_loop.h"
#include "http/session_use.h"

static str bearer_token(const char *authorization) {
    if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0) {
        return (str){NULL, 0};
    }
    const char *token = authorization + 7 + strspn(authorization + 7, " ");
    return (str){token, strcspn(token, " ")};
}

const char *session_language(const exchange *x) {
    const char *wanted = language_find(form_find(x->arena, x->query, "lang"));
    if (wanted == NULL && x->headers.cookie != NULL) {
        str cookie = cookie_find(x->headers.cookie, COOKIE_LANGUAGE);
        wanted = cookie.ptr ? language_find(arena_copy(x->arena, cookie.ptr, cookie.len)) : NULL;
    }
    if (wanted == NULL && x->actor.id[0]) {
        wanted = language_find(x->actor.language);
    }
    if (wanted == NULL) {
        wanted = language_accept(x->headers.accept_language);
    }
    return wanted ? wanted : "en";
}

status session_resolve(exchange *x, fault *f) {
    str token = bearer_token(x->headers.authorization);
    if (token.ptr == NULL) {
        token = cookie_find(x->headers.cookie, cookie_session_name(x->secure));
        x->by_cookie = token.len > 0;
    }
    status s = STATUS_OK;
    if (token.len > 0) {
        session_hash(token, x->session);
        s = session_find(x->loop->services.store, x->session, &x->actor, f);
        if (s == STATUS_OK) {
            session_use_note(x->loop->uses, x->session);
        } else {
            memset(&x->actor, 0, sizeof x->actor);
            x->session[0] = 0;
        }
    }
    x->language = session_language(x);
    return s == STATUS_UNAUTHENTICATED ? STATUS_OK : s;
}

bool session_from_elsewhere(const char *sec_fetch_site, const char *origin, const char *own_origin, bool unsimple) {
    if (sec_fetch_site != NULL) {
        return strcmp(sec_fetch_site, "same-origin") != 0 && strcmp(sec_fetch_site, "none") != 0;
    }
    if (origin != NULL) {
        return strcasecmp(origin, own_origin) != 0;
    }
    return !unsimple;
}

const char *session_own_origin(const exchange *x) {
    const char *url = x->loop->services.services->public_url;
    if (url == NULL || *url == 0) {
        return arena_printf(x->arena, "http://%s", x->host);
    }
    const char *authority = strstr(url, "://");
    size_t len = authority ? (size_t)(authority - url) + 3 + strcspn(authority + 3, "/") : strlen(url);
    return arena_copy(x->arena, url, len);
}

bool session_cross_site(const exchange *x, bool unsimple) {
    return session_from_elsewhere(x->headers.sec_fetch_site, x->headers.origin, session_own_origin(x), unsimple);
}
