// SPDX-License-Identifier: EUPL-1.2
#include "domain/words.h"

#include <ctype.h>
#include <string.h>

// U+00C0 to U+017F without their accents, in small letters; a blank is no letter, a capital stands for two (see below).
static const char latin[] = "aaaaaaAceeeeiiiidnooooo ouuuuyTSaaaaaaAceeeeiiiidnooooo ouuuuyTy"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"
                            "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static size_t fold_latin(uint32_t code, char out[4]) {
    char base = latin[code - 0xC0];
    static const char pairs[][4] = {"Aae", "Tth", "Sss", "Iij", "Ooe"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i][0] == base) {
            memcpy(out, pairs[i] + 1, 2);
            return 2;
        }
    }
    out[0] = base;
    return base == ' ' ? 0 : 1;
}

// One code point of valid UTF-8: its folded bytes in `out` (none for what is no letter and no digit), its size as
// result.
static size_t fold(const char *at, size_t left, char out[4], size_t *len) {
    unsigned char c = (unsigned char)at[0];
    *len = 0;
    if (c < 0x80) {
        if (isalnum(c)) {
            out[(*len)++] = (char)tolower(c);
        }
        return 1;
    }
    size_t size = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (size > left) {
        return left;
    }
    uint32_t code = size == 2 ? (uint32_t)(c & 0x1F) << 6 | ((unsigned char)at[1] & 0x3F) : 0;
    if (code >= 0xC0 && code < 0x180) {
        *len = fold_latin(code, out);
    } else if (code >= 0x180 || (size == 3 && c != 0xE2 && c != 0xEF) || size == 4) {
        // Letters of other alphabets; E2 begins the typographic signs.
        memcpy(out, at, size);
        *len = size;
    }
    return size;
}

// Folded, between blanks.
static const struct {
    char language[4];
    const char *list;
} common[] = {
    {"en",
     " the and for with that this these those are was were been being has have had not but from into onto can could "
     "will would shall should may might must who which what when where how why its their them they there here than "
     "then also such more most other any all each both some only over under about your you our his her she him out "
     "per via use used using one two etc "},
    {"es",
     " los las del que con por para una uno unos unas este esta estos estas ese esa como mas pero sus son ser sea han "
     "hay sin sobre entre cuando donde cual cuales todo toda todos todas otro otra otros otras muy tambien puede "
     "pueden "
     "debe deben cada desde hasta nos les etc "},
    {"it",
     " gli dei del dello della delle degli nel nella nelle negli nei sul sulla sulle dal dalla dalle dai alla alle "
     "agli "
     "allo con per tra fra che chi cui come quale quali quando dove una uno sono essere sia stato non piu anche questo "
     "questa questi queste quello quella loro suo sua suoi sue ogni tutti tutte tutto puo possono deve devono ecc "},
    {"lv",
     " par pie pec uz lai kas kam kur kad kura kuri kuru ka var tiek tika nav bet vai vien arii ari jau tas tie tam to "
     "sis sie sas sim savu savus citu citi visi visu visiem gan bez lidz starp pret caur jabut "},
    {"nl",
     " het een van voor met dat die dit deze zijn was waren wordt worden niet ook aan als bij door maar naar nog over "
     "uit hun haar wat wie waar hoe kan kunnen moet moeten zal zullen meer alle elk elke andere dan der den des "},
    {"fr",
     " les des une aux avec par pour dans sur que qui quoi dont est sont etre ete ont pas plus leur leurs ses son nos "
     "vos votre notre ces cet cette mais comme aussi sans sous entre tout tous toute toutes autre autres peut peuvent "
     "doit doivent chaque afin etc "},
    {"de",
     " der die das den dem des ein eine einer eines einem einen und oder mit von vom zum zur fur auf aus bei ist sind "
     "war waren wird werden nicht auch als wie was wer sich dass wenn nach uber unter durch ihre ihrer ihren sie kann "
     "konnen soll sollen muss mussen alle jede jeder jedes andere mehr "},
};

static bool is_common(const char *word, size_t len, const char *language) {
    char wanted[WORDS_BYTES + 3];
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (strcmp(common[i].language, language) == 0) {
            wanted[0] = ' ';
            memcpy(wanted + 1, word, len);
            memcpy(wanted + 1 + len, " ", 2);
            return strstr(common[i].list, wanted) != NULL;
        }
    }
    return false;
}

static size_t place_of(const words_entry *items, size_t room, const char *word, size_t len) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)word[i]) * 1099511628211u;
    }
    size_t at = (size_t)(hash >> 20) & (room - 1);
    while (items[at].word != NULL && (strncmp(items[at].word, word, len) != 0 || items[at].word[len] != 0)) {
        at = (at + 1) & (room - 1);
    }
    return at;
}

static void grow(words *w) {
    size_t room = w->room > 0 ? w->room * 2 : 128;
    words_entry *wider = arena_alloc(w->arena, room * sizeof *wider);
    for (size_t i = 0; i < w->room; i++) {
        if (w->items[i].word != NULL) {
            wider[place_of(wider, room, w->items[i].word, strlen(w->items[i].word))] = w->items[i];
        }
    }
    w->items = wider;
    w->room = room;
}

static void word_add(words *w, const char *word, size_t len, const char *language, double weight) {
    if (len < 3 || is_common(word, len, language)) {
        return;
    }
    if (w->count * 2 >= w->room) {
        grow(w);
    }
    words_entry *entry = &w->items[place_of(w->items, w->room, word, len)];
    if (entry->word == NULL) {
        entry->word = arena_copy(w->arena, word, len);
        w->count++;
    }
    entry->weight += weight;
    w->length += weight;
}

void words_add(words *w, str text, const char *language, double weight) {
    char word[WORDS_BYTES + 4], bytes[4];
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t folded;
        i += fold(text.ptr + i, text.len - i, bytes, &folded);
        if (folded == 0) {
            word_add(w, word, len, language, weight);
            len = 0;
        } else if (len + folded <= WORDS_BYTES) {
            memcpy(word + len, bytes, folded);
            len += folded;
        }
    }
    word_add(w, word, len, language, weight);
}
