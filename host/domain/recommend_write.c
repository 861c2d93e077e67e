// SPDX-License-Identifier: EUPL-1.2
//
// Recommendations as an answer: each reason as a code for programs and a sentence for people.
#include <math.h>
#include <string.h>

#include "domain/catalogue.h"
#include "domain/language.h"
#include "domain/recommend.h"

enum { NEEDS_NAMED = 3 };

typedef struct reason_writing {
    store *store;
    arena *arena;
    answer *out;
    const char *language;
} reason_writing;

// Takes `params`.
static void reason_put(reason_writing *w, const char *code, json_t *params) {
    char key[64];
    buffer text = {0};
    snprintf(key, sizeof key, "recommend.%s", code);
    buffer pattern = {0};
    language_add_plain(&pattern, language_text(w->language, key));
    language_fill(&text, pattern.len > 0 ? buffer_str(&pattern) : STR(""), params);
    buffer_free(&pattern);
    answer_object(w->out);
    answer_put_text(w->out, "code", code);
    answer_key(w->out, "text");
    answer_str(w->out, text.len > 0 ? buffer_str(&text) : STR(""));
    answer_key(w->out, "params");
    answer_json_value(w->out, params);
    answer_end(w->out);
    buffer_free(&text);
    json_decref(params);
}

static const char *need_name(reason_writing *w, const char *profile) {
    const char *name = profile;
    store_rows *r = store_query(w->store, "SELECT name FROM problem_profile WHERE id = ?", "t", profile);
    if (store_next(r)) {
        name = language_pick_text(w->arena, store_str(r, 0), w->language, NULL);
    }
    store_end(r, NULL);
    return name;
}

static void needs_reason(reason_writing *w, const recommendation *r) {
    json_t *params = json_object(), *ids = json_array();
    buffer names = {0};
    size_t named = r->need_count < NEEDS_NAMED ? r->need_count : NEEDS_NAMED;
    for (size_t i = 0; i < named; i++) {
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", need_name(w, r->needs[i]));
    }
    for (size_t i = 0; i < r->need_count; i++) {
        json_array_append_new(ids, json_string(r->needs[i]));
    }
    json_object_set_new(params, "needs", json_string(names.ptr));
    json_object_set_new(params, "more", json_integer((json_int_t)(r->need_count - named)));
    json_object_set_new(params, "problem_profiles", ids);
    const char *code = r->need_count == 1 ? "need" : r->need_count <= NEEDS_NAMED ? "needs" : "needs_more";
    reason_put(w, code, params);
    buffer_free(&names);
}

static void reasons_put(reason_writing *w, const recommendation *r) {
    if (r->need_count > 0) {
        needs_reason(w, r);
    } else if (r->likely_need != NULL && r->likely >= 0.25) {
        json_t *params = json_object();
        json_object_set_new(params, "needs", json_string(need_name(w, r->likely_need)));
        json_object_set_new(params, "problem_profile", json_string(r->likely_need));
        reason_put(w, "likely", params);
    }
    if (r->text >= 0.4) {
        reason_put(w, "text", json_object());
    }
    if (r->used > 0) {
        json_t *params = json_object();
        json_object_set_new(params, "count", json_integer(r->used));
        reason_put(w, r->used == 1 ? "used_once" : "used", params);
    }
    if (r->installed) {
        reason_put(w, "installed", json_object());
    } else if (!r->available) {
        reason_put(w, "unavailable", json_object());
    }
    if (r->language) {
        json_t *params = json_object();
        json_object_set_new(params, "language", json_string(w->language));
        reason_put(w, "language", params);
    }
}

status recommend_write(store *s, arena *a, answer *out, const char *node, const char *language, size_t limit,
                       fault *f) {
    recommendation *all;
    size_t count;
    status result = recommend_find(s, a, node, language, limit, &all, &count, f);
    if (result != STATUS_OK) {
        return result;
    }
    reason_writing w = {s, a, out, language};
    answer_object(out);
    answer_key(out, "items");
    answer_array(out);
    for (size_t i = 0; i < count && result == STATUS_OK; i++) {
        answer_object(out);
        answer_key(out, "interlinker");
        result = catalogue_item_write(s, out, all[i].id, language, f);
        answer_key(out, "score");
        answer_number(out, round(all[i].score * 1000) / 1000);
        answer_key(out, "reasons");
        answer_array(out);
        reasons_put(&w, &all[i]);
        answer_end(out);
        answer_end(out);
    }
    answer_end(out);
    answer_end(out);
    return result;
}
