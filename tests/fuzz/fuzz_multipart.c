// SPDX-License-Identifier: EUPL-1.2
//
// Forms with files. The first line is the header Content-Type, the rest the body.
#include "fuzz.h"

#include "api/multipart.h"

static bool within(str part, str whole) {
    return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str input = fuzz_input(data, size);
    const char *line = size ? memchr(input.ptr, '\n', input.len) : NULL;
    size_t len = line ? (size_t)(line - input.ptr) : 0;
    arena *a = arena_create();
    char boundary[MULTIPART_BOUNDARY];
    const char *type = arena_copy(a, input.ptr ? input.ptr : "", len);
    str body = line ? (str){line + 1, input.len - len - 1} : (str){"", 0};
    multipart m;
    fault f = {0};
    if (multipart_is(type, boundary)) {
        status s = multipart_parse(a, body, boundary, &m, &f);
        fuzz_claim(s == STATUS_OK || ((s == STATUS_MALFORMED || s == STATUS_TOO_LARGE) && f.text[0]),
                   "a refusal says why");
        fuzz_claim(s != STATUS_OK || m.count <= MULTIPART_PARTS, "the parts have a bound");
        for (size_t i = 0; s == STATUS_OK && i < m.count; i++) {
            const multipart_part *p = &m.parts[i];
            fuzz_claim(within(p->bytes, body), "a part lies in the body");
            fuzz_claim(p->name.len && text_is_utf8(p->name.ptr, p->name.len), "a name is text");
            fuzz_claim(!p->filename.ptr || text_is_utf8(p->filename.ptr, p->filename.len), "a file's name is text");
            fuzz_claim(strlen(p->name.ptr) == p->name.len && multipart_find(&m, p->name.ptr) != NULL,
                       "what is there is found");
        }
    }
    arena_destroy(a);
    return 0;
}
