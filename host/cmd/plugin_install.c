// SPDX-License-Identifier: EUPL-1.2
//
// install, accept, dismiss, rollback, grant, refuse: a package on its way into a data folder, and the decisions about
// it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/plugin_change.h"
#include "cmd/plugin_verb.h"
#include "plugin/archive.h"
#include "plugin/package.h"
#include "store/folder.h"

typedef struct install_options {
    const char *data, *path, *key, *grant;
    bool dev, accept;
} install_options;

// ---- what a person must know

static const char *trust_words(author_trust t) {
    static const char *const WORDS[] = {"first time: nobody here has installed anything of this key",
                                        "known: something of this key is installed", "trusted by the administration",
                                        "NOT trusted by the administration"};
    return WORDS[t];
}

static void say_list(const char *what, const json_t *list) {
    const json_t *item;
    size_t i;
    printf("  %-12s", what);
    json_array_foreach(list, i, item) {
        printf(" %s", json_string_value(item));
    }
    printf("%s\n", json_array_size(list) ? "" : " none");
}

static void say_asked(const json_t *about, const plugin_change *change) {
    json_t *asked = plugin_change_asked(about), *limits;
    const char *name;
    json_object_foreach(asked, name, limits) {
        char *text = json_dumps(limits, JSON_COMPACT);
        const char *how = json_string_value(json_object_get(change->permissions, name));
        printf("  asks for     %s%s%s%s%s\n", name, json_object_size(limits) ? " " : "",
               json_object_size(limits) ? text : "", how ? ": " : "", how ? how : "");
        free(text);
    }
    if (json_object_size(asked) == 0) {
        printf("  asks for     nothing\n");
    }
    json_decref(asked);
}

static void say_findings(const char *findings) {
    json_t *list = json_loads(findings, 0, NULL), *one;
    size_t i, faults = 0;
    json_array_foreach(list, i, one) {
        plugin_say_finding(&faults, json_is_true(json_object_get(one, "fault")),
                           json_string_value(json_object_get(one, "text")));
    }
    json_decref(list);
}

static void say_package(const release *r, const install_outlook *o) {
    json_t *about = json_loads(r->manifest, 0, NULL);
    minisign_key key;
    printf("%s %s\n", r->plugin, r->version);
    if (r->key && minisign_key_parse(str_from(r->key), &key, NULL) == STATUS_OK) {
        plugin_key_say(&key);
        printf("  author       %s\n", trust_words(o->trust));
    } else {
        printf("  author       UNSIGNED: anybody may have made it\n");
    }
    if (o->new_key) {
        printf("  THE KEY IS ANOTHER than that of the version before.\n");
    }
    printf("  code         %s\n",
           strcmp(json_string_value(json_object_get(about, "runtime")), "native") == 0 ? "native" : "Lua");
    say_asked(about, &o->change);
    say_list("keeps", json_object_get(json_object_get(about, "data"), "personal"));
    say_list("languages", json_object_get(about, "languages"));
    say_findings(r->findings);
    json_decref(about);
}

// ---- install

typedef struct installing {
    const install_options *options;
    plugin_arrival arrival;
    bool waits, accepted;
} installing;

static status accept_now(plugin_change_call *c, store *s, installing *i, const install_outlook *o, fault *f) {
    const char *grant = i->options->grant ? i->options->grant : i->options->dev ? "all" : NULL;
    json_t *granted = grant || o->decision ? plugin_names_read(grant, i->arrival.manifest->json) : NULL;
    c->decision.granted = granted;
    c->decision.new_key = i->options->dev;
    status outcome = plugin_install_accept(s, &c->decision, f);
    json_decref(granted);
    i->accepted = outcome == STATUS_OK;
    return outcome;
}

static status install_run(plugin_change_call *c, store *s, void *context, fault *f) {
    installing *i = context;
    release r;
    install_outlook o;
    status outcome = plugin_arrival_enter(&i->arrival, s, &i->waits, f);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    c->decision.plugin = i->arrival.manifest->id;
    outcome = release_find_in(s, i->arrival.arena, c->decision.plugin, RELEASE_WAITING, &r, f);
    if (outcome == STATUS_OK) {
        outcome = plugin_install_outlook(s, i->arrival.arena, &r, &o, f);
    }
    if (outcome != STATUS_OK) {
        return outcome;
    }
    say_package(&r, &o);
    if (i->options->accept || i->options->grant || i->options->dev) {
        outcome = accept_now(c, s, i, &o, f);
    }
    plugin_install_outlook_free(&o);
    return outcome;
}

