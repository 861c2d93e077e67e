// SPDX-License-Identifier: EUPL-1.2
#include "worker/package.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_SIZE = 1 << 20, DEPTH = 4 };

typedef bool file_reader(package *p, const char *name, str text, char sentence[SENTENCE_SIZE]);

// Reads one file whole. Everything is in the arena, because it is kept as long as the plugin is.
static bool file_text(package *p, const char *path, str *out, char sentence[SENTENCE_SIZE]) {
    bool ok = false;
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &info) != 0) {
        snprintf(sentence, SENTENCE_SIZE, "%s cannot be read: %s.", path, strerror(errno));
        goto done;
    }
    if (!S_ISREG(info.st_mode) || info.st_size > FILE_SIZE) {
        snprintf(sentence, SENTENCE_SIZE, "%s is no file of at most %d bytes.", path, FILE_SIZE);
        goto done;
    }
    size_t size = (size_t)info.st_size, len = 0;
    char *text = arena_alloc(p->arena, size + 1);
    while (len < size) {
        ssize_t n = read(file, text + len, size - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    *out = (str){text, len};
    ok = true;
done:
    if (file >= 0)
        close(file);
    return ok;
}

static bool ends_with(const char *name, const char *end) {
    size_t len = strlen(name), tail = strlen(end);
    return len > tail && strcmp(name + len - tail, end) == 0;
}

// Gives each file below `folder`/`below` to `reader`. A folder that is not there holds nothing.
static bool each_file(package *p, const char *folder, const char *below, int depth, file_reader *reader,
                      char sentence[SENTENCE_SIZE]) {
    const char *path = arena_printf(p->arena, "%s/%s/%s", p->folder, folder, below);
    DIR *entries = opendir(path);
    if (!entries)
        return true;
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(entries));) {
        if (entry->d_name[0] == '.')
            continue;
        struct stat info;
        const char *name = arena_printf(p->arena, "%s%s", below, entry->d_name);
        const char *file = arena_printf(p->arena, "%s/%s/%s", p->folder, folder, name);
        if (fstatat(dirfd(entries), entry->d_name, &info, 0) == 0 && S_ISDIR(info.st_mode)) {
            ok = depth >= DEPTH ||
                 each_file(p, folder, arena_printf(p->arena, "%s/", name), depth + 1, reader, sentence);
        } else {
            str text;
            ok = file_text(p, file, &text, sentence) && reader(p, name, text, sentence);
        }
    }
    closedir(entries);
    return ok;
}

static bool text_reader(package *p, const char *name, str text, char sentence[SENTENCE_SIZE]) {
    if (!ends_with(name, ".json"))
        return true;
    json_error_t error;
    json_t *texts = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(texts)) {
        snprintf(sentence, SENTENCE_SIZE, "%s/i18n/%s is no JSON object of texts: line %d: %s.", p->folder, name,
                 error.line, texts ? "another kind of value" : error.text);
        json_decref(texts);
        return false;
    }
    char *language = arena_copy(p->arena, name, strlen(name) - strlen(".json"));
    json_object_set_new(p->texts, language, texts);
    return true;
}

static bool template_reader(package *p, const char *name, str text, char sentence[SENTENCE_SIZE]) {
    (void)sentence;
    package_file *file = arena_alloc(p->arena, sizeof *file);
    *file = (package_file){name, text, p->templates};
    p->templates = file;
    return true;
}

bool package_read(package *p, const char *folder, char sentence[SENTENCE_SIZE]) {
    *p = (package){
        .arena = arena_create(), .texts = json_object(), .permissions = json_array(), .cache = template_cache_create()};
    p->folder = arena_text(p->arena, folder);
    return each_file(p, "i18n", "", 1, text_reader, sentence) &&
           each_file(p, "templates", "", 1, template_reader, sentence);
}

str package_text(const package *p, str language, const char *key) {
    char code[16] = "";
    if (language.len < sizeof code)
        memcpy(code, language.ptr ? language.ptr : "", language.len);
    json_t *text = json_object_get(json_object_get(p->texts, code), key);
    if (!text)
        text = json_object_get(json_object_get(p->texts, "en"), key);
    return (str){json_string_value(text), json_string_length(text)};
}

bool package_permits(const package *p, const char *permission) {
    size_t i;
    json_t *word;
    json_array_foreach(p->permissions, i, word) {
        if (json_is_string(word) && strcmp(json_string_value(word), permission) == 0)
            return true;
    }
    return false;
}

const package_file *package_template(const package *p, const char *name) {
    for (const package_file *file = p->templates; file; file = file->next)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
