// SPDX-License-Identifier: EUPL-1.2
//
// package: what a plugin's folder holds beside its code, read once before the jail is tightened: texts, page
// templates. And what the host says of it: its settings, and the permissions that are granted.
#ifndef INTERLINK_WORKER_PACKAGE_H
#define INTERLINK_WORKER_PACKAGE_H

#include <jansson.h>

#include "base/arena.h"
#include "worker/template.h"

typedef struct package_file {
    const char *name; // below its folder: "results.html", "parts/bar.html"
    str text;
    struct package_file *next;
} package_file;

typedef struct package {
    arena *arena;
    const char *folder; // absolute
    const char *id, *version, *entry, *runtime;
    json_t *texts;       // {"en": {"key": "text"}}
    json_t *settings;    // an object
    json_t *permissions; // an array of words: those that are granted
    package_file *templates;
    template_cache *cache;
} package;

// False with a sentence when something in the folder cannot be read. What it holds lasts as long as the process.
bool package_read(package *p, const char *folder, char sentence[SENTENCE_SIZE]);

// A text in a language, else in English. ptr NULL if there is none. Lives as long as the package.
str package_text(const package *p, str language, const char *key);

bool package_permits(const package *p, const char *permission);
const package_file *package_template(const package *p, const char *name); // NULL if there is none

#endif