// An author's folder becomes a package file first, so that it comes in by the same door as all others.
static status take_folder(const char *folder, buffer *bytes, fault *f) {
    char temporary[FOLDER_TEMPORARY], path[FOLDER_TEMPORARY + 16];
    if (folder_temporary("interlink-install", temporary, f) != STATUS_OK) {
        return f->status;
    }
    snprintf(path, sizeof path, "%s/package", temporary);
    status s = plugin_archive_pack(folder, path, f);
    if (s == STATUS_OK) {
        s = plugin_file_take(path, PACKAGE_BYTES, bytes, f);
    }
    unlink(path);
    rmdir(temporary);
    return s;
}

static status take(const install_options *o, buffer *bytes, buffer *signature, buffer *key, fault *f) {
    struct stat about;
    if (stat(o->path, &about) == 0 && S_ISDIR(about.st_mode)) {
        return o->dev
                   ? take_folder(o->path, bytes, f)
                   : fault_set(f, STATUS_FORBIDDEN, "install.unsigned",
                               "%.200s is a folder, which nobody can have signed. Pack and sign it, or say --dev for a "
                               "server that was started with --dev.",
                               o->path);
    }
    minisign_key given;
    status s = plugin_package_take(o->path, o->dev, bytes, signature, f);
    if (s == STATUS_OK && o->key && (s = plugin_key_open(o->key, &given, f)) == STATUS_OK) {
        minisign_key_write(&given, key);
    }
    return s;
}

static int install(const install_options *o) {
    fault f = {0};
    buffer bytes = {0}, signature = {0}, key = {0};
    plugin_change_call c = {.data = o->data, .what = "plugin.install"};
    installing i = {.options = o};
    status outcome = take(o, &bytes, &signature, &key, &f);
    if (outcome == STATUS_OK) {
        i.arrival = (plugin_arrival){.bytes = buffer_str(&bytes),
                                     .signature = buffer_str(&signature),
                                     .key_text = buffer_str(&key),
                                     .dev = o->dev,
                                     .data_folder = o->data,
                                     .program_folder = command_program_folder(c.program)};
        outcome = plugin_arrival_read(&i.arrival, &f);
        outcome = outcome == STATUS_OK ? plugin_change_do(&c, install_run, &i, &f) : outcome;
    }
    if (outcome == STATUS_OK && i.accepted) {
        printf("Installed. A server that runs on this folder offers it within a second.\n");
    } else if (outcome == STATUS_OK) {
        printf("It waits for a decision, and nothing of it runs. Decide in the portal, or say\n"
               "  interlink plugin accept --data %s %s --grant NAME,...\n",
               o->data, i.arrival.manifest->id);
    }
    plugin_arrival_close(&i.arrival);
    buffer_free(&bytes);
    buffer_free(&signature);
    buffer_free(&key);
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}

int plugin_verb_install(int argc, char **argv) {
    install_options o = {0};
    const command_option options[] = {
        {"--data", "DIR", "The data folder.", &o.data, NULL, true},
        {"--key", "KEY", "The author's public key, or a file that holds it, where the signature does not name it.",
         &o.key, NULL, false},
        {"--accept", NULL, "Decide at once: all permissions that are not named by --grant are refused.", NULL,
         &o.accept, false},
        {"--grant", "NAME,...", "Decide at once, and grant these; or \"all\", or \"none\".", &o.grant, NULL, false},
        {"--dev", NULL, "Take an unsigned folder or file, with all that it asks for.", NULL, &o.dev, false},
    };
    const command_usage usage = {"interlink plugin install --data DIR PACKAGE",
                                 "Checks the signature PACKAGE.minisig, unpacks the package in a jail, and says who "
                                 "made it and what it asks for.\n"
                                 "It then waits until somebody accepts it. May be done while a server runs.",
                                 options, sizeof options / sizeof *options, 1};
    int done = command_read(&usage, argc, argv, &o.path);
    return done >= 0 ? done : install(&o);
}

// ---- decisions about what is there

typedef struct deciding {
    const char *plugin, *permission, *grant;
    bool granted, new_key;
    const char *to; // roll back: the version; in `arena`
    arena *arena;
} deciding;

