// SPDX-License-Identifier: EUPL-1.2
//
// package_folder: small packages, made for one test.
#ifndef INTERLINK_TESTS_PACKAGE_FOLDER_H
#define INTERLINK_TESTS_PACKAGE_FOLDER_H

#include "unit.h"

#include <sys/stat.h>

static inline void package_write(const char *folder, const char *name, const char *text) {
    char path[500];
    assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

// A package `above`/`id` in Lua, in English and Italian, whose manifest has `more` at its end (",\"key\":...").
static inline void package_make(const char *above, const char *id, const char *more, char folder[400]) {
    char *text = NULL, below[450];
    assert_true(snprintf(folder, 400, "%s/%s", above, id) < 400);
    mkdir(folder, 0700);
    assert_true(
        asprintf(&text,
                 "{\"id\":\"%s\",\"version\":\"1.0.0\",\"abi\":1,\"runtime\":\"lua\",\"entry\":\"main.lua\","
                 "\"name\":{\"en\":\"Tool\",\"it\":\"Strumento\"},\"description\":{\"en\":\"Useful\",\"it\":\"Utile\"},"
                 "\"licence\":\"EUPL-1.2\",\"languages\":[\"en\",\"it\"]%s%s}",
                 id, strstr(more, "\"capabilities\"") ? "" : ",\"capabilities\":[\"view\"]", more) > 0);
    package_write(folder, "interlinker.json", text);
    free(text);
    package_write(folder, "main.lua", "return { handle = function(call) call:html('<p>{{t.hello}}</p>', {}) end }");
    package_write(folder, "instructions.md", "Open it.");
    snprintf(below, sizeof below, "%s/i18n", folder);
    mkdir(below, 0700);
    package_write(folder, "i18n/en.json", "{\"hello\":\"Hello\",\"closed\":\"{person} closed it after {n} votes\"}");
    package_write(folder, "i18n/it.json", "{\"hello\":\"Ciao\",\"closed\":\"{person} ha chiuso dopo {n} voti\"}");
}

#endif
