// SPDX-License-Identifier: EUPL-1.2
//
// Cookie, If-None-Match and Accept-Language headers.
#include "fuzz.h"

#include "domain/language.h"
#include "http/cookie.h"
#include "http/etag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *header = fuzz_text(fuzz_input(data, size));
    size_t len = strlen(header);
    static const char *const names[] = {"__Host-interlink", "interlink", COOKIE_LANGUAGE, "a"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        str value = cookie_find(header, names[i]);
        fuzz_claim(!value.ptr || (value.ptr > header && value.ptr + value.len <= header + len),
                   "a value is in the header");
        fuzz_claim(!value.len || !memchr(value.ptr, ';', value.len), "a value ends where the next cookie begins");
        // Another cookie before it changes nothing, nor does one whose name ends like it.
        buffer b = {0};
        buffer_printf(&b, "x%s=0; %s", names[i], header);
        str again = cookie_find(b.ptr, names[i]);
        fuzz_claim((again.ptr != NULL) == (value.ptr != NULL) && str_equal(again, value),
                   "other names are other cookies");
        buffer_free(&b);
    }
    char tag[ETAG_TEXT];
    etag_key key = etag_key_from((const uint8_t *)"0123456789abcdef0123456789abcdef");
    etag_make(&key, (str){header, len}, tag);
    fuzz_claim(etag_matches(tag, tag) && strlen(tag) == 34, "a tag is its own");
    fuzz_claim(strcmp(header, "*") == 0 || !etag_matches(header, tag), "nobody knows the tag of what he sends");
    etag_for_gzip(tag);
    fuzz_claim(etag_matches(tag, tag), "nor is the compressed form another's");
    const char *code = language_accept(header);
    fuzz_claim(!code || language_known(code), "a language is one of ours");
    code = language_find(header);
    fuzz_claim(!code || language_known(code), "a language is one of ours");
    free(header);
    return 0;
}
