// SPDX-License-Identifier: EUPL-1.2
//
// What a plugin gets from the worker, called as a plugin calls it: JSON values, forms, documents within one call.
#include "unit.h"

#include <math.h>

#include "worker/call.h"
#include "worker/documents.h"
#include "worker/form.h"
#include "worker/json.h"
#include "worker/plugin.h"
#include "worker/result.h"

typedef struct fixture {
    channel channel;
    package package;
    il_call call;
} fixture;

static const il_json_1 *const json = &json_interface;
static const il_documents_1 *const documents = &documents_interface;

static void add_document(buffer *b, const char *key, const char *value, uint64_t version) {
    size_t mark = frame_nest(b, TAG_DOCUMENT);
    frame_text(b, TAG_KEY, key);
    frame_text(b, TAG_VALUE, value);
    frame_number(b, TAG_DOCUMENT_VERSION, version);
    frame_unnest(b, mark);
}

// A call with two documents, and the knowledge that there are no others.
static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->channel.descriptor = -1;
    f->package = (package){.arena = arena_create(), .settings = json_object(), .permissions = json_pack("[s]", "documents")};
    f->package.texts = json_pack("{s:{s:s}}", "en", "hello", "Hello {who}");
    f->call = (il_call){.arena = arena_create(), .package = &f->package, .channel = &f->channel};
    buffer b = {0};
    size_t mark = frame_begin(&b, FRAME_CALL, 5);
    frame_number(&b, TAG_FUNCTION, FUNCTION_EVENT);
    add_document(&b, "poll", "{\"open\": true}", 3);
    frame_number(&b, TAG_COMPLETE, 1);
    add_document(&b, "vote/a", "1", 4);
    frame_text(&b, TAG_ABSENT, "vote/z");
    frame_text(&b, TAG_QUERY, "a=1");
    frame_text(&b, TAG_PARAMS, "{\"n\": 1}");
    frame_number(&b, TAG_SEED, 7);
    frame_finish(&b, mark);
    frame in;
    size_t used;
    assert_int_equal(frame_take(buffer_str(&b), &in, &used), 1);
    assert_true(call_begin(&f->call, &in));
    buffer_free(&b);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    call_end(&f->call);
    arena_destroy(f->call.arena);
    buffer_free(&f->call.answer.body);
    channel_free(&f->channel);
    json_decref(f->package.texts);
    json_decref(f->package.settings);
    json_decref(f->package.permissions);
    arena_destroy(f->package.arena);
    free(f);
    return 0;
}

static void expect(il_call *call, const il_json *value, const char *wanted) {
    assert_non_null(value);
    assert_string_equal(json->print(call, value).ptr, wanted);
}

// ---- JSON

static void patterns_make_values(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_json *list = json->of(call, "[1, %i, %f, \"100 %\", \"\\\"\", {}]", (int64_t)-5, 1.5);
    expect(call, list, "[1,-5,1.5,\"100 %\",\"\\\"\",{}]");
    expect(call,
           json->of(call, " {\"a\": %s, \"b\" : %b, \"c\": %j, \"d\": [ ], \"e\": null} ", il_text("x\"y"), 7, list),
           "{\"a\":\"x\\\"y\",\"b\":true,\"c\":[1,-5,1.5,\"100 %\",\"\\\"\",{}],\"d\":[],\"e\":null}");
    expect(call, json->of(call, "{%s: %s}", il_text("key"), il_text(NULL)), "{\"key\":null}");
    expect(call, json->of(call, "%j", (il_json *)NULL), "null");
    expect(call, json->of(call, "%i", INT64_MIN), "-9223372036854775808");
}

static void broken_patterns_make_none(void **state) {
    il_call *call = &((fixture *)*state)->call;
    static const char *const broken[] = {"",    "{",   "[1",  "[1,]",    "{\"a\"}",   "{\"a\": }", "{1: 2}",
                                         "%x",  "%",   "1 2", "\"open",  "nonsense",  "[1 2]",     "{\"a\": 1,}",
                                         "{,}", "[,]", "tru", "\"\\q\"", "{\"a\" 1}", "]"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_null(json->of(call, broken[i]));
        assert_true(call_interface.error(call).len > 0);
    }
    char deep[200];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_null(json->of(call, deep));
    assert_null(json->of(call, "%s", (il_str){"\xff", 1}));
    assert_null(json->of(call, "[%f]", (double)NAN));
    assert_null(json->of(call, "{%s: 1}", (il_str){"\xff", 1}));
}

