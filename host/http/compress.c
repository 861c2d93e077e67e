// SPDX-License-Identifier: EUPL-1.2
#include "http/compress.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };

bool compress_worth(const char *type, size_t len) {
    if (type == NULL || len < COMPRESS_LEAST) {
        return false;
    }
    return strncmp(type, "text/", 5) == 0 || strstr(type, "json") != NULL || strstr(type, "javascript") != NULL ||
           strstr(type, "svg") != NULL || strstr(type, "xml") != NULL;
}

// "gzip;q=0" and "identity" say no; "gzip", "x, gzip;q=0.5" and "*" say yes.
bool compress_accepted(const char *accept_encoding) {
    for (const char *p = accept_encoding; p && *p;) {
        p += strspn(p, " \t,");
        size_t len = strcspn(p, ","), name = strcspn(p, ",; \t");
        if ((name == 4 && strncasecmp(p, "gzip", 4) == 0) || (name == 1 && *p == '*')) {
            const char *q = memmem(p, len, "q=", 2);
            return q == NULL || strtod(q + 2, NULL) > 0;
        }
        p += len;
    }
    return false;
}

bool compress_gzip(str bytes, int level, buffer *out) {
    z_stream z = {0};
    if (deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    size_t room = deflateBound(&z, bytes.len);
    char *to = malloc(room);
    if (to == NULL) { // then it is sent as it is
        deflateEnd(&z);
        return false;
    }
    z.next_in = (Bytef *)bytes.ptr;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)room;
    bool smaller = deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < bytes.len;
    if (smaller) {
        buffer_append(out, to, z.total_out);
    }
    deflateEnd(&z);
    free(to);
    return smaller;
}
