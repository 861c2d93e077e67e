// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "domain/catalogue.h"
#include "domain/import_part.h"

// The levels of a guide, outermost first, and the member that holds the next one.
static const struct {
    const char *kind, *children;
} levels[] = {{"phase", "objectives"}, {"objective", "tasks"}, {"task", NULL}};

static size_t node_add(import *i, import_guide *g, const import_place *at, const json_t *json, size_t level,
                       size_t parent) {
    if (!import_is_object(at, json)) {
        return IMPORT_NO_NODE;
    }
    import_node n = {.kind = levels[level].kind, .parent = parent, .place = *at, .json = json};
    n.id = import_id_read(at, json, "id");
    n.name = import_texts_json(i->arena, import_texts_read(at, json, "name_translations", IMPORT_LINE, IMPORT_MUST));
    n.description = import_texts_json(
        i->arena, import_texts_read(at, json, "description_translations", IMPORT_MARKDOWN, IMPORT_MAY));
    n.needs = import_needs_read(i, at, json);
    if (n.id == NULL) {
        return IMPORT_NO_NODE;
    }
    const json_t *earlier = json_object_get(g->index, n.id);
    if (earlier != NULL) {
        const import_place *there = &g->nodes[json_integer_value(earlier)].place;
        import_fault(at, "the id \"%s\" is taken by %s%s%s", n.id, there->file, there->pointer[0] ? ": " : "",
                     there->pointer);
        return IMPORT_NO_NODE;
    }
    if (g->node_count == g->node_room) {
        g->node_room = g->node_room ? g->node_room * 2 : 64;
        import_node *wider = arena_alloc(i->arena, g->node_room * sizeof *wider);
        if (g->node_count > 0) {
            memcpy(wider, g->nodes, g->node_count * sizeof *wider);
        }
        g->nodes = wider;
    }
    json_object_set_new(g->index, n.id, json_integer((json_int_t)g->node_count));
    g->nodes[g->node_count] = n;
    return g->node_count++;
}

// The children of a node, in the order in which they come, each with its own children behind it.
static void children_add(import *i, import_guide *g, const import_place *at, const json_t *json, size_t level,
                         size_t parent) {
    if (levels[level].children == NULL || !json_is_object(json)) {
        return;
    }
    const json_t *list = import_array_read(at, json, levels[level].children, IMPORT_MAY);
    size_t count = json_array_size(list);
    import_place place = import_member(at, levels[level].children);
    const json_t **siblings = arena_alloc(i->arena, (count + 1) * sizeof *siblings);
    size_t *order = arena_alloc(i->arena, (count + 1) * sizeof *order);
    for (size_t k = 0; k < count; k++) {
        siblings[k] = json_array_get(list, k);
    }
    import_siblings_order(i->arena, siblings, count, order);
    for (size_t k = 0; k < count; k++) {
        import_place entry = import_entry(&place, order[k]);
        size_t node = node_add(i, g, &entry, siblings[order[k]], level + 1, parent);
        children_add(i, g, &entry, siblings[order[k]], level + 1, node);
    }
}

// Each phase is a file of its own. Their order follows from what comes before what, then from the names of the files.
static void phases_read(import *i, import_guide *g, const char *folder) {
    const char *path = arena_printf(i->arena, "%s/phases", folder);
    import_place at = {&i->report, path, ""};
    import_names files;
    import_found found = import_folder_list(i->folder, path, false, &at, &files);
    const json_t **phases = arena_alloc(i->arena, (files.count + 1) * sizeof *phases);
    const char **names = arena_alloc(i->arena, (files.count + 1) * sizeof *names);
    size_t *order = arena_alloc(i->arena, (files.count + 1) * sizeof *order);
    size_t count = 0;
    for (size_t k = 0; k < files.count; k++) {
        size_t len = strlen(files.names[k]);
        if (len <= 5 || strcmp(files.names[k] + len - 5, ".json") != 0) {
            continue;
        }
        names[count] = arena_printf(i->arena, "%s/%s", path, files.names[k]);
        phases[count] = import_file_json(i->folder, names[count], &i->report, &found);
        count += phases[count] != NULL;
        if (found == IMPORT_ABSENT) {
            import_place file = {&i->report, names[count], ""};
            import_fault(&file, "this leads to a file that is not there");
        }
    }
    if (files.count == 0 && found != IMPORT_REFUSED) {
        import_fault(&at, "a guide needs at least one phase, as phases/NAME.json");
    }
    import_siblings_order(i->arena, phases, count, order);
    for (size_t k = 0; k < count; k++) {
        import_place file = {&i->report, names[order[k]], ""};
        size_t node = node_add(i, g, &file, phases[order[k]], 0, IMPORT_NO_NODE);
        children_add(i, g, &file, phases[order[k]], 0, node);
    }
}

