// SPDX-License-Identifier: EUPL-1.2
//
// A line that says which language, then texts by language as JSON. Good JSON is picked from as jansson would; whatever
// the bytes are, what is picked lies inside of them.
#include "fuzz.h"

#include <jansson.h>

#include "domain/language.h"

static bool is_nothing(const json_t *value) {
    return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0);
}

static const json_t *pick(const json_t *texts, const char *language) {
    const json_t *wanted = json_object_get(texts, language), *english = json_object_get(texts, "en");
    const char *key;
    json_t *value, *any = NULL;
    if (wanted && !is_nothing(wanted))
        return wanted;
    if (english && !is_nothing(english))
        return english;
    json_object_foreach((json_t *)texts, key, value)
        if (!is_nothing(value))
            return value;
        else if (!any)
            any = value;
    return any;
}

static void check_pick(str text, const char *language) {
    json_t *texts = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    const char *chosen = NULL;
    str value = language_pick(text, language, &chosen);
    fuzz_claim(!value.len || (value.ptr >= text.ptr && value.ptr + value.len <= text.ptr + text.len),
               "what is picked is in the text");
    fuzz_claim(chosen != NULL, "it has a language");
    // Names with escapes are no languages; they are not decoded.
    if (json_is_object(texts) && !memchr(text.ptr, '\\', text.len)) {
        const json_t *wanted = pick(texts, language);
        json_t *got = value.len ? json_loadb(value.ptr, value.len, JSON_DECODE_ANY, NULL) : NULL;
        fuzz_claim(wanted ? json_equal(wanted, got) == 1 : got == NULL, "it is the text that the reader should get");
        json_decref(got);
    }
    json_decref(texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str text = fuzz_input(data, size), line = fuzz_line(&text);
    char *language = fuzz_text(line);
    check_pick(text, language);
    check_pick(text, "it");
    (void)language_pick(text, NULL, NULL);
    arena *a = arena_create();
    const char *plain = language_pick_text(a, text, language, NULL);
    fuzz_claim(plain != NULL, "there is always a text, an empty one if none");
    arena_destroy(a);
    buffer out = {0};
    language_add_plain(&out, text);
    buffer_clear(&out);
    json_t *params = json_pack("{s:s, s:i}", "name", "N", "n", 3);
    language_fill(&out, text, params);
    json_decref(params);
    if (!memchr(data, '{', size))
        fuzz_claim(str_equal(buffer_str(&out), text), "a text without places stays as it is");
    (void)language_text(language, language);
    buffer_free(&out);
    free(language);
    return 0;
}
