// SPDX-License-Identifier: EUPL-1.2
#include "worker/fields.h"

// The byte behind a field is the first of the next header, which has been read by the time it is overwritten here, or
// the one to spare. So no text needs a copy of its own to end with NUL.
bool fields_next(fields *f, frame_tag *tag, str *value) {
    bool more = frame_field(&f->rest, tag, value, &f->broken);
    if (f->end)
        *f->end = '\0';
    f->end = more ? (char *)value->ptr + value->len : NULL;
    return more;
}
