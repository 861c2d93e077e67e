// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/offload.h"
#include "api/operations.h"
#include "base/log.h"
#include "base/memory.h"
#include "cmd/command.h"
#include "cmd/demo.h"
#include "domain/account.h"
#include "domain/invitation.h"
#include "domain/meta.h"
#include "http/contact.h"
#include "http/server.h"
#include "plugin/jail.h"
#include "plugin/lockfile.h"
#include "plugin/revocation.h"
#include "plugin/revocation_watch.h"
#include "store/folder.h"

// Accounts and networks where signing in failed lately, at 8 bytes each.
enum { ATTEMPTS = 32 * 1024 };

typedef struct serve_options {
    const char *data, *listen, *loops, *kept, *public_url, *proxy, *contact, *revocations;
    bool demo, dev, accept_weak_jail;
} serve_options;

// Everything that a running server owns, in the order in which it is made.
typedef struct serve {
    serve_options options;
    char program_folder[4096], revocations[4200];
    int lock;
    services services;
    http_server *server;
    char token[CRYPTO_TOKEN_TEXT]; // of the link for the first administrator, or ""
} serve;

static int serve_read(int argc, char **argv, serve_options *o) {
    const command_option options[] = {
        {"--data", "DIR", "The data folder; made if it is not there.", &o->data, NULL, true},
        {"--listen", "ADDR:PORT", "Where to listen; 127.0.0.1:8080 if not given. Port 0 takes a free one.", &o->listen,
         NULL, false},
        {"--public-url", "URL", "How people reach the site, when a proxy stands before it: https://...", &o->public_url,
         NULL, false},
        {"--security-contact", "URI",
         "Whom to tell of a weakness, for /.well-known/security.txt: mailto:... or https://...", &o->contact, NULL,
         false},
        {"--proxy", "ADDRESS,...", "The proxies whose X-Forwarded-For is believed; none if not given.", &o->proxy, NULL,
         false},
        {"--loops", "N", "Event loops; one for each processor if not given.", &o->loops, NULL, false},
        {"--kept", "N", "Finished public answers that each loop may hold; 256 if not given.", &o->kept, NULL, false},
        {"--accept-weak-jail", NULL,
         "Run tools that people brought also where the jail lacks something (see interlink doctor).", NULL,
         &o->accept_weak_jail, false},
        {"--revocations", "FILE",
         "The revocation list, or its address, https://...; DATA/revocations.json if not given.", &o->revocations, NULL,
         false},
        {"--dev", NULL, "Also run plugins that nobody has signed, for those who write them.", NULL, &o->dev, false},
        {"--demo", NULL, "Fill a new data folder with demonstration content first.", NULL, &o->demo, false},
    };
    const command_usage usage = {
        "interlink serve --data DIR [--listen ADDR:PORT]",
        "Serves the portal, the API and the plugins' views until it gets SIGTERM or SIGINT; then it finishes what is\n"
        "under way and ends. A new data folder has no accounts: the link that is printed makes the first "
        "administrator.",
        options, sizeof options / sizeof *options, 0};
    return command_read(&usage, argc, argv, NULL);
}

static bool number_read(const char *text, long least, long most, long *out) {
    char *end;
    *out = strtol(text, &end, 10);
    return *text != 0 && *end == 0 && *out >= least && *out <= most;
}

