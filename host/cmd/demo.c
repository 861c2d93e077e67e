// SPDX-License-Identifier: EUPL-1.2
#include "cmd/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/demo_client.h"
#include "domain/account.h"
#include "domain/meta.h"

// While the story is told. `names` holds what earlier steps gave a name: {park}, {node:Ask the neighbours}.
typedef struct story {
    const json_t *told; // story.json
    json_t *names;
    json_t *tokens; // by person
    uint16_t port;
    buffer answer;
    fault *f;
} story;

static json_t *story_read(const services *all, fault *f) {
    char path[4200];
    snprintf(path, sizeof path, "%s/share/demo/story.json", all->program_folder);
    json_error_t error;
    json_t *told = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (told == NULL) {
        fault_set(f, STATUS_INTERNAL, "demo.story", "%s, line %d: %s. Install the program again.", path, error.line,
                  error.text);
    }
    return told;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char DEMO_MARK[] = "demo"; // says that the people of the demonstration are in this folder

typedef struct people {
    const json_t *list;
    const json_t *site;
    char (*hashes)[CRYPTO_PASSWORD_TEXT];
} people;

static status people_add(void *context, store *s, fault *f) {
    const people *p = context;
    char *site = json_dumps(p->site, JSON_COMPACT);
    status outcome = meta_set(s, "site.name", site ? site : "{}", f);
    free(site);
    if (outcome == STATUS_OK) {
        outcome = meta_set(s, DEMO_MARK, "1", f);
    }
    size_t i;
    json_t *one;
    json_array_foreach(p->list, i, one) {
        account_draft draft = {.email = text_of(one, "email"),
                               .name = text_of(one, "name"),
                               .kind = text_of(one, "kind"),
                               .language = text_of(one, "language"),
                               .password_hash = p->hashes[i],
                               .admin = json_is_true(json_object_get(one, "admin"))};
        person made;
        if (outcome == STATUS_OK) {
            outcome = account_create(s, &draft, &made, f);
        }
    }
    return outcome;
}

static status people_exist(void *context, store *s, fault *f) {
    (void)f;
    *(bool *)context = store_count(s, 0, "SELECT count(*) FROM person", "") > 0;
    return STATUS_OK;
}

status demo_prepare(services *all, bool *fresh, fault *f) {
    bool exist = false;
    status outcome = writer_run(all->writer, people_exist, &exist, f);
    *fresh = false;
    if (outcome != STATUS_OK || exist) {
        return outcome;
    }
    char catalogue[4200];
    snprintf(catalogue, sizeof catalogue, "%s/share/demo/catalogue", all->program_folder);
    json_t *told = story_read(all, f);
    if (told == NULL || command_import(all->data_folder, catalogue, f) != STATUS_OK) {
        json_decref(told);
        return f->status;
    }
    people p = {json_object_get(told, "people"), json_object_get(told, "site"), NULL};
    p.hashes = calloc(json_array_size(p.list) + 1, sizeof *p.hashes);
    for (size_t i = 0; p.hashes != NULL && i < json_array_size(p.list) && outcome == STATUS_OK; i++) {
        outcome = account_password_hash(str_from(text_of(told, "password")), p.hashes[i], f);
    }
    if (outcome == STATUS_OK) {
        outcome = writer_run(all->writer, people_add, &p, f);
    }
    *fresh = outcome == STATUS_OK;
    free(p.hashes);
    json_decref(told);
    return outcome;
}

// "{day:-3}" is three days ago at noon, "{date:-3}" that day alone. False if `name` is something else.
static bool date_fill(const char *name, buffer *out) {
    bool moment = strncmp(name, "day:", 4) == 0;
    if (!moment && strncmp(name, "date:", 5) != 0) {
        return false;
    }
    int64_t day = 86400000, at = (clock_now() / day + atoi(strchr(name, ':') + 1)) * day + day / 2;
    char date[CLOCK_TEXT];
    clock_format(at, date);
    buffer_append(out, date, moment ? strlen(date) : sizeof "2026-05-01" - 1);
    return true;
}

// "{park}" becomes what was kept under that name.
static void text_fill(const story *t, const char *text, buffer *out) {
    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (end == NULL) {
            buffer_add_char(out, *text++);
            continue;
        }
        char name[160];
        snprintf(name, sizeof name, "%.*s", (int)(end - text - 1), text + 1);
        if (!date_fill(name, out)) {
            buffer_add(out, text_of(t->names, name));
        }
        text = end + 1;
    }
}

