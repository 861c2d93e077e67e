// SPDX-License-Identifier: EUPL-1.2
//
// stopped: what the database's file was like at an orderly end, in DATA/interlink.stopped. If it is still so at the
// next start, nobody had the file meanwhile and no power failed, and it need not be looked through. Only for the files
// of this room.
#ifndef INTERLINK_STORE_STOPPED_H
#define INTERLINK_STORE_STOPPED_H

#include <stdbool.h>

// After the last connection was closed. That it cannot be noted only costs the next start some time.
void stopped_note(const char *folder);

// False also where there is a log of changes that is not folded in, or no note.
bool stopped_as_noted(const char *folder);

#endif
