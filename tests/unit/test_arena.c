// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <jansson.h>
#include <stdalign.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state) {
    (void)state;
    arena *a = arena_create();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 3000; size += 7) {
            arena_copy(a, "x", 1); // leaves the next place unaligned
            char *bytes = arena_alloc(a, size);
            assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, 0xEE, size);
        }
        char *large = arena_alloc(a, 1 << 20);
        assert_int_equal(large[(1 << 20) - 1], 0);
        memset(large, 0xEE, 1 << 20);
        arena_reset(a);
    }
    arena_destroy(a);
    arena_destroy(NULL);
}

static void texts_are_copies(void **state) {
    (void)state;
    arena *a = arena_create();
    char source[] = "source";
    char *copy = arena_text(a, source);
    str borrowed = arena_str(a, (str){source, 3});
    memset(source, 'x', sizeof source - 1);
    assert_string_equal(copy, "source");
    assert_string_equal(borrowed.ptr, "sou");
    assert_null(arena_text(a, NULL));
    assert_null(arena_str(a, (str){NULL, 0}).ptr);
    assert_string_equal(arena_copy(a, "a\0b", 3) + 2, "b");
    assert_string_equal(arena_copy(a, NULL, 0), "");
    assert_string_equal(arena_printf(a, "%s-%05d", "n", 42), "n-00042");
    char *wide = arena_printf(a, "%30000d", 1);
    assert_int_equal(strlen(wide), 30000);
    arena_destroy(a);
}

typedef struct note {
    arena *a;
    char *log;
    char letter;
    int again;
} note;

static void write_letter(void *what) {
    note *n = what;
    strncat(n->log, &n->letter, 1);
    if (n->again-- > 0)
        arena_defer(n->a, write_letter, n);
}

static void cleanups_run_newest_first(void **state) {
    (void)state;
    char log[16] = "";
    arena *a = arena_create();
    note first = {a, log, 'a', 0}, second = {a, log, 'b', 2}, third = {a, log, 'c', 0};
    arena_defer(a, write_letter, &first);
    arena_defer(a, write_letter, &second);
    arena_defer(a, write_letter, &third);
    assert_string_equal(log, "");
    arena_reset(a);
    assert_string_equal(log, "cbbba"); // a cleanup may defer another
    arena_defer(a, write_letter, &first);
    arena_destroy(a);
    assert_string_equal(log, "cbbbaa");
}

static void json_goes_with_the_arena(void **state) {
    (void)state;
    arena *a = arena_create();
    json_t *value = json_object();
    json_incref(value);
    assert_ptr_equal(arena_json(a, value), value);
    assert_null(arena_json(a, NULL));
    arena_destroy(a);
    assert_int_equal(value->refcount, 1);
    json_decref(value);
}

// A request uses the memory of the one before.
static void only_the_head_is_zeroed(void **state) {
    (void)state;
    arena *a = arena_create();
    memset(arena_alloc(a, 256), 0x5a, 256);
    arena_reset(a);
    const char *bytes = arena_alloc_head(a, 256, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(bytes[100], 0x5a);
    arena_destroy(a);
}

// It is written where there is room, which the end of a block may cut off.
static void printed_texts_are_whole_at_the_end_of_a_block(void **state) {
    (void)state;
    arena *a = arena_create();
    const char *before = NULL;
    for (int i = 0; i < 4000; i++) {
        const char *text = arena_printf(a, "%d bottles", i);
        char wanted[32];
        snprintf(wanted, sizeof wanted, "%d bottles", i);
        assert_string_equal(text, wanted);
        if (before)
            assert_int_equal(atoi(before), i - 1);
        before = text;
    }
    char large[40000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_string_equal(arena_printf(a, "%s", large), large);
    assert_string_equal(arena_printf(a, "%s", ""), "");
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_texts_are_whole_at_the_end_of_a_block),
        cmocka_unit_test(only_the_head_is_zeroed),
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(texts_are_copies),
        cmocka_unit_test(cleanups_run_newest_first),
        cmocka_unit_test(json_goes_with_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
