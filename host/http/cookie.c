// SPDX-License-Identifier: EUPL-1.2
#include "http/cookie.h"

#include <inttypes.h>
#include <string.h>

enum { YEAR = 365 * 24 * 3600 };

str cookie_find(const char *header, const char *name) {
    size_t name_len = strlen(name);
    for (const char *p = header; p && *p;) {
        p += strspn(p, " \t;");
        size_t len = strcspn(p, ";");
        if (len > name_len && memcmp(p, name, name_len) == 0 && p[name_len] == '=') {
            str value = {p + name_len + 1, len - name_len - 1};
            while (value.len > 0 && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\t')) {
                value.len--;
            }
            if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
                value = (str){value.ptr + 1, value.len - 2};
            }
            return value;
        }
        p += len;
    }
    return (str){NULL, 0};
}

const char *cookie_session_name(bool secure) {
    return secure ? "__Host-interlink" : "interlink";
}

void cookie_session_write(buffer *out, bool secure, const char *token, int64_t seconds) {
    buffer_printf(out, "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%" PRId64 "%s", cookie_session_name(secure),
                  token, *token ? seconds : 0, secure ? "; Secure" : "");
}

void cookie_language_write(buffer *out, bool secure, const char *language) {
    buffer_printf(out, "%s=%s; Path=/; SameSite=Lax; Max-Age=%d%s", COOKIE_LANGUAGE, language, YEAR,
                  secure ? "; Secure" : "");
}
