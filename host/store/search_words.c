// SPDX-License-Identifier: EUPL-1.2
#include "store/search_words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum { TYPED_WORDS = 16, CANDIDATES = 1024, TABLE = 2048 };

static bool is_word_byte(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

// Cuts a long word between two code points.
static size_t shorten(const char *word, size_t len) {
    if (len <= SEARCH_WORD_BYTES)
        return len;
    len = SEARCH_WORD_BYTES;
    while (len > 0 && ((unsigned char)word[len] & 0xC0) == 0x80)
        len--;
    return len;
}

// The next word, or an empty one at the end. Runs that are not UTF-8 are no words.
static str next_word(str text, size_t *at) {
    while (*at < text.len) {
        size_t start = *at;
        if (!is_word_byte((unsigned char)text.ptr[start])) {
            (*at)++;
            continue;
        }
        while (*at < text.len && is_word_byte((unsigned char)text.ptr[*at]))
            (*at)++;
        if (text_is_utf8(text.ptr + start, *at - start))
            return (str){text.ptr + start, shorten(text.ptr + start, *at - start)};
    }
    return (str){NULL, 0};
}

void search_words_all(search_words *out, str text) {
    size_t at = 0;
    out->count = 0;
    for (str word; out->count < TYPED_WORDS && (word = next_word(text, &at)).len;)
        out->word[out->count++] = word;
}

typedef struct candidate {
    str word;
    size_t letters, times, order;
} candidate;

static bool same_word(str a, str b) {
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static size_t slot_of(str word) {
    uint32_t hash = 2166136261u; // FNV-1a over the lower-case bytes
    for (size_t i = 0; i < word.len; i++)
        hash = (hash ^ ((unsigned char)word.ptr[i] | 0x20)) * 16777619u;
    return hash % TABLE;
}

// A long word that is repeated says more than a short one that appears once. Very long and very frequent ones gain
// nothing more, so that neither drowns the others.
static size_t weight(const candidate *c) {
    size_t letters = c->letters < 10 ? c->letters : 10;
    size_t times = c->times < 4 ? c->times : 4;
    return letters + 2 * times;
}

static int by_weight(const void *a, const void *b) {
    const candidate *one = a, *two = b;
    if (weight(one) != weight(two))
        return weight(one) > weight(two) ? -1 : 1;
    return one->order < two->order ? -1 : 1;
}

void search_words_telling(search_words *out, str text) {
    candidate *found = memory_new(CANDIDATES * sizeof *found);
    uint16_t *table = memory_new(TABLE * sizeof *table); // number of a candidate plus one; 0 is free
    size_t at = 0, count = 0;
    for (str word; (word = next_word(text, &at)).len;) {
        size_t letters = text_length(word.ptr, word.len), slot = slot_of(word);
        if (letters < 3)
            continue;
        while (table[slot] && !same_word(found[table[slot] - 1].word, word))
            slot = (slot + 1) % TABLE;
        if (table[slot]) {
            found[table[slot] - 1].times++;
        } else if (count < CANDIDATES) {
            found[count] = (candidate){word, letters, 1, count};
            table[slot] = (uint16_t)++count;
        }
    }
    qsort(found, count, sizeof *found, by_weight);
    out->count = count < SEARCH_WORDS ? count : SEARCH_WORDS;
    for (size_t i = 0; i < out->count; i++)
        out->word[i] = found[i].word;
    free(found);
    free(table);
}
