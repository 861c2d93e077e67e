// SPDX-License-Identifier: EUPL-1.2
//
// library: a shared library that is loaded when it is first needed. A process that never needs it has neither its code
// nor that of the libraries it brings along.
#ifndef INTERLINK_BASE_LIBRARY_H
#define INTERLINK_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct library_function {
    const char *name;
    void *place; // where the pointer to it is to stand
} library_function;

enum { LIBRARY_WHY = 200 };

// Loads `file` (a soname) for as long as the process lives, and finds all functions. False, and then `why` is a part of
// a sentence. Any thread; the places are the caller's to guard.
bool library_load(const char *file, const library_function *functions, size_t count, char why[LIBRARY_WHY]);

#endif
