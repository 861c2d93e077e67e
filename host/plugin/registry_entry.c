// SPDX-License-Identifier: EUPL-1.2
#include "plugin/registry_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plugin/file.h"

enum { TEXT_BYTES = 256 * 1024 }; // of one language

// ---- one

// Files that are not there or are no JSON objects give nothing: the package check speaks of them.
static json_t *package_texts(const char *folder, const json_t *languages) {
    json_t *all = json_object();
    const json_t *language;
    size_t i;
    json_array_foreach(languages, i, language) {
        char name[64];
        buffer text = {0};
        snprintf(name, sizeof name, "i18n/%.16s.json", json_string_value(language));
        if (file_read(folder, name, TEXT_BYTES, &text)) {
            json_t *texts = json_loadb(text.ptr, text.len, 0, NULL);
            if (json_is_object(texts))
                json_object_set(all, json_string_value(language), texts);
            json_decref(texts);
        }
        buffer_free(&text);
    }
    return all;
}

plugin_entry *entry_create(const char *folder, const char *id, const char *settings) {
    plugin_entry *e = memory_new(sizeof *e);
    fault why = {0};
    atomic_init(&e->holders, 1);
    e->folder = memory_text(folder);
    e->settings = memory_text(settings);
    e->enabled = true;
    status s = manifest_read(folder, &e->manifest, &why);
    if (s == STATUS_OK && id && strcmp(e->manifest->id, id) != 0) {
        fault_set(&why, STATUS_INVALID, "plugin.other", "Its folder holds another tool, \"%.40s\".", e->manifest->id);
        manifest_free(e->manifest);
        e->manifest = NULL;
    }
    e->granted = e->manifest ? e->manifest->permissions : 0;
    e->texts = e->manifest ? package_texts(folder, e->manifest->languages) : json_object();
    e->id = memory_text(id ? id : e->manifest ? e->manifest->id : "");
    const char *sentence = why.field_count ? why.fields[0].text : why.text;
    snprintf(e->trouble, sizeof e->trouble, "%.*s", (int)sizeof e->trouble - 1, e->manifest ? "" : sentence);
    return e;
}

bool entry_equal(const plugin_entry *a, const plugin_entry *b) {
    return a->enabled == b->enabled && a->granted == b->granted && a->bundled == b->bundled &&
           a->refusal == b->refusal && strcmp(a->folder, b->folder) == 0 && strcmp(a->settings, b->settings) == 0 &&
           a->manifest && b->manifest && json_equal(a->texts, b->texts) &&
           json_equal(a->manifest->json, b->manifest->json);
}

// ---- holding

void entry_hold(plugin_entry *e) {
    atomic_fetch_add(&e->holders, 1);
}

void entry_release(plugin_entry *e) {
    if (!e || atomic_fetch_sub(&e->holders, 1) > 1)
        return;
    manifest_free(e->manifest);
    json_decref(e->texts);
    free(e->id);
    free(e->folder);
    free(e->settings);
    free(e->key);
    free(e);
}

void entries_add(entry_list *list, plugin_entry *e) {
    if (list->count == list->size) {
        list->size = list->size ? list->size * 2 : 16;
        list->all = memory_resize(list->all, list->size, sizeof(plugin_entry *));
    }
    list->all[list->count++] = e;
}

void entries_release(entry_list *list) {
    for (size_t i = 0; i < list->count; i++)
        entry_release(list->all[i]);
    free(list->all);
    *list = (entry_list){0};
}

plugin_entry *entries_find(const entry_list *list, const char *id) {
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(list->all[middle]->id, id);
        if (order == 0)
            return list->all[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int entries_order(const void *a, const void *b) {
    return strcmp((*(plugin_entry *const *)a)->id, (*(plugin_entry *const *)b)->id);
}

void entries_sort(entry_list *list) {
    if (list->count > 0)
        qsort(list->all, list->count, sizeof(plugin_entry *), entries_order);
}
