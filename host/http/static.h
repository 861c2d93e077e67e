// SPDX-License-Identifier: EUPL-1.2
//
// static: the files that every page and view needs, read at start-up, compressed once, and sent from memory. The
// portal's lie under /static/VERSION/, where VERSION names the content of all of them, so browsers keep them for ever;
// those that views use lie under /view-kit/.
#ifndef INTERLINK_HTTP_STATIC_H
#define INTERLINK_HTTP_STATIC_H

#include "http/reply.h"

typedef struct static_files static_files;

enum { STATIC_VERSION_TEXT = 17 };

extern const route static_route;

// A folder that is missing is a fault: the program is not whole.
status static_files_load(const char *program_folder, const reply_site *site, static_files **out, fault *f);
void static_files_free(static_files *s); // NULL is fine
const char *static_files_version(const static_files *s);

const char *static_type(const char *name); // media type by the name's end

#endif
