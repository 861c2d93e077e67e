// SPDX-License-Identifier: EUPL-1.2
//
// What the web sends as text: percent-encoding, UTF-8, dates; and our escapings of it.
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    buffer b = {0};
    buffer_add_json(&b, text, size);
    json_t *back = json_loadb(b.ptr, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!json_is_string(back)) {
        abort(); // whatever goes in, what comes out is a JSON string
    }
    json_decref(back);
    buffer_clear(&b);
    buffer_add_html(&b, text, size);
    if (b.len > 0 && (memchr(b.ptr, '<', b.len) || memchr(b.ptr, '"', b.len))) {
        abort();
    }
    buffer_clear(&b);
    buffer_add_url(&b, text, size);
    char *copy = malloc(b.len + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, b.ptr ? b.ptr : "", b.len);
    if (text_decode_url(copy, b.len, false) != (int64_t)size || memcmp(copy, text, size) != 0) {
        abort(); // encoding and decoding undo each other
    }
    free(copy);
    copy = malloc(size + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, text, size);
    text_decode_url(copy, size, true);
    free(copy);
    if (text_is_utf8(text, size)) {
        (void)text_length(text, size);
    }
    int64_t at;
    if (clock_parse(text, size, &at)) {
        char again[CLOCK_TEXT];
        clock_format(at, again);
    }
    uint8_t bytes[64];
    crypto_base64_decode(text, size, bytes, sizeof bytes);
    buffer_free(&b);
    return 0;
}