static void values_are_read(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_json *v = json->parse(call, il_text("{\"b\": [1, 2.5, \"è\"], \"a\": true, \"n\": null}"));
    assert_int_equal(json->count(v), 3);
    assert_string_equal(json->key_at(v, 0), "b");
    assert_string_equal(json->key_at(v, 2), "n");
    assert_null(json->key_at(v, 3));
    il_json *list = json->get(v, "b");
    assert_int_equal(json->count(list), 3);
    assert_int_equal(json->integer(json->at(list, 0), 9), 1);
    assert_int_equal(json->integer(json->at(list, 1), 9), 9);
    assert_true(fabs(json->number(json->at(list, 1), 0) - 2.5) < 0.001);
    assert_true(fabs(json->number(json->at(list, 0), 0) - 1) < 0.001);
    assert_true(il_equal(json->text(json->at(list, 2)), "è"));
    assert_null(json->text(json->at(list, 0)).ptr);
    assert_null(json->at(list, 3));
    assert_int_equal(json->truth(json->get(v, "a")), 1);
    assert_int_equal(json->truth(list), 0);
    static const int32_t kinds[] = {IL_KIND_ARRAY, IL_KIND_BOOLEAN, IL_KIND_NULL};
    const char *key = NULL;
    for (size_t i = 0; i < 3; i++) {
        key = json->next(v, key);
        assert_string_equal(key, json->key_at(v, i));
        assert_int_equal(json->kind(json->get(v, key)), kinds[i]);
    }
    assert_null(json->next(v, key));
    assert_null(json->parse(call, il_text("{")));
    assert_non_null(strstr(call_interface.error(call).ptr, "not JSON: line 1"));
    assert_null(json->parse(call, il_text(NULL)));
    assert_null(json->parse(call, il_text("1 2")));
}

static void none_is_fine_everywhere(void **state) {
    il_call *call = &((fixture *)*state)->call;
    assert_null(json->get(NULL, "a"));
    assert_null(json->at(NULL, 0));
    assert_int_equal(json->count(NULL), 0);
    assert_null(json->key_at(NULL, 0));
    assert_null(json->next(NULL, NULL));
    assert_null(json->text(NULL).ptr);
    assert_int_equal(json->integer(NULL, -3), -3);
    assert_int_equal(json->truth(NULL), 0);
    assert_int_equal(json->kind(NULL), IL_KIND_NONE);
    expect(call, json->with(call, NULL, "a", NULL), "{}");
    expect(call, json->append(call, NULL, NULL), "[null]");
    assert_string_equal(json->print(call, NULL).ptr, "null");
}

static void copies_leave_the_original(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_json *object = json->of(call, "{\"a\": 1, \"b\": 2}");
    expect(call, json->with(call, object, "a", json->of(call, "[]")), "{\"a\":[],\"b\":2}");
    expect(call, json->with(call, object, "a", NULL), "{\"b\":2}");
    expect(call, object, "{\"a\":1,\"b\":2}");
    il_json *list = json->of(call, "[1]");
    expect(call, json->append(call, list, object), "[1,{\"a\":1,\"b\":2}]");
    expect(call, list, "[1]");
    assert_null(json->with(call, list, "a", list));
    assert_null(json->append(call, object, list));
    assert_null(json->with(call, object, "\xff", list));
}

// ---- forms

