// SPDX-License-Identifier: EUPL-1.2
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/pattern.h"

#include <pcre2.h>
#include <stdio.h>

#include "base/memory.h"

enum { HEAP_KIB = 2048 };

struct pattern {
    pcre2_code *code;
};

static void *give(size_t size, void *context) {
    (void)context;
    return memory_take(size);
}

static void take_back(void *what, void *context) {
    (void)context;
    free(what);
}

// Called before each part of the pattern is tried. The library's own limit counts anew from each place of the text on.
static int step(pcre2_callout_block *at, void *steps) {
    (void)at;
    return --*(int *)steps < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

static pcre2_code *compile(const char *text, int *error, size_t *at) {
    enum {
        AS_ECMA = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF,
        WITH_CARE = PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT,
    };
    pcre2_general_context *general = pcre2_general_context_create(give, take_back, NULL);
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    pcre2_set_parens_nest_limit(context, PATTERN_DEPTH);
    pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, AS_ECMA | WITH_CARE, error, at, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    return code;
}

pattern *pattern_create(const char *text, char trouble[PATTERN_TROUBLE]) {
    int error;
    size_t at;
    if (strlen(text) > PATTERN_LENGTH) {
        snprintf(trouble, PATTERN_TROUBLE, "is longer than %d bytes", PATTERN_LENGTH);
        return NULL;
    }
    pcre2_code *code = compile(text, &error, &at);
    if (!code) {
        char said[PATTERN_TROUBLE - 40];
        pcre2_get_error_message(error, (PCRE2_UCHAR *)said, sizeof said);
        snprintf(trouble, PATTERN_TROUBLE, "cannot be read: %s, after %zu bytes", said, at);
        return NULL;
    }
    pattern *p = memory_new(sizeof *p);
    p->code = code;
    return p;
}

void pattern_destroy(pattern *p) {
    if (!p)
        return;
    pcre2_code_free(p->code);
    free(p);
}

bool pattern_fits(const pattern *p, str text, int *steps) {
    if (*steps <= 0 || text.len > PATTERN_TEXT)
        return false;
    pcre2_general_context *general = pcre2_general_context_create(give, take_back, NULL);
    pcre2_match_context *context = pcre2_match_context_create(general);
    pcre2_match_data *found = pcre2_match_data_create(1, general);
    pcre2_set_callout(context, step, steps);
    pcre2_set_heap_limit(context, HEAP_KIB);
    int result = pcre2_match(p->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0, 0, found, context);
    pcre2_match_data_free(found);
    pcre2_match_context_free(context);
    pcre2_general_context_free(general);
    return result >= 0;
}
