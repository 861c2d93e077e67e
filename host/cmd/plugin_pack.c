// SPDX-License-Identifier: EUPL-1.2
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "cmd/plugin_verb.h"
#include "plugin/archive.h"
#include "plugin/file.h"
#include "plugin/manifest.h"
#include "plugin/package.h"

static int say_packed(const char *path) {
    buffer bytes = {0};
    char hash[2 * CRYPTO_HASH + 1];
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (file_read(folder, slash ? slash + 1 : path, PACKAGE_BYTES, &bytes)) {
        crypto_hash_hex(bytes.ptr, bytes.len, hash);
        printf("%s: %zu bytes, sha256 %s\nSign it: interlink plugin sign --key FILE.key %s\n", path, bytes.len, hash,
               path);
    }
    buffer_free(&bytes);
    return 0;
}

int plugin_verb_pack(int argc, char **argv) {
    const char *folder = NULL, *output = NULL;
    const command_option options[] = {
        {"--output", "FILE", "Where to; ID-VERSION.interlinker in this folder if not given.", &output, NULL, false}};
    const command_usage usage = {"interlink plugin pack [--output FILE] FOLDER",
                                 "Makes one file of a package, a zip. The same files give the same bytes. Files that "
                                 "begin with a dot are left out.",
                                 options, 1, 1};
    int done = command_read(&usage, argc, argv, &folder);
    if (done >= 0) {
        return done;
    }
    fault f = {0};
    manifest *m = NULL;
    char path[PATH_MAX];
    if (manifest_read(folder, &m, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    snprintf(path, sizeof path, "%s-%s.interlinker", m->id, m->version);
    manifest_free(m);
    if (output) {
        snprintf(path, sizeof path, "%s", output);
    }
    return plugin_archive_pack(folder, path, &f) == STATUS_OK ? say_packed(path) : command_fail(&f);
}
