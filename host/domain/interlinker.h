// SPDX-License-Identifier: EUPL-1.2
//
// interlinker: one entry of the catalogue, as those who open it in a task need it. Lists and pages are catalogue.h.
#ifndef INTERLINK_DOMAIN_INTERLINKER_H
#define INTERLINK_DOMAIN_INTERLINKER_H

#include "base/arena.h"
#include "store/store.h"

typedef enum interlinker_kind { INTERLINKER_PLUGIN, INTERLINKER_TEMPLATE, INTERLINKER_LINK } interlinker_kind;

// All texts are in the arena.
typedef struct interlinker {
    interlinker_kind kind;
    const char *plugin; // the installed plugin that runs it, or NULL
    const char *name;   // in the language that was asked for
    const char *uri;    // of a link, else ""
    bool missing;       // a template whose files did not come with it
} interlinker;

// STATUS_NOT_FOUND "interlinker.unknown" if there is none.
status interlinker_find(store *s, arena *a, const char *wanted, const char *language, interlinker *out, fault *f);

#endif
