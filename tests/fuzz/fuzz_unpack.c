// SPDX-License-Identifier: EUPL-1.2
//
// Bytes as a package file, as the unpacker reads them. A file has a name and comes in pieces, the first one first.
#include "fuzz.h"

#include "worker/unpack.h"

enum { MOST = 4 << 20 }; // the host stops a package that grows without end, and so does this

typedef struct reading {
    size_t bytes, files;
} reading;

static bool take(void *context, const char *name, str bytes, bool first) {
    reading *r = context;
    fuzz_claim(name != NULL, "a file has a name");
    fuzz_claim(first || r->files > 0, "a file begins with its first piece");
    r->files += first;
    for (size_t i = 0; i < bytes.len; i++) // AddressSanitizer looks on
        r->bytes += bytes.ptr[i] >= 0 || bytes.ptr[i] < 0;
    return r->bytes < MOST && r->files < 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char sentence[SENTENCE_SIZE] = "";
    reading r = {0};
    char *copy = malloc(size + 1);
    fuzz_claim(copy != NULL, "there is memory");
    memcpy(copy, data, size);
    bool read = unpack_read((str){copy, size}, take, &r, sentence);
    fuzz_claim(read || *sentence || r.bytes >= MOST || r.files >= 1000, "who refuses says why");
    free(copy);
    return 0;
}
