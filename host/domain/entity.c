// SPDX-License-Identifier: EUPL-1.2
#include "domain/entity.h"

#include <stdint.h>
#include <string.h>

typedef struct entity {
    char name[8];
    uint16_t code;
} entity;

// Latin letters of the languages of Europe, and the signs of ordinary typography.
static const entity entities[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},    {"nbsp", 0xA0},
    {"iexcl", 0xA1},   {"cent", 0xA2},    {"pound", 0xA3},    {"sect", 0xA7},    {"copy", 0xA9},    {"ordf", 0xAA},
    {"laquo", 0xAB},   {"shy", 0xAD},     {"reg", 0xAE},      {"deg", 0xB0},     {"middot", 0xB7},  {"ordm", 0xBA},
    {"raquo", 0xBB},   {"frac12", 0xBD},  {"iquest", 0xBF},   {"Agrave", 0xC0},  {"Aacute", 0xC1},  {"Acirc", 0xC2},
    {"Atilde", 0xC3},  {"Auml", 0xC4},    {"Aring", 0xC5},    {"AElig", 0xC6},   {"Ccedil", 0xC7},  {"Egrave", 0xC8},
    {"Eacute", 0xC9},  {"Ecirc", 0xCA},   {"Euml", 0xCB},     {"Igrave", 0xCC},  {"Iacute", 0xCD},  {"Icirc", 0xCE},
    {"Iuml", 0xCF},    {"Ntilde", 0xD1},  {"Ograve", 0xD2},   {"Oacute", 0xD3},  {"Ocirc", 0xD4},   {"Otilde", 0xD5},
    {"Ouml", 0xD6},    {"times", 0xD7},   {"Oslash", 0xD8},   {"Ugrave", 0xD9},  {"Uacute", 0xDA},  {"Ucirc", 0xDB},
    {"Uuml", 0xDC},    {"szlig", 0xDF},   {"agrave", 0xE0},   {"aacute", 0xE1},  {"acirc", 0xE2},   {"atilde", 0xE3},
    {"auml", 0xE4},    {"aring", 0xE5},   {"aelig", 0xE6},    {"ccedil", 0xE7},  {"egrave", 0xE8},  {"eacute", 0xE9},
    {"ecirc", 0xEA},   {"euml", 0xEB},    {"igrave", 0xEC},   {"iacute", 0xED},  {"icirc", 0xEE},   {"iuml", 0xEF},
    {"ntilde", 0xF1},  {"ograve", 0xF2},  {"oacute", 0xF3},   {"ocirc", 0xF4},   {"otilde", 0xF5},  {"ouml", 0xF6},
    {"oslash", 0xF8},  {"ugrave", 0xF9},  {"uacute", 0xFA},   {"ucirc", 0xFB},   {"uuml", 0xFC},    {"oelig", 0x153},
    {"OElig", 0x152},  {"scaron", 0x161}, {"Scaron", 0x160},  {"ensp", 0x2002},  {"emsp", 0x2003},  {"ndash", 0x2013},
    {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019},  {"sbquo", 0x201A}, {"ldquo", 0x201C}, {"rdquo", 0x201D},
    {"bdquo", 0x201E}, {"bull", 0x2022},  {"hellip", 0x2026}, {"euro", 0x20AC},  {"trade", 0x2122}, {"rarr", 0x2192},
};

static size_t encode(uint32_t code, char letters[8]) {
    if (code < 0x80) {
        letters[0] = (char)code;
        return 1;
    }
    size_t extra = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    letters[0] = (char)(lead[extra] | (code >> (6 * extra)));
    for (size_t i = 1; i <= extra; i++) {
        letters[i] = (char)(0x80 | ((code >> (6 * (extra - i))) & 0x3F));
    }
    return extra + 1;
}

static uint32_t number_read(str digits) {
    bool hex = digits.len > 0 && (digits.ptr[0] == 'x' || digits.ptr[0] == 'X');
    uint32_t code = 0;
    for (size_t i = hex; i < digits.len; i++) {
        char c = digits.ptr[i];
        uint32_t digit = c >= '0' && c <= '9'                        ? (uint32_t)(c - '0')
                         : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10)
                                                                     : UINT32_MAX;
        if (digit == UINT32_MAX || code > 0x10FFFF) {
            return 0;
        }
        code = code * (hex ? 16 : 10) + digit;
    }
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code > 0x10FFFF || surrogate ? 0 : code;
}

size_t entity_read(str text, char letters[8], size_t *used) {
    if (text.len < 4 || text.ptr[0] != '&') {
        return 0;
    }
    size_t reach = text.len < 12 ? text.len : 12;
    const char *end = memchr(text.ptr, ';', reach);
    if (end == NULL) {
        return 0;
    }
    str name = {text.ptr + 1, (size_t)(end - text.ptr) - 1};
    uint32_t code = 0;
    if (name.len > 1 && name.ptr[0] == '#') {
        code = number_read((str){name.ptr + 1, name.len - 1});
    }
    for (size_t i = 0; code == 0 && i < sizeof entities / sizeof *entities; i++) {
        if (str_is(name, entities[i].name)) {
            code = entities[i].code;
        }
    }
    if (code == 0) {
        return 0;
    }
    *used = name.len + 2;
    return encode(code, letters);
}