static status options_check(serve *v, http_options *http, fault *f) {
    const serve_options *o = &v->options;
    const char *listen = o->listen ? o->listen : "127.0.0.1:8080", *colon = strrchr(listen, ':');
    long port = 0, loops = sysconf(_SC_NPROCESSORS_ONLN), kept = 256;
    if (colon == NULL || (size_t)(colon - listen) >= sizeof http->address || !number_read(colon + 1, 0, 65535, &port)) {
        return fault_set(f, STATUS_INVALID, "serve.listen",
                         "--listen takes ADDRESS:PORT, such as 127.0.0.1:8080, not \"%s\".", listen);
    }
    if (o->loops && !number_read(o->loops, 1, 64, &loops)) {
        return fault_set(f, STATUS_INVALID, "serve.loops", "--loops takes a number from 1 to 64, not \"%s\".",
                         o->loops);
    }
    if (o->kept && !number_read(o->kept, 0, 100000, &kept)) {
        return fault_set(f, STATUS_INVALID, "serve.kept", "--kept takes a number from 0 to 100000, not \"%s\".",
                         o->kept);
    }
    const char *url = o->public_url ? o->public_url : "";
    if (*url && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) {
        return fault_set(f, STATUS_INVALID, "serve.public_url",
                         "--public-url begins with https:// or http://, unlike \"%s\".", url);
    }
    if (o->revocations && strncmp(o->revocations, "http://", 7) == 0) {
        return fault_set(f, STATUS_INVALID, "serve.revocations",
                         "--revocations takes an address that begins with https://, or a file, not \"%s\".",
                         o->revocations);
    }
    if (o->contact && !contact_valid(o->contact)) {
        return fault_set(
            f, STATUS_INVALID, "serve.contact",
            "--security-contact takes an address such as mailto:security@example.org or https://..., not \"%s\".",
            o->contact);
    }
    if (o->proxy && network_list_read(o->proxy, &http->proxies, f) != STATUS_OK) {
        return f->status;
    }
    snprintf(http->address, sizeof http->address, "%.*s", (int)(colon - listen), listen);
    http->port = (uint16_t)port;
    http->loops = (size_t)loops;
    v->services.kept_answers = (size_t)kept;
    v->services.public_url = url;
    v->services.security_contact = o->contact;
    v->services.data_folder = o->data;
    v->services.program_folder = command_program_folder(v->program_folder);
    snprintf(v->revocations, sizeof v->revocations, "%s%s", o->revocations ? o->revocations : o->data,
             o->revocations ? "" : "/revocations.json");
    v->services.revocations = v->revocations;
    return STATUS_OK;
}

// The list is in force before anything runs. One that cannot be taken does not keep the site from starting: what was in
// force before still is.
static void revocations_read(const serve *v, store *s) {
    fault why = {0};
    bool news;
    if (revocation_is_address(v->services.revocations)) {
        return; // it is fetched when the loops run
    }
    status outcome = store_savepoint(s, &why);
    if (outcome == STATUS_OK) {
        outcome = revocation_take_file(s, v->services.revocations, &news, &why);
        if (outcome == STATUS_OK) {
            outcome = store_release(s, &why);
        } else {
            store_rollback_to(s);
        }
    }
    if (outcome != STATUS_OK && (outcome != STATUS_NOT_FOUND || v->options.revocations)) {
        log_write(LOG_ERROR, "serve", "the revocation list was not taken: %s", why.text);
    }
}

// The first write of a start: the installation's secret, the plugins that ship with the program, and the link for the
// first administrator where there is none.
static status serve_first_write(void *context, store *s, fault *f) {
    serve *v = context;
    status outcome = meta_secret(s, v->services.secret, f);
    if (outcome == STATUS_OK) {
        v->services.registry =
            plugin_registry_create(v->services.program_folder, v->services.data_folder, v->services.secret);
        plugin_registry_set_dev(v->services.registry, v->options.dev);
        plugin_registry_set_groups(v->services.registry, v->services.groups);
        outcome = plugin_registry_sync(v->services.registry, s, f);
    }
    if (outcome == STATUS_OK) {
        revocations_read(v, s);
    }
    if (outcome == STATUS_OK && !v->options.demo) {
        outcome = invitation_create_administrator(s, v->token, f);
    }
    return outcome;
}

// What this machine lacks of the jail is said at every start, whether it is accepted or not.
static status jail_check(serve *v, fault *f) {
    plugin_jail jail;
    buffer missing = {0};
    status outcome = plugin_jail_try(v->services.program_folder, &jail, f);
    if (outcome == STATUS_OK && plugin_jail_missing(&jail, &missing) > 0) {
        if (v->options.accept_weak_jail) {
            log_write(LOG_WARNING, "serve", "the plugins' jail is weak here, and that was accepted: %s", missing.ptr);
        } else {
            log_write(LOG_ERROR, "serve",
                      "the plugins' jail is weak here, so only what ships with the program is run: %s", missing.ptr);
        }
        plugin_registry_set_weak(v->services.registry, missing.ptr, v->options.accept_weak_jail);
    }
    buffer_free(&missing);
    return outcome;
}

