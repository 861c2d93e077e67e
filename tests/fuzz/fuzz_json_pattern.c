// SPDX-License-Identifier: EUPL-1.2
//
// Patterns of il->json->of. All places of one pattern are made the same kind, the one that its first byte picks,
// because only then can the arguments be made to fit.
#include "fuzz.h"

#include <interlink.h>

#include "worker/json_pattern.h"

enum { PLACES = 8 };

static json_t *make(const char **wrong, const char *pattern, ...) {
    va_list args;
    va_start(args, pattern);
    json_t *value = json_pattern(pattern, args, wrong);
    va_end(args);
    return value;
}

static json_t *fill(char kind, const char *pattern, const char **wrong) {
    il_str s = {"t\"\\", 3};
    il_json *j = (il_json *)json_null();
    switch (kind) {
    case 's':
        return make(wrong, pattern, s, s, s, s, s, s, s, s);
    case 'i':
        return make(wrong, pattern, (int64_t)1, (int64_t)2, INT64_MIN, (int64_t)4, (int64_t)5, (int64_t)6, (int64_t)7,
                    (int64_t)8);
    case 'f':
        return make(wrong, pattern, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5);
    case 'b':
        return make(wrong, pattern, 0, 1, 2, 3, 4, 5, 6, 7);
    default:
        return make(wrong, pattern, j, j, j, j, j, j, j, j);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char kinds[] = "sifbj";
    if (size == 0)
        return 0;
    char kind = kinds[data[0] % 5], *pattern = fuzz_text(fuzz_input(data + 1, size - 1));
    int places = 0;
    for (char *p = pattern; *p; p++)
        if (*p == '%' && p[1]) {
            // A byte that means nothing stays, so that it is seen to be refused.
            if (strchr(kinds, p[1]))
                p[1] = kind;
            places++;
            p++;
        }
    if (places <= PLACES) {
        const char *wrong = NULL;
        json_t *value = fill(kind, pattern, &wrong);
        fuzz_claim((value != NULL) == (wrong == NULL), "a pattern makes a value or says what is wrong");
        char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
        fuzz_claim(!value || text, "what is made can be printed");
        json_t *plain = json_loads(pattern, JSON_DECODE_ANY, NULL);
        // Without places it is JSON, and everything that is JSON is taken unless it is too deep.
        fuzz_claim(!plain || places || !value || json_equal(plain, value), "without places a pattern is JSON");
        json_decref(plain);
        free(text);
        json_decref(value);
    }
    free(pattern);
    return 0;
}
