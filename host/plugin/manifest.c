// SPDX-License-Identifier: EUPL-1.2
#include "plugin/manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/schema.h"
#include "plugin/file.h"

extern const char manifest_schema[];
extern const size_t manifest_schema_len;

enum { MANIFEST_BYTES = 256 * 1024, CPU_MS = 50, WALL_MS = 2000, MEMORY_MB = 64 };
enum { DOCUMENTS_MB = 16, FILES_MB = 64, NOTIFY_PER_DAY = 20 };

bool manifest_can(const manifest *m, const char *capability) {
    const json_t *item;
    size_t i;
    json_array_foreach(m->capabilities, i, item)
        if (strcmp(json_string_value(item), capability) == 0)
            return true;
    return false;
}

bool manifest_path_safe(const char *path) {
    for (const char *p = path; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '\\')
            return false;
    if (!*path || *path == '/')
        return false;
    for (const char *part = path; part;) {
        size_t len = strcspn(part, "/");
        if (len == 0 || (len == 1 && part[0] == '.') || (len == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part = part[len] ? part + len + 1 : NULL;
    }
    return true;
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

// ---- rules that a schema cannot say

static void check_languages(const manifest *m, fault *f) {
    static const char *const TEXTS[] = {"name", "description", "summary"};
    const json_t *language;
    size_t i;
    for (size_t t = 0; t < sizeof TEXTS / sizeof TEXTS[0]; t++) {
        const json_t *texts = json_object_get(m->json, TEXTS[t]);
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/%s", TEXTS[t]);
        if (texts)
            json_array_foreach(m->languages, i, language)
                if (!json_object_get(texts, json_string_value(language)))
                    fault_add_field(f, pointer, "language",
                                    "\"languages\" lists \"%.12s\", but \"%s\" has no text in it. Write one.",
                                    json_string_value(language), TEXTS[t]);
    }
}

// Schemas stand for themselves: their $ref point into them.
static void check_schema(const json_t *schema, const char *pointer, fault *f) {
    fault why = {0};
    if (!schema)
        return;
    if (schema_usable(schema, schema, &why) != STATUS_OK)
        fault_add_field(f, pointer, "schema", "%.159s", why.text);
    else if (strcmp(text_of(schema, "type"), "object") != 0)
        fault_add_field(f, pointer, "schema", "A form is an object: write \"type\": \"object\" at its top.");
}

static void check_path(const char *path, const char *pointer, fault *f) {
    if (*path && !manifest_path_safe(path))
        fault_add_field(f, pointer, "path",
                        "\"%.60s\" is no path inside the package. Write it like web/icon.svg, without \"..\".", path);
}

static void check_rules(const manifest *m, fault *f) {
    check_languages(m, f);
    check_schema(m->params, "/params", f);
    check_schema(m->settings, "/settings", f);
    check_path(m->entry, "/entry", f);
    check_path(m->icon, "/icon", f);
    if (!manifest_can(m, "view"))
        fault_add_field(f, "/capabilities", "view", "A tool that cannot be looked at is of no use: list \"view\".");
    if (m->permissions & PERMISSION_HTTP && !m->hosts)
        fault_add_field(f, "/permissions", "hosts",
                        "Say which hosts it asks: \"permissions\": {\"http\": {\"hosts\": [\"api.example.org\"]}}.");
    const char *ending = strrchr(m->entry, '.');
    if (!ending || strcmp(ending, m->native ? ".so" : ".lua") != 0)
        fault_add_field(f, "/entry", "entry", "The entry of runtime \"%s\" must end in %s.", m->runtime,
                        m->native ? ".so" : ".lua");
}

// ---- reading

static uint32_t limit_of(const json_t *limits, const char *key, uint32_t otherwise) {
    const json_t *value = json_object_get(limits, key);
    return value ? (uint32_t)json_integer_value(value) : otherwise;
}

// A list of names, or an object that has a limit for some. Documents every plugin may keep, so nobody need ask.
static unsigned permissions_of(const json_t *asked) {
    unsigned all = PERMISSION_DOCUMENTS;
    const json_t *item;
    const char *name;
    size_t i;
    json_array_foreach(asked, i, item)
        all |= permission_find(json_string_value(item));
    json_object_foreach((json_t *)asked, name, item)
        all |= permission_find(name);
    return all;
}

static void fill_limits(manifest *m) {
    const json_t *limits = json_object_get(m->json, "limits"), *asked = json_object_get(m->json, "permissions");
    m->cpu_ms = limit_of(limits, "cpu_ms", CPU_MS);
    m->wall_ms = limit_of(limits, "wall_ms", WALL_MS);
    m->memory_mb = limit_of(limits, "memory_mb", MEMORY_MB);
    m->documents_bytes = (int64_t)limit_of(json_object_get(asked, "documents"), "mb", DOCUMENTS_MB) << 20;
    m->files_bytes = (int64_t)limit_of(json_object_get(asked, "files"), "mb", FILES_MB) << 20;
    m->notify_per_day = limit_of(json_object_get(asked, "notify"), "per_day", NOTIFY_PER_DAY);
}

static void fill(manifest *m) {
    const json_t *j = m->json;
    m->id = text_of(j, "id");
    m->version = text_of(j, "version");
    m->runtime = text_of(j, "runtime");
    m->entry = text_of(j, "entry");
    m->icon = text_of(j, "icon");
    m->licence = text_of(j, "licence");
    m->name = json_object_get(j, "name");
    m->description = json_object_get(j, "description");
    m->summary = json_object_get(j, "summary");
    m->tags = json_object_get(j, "tags");
    m->languages = json_object_get(j, "languages");
    m->needs = json_object_get(j, "needs");
    m->capabilities = json_object_get(j, "capabilities");
    m->params = json_object_get(j, "params");
    m->settings = json_object_get(j, "settings");
    m->preload = json_object_get(json_object_get(j, "documents"), "preload");
    m->permissions = permissions_of(json_object_get(j, "permissions"));
    m->hosts = json_object_get(json_object_get(json_object_get(j, "permissions"), "http"), "hosts");
    m->native = strcmp(m->runtime, "native") == 0;
    fill_limits(m);
    snprintf(m->label, sizeof m->label, "%.50s@%.50s", m->id, m->version);
}

static status check_shape(json_t *json, fault *f) {
    json_error_t error;
    json_t *schema = json_loadb(manifest_schema, manifest_schema_len, 0, &error);
    if (!schema)
        abort(); // it is built in
    status s = schema_check(schema, schema, json, "", f);
    json_decref(schema);
    return s;
}

status manifest_parse(str json, manifest **out, fault *f) {
    json_error_t error;
    fault found = {0};
    *out = NULL;
    json_t *parsed = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &error);
    if (!parsed)
        return fault_set(f, STATUS_INVALID, "manifest.json",
                         "interlinker.json is no valid JSON: line %d, column %d: %.200s.", error.line, error.column,
                         error.text);
    manifest *m = memory_new(sizeof *m);
    m->json = parsed;
    if (check_shape(parsed, &found) == STATUS_OK) {
        fill(m);
        check_rules(m, &found);
    }
    if (found.field_count) {
        snprintf(found.code, sizeof found.code, "manifest.invalid");
        snprintf(found.text, sizeof found.text, "interlinker.json breaks %zu rule%s.", found.field_count,
                 found.field_count == 1 ? "" : "s");
        if (f)
            *f = found;
        manifest_free(m);
        return STATUS_INVALID;
    }
    *out = m;
    return STATUS_OK;
}

// A file that the manifest names: there, regular, and inside the folder also when links are followed.
static void check_file(const char *folder, const char *path, const char *pointer, fault *f) {
    char joined[PATH_MAX], real[PATH_MAX], home[PATH_MAX];
    struct stat s;
    if (!*path)
        return;
    if (snprintf(joined, sizeof joined, "%s/%s", folder, path) >= PATH_MAX || !realpath(joined, real) ||
        stat(real, &s) < 0 || !S_ISREG(s.st_mode)) {
        fault_add_field(f, pointer, "file", "There is no file \"%.80s\" in the package.", path);
        return;
    }
    size_t len = realpath(folder, home) ? strlen(home) : 0;
    if (!len || strncmp(real, home, len) != 0 || real[len] != '/')
        fault_add_field(f, pointer, "file", "\"%.80s\" is a link that leads out of the package.", path);
}

status manifest_read(const char *folder, manifest **out, fault *f) {
    buffer text = {0};
    *out = NULL;
    if (!file_read(folder, "interlinker.json", MANIFEST_BYTES, &text)) {
        bool absent = errno == ENOENT || errno == ENOTDIR;
        buffer_free(&text);
        return fault_set(f, absent ? STATUS_NOT_FOUND : STATUS_INVALID,
                         absent ? "manifest.absent" : "manifest.unreadable",
                         "%.250s/interlinker.json cannot be read: %s.", folder, strerror(errno));
    }
    status s = manifest_parse(buffer_str(&text), out, f);
    buffer_free(&text);
    if (s != STATUS_OK)
        return s;
    fault found = {0};
    check_file(folder, (*out)->entry, "/entry", &found);
    check_file(folder, (*out)->icon, "/icon", &found);
    if (!found.field_count)
        return STATUS_OK;
    if (f)
        *f = found;
    manifest_free(*out);
    *out = NULL;
    return STATUS_INVALID;
}

void manifest_free(manifest *m) {
    if (!m)
        return;
    json_decref(m->json);
    free(m);
}
