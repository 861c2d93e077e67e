// SPDX-License-Identifier: EUPL-1.2
//
// Two lines: a JSON Schema and a value. The schema is judged, then the value is checked against it.
#include <string.h>

#include "base/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
    if (line == NULL) {
        return 0;
    }
    size_t first = (size_t)(line - data);
    json_t *schema = json_loadb((const char *)data, first, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    json_t *value =
        json_loadb((const char *)line + 1, size - first - 1, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    fault f = {0};
    if (schema != NULL && value != NULL && schema_usable(schema, schema, &f) == STATUS_OK) {
        schema_check(schema, schema, value, "", &f);
        json_decref(schema_coerce(schema, schema, json_is_string(value) ? json_string_value(value) : "7"));
    }
    json_decref(schema);
    json_decref(value);
    return 0;
}
