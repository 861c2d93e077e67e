// SPDX-License-Identifier: EUPL-1.2
#include "base/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

// Memory is a matter of the whole process, and so is its reserve.
static struct {
    _Atomic(void *) bytes; // NULL: spent, or never set aside
    atomic_bool wanted;
} reserve;

// Not by the log, which the worker does not have.
static void say(const char *text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

void memory_end(void) {
    say("interlink: There is no memory left, so the program ends. What was acknowledged is kept. Give it more memory, "
        "and "
        "start it again.\n");
    _exit(MEMORY_EXIT);
}

void memory_reserve(void) {
    atomic_store(&reserve.wanted, true);
    atomic_store(&reserve.bytes, malloc(MEMORY_RESERVE));
}

bool memory_spend(void) {
    void *had = atomic_exchange(&reserve.bytes, NULL);
    if (had)
        say("interlink: Memory is short. The reserve is in use; until it is whole again, new requests are refused.\n");
    free(had);
    return had != NULL;
}

bool memory_low(void) {
    if (!atomic_load(&reserve.wanted) || atomic_load(&reserve.bytes))
        return false;
    void *again = malloc(MEMORY_RESERVE), *none = NULL;
    if (again && !atomic_compare_exchange_strong(&reserve.bytes, &none, again))
        free(again); // another thread was faster
    return again == NULL;
}

void *memory_try(size_t size) {
    void *got = malloc(size);
    if (!got && memory_spend())
        got = malloc(size);
    return got;
}

void *memory_try_resize(void *old, size_t size) {
    void *got = realloc(old, size);
    if (!got && memory_spend())
        got = realloc(old, size);
    return got;
}

void *memory_sure(void *got) {
    if (!got)
        memory_end();
    return got;
}

void *memory_take(size_t size) {
    return memory_sure(memory_try(size));
}

void *memory_new(size_t size) {
    void *got = calloc(1, size);
    return got || !memory_spend() ? memory_sure(got) : memory_sure(calloc(1, size));
}

void *memory_resize(void *old, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_end();
    return memory_sure(memory_try_resize(old, bytes));
}

char *memory_text(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(memory_take(size), text, size);
}
