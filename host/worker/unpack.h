// SPDX-License-Identifier: EUPL-1.2
//
// unpack: reads a package file (zip: stored or deflated) entry by entry. The bytes come from a stranger and the library
// is large, so this runs in a process that has nothing but the bytes and a pipe (interlink-unpack).
#ifndef INTERLINK_WORKER_UNPACK_H
#define INTERLINK_WORKER_UNPACK_H

#include "base/text.h"
#include "worker/sentence.h"

// The next bytes of a file; `name` is as the archive says it, and not to be trusted. `first`: the file begins here.
// An empty file comes once, with no bytes. False ends the reading.
typedef bool unpack_write(void *context, const char *name, str bytes, bool first);

// False with a sentence, or after `write` gave false. Nothing but plain files is handed out: a link, a device, a file
// with a password, or one that would run as somebody else (setuid) fails the whole, and so do a wrong checksum and
// anything before the first entry or behind the end.
bool unpack_read(str archive, unpack_write *write, void *context, char sentence[SENTENCE_SIZE]);

#endif