// Where the one who started us gave us none, the workers have the jail's own limits all the same.
static void groups_open(serve *v) {
    char note[CGROUP_NOTE];
    v->services.groups = cgroup_open(note);
    if (v->services.groups) {
        log_write(LOG_INFO, "serve", "each worker runs in a control group of its own: %s", note);
    } else {
        log_write(LOG_INFO, "serve", "workers run without control groups: %s", note);
    }
}

static status registry_load(serve *v, fault *f) {
    store *s = NULL;
    status outcome = store_open(v->options.data, STORE_READ, &s, f);
    if (outcome == STATUS_OK) {
        outcome = plugin_registry_load(v->services.registry, s, f);
        store_close(s);
    }
    return outcome;
}

static status serve_start(serve *v, const http_options *http, fault *f) {
    services *all = &v->services;
    status outcome = folder_create(v->options.data, f);
    if (outcome != STATUS_OK) {
        return outcome;
    }
    v->lock = command_lock(v->options.data, f);
    if (v->lock < 0) {
        return f->status;
    }
    groups_open(v);
    if ((outcome = writer_start(v->options.data, &all->writer, f)) != STATUS_OK ||
        (outcome = writer_run(all->writer, serve_first_write, v, f)) != STATUS_OK ||
        (outcome = jail_check(v, f)) != STATUS_OK || (outcome = registry_load(v, f)) != STATUS_OK) {
        return outcome;
    }
    // It may have been left behind by a crash. Without room for it the site goes on, as without room for all else.
    fault lockfile = {0};
    if (plugin_lockfile_write(v->options.data, &lockfile) != STATUS_OK) {
        log_write(LOG_ERROR, "serve", "the lock file was not written: %s", lockfile.text);
    }
    bool story = false;
    if (v->options.demo && (outcome = demo_prepare(all, &story, f)) != STATUS_OK) {
        return outcome;
    }
    all->live = live_hub_create();
    all->offload = offload_create(2);
    all->attempts = rate_create(ATTEMPTS);
    if ((outcome = operation_table_create(operation_groups, &all->operations, f)) != STATUS_OK) {
        return outcome;
    }
    outcome = http_server_start(all, http, &v->server, f);
    return outcome == STATUS_OK && story ? demo_tell(all, http_server_port(v->server), f) : outcome;
}

// In reverse order; what was never made is NULL.
static void serve_end(serve *v) {
    services *all = &v->services;
    atomic_store(&all->stopping, true);
    http_server_stop(v->server);
    if (all->writer) {
        writer_stop(all->writer);
    }
    operation_table_destroy(all->operations);
    offload_destroy(all->offload);
    rate_destroy(all->attempts);
    live_hub_destroy(all->live);
    plugin_registry_destroy(all->registry);
    cgroup_close(all->groups);
    if (v->lock >= 0) {
        close(v->lock);
    }
}

static void serve_say(const serve *v) {
    uint16_t port = http_server_port(v->server);
    const char *listen = v->options.listen ? v->options.listen : "127.0.0.1:8080";
    char site[600];
    int host_len = (int)(strrchr(listen, ':') - listen);
    snprintf(site, sizeof site, "http://%.*s:%u", host_len, listen, port);
    printf("Listening on %s\n", site);
    const char *shown = v->services.public_url[0] ? v->services.public_url : site;
    if (v->options.demo) {
        demo_say(&v->services, shown);
    }
    if (v->token[0]) {
        printf("There is no administrator yet. Open this link once, within 24 hours, to make the first one:\n"
               "  %s/invitation?token=%s\n",
               shown, v->token);
    }
    fflush(stdout);
}

int cmd_serve(int argc, char **argv) {
    serve v = {.lock = -1};
    int done = serve_read(argc, argv, &v.options);
    if (done >= 0) {
        return done;
    }
    // Threads inherit this: signals come to sigwait below and nowhere else.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    memory_reserve();
    json_set_alloc_funcs(memory_take, free);
    fault f = {0};
    http_options http = {0};
    status outcome = options_check(&v, &http, &f);
    if (outcome == STATUS_OK) {
        outcome = serve_start(&v, &http, &f);
    }
    if (outcome == STATUS_OK) {
        serve_say(&v);
        int which;
        sigwait(&ending, &which);
        log_write(LOG_INFO, "serve", "stopping: finishing what is under way");
    }
    serve_end(&v);
    return outcome == STATUS_OK ? 0 : command_fail(&f);
}
