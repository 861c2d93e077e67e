// SPDX-License-Identifier: EUPL-1.2
//
// file: reading the files of a package. Any thread.
#ifndef INTERLINK_PLUGIN_FILE_H
#define INTERLINK_PLUGIN_FILE_H

#include <stdbool.h>

#include "base/text.h"

// Appends `folder`/`name`, a regular file of at most `limit` bytes, not a link. False with errno.
bool file_read(const char *folder, const char *name, size_t limit, buffer *out);

#endif
