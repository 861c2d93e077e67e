// SPDX-License-Identifier: EUPL-1.2
#include "plugin/package.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/package_part.h"

__attribute__((format(printf, 3, 0))) static void say(const package_check *c, bool is_fault, const char *format,
                                                      va_list values) {
    char sentence[600];
    vsnprintf(sentence, sizeof sentence, format, values);
    *c->faults += is_fault;
    c->say(c->context, is_fault, sentence);
}

void package_fault(const package_check *c, const char *format, ...) {
    va_list values;
    va_start(values, format);
    say(c, true, format, values);
    va_end(values);
}

void package_note(const package_check *c, const char *format, ...) {
    va_list values;
    va_start(values, format);
    say(c, false, format, values);
    va_end(values);
}

static void say_manifest(const package_check *c, const fault *why) {
    for (size_t i = 0; i < why->field_count && i < FAULT_FIELDS; i++)
        package_fault(c, "interlinker.json, %s: %s", why->fields[i].pointer, why->fields[i].text);
    if (why->field_count > FAULT_FIELDS)
        package_note(c, "interlinker.json breaks %zu more rules.", why->field_count - FAULT_FIELDS);
    if (!why->field_count)
        package_fault(c, "%s", why->text);
}

static bool there(const package_check *c, const char *name) {
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s", c->folder, name) < PATH_MAX && access(path, R_OK) == 0;
}

static void check_files(const package_check *c, const manifest *m) {
    if (!*m->icon)
        package_note(c, "The manifest names no icon, so the catalogue shows a plain one. Add for example \"icon\": "
                        "\"web/icon.svg\".");
    if (there(c, "instructions.md"))
        return;
    const json_t *language;
    size_t i;
    json_array_foreach(m->languages, i, language) {
        char name[64];
        snprintf(name, sizeof name, "instructions.%.16s.md", json_string_value(language));
        if (there(c, name))
            return;
    }
    package_fault(c, "There is no instructions.md. Write how to use the tool, in a few sentences.");
}

// Without a program folder nothing of it is run.
static status check(const char *folder, const char *program_folder, cgroup_tree *groups, plugin_package_say *say_it,
                    void *context) {
    size_t faults = 0;
    char absolute[PATH_MAX];
    package_check c = {folder, program_folder, groups, say_it, context, &faults};
    manifest *m = NULL;
    fault why = {0};
    if (realpath(folder, absolute))
        c.folder = absolute; // the worker runs in another folder
    if (manifest_read(c.folder, &m, &why) != STATUS_OK) {
        say_manifest(&c, &why);
        return STATUS_INVALID;
    }
    check_files(&c, m);
    package_check_texts(&c, m);
    if (program_folder)
        package_check_trial(&c, m);
    manifest_free(m);
    return faults ? STATUS_INVALID : STATUS_OK;
}

status plugin_package_check(const char *folder, const char *program_folder, cgroup_tree *groups,
                            plugin_package_say *say_it, void *context) {
    return check(folder, program_folder, groups, say_it, context);
}

status plugin_package_look(const char *folder, plugin_package_say *say_it, void *context) {
    return check(folder, NULL, NULL, say_it, context);
}
