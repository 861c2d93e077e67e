// SPDX-License-Identifier: EUPL-1.2
#include "http/contact.h"

#include "api/services.h"
#include "base/clock.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/server_loop.h"

// RFC 9116 wants an end less than a year away. Ours moves with each day on which the server runs.
static const int64_t DAY = 86400000, GOOD_FOR = 180;

bool contact_valid(const char *contact) {
    static const char *const SCHEMES[] = {"mailto:", "https://", "tel:"};
    str text = str_from(contact);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return false;
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (str_starts(text, SCHEMES[i]))
            return text.len > strlen(SCHEMES[i]);
    return false;
}

void contact_write(buffer *out, const char *contact, const char *site, int64_t now) {
    char expires[CLOCK_TEXT];
    clock_format((now / DAY + GOOD_FOR) * DAY, expires);
    buffer_printf(out, "Contact: %s\nExpires: %s\nPreferred-Languages: en, es, it, lv, nl, fr, de\n", contact, expires);
    if (*site)
        buffer_printf(out, "Canonical: %s/.well-known/security.txt\n", site);
}

static void contact_begin(exchange *x) {
    if (!exchange_reads(x))
        problem_reply_http(x, 405, "method", "This can only be read.", "Allow", "GET, HEAD");
}

static void contact_run(exchange *x) {
    const services *all = x->loop->services.services;
    buffer out = {0};
    if (!all->security_contact) {
        problem_reply_http(x, 404, "contact.none", "The administration of this site has named no contact yet.", NULL,
                           NULL);
        return;
    }
    contact_write(&out, all->security_contact, all->public_url, clock_now());
    reply_bytes(x, &(reply){.status = 200, .type = "text/plain; charset=utf-8"}, &out);
}

const route contact_route = {"contact", contact_begin, contact_run, NULL, false};
