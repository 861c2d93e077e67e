// SPDX-License-Identifier: EUPL-1.2
//
//     run_scenario PROGRAM_FOLDER PACKAGE_FOLDER FILE.scenario
//
// Runs what a scenario file says, line by line. Words in a line are divided by spaces; "..." is one word. $name is the
// pseudonym of that person.
//
//     as NAME ROLE [view|edit] [LANGUAGE]     who acts from here on
//     create JSON                             the asset is opened with these params
//     get PATH[?QUERY]                        a page
//     post PATH [FIELD=VALUE ...]             a form
//     crowd N post PATH [FIELD=VALUE ...]     the same by N people whom nobody has seen before
//     event NAME JSON                         something happened
//     show                                    prints the page that came back, to look at
//     together ... end                        the calls between are made before the effects of any are written
//     expect status N                         what came back last: an answer ...
//     expect refused WORD TEXT                or a refusal: forbidden, absent, conflict, invalid, late, failed ... with
//     TEXT in it expect goes to PATH expect text TEXT, expect no text TEXT expect file NAME expect effects [KIND:NAME
//     ...]          what it asked for besides documents, in order expect document KEY JSON, expect no document KEY
//     expect member KEY /POINTER JSON         a part of a document; null: it is not there
//     expect count PREFIX N
//     expect reruns N                         how often a call was made again because a document had changed
#include "scenario.h"

#include <ctype.h>
#include <errno.h>

#include "domain/document.h"

enum { WORDS = 40, LINE = 8000 };

typedef struct reader {
    scenario *scene;
    const char *file;
    int number;      // of the line
    char text[LINE]; // of the line, cut into words
    char rest[LINE]; // the line as it came, with $names filled in
    char *words[WORDS];
    const char *from[WORDS]; // where each word begins in `rest`
    size_t count;
} reader;

static void __attribute__((format(printf, 2, 3), noreturn)) wrong(const reader *r, const char *format, ...) {
    char text[2000];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fprintf(stderr, "%s:%d: %s\n", r->file, r->number, text);
    fail_msg("%s:%d: %s", r->file, r->number, text);
    abort();
}

// ---- reading lines ----

static void fill_names(reader *r, const char *line) {
    size_t n = 0;
    while (*line && n + 200 < sizeof r->rest) {
        if (*line != '$' || !isalpha((unsigned char)line[1])) {
            r->rest[n++] = *line++;
            continue;
        }
        char name[SCENARIO_WORD];
        size_t len = 0;
        for (line++; isalpha((unsigned char)*line) && len + 1 < sizeof name; line++)
            name[len++] = *line;
        name[len] = '\0';
        n += (size_t)snprintf(r->rest + n, sizeof r->rest - n, "%s", scenario_person(r->scene, name));
    }
    r->rest[n] = '\0';
}

// Quotes may stand inside a word: field="two words".
static void cut(reader *r, const char *line) {
    fill_names(r, line);
    char *to = r->text;
    const char *at = r->rest;
    r->count = 0;
    while (*at) {
        if (isspace((unsigned char)*at)) {
            at++;
            continue;
        }
        if (r->count == WORDS)
            wrong(r, "more than %d words", WORDS);
        r->from[r->count] = at;
        r->words[r->count++] = to;
        bool quoted = false;
        for (; *at && (quoted || !isspace((unsigned char)*at)); at++) {
            if (*at == '\\' && at[1] == '"')
                *to++ = '"', at++;
            else if (*at == '"')
                quoted = !quoted;
            else if (*at == '\\' && at[1] == 'n')
                *to++ = '\n', at++;
            else
                *to++ = *at;
        }
        *to++ = '\0';
    }
}

static const char *word(const reader *r, size_t index) {
    if (index >= r->count)
        wrong(r, "something is missing at the end of the line");
    return r->words[index];
}

static json_t *json_of(const reader *r, const char *text) {
    json_error_t e;
    json_t *value = json_loads(text, JSON_DECODE_ANY, &e);
    if (!value)
        wrong(r, "%s in %s", e.text, text);
    return arena_json(r->scene->world->arena, value);
}

static const char *json_text(const reader *r, size_t index) {
    word(r, index);
    return r->from[index];
}

// ---- steps ----

static void form_add(char *body, size_t size, const char *text) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t n = strlen(body);
    for (; *text && n + 4 < size; text++)
        n += (size_t)snprintf(body + n, size - n, strchr(plain, *text) ? "%c" : "%%%02X", (unsigned char)*text);
}

static void step_request(reader *r, size_t first) {
    char path[500], body[LINE] = "", query[500] = "";
    snprintf(path, sizeof path, "%s", word(r, first + 1));
    char *mark = strchr(path, '?');
    if (mark) {
        *mark = '\0';
        snprintf(query, sizeof query, "%s", mark + 1);
    }
    bool post = strcmp(r->words[first], "post") == 0;
    for (size_t i = first + 2; i < r->count; i++) {
        char *equals = strchr(r->words[i], '=');
        if (!post || !equals)
            wrong(r, "\"%s\" is no FIELD=VALUE of a post", r->words[i]);
        *equals = '\0';
        if (*body)
            strcat(body, "&");
        form_add(body, sizeof body, r->words[i]);
        strcat(body, "=");
        form_add(body, sizeof body, equals + 1);
    }
    scenario_request(r->scene, post ? "POST" : "GET", path, query, body);
}