static void after_read(import *i, import_guide *g, import_node *n) {
    const json_t *list = import_array_read(&n->place, n->json, "prerequisites", IMPORT_MAY);
    import_place place = import_member(&n->place, "prerequisites");
    n->after = arena_alloc(i->arena, (json_array_size(list) + 1) * sizeof *n->after);
    size_t k;
    json_t *entry;
    json_array_foreach((json_t *)list, k, entry) {
        import_place at = import_entry(&place, k);
        const char *id = import_is_object(&at, entry) ? import_word_read(&at, entry, "item", IMPORT_MUST) : NULL;
        if (id == NULL) {
            continue;
        }
        const json_t *before = json_object_get(g->index, id);
        import_place item = import_member(&at, "item");
        if (before == NULL) {
            import_fault(&item, "there is no phase, objective or task \"%s\" in this guide", id);
            continue;
        }
        size_t node = (size_t)json_integer_value(before);
        bool twice = false;
        for (size_t m = 0; m < n->after_count && !twice; m++) {
            twice = n->after[m] == node;
        }
        if (!twice) {
            n->after[n->after_count++] = node;
        }
    }
}

static void guide_read(import *i, const char *folder) {
    const char *file = arena_printf(i->arena, "%s/metadata.json", folder);
    import_place at = {&i->report, file, ""};
    import_found found;
    const json_t *json = import_file_json(i->folder, file, &i->report, &found);
    if (json == NULL || !import_is_object(&at, json)) {
        if (found == IMPORT_ABSENT) {
            import_fault(&at, "this file is missing");
        }
        return;
    }
    size_t before = i->report.fault_count;
    import_guide *g = arena_alloc(i->arena, sizeof *g);
    import_texts name = import_texts_read(&at, json, "name_translations", IMPORT_LINE, IMPORT_MUST);
    g->id = import_id_read(&at, json, "id");
    g->name = import_texts_json(i->arena, name);
    g->languages = import_languages_json(i->arena, name);
    g->description = import_texts_json(
        i->arena, import_texts_read(&at, json, "description_translations", IMPORT_MARKDOWN, IMPORT_MAY));
    g->tags = import_tags_read(&at, json, "tags_translations");
    g->author = import_word_read(&at, json, "author", IMPORT_MAY);
    g->licence = import_word_read(&at, json, "licence", IMPORT_MAY);
    g->index = arena_json(i->arena, json_object());
    import_languages_check(&at, json);
    if (g->id != NULL) {
        import_id_new(i->guide_ids, g->id, &at);
    }
    phases_read(i, g, folder);
    for (size_t k = 0; k < g->node_count; k++) {
        after_read(i, g, &g->nodes[k]);
        const char *kind = g->nodes[k].kind;
        i->summary.phases += strcmp(kind, "phase") == 0;
        i->summary.objectives += strcmp(kind, "objective") == 0;
        i->summary.tasks += strcmp(kind, "task") == 0;
    }
    // Before every node is known, a circle is only a guess.
    if (i->report.fault_count == before) {
        import_circle_check(i->arena, g);
    }
    *i->guide_end = g;
    i->guide_end = &g->next;
}

void import_guides_read(import *i) {
    import_place at = {&i->report, "schemas", ""};
    import_names folders;
    import_folder_list(i->folder, "schemas", true, &at, &folders);
    for (size_t k = 0; k < folders.count; k++) {
        if (strncmp(folders.names[k], "__", 2) != 0) { // __pycache__ and its like
            guide_read(i, arena_printf(i->arena, "schemas/%s", folders.names[k]));
        }
    }
}