static void forms_are_decoded(void **state) {
    (void)state;
    arena *a = arena_create();
    str form = STR("a=1&b=x+y%21&a=2&empty=&flag&%61%62=c&bad=%zz&long=%");
    assert_true(str_is(form_value(a, form, "a"), "1"));
    assert_true(str_is(form_value(a, form, "b"), "x y!"));
    assert_true(str_is(form_value(a, form, "ab"), "c"));
    assert_true(str_is(form_value(a, form, "empty"), ""));
    assert_true(str_is(form_value(a, form, "flag"), ""));
    assert_null(form_value(a, form, "bad").ptr);
    assert_null(form_value(a, form, "long").ptr);
    assert_null(form_value(a, form, "none").ptr);
    assert_null(form_value(a, (str){0}, "a").ptr);
    assert_null(form_value(a, STR("=x&&"), "a").ptr);
    json_t *all = form_read(STR("a=1&&a=2&%ff=3&b=%00&c"));
    char *printed = json_dumps(all, JSON_COMPACT);
    assert_string_equal(printed, "{\"a\":[\"1\",\"2\"],\"\":[\"\"],\"c\":[\"\"]}");
    free(printed);
    json_decref(all);
    assert_true(form_is(STR("application/x-www-form-urlencoded")));
    assert_true(form_is(STR("Application/X-WWW-Form-Urlencoded; charset=utf-8")));
    assert_false(form_is(STR("application/x-www-form-urlencoded2")));
    assert_false(form_is(STR("application/json")));
    assert_false(form_is((str){0}));
    arena_destroy(a);
}

// ---- the call

static void a_call_tells_what_it_is(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_person person;
    call_interface.person(call, &person);
    assert_int_equal(person.id.len, 0);
    assert_string_equal(person.role.ptr, "");
    assert_string_equal(person.language.ptr, "en");
    assert_string_equal(call_interface.query(call, "a").ptr, "1");
    assert_null(call_interface.query(call, "b").ptr);
    assert_null(call_interface.form(call, "a").ptr);
    expect(call, call_interface.form_all(call), "{}");
    expect(call, call_interface.params(call), "{\"n\":1}");
    expect(call, call_interface.data(call), "{}");
    assert_string_equal(call_interface.path(call).ptr, "/");
    assert_string_equal(call_interface.link(call, "x").ptr, "/x");
    assert_string_equal(call_interface.text(call, "none").ptr, "none");
    il_json *params = json->of(call, "{\"who\": \"Ada\"}");
    assert_string_equal(call_interface.text_with(call, "hello", params).ptr, "Hello Ada");
    assert_string_equal(call_interface.text_with(call, "hello", NULL).ptr, "Hello {who}");
    uint64_t first = call_interface.random(call);
    assert_true(first != call_interface.random(call));
    call->random = 7;
    assert_true(first == call_interface.random(call)); // the seed decides
    assert_int_equal((call_interface.fail)(call, IL_LIMIT, "Too much."), IL_LIMIT);
    assert_string_equal(call_interface.error(call).ptr, "Too much.");
}

// ---- documents

