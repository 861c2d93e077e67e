// SPDX-License-Identifier: EUPL-1.2
//
// memory: allocation that cannot fail, for what outlives a request (an arena holds the rest). Free with free().
//
// An allocation that the system refuses gives back the reserve that the process may have set aside, and tries again; if
// that does not help, the process says so and ends with MEMORY_EXIT. See docs/decisions/0009-memory.md. Any thread.
#ifndef INTERLINK_BASE_MEMORY_H
#define INTERLINK_BASE_MEMORY_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_RESERVE = 8 << 20, MEMORY_EXIT = 12 };

// Zeroed. `size` may not be 0.
void *memory_new(size_t size);
void *memory_take(size_t size); // not zeroed
void *memory_resize(void *old, size_t count, size_t size);
char *memory_text(const char *text);

// For libraries that bring their own way to fail, and for what they give: NULL ends the process.
void *memory_sure(void *got);
// The same as malloc and realloc, but for the second try.
void *memory_try(size_t size);
void *memory_try_resize(void *old, size_t size);
// Gives the reserve back to the system: true if there was one, so that it is worth trying again.
bool memory_spend(void);
// Says that there is no memory, and ends the process.
_Noreturn void memory_end(void);

// Sets the reserve aside, at the start of a process that has much to lose.
void memory_reserve(void);
// Is the reserve spent, and cannot be had again? Then nothing new should be begun.
bool memory_low(void);

#endif
