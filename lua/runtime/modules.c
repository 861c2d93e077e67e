// SPDX-License-Identifier: EUPL-1.2
//
// modules: the Lua files of a package. All are read before the script starts, because the jail is closed after that;
// `require "parts.form"` runs parts/form.lua once. Text only: a file of bytecode is refused by its first byte.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin.h"

enum { MODULES_DEPTH = 4, MODULES_BYTES = 4 << 20, MODULES_NAME = 200 };

static const char sources_key, loaded_key; // their addresses are keys of the registry

typedef struct source {
    char name[MODULES_NAME]; // "parts/form.lua"
    char *bytes;
    size_t len;
} source;

typedef struct sources {
    source *items;
    size_t count, bytes;
    char *error;
} sources;

static bool sources_fail(sources *s, const char *name, const char *why) {
    snprintf(s->error, LUA_PLUGIN_ERROR, "%s: %s", name, why);
    return false;
}

static bool source_read(sources *s, int folder, const char *file, const char *name) {
    int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        int why = errno;
        if (fd >= 0) {
            close(fd);
        }
        return sources_fail(s, name, fd < 0 ? strerror(why) : "is not a plain file");
    }
    size_t size = (size_t)info.st_size;
    source *items = realloc(s->items, (s->count + 1) * sizeof *items);
    s->items = items ? items : s->items;
    char *bytes = s->bytes + size <= MODULES_BYTES ? malloc(size + 1) : NULL;
    ssize_t got = items && bytes ? read(fd, bytes, size) : -1;
    close(fd);
    if (got < 0 || (size_t)got != size) {
        free(bytes);
        return sources_fail(s, name, "could not be read, or the package has more than 4 MB of Lua");
    }
    source *item = &items[s->count++];
    *item = (source){.bytes = bytes, .len = size};
    snprintf(item->name, sizeof item->name, "%s", name);
    s->bytes += size;
    return true;
}

static bool folder_read(sources *s, int folder, const char *prefix, int depth);

static bool entry_read(sources *s, int folder, const char *prefix, const char *entry, int depth) {
    char name[MODULES_NAME];
    int len = snprintf(name, sizeof name, "%s%s", prefix, entry);
    size_t entry_len = strlen(entry);
    if (entry_len > 4 && strcmp(entry + entry_len - 4, ".lua") == 0) {
        return len < MODULES_NAME ? source_read(s, folder, entry, name) : sources_fail(s, entry, "has too long a path");
    }
    // web/ is for the browser; other folders may hold modules.
    int inner = strcmp(name, "web") == 0 || depth >= MODULES_DEPTH || len >= MODULES_NAME - 2
                    ? -1
                    : openat(folder, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (inner < 0) {
        return true;
    }
    name[len] = '/';
    name[len + 1] = 0;
    return folder_read(s, inner, name, depth + 1);
}

// Takes over `folder` and closes it.
static bool folder_read(sources *s, int folder, const char *prefix, int depth) {
    DIR *dir = fdopendir(folder);
    if (!dir) {
        close(folder);
        return sources_fail(s, *prefix ? prefix : "the package", "could not be read");
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(dir));) {
        if (entry->d_name[0] != '.') {
            good = entry_read(s, folder, prefix, entry->d_name, depth);
        }
    }
    closedir(dir);
    return good;
}

static int sources_keep(lua_State *L) {
    sources *s = lua_touserdata(L, 1);
    lua_newtable(L);
    for (size_t i = 0; i < s->count; i++) {
        lua_pushlstring(L, s->items[i].bytes, s->items[i].len);
        lua_setfield(L, -2, s->items[i].name);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &sources_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
    return 0;
}

bool modules_read(lua_State *L, const char *folder, char error[LUA_PLUGIN_ERROR]) {
    sources s = {.error = error};
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 ? folder_read(&s, fd, "", 0) : sources_fail(&s, folder, strerror(errno));
    if (good) {
        lua_pushcfunction(L, sources_keep);
        lua_pushlightuserdata(L, &s);
        good = lua_pcall(L, 1, 0, 0) == LUA_OK;
        if (!good) {
            sources_fail(&s, folder, "its Lua files do not fit into the plugin's memory");
        }
    }
    for (size_t i = 0; i < s.count; i++) {
        free(s.items[i].bytes);
    }
    free(s.items);
    return good;
}

int modules_run(lua_State *L, const char *name) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &sources_key);
    if (lua_getfield(L, -1, name) != LUA_TSTRING) {
        return luaL_error(L, "there is no file %s in the package", name);
    }
    size_t len;
    const char *text = lua_tolstring(L, -1, &len);
    lua_pushfstring(L, "@%s", name);
    if (luaL_loadbufferx(L, text, len, lua_tostring(L, -1), "t") != LUA_OK) {
        return lua_error(L);
    }
    lua_replace(L, -4);
    lua_pop(L, 2);
    lua_call(L, 0, 1);
    return 1;
}

// "parts.form" is parts/form.lua. Only names: no dots that climb, no absolute path.
static void file_of_module(lua_State *L, const char *module, char file[MODULES_NAME]) {
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (strspn(module, good) != strlen(module) || *module == '.' || strstr(module, "..") ||
        strlen(module) > MODULES_NAME - 8) {
        luaL_error(L, "require: want the name of a file of this package (\"parts.form\" is parts/form.lua), got \"%s\"",
                   module);
    }
    snprintf(file, MODULES_NAME, "%s.lua", module);
    for (char *c = file; c < file + strlen(module); c++) {
        if (*c == '.') {
            *c = '/';
        }
    }
}

static int require(lua_State *L) {
    size_t len;
    const char *module = luaL_checklstring(L, 1, &len);
    luaL_argcheck(L, strlen(module) == len, 1, "the name holds a NUL");
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key);
    if (lua_getfield(L, 2, module) != LUA_TNIL) {
        if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) {
            return luaL_error(L, "require: \"%s\" requires itself", module);
        }
        return 1;
    }
    char file[MODULES_NAME];
    file_of_module(L, module, file);
    lua_pushboolean(L, 0); // being loaded
    lua_setfield(L, 2, module);
    modules_run(L, file);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, module);
    return 1;
}

void modules_open(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key);
    interlink_open(L);
    lua_setfield(L, -2, "interlink");
    lua_pop(L, 1);
    lua_pushglobaltable(L);
    lua_pushliteral(L, "require");
    lua_pushcfunction(L, require);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}