static json_t *body_fill(const story *t, const json_t *body) {
    if (json_is_string(body)) {
        buffer b = {0};
        text_fill(t, json_string_value(body), &b);
        json_t *filled = json_stringn(b.ptr ? b.ptr : "", b.len);
        buffer_free(&b);
        return filled;
    }
    json_t *copy = json_is_object(body) ? json_object() : json_is_array(body) ? json_array() : json_deep_copy(body);
    const char *key;
    size_t i;
    json_t *value;
    json_object_foreach((json_t *)body, key, value) {
        json_object_set_new(copy, key, body_fill(t, value));
    }
    json_array_foreach(body, i, value) {
        json_array_append_new(copy, body_fill(t, value));
    }
    return copy;
}

// Sends and reads the answer as JSON. NULL after a failure; an empty object when there is no JSON.
static json_t *story_send(story *t, const char *who, const char *method, const char *path, const char *type, str body) {
    buffer full = {0};
    text_fill(t, path, &full);
    const char *token = json_string_value(json_object_get(t->tokens, who));
    demo_request request = {method, full.ptr ? full.ptr : "/", type, token, body};
    int code = demo_client_send(t->port, &request, &t->answer);
    json_t *said = NULL;
    if (code >= 200 && code < 400) {
        said = json_loadb(t->answer.ptr ? t->answer.ptr : "", t->answer.len, 0, NULL);
        said = said ? said : json_object();
    } else {
        fault_set(t->f, STATUS_INTERNAL, "demo.story",
                  "The demonstration content could not be made: %s %s by %s gave %d: %.200s", method, request.path, who,
                  code, t->answer.ptr ? t->answer.ptr : "");
    }
    buffer_free(&full);
    return said;
}

static json_t *story_send_json(story *t, const char *who, const char *method, const char *path, const json_t *body) {
    json_t *filled = body_fill(t, body);
    char *text = json_dumps(filled, JSON_COMPACT);
    json_t *said = story_send(t, who, method, path, "application/json", str_from(text));
    free(text);
    json_decref(filled);
    return said;
}

static void nodes_keep(story *t, const json_t *nodes) {
    size_t i;
    json_t *node;
    json_array_foreach(nodes, i, node) {
        char name[200];
        snprintf(name, sizeof name, "node:%s", text_of(node, "name"));
        json_object_set(t->names, name, json_object_get(node, "id"));
        nodes_keep(t, json_object_get(node, "children"));
    }
}

static void field_add(const story *t, buffer *form, const char *key, const json_t *value) {
    buffer filled = {0};
    text_fill(t, json_string_value(value), &filled);
    buffer_printf(form, "%s%s=", form->len > 0 ? "&" : "", key);
    buffer_add_url(form, filled.ptr, filled.len);
    buffer_free(&filled);
}

// A list is a field sent once for each, as of ticked boxes.
static void form_fill(const story *t, const json_t *fields, buffer *form) {
    const char *key;
    size_t i;
    json_t *value, *one;
    json_object_foreach((json_t *)fields, key, value) {
        if (json_is_string(value)) {
            field_add(t, form, key, value);
        }
        json_array_foreach(value, i, one) {
            field_add(t, form, key, one);
        }
    }
}

// Sends the forms of a visit one after the other: {"path", "form"}. False if one is not answered well.
static bool forms_send(story *t, const char *view, const json_t *forms) {
    bool well = true;
    size_t i;
    json_t *one;
    json_array_foreach(forms, i, one) {
        buffer form = {0}, url = {0};
        form_fill(t, json_object_get(one, "form"), &form);
        buffer_printf(&url, "%s%s", view, text_of(one, "path"));
        json_t *said = NULL;
        if (well) {
            said = story_send(t, "", "POST", url.ptr, "application/x-www-form-urlencoded", buffer_str(&form));
        }
        well = said != NULL;
        json_decref(said);
        buffer_free(&form);
        buffer_free(&url);
    }
    return well;
}