static status accept_run(plugin_change_call *c, store *s, void *context, fault *f) {
    deciding *d = context;
    release r;
    install_outlook o;
    status outcome = release_find_in(s, d->arena, d->plugin, RELEASE_WAITING, &r, NULL);
    if (outcome != STATUS_OK) {
        return plugin_install_accept(s, &c->decision, f); // says so
    }
    outcome = plugin_install_outlook(s, d->arena, &r, &o, f);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    json_t *about = json_loads(r.manifest, 0, NULL);
    json_t *granted = d->grant ? plugin_names_read(d->grant, about) : NULL;
    c->decision.granted = granted;
    c->decision.new_key = d->new_key;
    outcome = plugin_install_accept(s, &c->decision, f);
    json_decref(granted);
    json_decref(about);
    plugin_install_outlook_free(&o);
    return outcome;
}

static status dismiss_run(plugin_change_call *c, store *s, void *context, fault *f) {
    (void)context;
    return plugin_install_dismiss(s, &c->decision, f);
}

static status roll_back_run(plugin_change_call *c, store *s, void *context, fault *f) {
    deciding *d = context;
    return plugin_install_roll_back(s, d->arena, &c->decision, NULL, NULL, &d->to, f);
}

static status permit_run(plugin_change_call *c, store *s, void *context, fault *f) {
    deciding *d = context;
    return plugin_install_permit(s, &c->decision, d->permission, d->granted, f);
}

static int decide(const char *data, deciding *d, plugin_change_run *run, const char *what, const char *done) {
    fault f = {0};
    plugin_change_call c = {.data = data, .what = what, .decision.plugin = d->plugin};
    d->arena = arena_create();
    status outcome = plugin_change_do(&c, run, d, &f);
    if (outcome == STATUS_OK) {
        printf("%s%s%s. A server that runs on this folder does so within a second.\n", done,
               d->to ? " to version " : "", d->to ? d->to : "");
    }
    arena_destroy(d->arena);
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}

int plugin_verb_accept(int argc, char **argv) {
    const char *data = NULL;
    deciding d = {0};
    const command_option options[] = {
        {"--data", "DIR", "The data folder.", &data, NULL, true},
        {"--grant", "NAME,...",
         "The permissions that are granted, or \"all\", or \"none\"; all others are refused. Needed for what asks for "
         "something new.",
         &d.grant, NULL, false},
        {"--new-key", NULL, "It is all right that another key signed it than the version before.", NULL, &d.new_key,
         false}};
    const command_usage usage = {"interlink plugin accept --data DIR ID [--grant NAME,...]",
                                 "Installs the package that waits for a decision.", options, 3, 1};
    int done = command_read(&usage, argc, argv, &d.plugin);
    return done >= 0 ? done : decide(data, &d, accept_run, "plugin.accept", "Installed");
}

static int verb_of_one(int argc, char **argv, const char *line, const char *purpose, plugin_change_run *run,
                       const char *what, const char *said) {
    const char *data = NULL;
    deciding d = {0};
    const command_option options[] = {{"--data", "DIR", "The data folder.", &data, NULL, true}};
    const command_usage usage = {line, purpose, options, 1, 1};
    int done = command_read(&usage, argc, argv, &d.plugin);
    return done >= 0 ? done : decide(data, &d, run, what, said);
}

int plugin_verb_dismiss(int argc, char **argv) {
    return verb_of_one(argc, argv, "interlink plugin dismiss --data DIR ID",
                       "Forgets the package that waits for a decision.", dismiss_run, "plugin.dismiss", "Dismissed");
}

int plugin_verb_rollback(int argc, char **argv) {
    return verb_of_one(argc, argv, "interlink plugin rollback --data DIR ID",
                       "Goes back to the version before the last update, with the tool's data as they were then.",
                       roll_back_run, "plugin.rollback", "Went back");
}

static int verb_permit(int argc, char **argv, bool granted) {
    const char *data = NULL, *words[2];
    const command_option options[] = {{"--data", "DIR", "The data folder.", &data, NULL, true}};
    const command_usage usage = {granted ? "interlink plugin grant --data DIR ID PERMISSION"
                                         : "interlink plugin refuse --data DIR ID PERMISSION",
                                 granted ? "Grants a plugin one of the permissions that it asks for."
                                         : "Takes a permission back.",
                                 options, 1, 2};
    int done = command_read(&usage, argc, argv, words);
    if (done >= 0) {
        return done;
    }
    deciding d = {.plugin = words[0], .permission = words[1], .granted = granted};
    return decide(data, &d, permit_run, granted ? "plugin.grant" : "plugin.refuse", granted ? "Granted" : "Taken back");
}

int plugin_verb_grant(int argc, char **argv) {
    return verb_permit(argc, argv, true);
}

int plugin_verb_refuse(int argc, char **argv) {
    return verb_permit(argc, argv, false);
}
