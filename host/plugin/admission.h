// SPDX-License-Identifier: EUPL-1.2
//
// admission: may an installed plugin run on this machine, whatever its switch says?
#ifndef INTERLINK_PLUGIN_ADMISSION_H
#define INTERLINK_PLUGIN_ADMISSION_H

#include "domain/author_key.h"
#include "plugin/revocation.h"

enum { ADMISSION_SENTENCE = 200 };

typedef enum plugin_refusal {
    PLUGIN_ADMITTED,
    PLUGIN_REVOKED,    // a revocation list names it
    PLUGIN_DISTRUSTED, // the administration does not trust its author's key
    PLUGIN_UNSIGNED,   // nobody signed it, and the server was not started with --dev
    PLUGIN_UNJAILED,   // layers of the jail are missing on this machine, and nobody has accepted that
} plugin_refusal;

const char *plugin_refusal_text(plugin_refusal r); // "", revoked, distrusted, unsigned, unjailed

// What holds on this machine, for all plugins.
typedef struct plugin_admission {
    bool dev;                 // unsigned ones may run
    const char *jail_missing; // a sentence on what the jail lacks here; "": nothing
    bool jail_accepted;       // an administrator runs strangers' plugins all the same
    revocation_list *revoked; // NULL: no list
} plugin_admission;

// What is known of one.
typedef struct plugin_facts {
    const char *plugin, *version;
    const char *sha256, *key; // NULL: there are none
    bool bundled;
    author_trust trust;
} plugin_facts;

// `sentence` says why not; "" when admitted.
plugin_refusal plugin_admission_check(const plugin_admission *a, const plugin_facts *p,
                                      char sentence[ADMISSION_SENTENCE]);

// Has an administrator accepted that this is missing? It holds for this machine, and for this only.
bool plugin_admission_jail_accepted(store *s, const char *jail_missing);
status plugin_admission_jail_accept(store *s, const char *jail_missing, bool accepted, fault *f);

#endif
