// SPDX-License-Identifier: EUPL-1.2
//
// What holds for strangers' plugins on this machine, and the keys of their authors.
#include <stdlib.h>

#include "api/input.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/minisign.h"
#include "domain/author_key.h"
#include "domain/catalogue.h"
#include "domain/usage.h"
#include "plugin/registry.h"
#include "plugin/revocation.h"

// One object as the data of a line in the usage log; takes the reference.
static status log_it(operation_call *c, const char *action, json_t *data) {
    usage_actor by = input_actor(c);
    usage_event e = usage_event_by(&by);
    char *text = json_dumps(data, JSON_COMPACT);
    e.action = action;
    e.data = str_from(text);
    status s = usage_append(c->store, by.secret, &e, &c->fault);
    free(text);
    json_decref(data);
    return s;
}

static status loaded(operation_call *c) {
    return plugin_registry_load(c->services->registry, c->store, &c->fault);
}

// ---- the machine

static void put_revocations(answer *out, const revocation_list *l) {
    answer_key(out, "revocations");
    if (!l) {
        answer_null(out);
        return;
    }
    answer_object(out);
    answer_put_int(out, "number", revocation_number(l));
    answer_put_int(out, "entries", (int64_t)revocation_count(l));
    answer_put_time(out, "expires_at", revocation_expires(l));
    answer_put_bool(out, "expired", revocation_expires(l) < clock_now());
    answer_end(out);
}

static status machine_get_read(operation_call *c) {
    revocation_list *l;
    plugin_registry *r = c->services->registry;
    status s = revocation_load(c->store, &l, &c->fault);
    if (s != STATUS_OK)
        return s;
    answer_object(c->answer);
    answer_put_text(c->answer, "jail_missing", plugin_registry_weak(r));
    answer_put_bool(c->answer, "jail_accepted", *plugin_registry_weak(r) && plugin_registry_weak_accepted(r, c->store));
    answer_put_bool(c->answer, "dev", plugin_registry_dev(r));
    put_revocations(c->answer, l);
    answer_end(c->answer);
    revocation_free(l);
    return STATUS_OK;
}

static status machine_update_write(operation_call *c) {
    bool accepted = input_flag(c->body, "jail_accepted");
    const char *missing = plugin_registry_weak(c->services->registry);
    status s = plugin_admission_jail_accept(c->store, missing, accepted, &c->fault);
    return s == STATUS_OK ? log_it(c, "machine.jail", json_pack("{s:b, s:s}", "accepted", accepted, "missing", missing))
                          : s;
}

// ---- keys

static void key_put(void *context, const char *key, author_trust trust, const char *name, int64_t decided,
                    int64_t plugins) {
    answer *out = context;
    minisign_key parsed;
    char print[MINISIGN_FINGERPRINT_TEXT] = "";
    if (minisign_key_parse(str_from(key), &parsed, NULL) == STATUS_OK)
        minisign_key_fingerprint(&parsed, print);
    answer_object(out);
    answer_put_text(out, "key", key);
    answer_put_text(out, "fingerprint", print);
    answer_put_text(out, "trust", author_trust_text(trust));
    answer_put_text(out, "name", name);
    answer_put_int(out, "plugins", plugins);
    answer_put_time(out, "decided_at", decided);
    answer_end(out);
}

static status keys_list_read(operation_call *c) {
    answer_object(c->answer);
    answer_key(c->answer, "items");
    answer_array(c->answer);
    status s = author_key_list(c->store, key_put, c->answer, &c->fault);
    answer_end(c->answer);
    answer_put_text(c->answer, "next", NULL);
    answer_end(c->answer);
    return s;
}

static author_trust trust_of(const operation_call *c) {
    const char *wanted = input_text(c->body, "trust");
    return wanted && str_is(str_from(wanted), "trusted")      ? AUTHOR_TRUSTED
           : wanted && str_is(str_from(wanted), "distrusted") ? AUTHOR_DISTRUSTED
                                                              : AUTHOR_FIRST;
}

static status keys_update_write(operation_call *c) {
    minisign_key key;
    char text[MINISIGN_KEY_TEXT];
    author_trust trust = trust_of(c);
    const char *given = input_text(c->body, "key");
    fault why = {0};
    if (minisign_key_parse(str_from(given), &key, &why) != STATUS_OK)
        return fault_add_field(&c->fault, "/key", "format", "%.159s", why.text);
    minisign_key_text(&key, text);
    status s = author_key_decide(c->store, text, trust, input_text(c->body, "name"), c->actor.id, &c->fault);
    if (s == STATUS_OK)
        s = catalogue_changed(c->store, &c->fault);
    const char *action = trust == AUTHOR_TRUSTED      ? "key.trusted"
                         : trust == AUTHOR_DISTRUSTED ? "key.distrusted"
                                                      : "key.forgotten";
    return s == STATUS_OK ? log_it(c, action, json_pack("{s:s}", "key", text)) : s;
}

const operation_steps machine_operations[] = {
    {.id = "machine.get", .read = machine_get_read},
    {.id = "machine.update", .write = machine_update_write, .after = loaded},
    {.id = "plugin_keys.list", .read = keys_list_read},
    {.id = "plugin_keys.update", .write = keys_update_write, .after = loaded},
    {0},
};