static void step_crowd(reader *r) {
    scenario *s = r->scene;
    const scenario_actor *before = s->actor;
    char line[LINE];
    snprintf(line, sizeof line, "%s", json_text(r, 2));
    for (int i = 0, count = atoi(word(r, 1)); i < count; i++) {
        scenario_actor somebody = {.name = "somebody"};
        somebody.id = id_create();
        s->actor = &somebody;
        reader one = {.scene = s, .file = r->file, .number = r->number};
        cut(&one, line);
        step_request(&one, 0);
        if (s->last->call.status != STATUS_OK)
            wrong(r, "number %d of the crowd: %s", i + 1, s->last->call.fault.text);
    }
    s->actor = before;
}

// ---- expectations ----

static const char *status_word(status s) {
    switch (s) {
    case STATUS_OK:
        return "answered";
    case STATUS_FORBIDDEN:
        return "forbidden";
    case STATUS_NOT_FOUND:
        return "absent";
    case STATUS_CONFLICT:
        return "conflict";
    case STATUS_INVALID:
        return "invalid";
    case STATUS_TOO_LARGE:
        return "limit";
    case STATUS_PLUGIN_LATE:
        return "late";
    default:
        return "failed";
    }
}

static const plugin_call *answered(const reader *r) {
    if (!r->scene->last)
        wrong(r, "nothing was asked yet");
    const plugin_call *c = &r->scene->last->call;
    if (c->status != STATUS_OK)
        wrong(r, "the call was refused (%s): %s", status_word(c->status), c->fault.text);
    return c;
}

static void expect_refused(const reader *r) {
    const plugin_call *c = &r->scene->last->call;
    if (strcmp(status_word(c->status), word(r, 2)) != 0 || !strstr(c->fault.text, word(r, 3)))
        wrong(r, "want %s \"%s\", got %s \"%s\"", word(r, 2), word(r, 3), status_word(c->status), c->fault.text);
}

static void expect_text(const reader *r, const char *text, bool there) {
    str body = answered(r)->answer_body;
    bool found = body.len && memmem(body.ptr, body.len, text, strlen(text));
    if (found != there)
        wrong(r, "%s \"%s\" in: %.*s", there ? "there is no" : "there is", text,
              (int)(body.len < 1500 ? body.len : 1500), body.len ? body.ptr : "");
}

static void expect_effects(const reader *r) {
    static const char *const kinds[] = {
        [EFFECT_LOG] = "log",           [EFFECT_NOTIFY] = "notify",     [EFFECT_PUBLISH] = "publish",
        [EFFECT_SCHEDULE] = "schedule", [EFFECT_COMPLETE] = "complete", [EFFECT_FILE_PUT] = "file"};
    const plugin_call *c = answered(r);
    char got[1000] = "", want[1000] = "";
    for (size_t i = 0; i < c->effect_count; i++) {
        const plugin_effect *e = &c->effects[i];
        size_t n = strlen(got);
        if ((size_t)e->kind < sizeof kinds / sizeof *kinds && kinds[e->kind])
            snprintf(got + n, sizeof got - n, " %s%s:%.*s", e->anonymous ? "anonymous-" : "", kinds[e->kind],
                     (int)e->key.len, e->key.ptr ? e->key.ptr : "");
    }
    for (size_t i = 2; i < r->count; i++) {
        size_t n = strlen(want);
        snprintf(want + n, sizeof want - n, " %s", r->words[i]);
    }
    if (strcmp(got, want) != 0)
        wrong(r, "want the effects%s, got%s", want, got);
}

// The document, or NULL.
static json_t *stored(const reader *r, const char *key) {
    world *w = r->scene->world;
    document d;
    status st = document_get(w->db, w->arena, r->scene->asset, str_from(key), &d, &w->fault);
    if (st == STATUS_NOT_FOUND)
        return NULL;
    world_ok(w, st);
    return json_of(r, arena_copy(w->arena, d.value.ptr, d.value.len));
}

static void expect_equal(const reader *r, json_t *got, const char *wanted) {
    if (got && json_equal(got, json_of(r, wanted)))
        return;
    char *text = got ? json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    wrong(r, "want %s, got %s", wanted, text ? text : "nothing");
}

static void expect_member(const reader *r) {
    json_t *value = stored(r, word(r, 2));
    char pointer[500], *rest = pointer;
    snprintf(pointer, sizeof pointer, "%s", word(r, 3) + 1);
    for (char *name; value && (name = strsep(&rest, "/"));)
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(name)) : json_object_get(value, name);
    expect_equal(r, value ? value : arena_json(r->scene->world->arena, json_null()), json_text(r, 4));
}

