// SPDX-License-Identifier: EUPL-1.2
#include "worker/sentence.h"

#include <stdarg.h>
#include <stdio.h>

bool sentence_set(char sentence[SENTENCE_SIZE], const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, SENTENCE_SIZE, format, args);
    va_end(args);
    return false;
}
