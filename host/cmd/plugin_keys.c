// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "cmd/plugin_change.h"
#include "cmd/plugin_verb.h"
#include "domain/catalogue.h"

typedef struct keys_call {
    const char *name;
    char key[MINISIGN_KEY_TEXT];
    author_trust trust;
} keys_call;

static void say(void *context, const char *key, author_trust trust, const char *name, int64_t decided,
                int64_t plugins) {
    minisign_key parsed;
    char print[MINISIGN_FINGERPRINT_TEXT] = "";
    (void)context, (void)decided;
    if (minisign_key_parse(str_from(key), &parsed, NULL) == STATUS_OK) {
        minisign_key_fingerprint(&parsed, print);
    }
    printf("%-10s %s  %s  %lld %s  %s\n", author_trust_text(trust), key, print, (long long)plugins,
           plugins == 1 ? "tool" : "tools", name);
}

static status list_run(plugin_change_call *c, store *s, void *context, fault *f) {
    (void)c, (void)context;
    return author_key_list(s, say, NULL, f);
}

static status decide_run(plugin_change_call *c, store *s, void *context, fault *f) {
    const keys_call *k = context;
    static const char *const ACTIONS[] = {"key.forgotten", "key.forgotten", "key.trusted", "key.distrusted"};
    status outcome = author_key_decide(s, k->key, k->trust, k->name, NULL, f);
    usage_event e = usage_event_by(&c->decision.by);
    json_t *data = json_pack("{s:s}", "key", k->key);
    char *text = json_dumps(data, JSON_COMPACT);
    e.action = ACTIONS[k->trust];
    e.data = str_from(text);
    if (outcome == STATUS_OK) {
        outcome = usage_append(s, c->secret, &e, f);
    }
    free(text);
    json_decref(data);
    return outcome == STATUS_OK ? catalogue_changed(s, f) : outcome;
}

static const char *what_of(author_trust trust) {
    return trust == AUTHOR_TRUSTED      ? "plugin.keys.trust"
           : trust == AUTHOR_DISTRUSTED ? "plugin.keys.distrust"
                                        : "plugin.keys.forget";
}

static int keys_do(const char *data, const char *given, keys_call *k, bool list) {
    fault f = {0};
    minisign_key key;
    plugin_change_call c = {.data = data, .what = list ? NULL : what_of(k->trust)};
    status outcome = list ? STATUS_OK : plugin_key_open(given, &key, &f);
    if (outcome == STATUS_OK && !list) {
        minisign_key_text(&key, k->key);
    }
    if (outcome == STATUS_OK) {
        outcome = plugin_change_do(&c, list ? list_run : decide_run, k, &f);
    }
    if (outcome == STATUS_OK && !list) {
        plugin_key_say(&key);
    }
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}

int plugin_verb_keys(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "", *data = NULL, *given = NULL;
    keys_call k = {0};
    const command_option options[] = {
        {"--data", "DIR", "The data folder.", &data, NULL, true},
        {"--name", "WHO", "Whose key it is, for the list.", &k.name, NULL, false},
    };
    bool list = strcmp(verb, "list") == 0, trust = strcmp(verb, "trust") == 0;
    bool distrust = strcmp(verb, "distrust") == 0, forget = strcmp(verb, "forget") == 0;
    bool known = list || trust || distrust || forget;
    const command_usage usage = {"interlink plugin keys list|trust|distrust|forget --data DIR [KEY]",
                                 "list      shows the keys that were decided on, and those of what is installed.\n"
                                 "trust     puts an author's key on the list of those that the administration trusts.\n"
                                 "distrust  stops everything that is signed with it, and lets nothing of it in.\n"
                                 "forget    takes a key off the list.\n\n"
                                 "KEY is the key itself (RWQ...), or a file that holds it.",
                                 options, 2, known && !list ? 1 : 0};
    int done = command_read(&usage, known ? argc - 1 : argc, known ? argv + 1 : argv, &given);
    if (done >= 0) {
        return done;
    }
    if (!known) {
        fprintf(stderr, "interlink plugin keys: say list, trust, distrust or forget.\nusage: %s\n", usage.line);
        return 2;
    }
    k.trust = trust ? AUTHOR_TRUSTED : distrust ? AUTHOR_DISTRUSTED : AUTHOR_FIRST;
    return keys_do(data, given, &k, list);
}
