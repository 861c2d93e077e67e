// SPDX-License-Identifier: EUPL-1.2
#include "http/problem.h"

#include <stdio.h>
#include <string.h>

#include "base/answer.h"
#include "base/log.h"
#include "domain/language.h"
#include "http/reply.h"
#include "http/router.h"

typedef struct problem {
    unsigned status;
    const fault *fault;
    const char *header, *value;
    bool close;
} problem;

static const char *title_of(unsigned code) {
    switch (code) {
    case 400:
        return "Malformed request";
    case 401:
        return "Sign in first";
    case 403:
        return "Not allowed";
    case 404:
        return "Not found";
    case 405:
        return "Method not allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Too large";
    case 414:
        return "Address too long";
    case 415:
        return "Wrong kind of body";
    case 417:
        return "Expectation failed";
    case 422:
        return "Invalid input";
    case 429:
        return "Too many requests";
    case 431:
        return "Headers too large";
    case 502:
        return "Tool failed";
    case 503:
        return "Not available";
    case 504:
        return "Tool too slow";
    case 507:
        return "Storage full";
    default:
        return "Something went wrong";
    }
}

const char *problem_id(exchange *x) {
    if (x->problem_id[0] == 0) {
        id_value made = id_create();
        snprintf(x->problem_id, sizeof x->problem_id, "%s", made.text);
    }
    return x->problem_id;
}

static void errors_write(answer *a, const fault *f) {
    size_t count = f->field_count < FAULT_FIELDS ? f->field_count : FAULT_FIELDS;
    answer_key(a, "errors");
    answer_array(a);
    for (size_t i = 0; i < count; i++) {
        answer_object(a);
        answer_put_text(a, "pointer", f->fields[i].pointer);
        answer_put_text(a, "code", f->fields[i].code);
        answer_put_text(a, "detail", f->fields[i].text);
        answer_end(a);
    }
    answer_end(a);
}

// After a conflict `about` is the version that is current now; beyond a limit, the seconds to wait.
static bool is_number(const char *about) {
    size_t digits = strspn(about, "0123456789");
    return digits > 0 && digits < 19 && about[digits] == 0;
}

static void json_write(exchange *x, const problem *p, buffer *out) {
    answer_json json;
    answer *a = answer_json_init(&json, out);
    const fault *f = p->fault;
    answer_object(a);
    answer_put_text(a, "type", arena_printf(x->arena, "/problems/%s", f->code));
    answer_put_text(a, "title", title_of(p->status));
    answer_put_int(a, "status", p->status);
    answer_put_text(a, "detail", f->text);
    answer_put_text(a, "code", f->code);
    answer_put_text(a, "instance", arena_printf(x->arena, "/problems/%s", problem_id(x)));
    answer_put_text(a, "id", problem_id(x));
    if (f->field_count > 0) {
        errors_write(a, f);
    }
    if (p->status == 409 && is_number(f->about)) {
        answer_key(a, "version");
        answer_raw(a, str_from(f->about));
    }
    answer_end(a);
}

// The host's own words for it in the reader's language; the fault's English sentence where there are none.
static void words_add(buffer *out, const exchange *x, const char *key, const char *otherwise) {
    buffer plain = {0};
    language_add_plain(&plain, language_text(x->language ? x->language : "en", key));
    if (plain.len == 0) {
        buffer_add(&plain, otherwise);
    }
    buffer_add_html(out, plain.ptr, plain.len);
    buffer_free(&plain);
}

// A page that needs nothing else: it must also work where the portal cannot help.
static void page_write(exchange *x, const problem *p, buffer *out) {
    const char *language = x->language ? x->language : "en";
    char title[40], text[40];
    snprintf(title, sizeof title, "problem.%u.title", p->status);
    snprintf(text, sizeof text, "problem.%u.text", p->status);
    buffer_printf(out,
                  "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                  "<link rel=\"stylesheet\" href=\"/view-kit/view.css\"><title>",
                  language);
    words_add(out, x, title, title_of(p->status));
    buffer_add(out, "</title></head>\n<body><main>\n<h1>");
    words_add(out, x, title, title_of(p->status));
    buffer_add(out, "</h1>\n<p>");
    // What a plugin or a rule says about the input is more use than a general word for it.
    bool own_words = strcmp(p->fault->code, "plugin.refused") == 0 || p->fault->field_count > 0;
    words_add(out, x, own_words ? "" : text, p->fault->text);
    buffer_add(out, "</p>\n<p><small>");
    words_add(out, x, "problem.reference", "Reference");
    buffer_printf(out, ": %s</small></p>\n</main></body>\n</html>\n", problem_id(x));
}

// A ticket opens a view for whoever holds it, so the log leaves it out.
static str path_shown(exchange *x) {
    if (!str_starts(x->path, "/view/")) {
        return x->path;
    }
    const char *ticket = x->path.ptr + strlen("/view/");
    size_t left = x->path.len - strlen("/view/");
    const char *rest = memchr(ticket, '/', left);
    return str_from(
        arena_printf(x->arena, "/view/*%.*s", rest ? (int)(left - (size_t)(rest - ticket)) : 0, rest ? rest : ""));
}

static void log_problem(exchange *x, const problem *p) {
    const fault *f = p->fault;
    log_level level = p->status >= 500 ? LOG_ERROR : LOG_INFO;
    str path = path_shown(x);
    // What came from outside stands last.
    log_write(level, "http", "problem id=%s status=%u code=%s about=%s method=%s path=" STR_FORMAT " %s%s%s %s",
              problem_id(x), p->status, f->code, f->about[0] ? f->about : "-", x->method ? x->method : "-",
              STR_ARG(path), f->text, f->field_count ? " " : "", f->field_count ? f->fields[0].pointer : "",
              f->field_count ? f->fields[0].text : "");
}

static void problem_send(exchange *x, const problem *p) {
    buffer body = {0};
    bool page = x->route != NULL && router_for_people(x->route);
    reply r = {.status = p->status, .page = page};
    log_problem(x, p);
    if (page) {
        r.type = "text/html; charset=utf-8";
        r.policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
        page_write(x, p, &body);
    } else {
        r.type = "application/problem+json";
        json_write(x, p, &body);
    }
    reply_header(&r, "X-Request-Id", problem_id(x));
    if (p->header != NULL) {
        reply_header(&r, p->header, p->value);
    }
    if (p->close) {
        reply_header(&r, "Connection", "close");
    }
    reply_bytes(x, &r, &body);
}

void problem_reply(exchange *x, const fault *f) {
    problem p = {.status = (unsigned)status_http(f->status), .fault = f};
    if (p.status == 401) {
        p.header = "WWW-Authenticate";
        p.value = "Bearer";
    } else if (p.status == 429 || p.status == 503) {
        p.header = "Retry-After";
        p.value = p.status == 429 && is_number(f->about) ? f->about : "2";
    }
    problem_send(x, &p);
}

void problem_reply_http(exchange *x, unsigned http_status, const char *code, const char *text, const char *header,
                        const char *value) {
    fault f = {0};
    fault_set(&f, STATUS_INVALID, code, "%s", text);
    problem_send(x, &(problem){.status = http_status, .fault = &f, .header = header, .value = value});
}

void problem_refuse(exchange *x, unsigned http_status, const char *code, const char *text) {
    fault f = {0};
    fault_set(&f, STATUS_MALFORMED, code, "%s", text);
    problem_send(x, &(problem){.status = http_status, .fault = &f, .close = true});
}
