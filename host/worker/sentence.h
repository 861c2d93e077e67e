// SPDX-License-Identifier: EUPL-1.2
//
// sentence: room for the sentence that says what went wrong, where no call is there to keep it.
#ifndef INTERLINK_WORKER_SENTENCE_H
#define INTERLINK_WORKER_SENTENCE_H

#include <stdbool.h>

enum { SENTENCE_SIZE = 512 };

// Fills it and gives false back, so that a caller can write: return sentence_set(sentence, ...).
bool sentence_set(char sentence[SENTENCE_SIZE], const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
