// SPDX-License-Identifier: EUPL-1.2
//
// A line of JSON, then a page for it. Whatever page compiles, no value gets out of the place where it stands: the page
// is filled with values that try to, and read again as a browser would.
#include "fuzz.h"
#include "html_reader.h"

#include <strings.h>

#include "worker/template.h"

// The mark that says "this came from a value". Values begin and end otherwise, so that two in a row make none.
#define MARK "7Q"
#define SCHEME "jAvascript"
static const char *const attacks[] = {"s7Q<Q7\"Q7'Q7>Q7&Q7 onx=7Qe", SCHEME ":7Qe", SCHEME, "//7Q:x\\e"};

typedef struct attack {
    const char *value;
} attack;

static str text_of(void *context, const char *key) {
    const attack *a = context;
    return a && key[0] == 'a' ? str_from(a->value) : STR("A text of {n} and {a}.");
}

// The same data with every text replaced.
static json_t *data_attacking(const json_t *data, const char *value) {
    const char *key;
    json_t *item, *copy;
    size_t i;
    switch (json_typeof(data)) {
    case JSON_STRING:
        return json_string(value);
    case JSON_OBJECT:
        copy = json_object();
        json_object_foreach((json_t *)data, key, item)
            json_object_set_new(copy, key, data_attacking(item, value));
        return copy;
    case JSON_ARRAY:
        copy = json_array();
        json_array_foreach(data, i, item)
            json_array_append_new(copy, data_attacking(item, value));
        return copy;
    default:
        return json_incref((json_t *)data);
    }
}

static bool is_url_attribute(str name) {
    static const char *const names[] = {"href", "src",  "action",     "formaction", "poster",
                                        "cite", "data", "xlink:href", "longdesc",   "background"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (html_is(name, names[i]))
            return true;
    return false;
}

static void check_url(str value) {
    char url[400];
    html_url(value, url, sizeof url);
    bool code =
        strncmp(url, "javascript:", 11) == 0 || strncmp(url, "vbscript:", 9) == 0 || strncmp(url, "data:", 5) == 0;
    fuzz_claim(!code || !fuzz_holds(value, MARK), "no value is part of a URL that is run");
    // A value that is only the scheme, and another behind the colon.
    str scheme = STR(SCHEME);
    bool made = code && value.len > scheme.len && memcmp(value.ptr, scheme.ptr, scheme.len) == 0;
    str behind = made ? (str){value.ptr + scheme.len, value.len - scheme.len} : (str){0};
    fuzz_claim(!fuzz_holds(behind, SCHEME), "no value makes a scheme for another");
}

static void check_attribute(const html_piece *p) {
    fuzz_claim(!fuzz_holds(p->text, MARK), "no value is part of the name of an attribute");
    bool holds = fuzz_holds(p->value, MARK);
    fuzz_claim(!holds || p->quote, "no value stands in an attribute without quotes");
    bool code = (p->text.len > 2 && strncasecmp(p->text.ptr, "on", 2) == 0) || html_is(p->text, "srcdoc");
    fuzz_claim(!holds || !code, "no value is run as code");
    fuzz_claim(!holds || !html_is(p->text, "style"), "only plain words get into a style");
    if (is_url_attribute(p->text))
        check_url(p->value);
}

static void check_piece(void *context, const html_piece *p) {
    (void)context;
    switch (p->kind) {
    case HTML_TEXT:
        break;
    case HTML_ATTRIBUTE:
        check_attribute(p);
        break;
    default:
        fuzz_claim(!fuzz_holds(p->text, MARK), "values stand in texts and attributes only");
    }
}

static void check_page(str html) {
    static const char *const raw[] = {"Q<Q7", "Q\"Q7", "Q'Q7", "Q>Q7", "Q&Q7"};
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++)
        fuzz_claim(!fuzz_holds(html, raw[i]), "values are escaped");
    html_read(html, check_piece, NULL);
}

// Inside of these, other rules hold than those of HTML, or the browser drops tags.
static bool is_foreign(str page) {
    static const char *const names[] = {"svg", "math", "select", "frameset"};
    bool found = false;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        size_t len = strlen(names[n]);
        for (size_t i = 0; i + len <= page.len && !found; i++)
            found = strncasecmp(page.ptr + i, names[n], len) == 0;
    }
    return found;
}

static void render(const template *t, const json_t *data, const attack *a, bool judge) {
    char sentence[SENTENCE_SIZE] = "";
    template_source source = {(void *)(uintptr_t)a, text_of, STR("/view/ticket")};
    buffer out = {0};
    bool done = template_render(t, data, &source, &out, sentence);
    fuzz_claim(done == (sentence[0] == '\0'), "a failure, and only that, has a sentence");
    if (done && judge)
        check_page(buffer_str(&out));
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    str page = fuzz_input(bytes, size), line = fuzz_line(&page);
    json_t *data = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(data)) {
        json_decref(data);
        data =
            json_pack("{s:s, s:s, s:[s, s], s:{s:s}, s:i}", "a", "x", "b", "y", "c", "x", "y", "d", "a", "x", "n", 1);
    }
    char sentence[SENTENCE_SIZE] = "";
    template *t = template_compile(page, sentence);
    fuzz_claim((t != NULL) == (sentence[0] == '\0'), "a page that is refused, and only that, has a sentence");
    // A page that holds such things itself cannot be judged.
    str whole = fuzz_input(bytes, size);
    bool clear =
        !fuzz_holds(whole, MARK) && !fuzz_holds(whole, "Q7") && !fuzz_holds(whole, SCHEME) && !is_foreign(page);
    if (t && size < 4096) {
        render(t, data, NULL, false);
        for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
            attack a = {attacks[i]};
            json_t *attacking = data_attacking(data, a.value);
            render(t, attacking, &a, clear);
            json_decref(attacking);
        }
    }
    template_destroy(t);
    json_decref(data);
    return 0;
}
