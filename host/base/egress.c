// SPDX-License-Identifier: EUPL-1.2
#include "base/egress.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/egress_rule.h"
#include "base/memory.h"

enum { REDIRECTS = 3, IDLE_CONNECTIONS = 8, HEADER_BYTES = 32 * 1024 };

struct egress {
    loop *loop;
    const egress_library *curl; // NULL until the first request
    CURLM *multi;
    loop_timer *timer;
    egress_request *first; // those under way
};

struct egress_request {
    egress_request *previous, *next;
    egress *egress;
    CURL *easy;
    CURLU *url;
    struct curl_slist *headers;
    egress_done *done;
    void *context;
    bool post;
    unsigned redirects;
    int64_t until;          // steady milliseconds
    char host[EGRESS_HOST]; // the one that was asked
    char private[64];       // an address that was refused, or ""
    bool too_large;
    buffer sent, body, head; // head: NAME \0 VALUE \0 of each header
    size_t head_count;
};

static int64_t steady_ms(void) {
    return clock_steady() / 1000000;
}

// ---- the library's questions

// The address that is about to be connected to, after every name was resolved and whatever it resolved to before.
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    egress_request *r = context;
    const void *bytes = address->family == AF_INET6
                            ? (const void *)&((struct sockaddr_in6 *)(void *)&address->addr)->sin6_addr
                            : (const void *)&((struct sockaddr_in *)(void *)&address->addr)->sin_addr;
    if (purpose != CURLSOCKTYPE_IPCXN || address->socktype != SOCK_STREAM || !address_is_public(&address->addr)) {
        if (!inet_ntop(address->family, bytes, r->private, sizeof r->private))
            snprintf(r->private, sizeof r->private, "no internet address");
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    egress_request *r = context;
    if (r->body.len + size * count > EGRESS_ANSWER) {
        r->too_large = true;
        return 0;
    }
    buffer_append(&r->body, bytes, size * count);
    return size * count;
}

static bool head_full(const egress_request *r, size_t more) {
    return r->head_count == EGRESS_ANSWER_HEADERS || r->head.len + more > HEADER_BYTES;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
    egress_request *r = context;
    size_t len = size * count, all = len;
    if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0) { // another answer follows: what came before does not count
        buffer_clear(&r->head);
        r->head_count = 0;
        return all;
    }
    const char *colon = memchr(bytes, ':', len);
    while (len > 0 && isspace((unsigned char)bytes[len - 1]))
        len--;
    if (!colon || colon == bytes || head_full(r, len + 2) || !text_is_utf8(bytes, len) || memchr(bytes, '\0', len))
        return all;
    for (const char *p = bytes; p < colon; p++)
        buffer_add_char(&r->head, (char)tolower((unsigned char)*p));
    buffer_add_char(&r->head, '\0');
    const char *value = colon + 1;
    while (value < bytes + len && isspace((unsigned char)*value))
        value++;
    buffer_append(&r->head, value, value < bytes + len ? (size_t)(bytes + len - value) : 0);
    buffer_add_char(&r->head, '\0');
    r->head_count++;
    return all;
}

// ---- one request

static void request_free(egress_request *r) {
    const egress_library *curl = r->egress->curl;
    if (r->previous)
        r->previous->next = r->next;
    else if (r->egress->first == r)
        r->egress->first = r->next;
    if (r->next)
        r->next->previous = r->previous;
    if (r->easy) {
        curl->multi_remove_handle(r->egress->multi, r->easy);
        curl->easy_cleanup(r->easy);
    }
    curl->url_cleanup(r->url);
    curl->slist_free_all(r->headers);
    buffer_free(&r->sent);
    buffer_free(&r->body);
    buffer_free(&r->head);
    free(r);
}

static void request_end(egress_request *r, status s, const fault *why, int code) {
    egress_header headers[EGRESS_ANSWER_HEADERS];
    const char *at = r->head.ptr;
    for (size_t i = 0; i < r->head_count; i++) {
        headers[i].name = str_from(at);
        at += headers[i].name.len + 1;
        headers[i].value = str_from(at);
        at += headers[i].value.len + 1;
    }
    egress_answer answer = {.status = s,
                            .why = why,
                            .code = code,
                            .body = buffer_str(&r->body),
                            .headers = headers,
                            .header_count = r->head_count};
    r->done(r->context, &answer);
    request_free(r);
}

