// SPDX-License-Identifier: EUPL-1.2
//
// form: application/x-www-form-urlencoded, as in queries and posted forms.
#ifndef INTERLINK_HTTP_FORM_H
#define INTERLINK_HTTP_FORM_H

#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"

enum { FORM_FIELDS = 200 };

// {"name": "value"}, or a list of values where a name is repeated; in the arena. Broken escapes, text that is no UTF-8
// and more than FORM_FIELDS fields are STATUS_MALFORMED.
status form_parse(arena *a, str text, json_t **out, fault *f);

// Adds a field to the text of a form.
void form_add(buffer *out, str name, str value);

// The decoded value of the first field called `name`, or NULL.
const char *form_find(arena *a, str text, const char *name);

#endif
