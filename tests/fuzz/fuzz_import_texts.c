// SPDX-License-Identifier: EUPL-1.2
//
// A metadata.json of a catalogue, field by field. Whatever it holds, what is kept is JSON by known languages, and what
// is wrong is said.
#include "fuzz.h"

#include "domain/import_texts.h"

static json_t *check_json(str json) {
    json_t *value = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, NULL);
    fuzz_claim(value != NULL, "what is kept is JSON");
    return value;
}

static void check_texts(const import_place *at, const json_t *object, const char *key, import_kind kind,
                        import_need need) {
    size_t before = at->report->fault_count;
    import_texts texts = import_texts_read(at, object, key, kind, need);
    fuzz_claim(need == IMPORT_MAY || texts.count || at->report->fault_count > before, "what is missing is said");
    json_t *json = check_json(import_texts_json(at->report->arena, texts));
    fuzz_claim(json_object_size(json) == texts.count, "a language stands there once");
    for (size_t i = 0; i < texts.count; i++) {
        const import_text *t = &texts.items[i];
        size_t len = strlen(t->language);
        fuzz_claim(len >= 2 && len <= 11 &&
                       strspn(t->language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-") == len,
                   "a language is a language");
        fuzz_claim(t->text[0] && text_is_utf8(t->text, strlen(t->text)), "a text is a text");
        fuzz_claim(kind != IMPORT_LINE || !strchr(t->text, '\n'), "a name has one line");
        fuzz_claim(strcmp(import_texts_find(texts, t->language), t->text) == 0, "a text is found");
    }
    json_decref(json);
    json_decref(check_json(import_languages_json(at->report->arena, texts)));
}

static void check_rest(const import_place *at, const json_t *object) {
    static const char *const words[] = {"easy", "hard", NULL};
    json_t *tags = check_json(import_tags_read(at, object, "tags_translations"));
    const char *language;
    json_t *list;
    json_object_foreach(tags, language, list)
        fuzz_claim(json_array_size(list) > 0, "tags that are kept are some");
    json_decref(tags);
    json_decref(
        check_json(import_list_json(at->report->arena, import_list_read(at, object, "problemprofiles", false))));
    json_decref(check_json(import_list_json(at->report->arena, import_list_read(at, object, "languages", true))));
    import_languages_check(at, object);
    const char *id = import_id_read(at, object, "id");
    fuzz_claim(!id || (strlen(id) <= 120 && !strchr(id, '/') && id[0] != '.'), "an id can be part of a path");
    (void)import_word_read(at, object, "author", IMPORT_MAY);
    (void)import_choice_read(at, object, "difficulty", words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *object = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    arena *a = arena_create();
    import_report *report = arena_alloc(a, sizeof *report);
    report->arena = a;
    import_place at = {report, "metadata.json", ""};
    if (object && import_is_object(&at, object)) {
        check_texts(&at, object, "name_translations", IMPORT_LINE, IMPORT_MUST);
        check_texts(&at, object, "description_translations", IMPORT_MARKDOWN, IMPORT_MAY);
        check_texts(&at, object, "file_translations", IMPORT_AS_IS, IMPORT_MAY);
        check_rest(&at, object);
    }
    for (size_t i = 0; i < report->fault_count && i < IMPORT_FAULTS; i++)
        fuzz_claim(report->faults[i] && report->faults[i][0], "a fault has a line");
    arena_destroy(a);
    json_decref(object);
    return 0;
}