static bool easy_set(egress_request *r) {
    const egress_library *curl = r->egress->curl;
    CURL *e = r->easy;
    int64_t left = r->until - steady_ms();
    bool good = curl->easy_setopt(e, CURLOPT_CURLU, r->url) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK && // none, whatever the environment says
                curl->easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1)) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_MAXFILESIZE, (long)EGRESS_ANSWER) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                // Else the end of a request would wait for a name server that does not answer.
                curl->easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_USERAGENT, "interlink/" INTERLINK_VERSION) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_HTTPHEADER, r->headers) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_OPENSOCKETDATA, r) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_WRITEDATA, r) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_HEADERDATA, r) == CURLE_OK &&
                curl->easy_setopt(e, CURLOPT_PRIVATE, r) == CURLE_OK;
    if (good && r->post)
        good = curl->easy_setopt(e, CURLOPT_POSTFIELDS, r->sent.ptr ? r->sent.ptr : "") == CURLE_OK &&
               curl->easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->sent.len) == CURLE_OK;
    return good;
}

static status request_send(egress_request *r, fault *f) {
    const egress_library *curl = r->egress->curl;
    r->private[0] = '\0';
    r->easy = curl->easy_init();
    if (r->easy && easy_set(r) && curl->multi_add_handle(r->egress->multi, r->easy) == CURLM_OK)
        return STATUS_OK;
    return fault_set(f, STATUS_UNAVAILABLE, "egress.start", "There is no memory for a request at the moment.");
}

// ---- its end

static void explain(const egress_request *r, CURLcode code, fault *f) {
    const egress_library *curl = r->egress->curl;
    if (r->private[0])
        fault_set(f, STATUS_FORBIDDEN, "egress.private",
                  "%.100s has the address %s, which is not one of the public internet; tools may not go there.",
                  r->host, r->private);
    else if (r->too_large || code == CURLE_FILESIZE_EXCEEDED)
        fault_set(f, STATUS_TOO_LARGE, "egress.too_large", "%.100s answers with more than %d bytes.", r->host,
                  EGRESS_ANSWER);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        fault_set(f, STATUS_UNAVAILABLE, "egress.late", "%.100s did not answer in time.", r->host);
    else
        fault_set(f, STATUS_UNAVAILABLE, "egress.failed", "%.100s cannot be asked: %s.", r->host,
                  curl->easy_strerror(code));
}

// The same host, by the same rules as the first time; else the answer is not given either, because an author would take
// an empty page for the answer.
static bool redirect_follow(egress_request *r, const char *to, fault *f) {
    const egress_library *curl = r->egress->curl;
    const char *const hosts[] = {r->host, NULL};
    char host[EGRESS_HOST];
    CURLU *url;
    if (++r->redirects > REDIRECTS) {
        fault_set(f, STATUS_UNAVAILABLE, "egress.redirects", "%.100s redirects again and again.", r->host);
        return false;
    }
    if (egress_rule_url(curl, str_from(to), &url, f) != STATUS_OK)
        return false;
    if (egress_rule_host(curl, url, hosts, host, f) != STATUS_OK) {
        fault_set(f, STATUS_FORBIDDEN, "egress.redirect",
                  "%.100s redirects to another host, \"%.100s\"; that is not followed.", r->host, host);
        curl->url_cleanup(url);
        return false;
    }
    curl->multi_remove_handle(r->egress->multi, r->easy);
    curl->easy_cleanup(r->easy);
    curl->url_cleanup(r->url);
    r->url = url;
    buffer_clear(&r->body);
    return request_send(r, f) == STATUS_OK;
}

static void request_finished(egress_request *r, CURLcode code) {
    const egress_library *curl = r->egress->curl;
    fault why = {0};
    long http = 0;
    char *to = NULL;
    if (code != CURLE_OK) {
        explain(r, code, &why);
        request_end(r, why.status, &why, 0);
        return;
    }
    curl->easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &http);
    curl->easy_getinfo(r->easy, CURLINFO_REDIRECT_URL, &to);
    if (to && !r->post && http != 304) {
        if (!redirect_follow(r, to, &why))
            request_end(r, why.status, &why, 0);
        return;
    }
    request_end(r, STATUS_OK, NULL, (int)http);
}

static void take_finished(egress *e) {
    const egress_library *curl = e->curl;
    int left;
    for (CURLMsg *m; (m = curl->multi_info_read(e->multi, &left)) != NULL;) {
        if (m->msg != CURLMSG_DONE)
            continue;
        egress_request *r = NULL;
        CURLcode code = m->data.result;
        curl->easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        request_finished(r, code);
    }
}

// ---- on the loop

typedef struct socket_watch {
    egress *egress;
    int fd;
    loop_watch *watch;
} socket_watch;

