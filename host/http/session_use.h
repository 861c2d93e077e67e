// SPDX-License-Identifier: EUPL-1.2
//
// session_use: writes down now and then that a session is in use, so that it does not end for idleness. Belongs to one
// loop. What was written lately is remembered roughly: forgetting some of it costs a small write, nothing else.
#ifndef INTERLINK_HTTP_SESSION_USE_H
#define INTERLINK_HTTP_SESSION_USE_H

#include "base/loop.h"
#include "store/writer.h"

typedef struct session_use session_use;

session_use *session_use_create(loop *l, writer *w);
void session_use_destroy(session_use *u);      // none of its writes is under way; NULL is fine
size_t session_use_busy(const session_use *u); // writes under way

void session_use_note(session_use *u, const char *hash); // the session was used just now

#endif