static void documents_that_were_sent(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_document d;
    assert_int_equal(documents->get(call, "poll", &d), IL_OK);
    assert_int_equal(d.version, 3);
    assert_true(il_equal(d.key, "poll"));
    expect(call, d.value, "{\"open\":true}");
    assert_int_equal(documents->get(call, "vote/z", &d), IL_ABSENT);
    assert_true(d.version == IL_NEW && d.value == NULL && il_equal(d.key, "vote/z"));
    assert_int_equal(documents->get(call, "other", &d), IL_ABSENT); // asks nobody: all were sent
    static const char *const bad[] = {"", "a b", "è", "a:b", "a\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(documents->get(call, bad[i], &d), IL_INVALID);
    uint64_t n;
    assert_int_equal(documents->count(call, "", &n), IL_OK);
    assert_int_equal(n, 2);
    const il_document *list;
    size_t count;
    int32_t more;
    assert_int_equal(documents->list(call, "", "poll", 500, &list, &count, &more), IL_OK);
    assert_int_equal(count, 1);
    assert_int_equal(more, 0);
    assert_true(il_equal(list[0].key, "vote/a"));
    assert_int_equal(documents->list(call, "", "", 0, &list, &count, &more), IL_INVALID);
    assert_int_equal(documents->list(call, "", "", 501, &list, &count, &more), IL_INVALID);
}

static unsigned effects_of(const il_call *call) {
    unsigned n = 0;
    for (const call_effect *e = call->effects; e; e = e->next)
        n += !e->dropped;
    return n;
}

static void a_document_is_changed_once(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_document d;
    il_json *one = json->of(call, "1"), *two = json->of(call, "2");
    assert_int_equal(documents->put(call, "poll", one, 3), IL_OK);
    assert_int_equal(documents->get(call, "poll", &d), IL_OK);
    assert_int_equal(d.version, 3);
    expect(call, d.value, "1");
    assert_int_equal(documents->put(call, "poll", two, d.version), IL_OK);
    assert_int_equal(effects_of(call), 1);
    assert_int_equal(call->effects->version, 3);
    const il_document *list;
    size_t count;
    int32_t more;
    documents->list(call, "poll", "", 10, &list, &count, &more);
    expect(call, list[0].value, "{\"open\":true}"); // a list shows what was there before
    assert_int_equal(documents->remove(call, "poll", 3), IL_OK);
    assert_int_equal(effects_of(call), 1);
    assert_int_equal(call->effects->kind, EFFECT_DELETE);
    assert_int_equal(documents->get(call, "poll", &d), IL_ABSENT);
    assert_int_equal(documents->remove(call, "poll", 3), IL_ABSENT);
    assert_int_equal(documents->put(call, "poll", one, IL_NEW), IL_OK);
    assert_int_equal(call->effects->kind, EFFECT_PUT);
    assert_int_equal(call->effects->version, 3);
}

static void versions_must_fit(void **state) {
    il_call *call = &((fixture *)*state)->call;
    il_json *one = json->of(call, "1");
    assert_int_equal(documents->put(call, "poll", one, 2), IL_CONFLICT);
    assert_int_equal(documents->put(call, "poll", one, IL_NEW), IL_CONFLICT);
    assert_int_equal(documents->put(call, "vote/z", one, 1), IL_CONFLICT);
    assert_int_equal(documents->remove(call, "vote/a", 9), IL_CONFLICT);
    assert_int_equal(documents->put(call, "vote/a", NULL, 4), IL_FAILED);
    assert_int_equal(effects_of(call), 0);
    assert_int_equal(documents->put(call, "vote/a", one, IL_ANY), IL_OK);
    assert_int_equal(documents->put(call, "vote/z", one, IL_NEW), IL_OK);
    assert_int_equal(documents->remove(call, "vote/z", IL_NEW), IL_OK);
    assert_int_equal(effects_of(call), 1); // what was made and taken away never was
    assert_int_equal(documents->append(call, "log/", one), IL_OK);
    assert_int_equal(documents->append(call, "", one), IL_INVALID);
    assert_int_equal(effects_of(call), 2);
}

static void permissions_are_asked_for(void **state) {
    fixture *f = *state;
    il_call *call = &f->call;
    const il_host *host = &plugin_host;
    assert_int_equal(host->effects->publish(call, "changed", NULL), IL_FORBIDDEN);
    assert_non_null(strstr(call_interface.error(call).ptr, "\"publish\""));
    json_array_append_new(f->package.permissions, json_string("publish"));
    assert_int_equal(host->effects->publish(call, "changed", NULL), IL_OK);
    assert_int_equal(host->effects->publish(call, "Not a word", NULL), IL_INVALID);
    assert_int_equal(host->effects->log(call, "", NULL), IL_INVALID);
    assert_int_equal(host->effects->log(call, "voted", NULL), IL_OK);
    assert_int_equal(host->answer->redirect(call, "//elsewhere.example"), IL_FAILED);
    assert_int_equal(host->answer->redirect(call, "https://elsewhere.example"), IL_FAILED);
    assert_int_equal(host->answer->problem(call, 500, "No."), IL_FAILED);
    assert_int_equal(host->answer->file(call, "a\nb", "text/csv", il_text("x")), IL_FAILED);
    result_write(call, IL_OK);
    assert_true(f->channel.out.len > FRAME_HEADER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(patterns_make_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_patterns_make_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_is_fine_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(copies_leave_the_original, set_up, tear_down),
        cmocka_unit_test(forms_are_decoded),
        cmocka_unit_test_setup_teardown(a_call_tells_what_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(documents_that_were_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_is_changed_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(versions_must_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(permissions_are_asked_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