static void expect_count(const reader *r) {
    world *w = r->scene->world;
    uint64_t count;
    world_ok(w, document_count(w->db, r->scene->asset, str_from(word(r, 2)), &count, &w->fault));
    if (count != strtoull(word(r, 3), NULL, 10))
        wrong(r, "want %s documents, got %llu", word(r, 3), (unsigned long long)count);
}

static void expect_goes(const reader *r) {
    const plugin_call *c = answered(r);
    char want[500];
    snprintf(want, sizeof want, "/view/TICKET%s", word(r, 3));
    if (c->http_status != 303 || (!str_is(c->answer_location, want) && !str_is(c->answer_location, word(r, 3))))
        wrong(r, "want 303 to %s, got %d to %.*s", want, c->http_status, (int)c->answer_location.len,
              c->answer_location.ptr ? c->answer_location.ptr : "");
}

static void expect_number(const reader *r, int got) {
    if (atoi(word(r, 2)) != got)
        wrong(r, "want %s, got %d", word(r, 2), got);
}

static void step_expect(reader *r) {
    const char *what = word(r, 1);
    bool no = strcmp(what, "no") == 0;
    if (no && strcmp(word(r, 2), "text") == 0)
        expect_text(r, word(r, 3), false);
    else if (no && strcmp(word(r, 2), "document") == 0) {
        if (stored(r, word(r, 3)))
            wrong(r, "there is a document %s", r->words[3]);
    } else if (strcmp(what, "status") == 0)
        expect_number(r, answered(r)->http_status);
    else if (strcmp(what, "refused") == 0)
        expect_refused(r);
    else if (strcmp(what, "goes") == 0)
        expect_goes(r);
    else if (strcmp(what, "text") == 0)
        expect_text(r, word(r, 2), true);
    else if (strcmp(what, "file") == 0) {
        if (!str_is(answered(r)->answer_filename, word(r, 2)))
            wrong(r, "want the file %s", r->words[2]);
    } else if (strcmp(what, "effects") == 0)
        expect_effects(r);
    else if (strcmp(what, "document") == 0)
        expect_equal(r, stored(r, word(r, 2)), json_text(r, 3));
    else if (strcmp(what, "member") == 0)
        expect_member(r);
    else if (strcmp(what, "count") == 0)
        expect_count(r);
    else if (strcmp(what, "reruns") == 0)
        expect_number(r, r->scene->reruns);
    else
        wrong(r, "nobody knows how to expect \"%s\"", what);
}

static void step(reader *r) {
    const char *what = word(r, 0);
    if (strcmp(what, "as") == 0)
        scenario_act(r->scene, word(r, 1), word(r, 2), r->count > 3 ? r->words[3] : "view",
                     r->count > 4 ? r->words[4] : "en");
    else if (strcmp(what, "create") == 0)
        scenario_create(r->scene, json_text(r, 1));
    else if (strcmp(what, "get") == 0 || strcmp(what, "post") == 0)
        step_request(r, 0);
    else if (strcmp(what, "crowd") == 0)
        step_crowd(r);
    else if (strcmp(what, "event") == 0)
        scenario_event(r->scene, word(r, 1), r->count > 2 ? json_text(r, 2) : "{}");
    else if (strcmp(what, "together") == 0)
        scenario_together(r->scene);
    else if (strcmp(what, "end") == 0)
        scenario_end(r->scene);
    else if (strcmp(what, "show") == 0)
        printf("%.*s\n", (int)answered(r)->answer_body.len, answered(r)->answer_body.ptr);
    else if (strcmp(what, "expect") == 0)
        step_expect(r);
    else
        wrong(r, "nobody knows how to \"%s\"", what);
}

typedef struct arguments {
    const char *program, *package, *file;
    scenario *scene;
    FILE *stream;
} arguments;

static int end(void **state) {
    arguments *a = *state;
    if (a->scene)
        scenario_close(a->scene);
    if (a->stream)
        fclose(a->stream);
    return 0;
}

static void run(void **state) {
    arguments *a = *state;
    a->scene = scenario_open(a->program, a->package);
    a->stream = fopen(a->file, "r");
    if (!a->stream)
        fail_msg("%s: %s", a->file, strerror(errno));
    reader r = {.file = a->file, .scene = a->scene};
    for (char line[LINE]; fgets(line, sizeof line, a->stream);) {
        r.number++;
        if (!strchr(line, '\n'))
            wrong(&r, "the line is too long, or the last one does not end");
        line[strcspn(line, "\n")] = '\0';
        const char *begin = line + strspn(line, " \t");
        if (*begin && *begin != '#') {
            cut(&r, line);
            step(&r);
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: run_scenario PROGRAM_FOLDER PACKAGE_FOLDER FILE.scenario\n");
        return 2;
    }
    arguments a = {argv[1], argv[2], argv[3], NULL, NULL};
    const struct CMUnitTest tests[] = {{argv[3], run, NULL, end, &a}};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
