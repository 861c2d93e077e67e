// SPDX-License-Identifier: EUPL-1.2
//
// form: query strings and posted forms (application/x-www-form-urlencoded).
#ifndef INTERLINK_WORKER_FORM_H
#define INTERLINK_WORKER_FORM_H

#include <jansson.h>

#include "base/arena.h"

bool form_is(str content_type);

// The first value under a name, decoded, in the arena. ptr NULL if there is none or it is no text.
str form_value(arena *a, str form, const char *name);

// All of it as {"name": ["value", ...]}. The caller owns it. Fields that are no UTF-8 text are left out.
json_t *form_read(str form);

#endif