static void on_ready(void *context, uint32_t events) {
    const socket_watch *w = context;
    egress *e = w->egress;
    int running, which = (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
                         (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) | (events & EPOLLERR ? CURL_CSELECT_ERR : 0);
    e->curl->multi_socket_action(e->multi, w->fd, which, &running);
    take_finished(e);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known) {
    (void)easy;
    egress *e = context;
    socket_watch *w = known;
    uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    if (what == CURL_POLL_REMOVE) {
        if (w) {
            loop_watch_remove(w->watch);
            free(w);
        }
        e->curl->multi_assign(e->multi, fd, NULL);
    } else if (w) {
        loop_watch_change(w->watch, events);
    } else {
        w = memory_new(sizeof *w);
        *w = (socket_watch){e, fd, NULL};
        w->watch = loop_watch_add(e->loop, fd, events, on_ready, w);
        e->curl->multi_assign(e->multi, fd, w);
    }
    return 0;
}

static void on_time(void *context) {
    egress *e = context;
    int running;
    e->timer = NULL;
    e->curl->multi_socket_action(e->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_finished(e);
}

static int on_timer(CURLM *multi, long milliseconds, void *context) {
    (void)multi;
    egress *e = context;
    if (e->timer)
        loop_timer_remove(e->timer);
    e->timer = milliseconds < 0 ? NULL : loop_timer_add(e->loop, (uint32_t)milliseconds, false, on_time, e);
    return 0;
}

// ---- life

egress *egress_create(loop *l) {
    egress *e = memory_new(sizeof *e);
    e->loop = l;
    return e;
}

static status open_library(egress *e, fault *f) {
    if (e->curl)
        return STATUS_OK;
    const egress_library *curl = egress_library_load(f);
    if (!curl)
        return f->status;
    e->curl = curl;
    e->multi = memory_sure(curl->multi_init());
    curl->multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl->multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e);
    curl->multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl->multi_setopt(e->multi, CURLMOPT_TIMERDATA, e);
    curl->multi_setopt(e->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    return STATUS_OK;
}

void egress_destroy(egress *e) {
    if (!e)
        return;
    for (egress_request *r = e->first, *next; r; r = next) {
        next = r->next;
        request_free(r);
    }
    if (e->curl)
        e->curl->multi_cleanup(e->multi);
    if (e->timer)
        loop_timer_remove(e->timer);
    free(e);
}

static void add_header(egress_request *r, const egress_header *h) {
    const egress_library *curl = r->egress->curl;
    buffer line = {0};
    // Without a value the library would leave it out; a semicolon sends it empty.
    buffer_printf(&line, h->value.len ? STR_FORMAT ": " : STR_FORMAT ";", STR_ARG(h->name));
    buffer_append(&line, h->value.ptr, h->value.len);
    r->headers = memory_sure(curl->slist_append(r->headers, line.ptr));
    buffer_free(&line);
}

status egress_start(egress *e, const egress_ask *ask, egress_done *done, void *context, egress_request **out,
                    fault *f) {
    CURLU *url;
    char host[EGRESS_HOST];
    *out = NULL;
    if (open_library(e, f) != STATUS_OK || egress_rule_headers(ask, f) != STATUS_OK ||
        egress_rule_url(e->curl, ask->url, &url, f) != STATUS_OK)
        return f->status;
    if (egress_rule_host(e->curl, url, ask->hosts, host, f) != STATUS_OK) {
        e->curl->url_cleanup(url);
        return f->status;
    }
    egress_request *r = memory_new(sizeof *r);
    *r = (egress_request){.egress = e,
                          .url = url,
                          .done = done,
                          .context = context,
                          .post = ask->post,
                          .until = steady_ms() + ask->timeout_ms,
                          .next = e->first};
    memcpy(r->host, host, sizeof r->host);
    if (e->first)
        e->first->previous = r;
    e->first = r;
    for (size_t i = 0; i < ask->header_count; i++)
        add_header(r, &ask->headers[i]);
    if (ask->post)
        add_header(r, &(egress_header){STR("Idempotency-Key"), str_from(ask->idempotency_key)});
    r->headers = memory_sure(e->curl->slist_append(r->headers, "Expect:")); // not sent
    buffer_append(&r->sent, ask->body.ptr, ask->body.len);
    if (request_send(r, f) != STATUS_OK) {
        request_free(r);
        return f->status;
    }
    *out = r;
    return STATUS_OK;
}

void egress_cancel(egress_request *r) {
    if (r)
        request_free(r);
}
