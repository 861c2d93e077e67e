// SPDX-License-Identifier: EUPL-1.2
//
// template_parts: what a compiled page consists of, for template.c, which makes it, and template_render.c.
#ifndef INTERLINK_WORKER_TEMPLATE_PARTS_H
#define INTERLINK_WORKER_TEMPLATE_PARTS_H

#include "worker/markup.h"
#include "worker/template.h"

enum { TEMPLATE_DEPTH = 32 }; // sections in sections

typedef enum part_kind { PART_LITERAL, PART_VALUE, PART_TEXT, PART_LINK, PART_SECTION, PART_INVERTED } part_kind;

typedef struct template_part {
    part_kind kind;
    markup_place place;
    str text;   // a literal; or a name: its words, each ended by NUL ("a.b" is "a\0b\0"); "." is one of no words
    size_t end; // of a section: the part behind it
} template_part;

struct template {
    char *page; // a copy, which literals point into
    size_t len;
    char *names; // room for all names
    template_part *parts;
    size_t count;
};

#endif
