// SPDX-License-Identifier: EUPL-1.2
//
// Queries and posted forms as the host reads them.
#include "fuzz.h"

#include "http/form.h"

static void check_text(const json_t *value) {
    str s = {json_string_value(value), json_string_length(value)};
    fuzz_claim(json_is_string(value) && text_is_utf8(s.ptr, s.len) && strlen(s.ptr) == s.len, "values are text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str form = fuzz_input(data, size);
    arena *a = arena_create();
    json_t *fields = NULL, *value, *item;
    fault f = {0};
    const char *name;
    size_t i, count = 0;
    status s = form_parse(a, form, &fields, &f);
    fuzz_claim(s == STATUS_OK || (s == STATUS_MALFORMED && f.text[0]), "a refusal says why");
    if (s == STATUS_OK) {
        json_object_foreach(fields, name, value) {
            if (json_is_array(value))
                json_array_foreach(value, i, item)
                    check_text(item);
            else
                check_text(value);
            count += json_is_array(value) ? json_array_size(value) : 1;
            const char *found = form_find(a, form, name);
            const json_t *first = json_is_array(value) ? json_array_get(value, 0) : value;
            fuzz_claim(!found || json_is_array(value) || strcmp(found, json_string_value(first)) == 0,
                       "both ways of asking give the same");
        }
        fuzz_claim(count <= FORM_FIELDS, "the fields have a bound");
    }
    const char *found = form_find(a, form, "a");
    fuzz_claim(!found || text_is_utf8(found, strlen(found)), "what is found is text");
    arena_destroy(a);
    return 0;
}
