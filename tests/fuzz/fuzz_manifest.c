// SPDX-License-Identifier: EUPL-1.2
//
// interlinker.json as a stranger writes it. What is taken keeps the promises of manifest.h; what is not says why.
#include "fuzz.h"

#include "plugin/manifest.h"

static void check_path(const char *path) {
    fuzz_claim(path[0] != '/' && !strchr(path, '\\'), "a path is relative");
    char whole[4200];
    int len = snprintf(whole, sizeof whole, "/%s/", path);
    bool leaves = strstr(whole, "/../") || strstr(whole, "/./") || strstr(whole, "//");
    fuzz_claim(len >= (int)sizeof whole || !leaves, "a path stays in its folder");
}

static void check(const manifest *m) {
    check_path(m->entry);
    fuzz_claim(m->entry[0] != '\0', "there is an entry");
    if (m->icon[0])
        check_path(m->icon);
    fuzz_claim(manifest_can(m, "view"), "it can be looked at");
    fuzz_claim(strlen(m->label) < sizeof m->label && strchr(m->label, '@'), "it has a label");
    fuzz_claim(m->cpu_ms > 0 && m->wall_ms > 0 && m->memory_mb > 0, "it has limits");
    fuzz_claim(m->native == (strcmp(m->runtime, "native") == 0), "the runtime is one of two");
    fuzz_claim(manifest_version_compare(m->version, m->version) == 0, "a version is itself");
    const json_t *language;
    size_t i;
    json_array_foreach(m->languages, i, language)
        fuzz_claim(json_object_get(m->name, json_string_value(language)) != NULL, "it has a name in its languages");
    // What was read and filled up is a manifest again.
    char *text = json_dumps(m->json, JSON_COMPACT);
    manifest *again = NULL;
    fuzz_claim(text && manifest_parse(str_from(text), &again, NULL) == STATUS_OK, "it can be read again");
    fuzz_claim(json_equal(m->json, again->json), "and is the same");
    manifest_free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str text = fuzz_input(data, size);
    manifest *m = NULL;
    fault f = {0};
    if (manifest_parse(text, &m, &f) == STATUS_OK) {
        check(m);
    } else {
        fuzz_claim(m == NULL && f.status == STATUS_INVALID && f.code[0] && f.text[0], "a refusal says why");
        fuzz_claim(text_is_utf8(f.text, strlen(f.text)), "a sentence is text");
        for (size_t i = 0; i < f.field_count && i < FAULT_FIELDS; i++)
            fuzz_claim(text_is_utf8(f.fields[i].text, strlen(f.fields[i].text)) &&
                           text_is_utf8(f.fields[i].pointer, strlen(f.fields[i].pointer)),
                       "the fault of a field is text");
    }
    manifest_free(m);
    char *path = fuzz_text(text);
    if (manifest_path_safe(path))
        check_path(path);
    free(path);
    return 0;
}
