// SPDX-License-Identifier: EUPL-1.2
#include "worker/fields.h"

// The byte behind a field is the first of the next header, which has been read by the time it is overwritten here. So
// no text needs a copy of its own to end with NUL. What stands behind the last field is left alone: it is the NUL,
// or belongs to the walk around this one, which will do the same.
bool fields_next(fields *f, frame_tag *tag, str *value) {
    if (!frame_field(&f->rest, tag, value, &f->broken))
        return false;
    if (f->end)
        *f->end = '\0';
    f->end = (char *)value->ptr + value->len;
    return true;
}
