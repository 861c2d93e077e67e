// SPDX-License-Identifier: EUPL-1.2
//
// Queries and forms as plugins get them.
#include "fuzz.h"

#include "worker/form.h"

static bool is_plain(str s) {
    return text_is_utf8(s.ptr, s.len) && !memchr(s.ptr, '\0', s.len);
}

static void check_fields(const json_t *fields, str form) {
    arena *a = arena_create();
    const char *name;
    json_t *values, *value;
    size_t i, seen = 0;
    json_object_foreach((json_t *)fields, name, values) {
        fuzz_claim(json_array_size(values) > 0, "a name has a value");
        json_array_foreach(values, i, value)
            fuzz_claim(is_plain((str){json_string_value(value), json_string_length(value)}), "values are text");
        if (seen++ < 20) {
            str found = form_value(a, form, name);
            fuzz_claim(!found.ptr || str_is(found, json_string_value(json_array_get(values, 0))),
                       "both ways of asking give the same");
        }
    }
    arena_destroy(a);
}

// What is encoded comes back.
static void check_back(str text) {
    str rest = text, name = fuzz_line(&rest);
    if (!name.len || !is_plain(name) || !is_plain(rest))
        return;
    buffer b = {0};
    buffer_add(&b, "x=1&");
    buffer_add_url(&b, name.ptr, name.len);
    buffer_add_char(&b, '=');
    buffer_add_url(&b, rest.ptr, rest.len);
    json_t *fields = form_read(buffer_str(&b));
    char *key = fuzz_text(name);
    json_t *values = json_object_get(fields, key);
    json_t *value = json_array_get(values, json_array_size(values) - 1);
    fuzz_claim(json_is_string(value) && str_equal(rest, (str){json_string_value(value), json_string_length(value)}),
               "what was encoded is read");
    free(key);
    json_decref(fields);
    buffer_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str form = fuzz_input(data, size);
    json_t *fields = form_read(form);
    check_fields(fields, form);
    json_decref(fields);
    check_back(form);
    (void)form_is(form);
    return 0;
}
