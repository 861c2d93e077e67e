// SPDX-License-Identifier: EUPL-1.2
//
// What a worker answers, as the host reads it: the payload of a RESULT. Nothing that could break a header, lead out of
// this site or ask for too much comes through.
#include "fuzz.h"

#include "plugin/result.h"

static bool is_printable(str s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || (unsigned char)s.ptr[i] > '~')
            return false;
    return true;
}

static uint64_t sum(str s) {
    uint64_t all = 0;
    for (size_t i = 0; i < s.len; i++)
        all += (unsigned char)s.ptr[i];
    return all;
}

static void check_answer(const plugin_call *c) {
    fuzz_claim(c->http_status >= 200 && c->http_status < 400, "an answer that is none is a refusal");
    fuzz_claim(is_printable(c->answer_type), "the type fits into a header");
    str to = c->answer_location;
    fuzz_claim(is_printable(to) && (!to.ptr || (to.len && to.ptr[0] == '/')), "the address fits into a header");
    fuzz_claim(to.len < 2 || (to.ptr[1] != '/' && to.ptr[1] != '\\'), "the address is on this site");
    str name = c->answer_filename;
    fuzz_claim(!name.len || (text_is_utf8(name.ptr, name.len) && !memchr(name.ptr, '"', name.len) &&
                             !memchr(name.ptr, '\n', name.len) && !memchr(name.ptr, '/', name.len)),
               "the file name fits into a header");
    fuzz_claim(c->effect_count <= RESULT_EFFECTS, "the effects have a bound");
    volatile uint64_t all = sum(c->answer_body);
    for (size_t i = 0; i < c->effect_count; i++) {
        const plugin_effect *e = &c->effects[i];
        fuzz_claim(e->kind >= EFFECT_PUT && e->kind <= EFFECT_COMPLETE, "an effect is one that there is");
        all += sum(e->key) + sum(e->value) + sum(e->type);
    }
    (void)all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    plugin_call c = {.arena = arena_create(), .plugin = "fuzzed"};
    bool whole = result_read(&c, fuzz_input(data, size));
    if (whole && c.status == STATUS_OK) {
        check_answer(&c);
    } else if (whole) {
        fuzz_claim(c.effect_count == 0 && c.effects == NULL && !c.answer_body.ptr, "a refusal brings nothing along");
        fuzz_claim(c.fault.status == c.status && c.fault.code[0], "a refusal has a code");
        fuzz_claim(text_is_utf8(c.fault.text, strlen(c.fault.text)), "its sentence is text");
        fuzz_claim(c.fault.text[0], "its sentence says something");
    }
    arena_destroy(c.arena);
    return 0;
}