// Opens a view and sends forms in it, as a person would.
static json_t *story_visit(story *t, const char *who, const json_t *step) {
    char path[200];
    snprintf(path, sizeof path, "/api/v1/assets/%s/views", text_of(step, "visit"));
    const char *capability = *text_of(step, "capability") ? text_of(step, "capability") : "view";
    json_t *wish = json_pack("{s:s}", "capability", capability);
    json_t *view = story_send_json(t, who, "POST", path, wish);
    json_decref(wish);
    if (view != NULL && !forms_send(t, text_of(view, "url"), json_object_get(step, "send"))) {
        json_decref(view);
        return NULL;
    }
    return view;
}

static bool story_step(story *t, const json_t *step) {
    const char *who = text_of(step, "as"), *post = text_of(step, "post"), *patch = text_of(step, "patch");
    const char *tree = text_of(step, "tree");
    char path[300];
    json_t *said;
    if (*tree) {
        snprintf(path, sizeof path, "/api/v1/processes/%s/tree", tree);
        said = story_send(t, who, "GET", path, NULL, (str){0});
        nodes_keep(t, json_object_get(said, "nodes"));
    } else if (*text_of(step, "visit")) {
        said = story_visit(t, who, step);
    } else {
        snprintf(path, sizeof path, "/api/v1%s", *post ? post : patch);
        said = story_send_json(t, who, *post ? "POST" : "PATCH", path, json_object_get(step, "body"));
    }
    if (said != NULL && *text_of(step, "keep")) {
        json_object_set(t->names, text_of(step, "keep"), json_object_get(said, "id"));
    }
    bool done = said != NULL;
    json_decref(said);
    return done;
}

static bool story_sign_in(story *t, const json_t *who) {
    json_t *body = json_pack("{s:s, s:s}", "email", text_of(who, "email"), "password", text_of(t->told, "password"));
    json_t *said = story_send_json(t, "", "POST", "/api/v1/sessions", body);
    json_object_set(t->tokens, text_of(who, "key"), json_object_get(said, "token"));
    bool done = said != NULL;
    json_decref(said);
    json_decref(body);
    return done;
}

status demo_tell(const services *all, uint16_t port, fault *f) {
    json_t *told = story_read(all, f);
    if (told == NULL) {
        return f->status;
    }
    story t = {.told = told, .names = json_object(), .tokens = json_object(), .port = port, .f = f};
    bool well = true;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(told, "people"), i, item) {
        well = well && story_sign_in(&t, item);
    }
    json_array_foreach(json_object_get(told, "steps"), i, item) {
        well = well && story_step(&t, item);
    }
    json_decref(t.names);
    json_decref(t.tokens);
    buffer_free(&t.answer);
    json_decref(told);
    return well ? STATUS_OK : f->status;
}

static status is_marked(void *context, store *s, fault *f) {
    *(bool *)context = meta_get(s, DEMO_MARK, NULL, f) == STATUS_OK;
    return STATUS_OK;
}

void demo_say(const services *all, const char *site) {
    bool marked = false;
    fault f = {0};
    if (writer_run(all->writer, is_marked, &marked, &f) == STATUS_OK && !marked) {
        printf("The folder was in use before, so no demonstration content was put into it. Start with a new folder.\n");
        return;
    }
    json_t *told = story_read(all, NULL);
    printf("\nOpen %s and sign in as one of these people, with the password \"%s\":\n\n", site,
           text_of(told, "password"));
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(told, "people"), i, one) {
        printf("  %-24s %-10s %-10s %s%s\n", text_of(one, "email"), text_of(one, "name"), text_of(one, "kind"),
               text_of(one, "language"),
               json_is_true(json_object_get(one, "admin")) ? ", administrator of the site" : "");
    }
    printf("\nThis is a demonstration: everybody knows these passwords. Press Ctrl+C to end it.\n");
    json_decref(told);
}
