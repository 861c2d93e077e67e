// SPDX-License-Identifier: EUPL-1.2
#include "worker/answer.h"

#include <string.h>

#include "worker/json.h"

enum { BODY_LIMIT = 12 << 20, PATH_SIZE = 2000 };

// The last answer counts, so each begins by forgetting the one before.
static call_answer *answer_begin(il_call *call, int status, const char *type) {
    buffer body = call->answer.body;
    buffer_clear(&body);
    call->answer = (call_answer){.status = status, .type = type, .body = body};
    return &call->answer;
}

static str text_of(void *context, const char *key) {
    il_str text = call_interface.text(context, key);
    return (str){text.ptr, text.len};
}

static il_status render(il_call *call, str page, const char *name, const il_json *data) {
    char sentence[SENTENCE_SIZE];
    const template *compiled = template_cache_get(call->package->cache, page, sentence);
    template_source source = {call, text_of, call->base};
    if (compiled) {
        call_answer *answer = answer_begin(call, 200, "text/html");
        if (template_render(compiled, json_in(data), &source, &answer->body, sentence))
            return IL_OK;
        answer_begin(call, 0, NULL);
    }
    return call_fail(call, IL_FAILED, "%s%s%s", name ? name : "", name ? ": " : "", sentence);
}

static il_status answer_html(il_call *call, const char *page, const il_json *data) {
    return render(call, str_from(page), NULL, data);
}

static il_status answer_page(il_call *call, const char *file, const il_json *data) {
    const package_file *page = package_template(call->package, file);
    if (!page)
        return call_fail(call, IL_FAILED, "The package has no templates/%.200s.", file);
    return render(call, page->text, page->name, data);
}

static il_status answer_json(il_call *call, const il_json *value) {
    json_print(&answer_begin(call, 200, "application/json")->body, json_in(value));
    return IL_OK;
}

static bool is_line(const char *text, size_t most) {
    size_t len = strnlen(text, most + 1);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return len >= 1 && len <= most && text_is_utf8(text, len);
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static il_status answer_file(il_call *call, const char *name, const char *type, il_str bytes) {
    if (!is_line(name, 200) || strpbrk(name, "/\\\"") || !is_line(type, 100) || !is_ascii(type))
        return call_fail(call, IL_FAILED, "A download needs a name, one short line without / \\ and \", and a type.");
    if (bytes.len > BODY_LIMIT)
        return call_fail(call, IL_LIMIT, "The download %s is larger than %d MB.", name, BODY_LIMIT >> 20);
    call_answer *answer = answer_begin(call, 200, arena_text(call->arena, type));
    answer->filename = arena_text(call->arena, name);
    buffer_append(&answer->body, bytes.ptr, bytes.len);
    return IL_OK;
}

static il_status answer_redirect(il_call *call, const char *path) {
    if (path[0] != '/' || path[1] == '/' || text_climbs(str_from(path)) || !is_line(path, PATH_SIZE) || !is_ascii(path))
        return call_fail(call, IL_FAILED,
                         "A redirect goes to a page of this view, such as \"/results\", without \"..\"; other "
                         "characters than ASCII are "
                         "percent-encoded.");
    answer_begin(call, 303, NULL)->location = arena_text(call->arena, path);
    return IL_OK;
}

static il_status answer_problem(il_call *call, int32_t http_status, const char *sentence) {
    if (http_status < 400 || http_status > 499)
        return call_fail(call, IL_FAILED, "A problem has a status of 400 to 499, not %d.", (int)http_status);
    call_fail(call, IL_INVALID, "%s", sentence);
    answer_begin(call, http_status, NULL)->sentence = call->error;
    return IL_OK;
}

const il_answer_1 answer_interface = {
    .size = sizeof(il_answer_1),
    .html = answer_html,
    .page = answer_page,
    .json = answer_json,
    .file = answer_file,
    .redirect = answer_redirect,
    .problem = answer_problem,
};
