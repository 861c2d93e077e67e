// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/plugin_change.h"
#include "cmd/plugin_verb.h"
#include "plugin/archive.h"
#include "plugin/file.h"
#include "plugin/package.h"
#include "plugin/signature.h"
#include "store/folder.h"

enum { SECRET_LONGEST = 1024 };

status plugin_file_take(const char *path, size_t limit, buffer *out, fault *f) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (file_read(folder, slash ? slash + 1 : path, limit, out)) {
        return STATUS_OK;
    }
    return fault_set(f, STATUS_INVALID, "file.unreadable", "%.250s cannot be read: %s.", path, strerror(errno));
}

// A new file: what is there is never overwritten.
static status file_give(const char *path, mode_t mode, str bytes, fault *f) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool written = file >= 0 && write(file, bytes.ptr, bytes.len) == (ssize_t)bytes.len && fsync(file) == 0;
    int error = errno;
    if (file >= 0) {
        close(file);
        if (!written) {
            unlink(path);
        }
    }
    return written ? STATUS_OK
                   : fault_set(f, STATUS_INVALID, "file.unwritable", "%.250s cannot be written: %s.", path,
                               error == EEXIST ? "it is there already; move it away first" : strerror(error));
}

// ---- keygen

static status password_choose(char password[SECRET_LONGEST], fault *f) {
    char again[SECRET_LONGEST] = "";
    bool asked = isatty(STDIN_FILENO);
    if (!command_read_secret("Password for the secret key: ", password, SECRET_LONGEST) || !*password) {
        return fault_set(f, STATUS_INVALID, "keygen.password",
                         "Give a password on standard input, or say --no-password.");
    }
    bool same =
        !asked || (command_read_secret("The same again: ", again, sizeof again) && strcmp(password, again) == 0);
    crypto_wipe(again, sizeof again);
    return same ? STATUS_OK : fault_set(f, STATUS_INVALID, "keygen.password", "These were two different passwords.");
}

static status keys_write(const minisign_secret *secret, const char *name, const char *password, fault *f) {
    char path[PATH_MAX];
    buffer shown = {0}, hidden = {0};
    minisign_key_write(&secret->shown, &shown);
    status s = minisign_secret_write(secret, str_from(password), &hidden, f);
    if (s == STATUS_OK) {
        snprintf(path, sizeof path, "%s.key", name);
        s = file_give(path, 0600, buffer_str(&hidden), f);
    }
    if (s == STATUS_OK) {
        snprintf(path, sizeof path, "%s.pub", name);
        s = file_give(path, 0644, buffer_str(&shown), f);
    }
    if (hidden.ptr) {
        crypto_wipe(hidden.ptr, hidden.len);
    }
    buffer_free(&hidden);
    buffer_free(&shown);
    return s;
}

void plugin_key_say(const minisign_key *key) {
    char text[MINISIGN_KEY_TEXT], print[MINISIGN_FINGERPRINT_TEXT];
    minisign_key_text(key, text);
    minisign_key_fingerprint(key, print);
    printf("  key          %s\n  fingerprint  %s\n", text, print);
}

int plugin_verb_keygen(int argc, char **argv) {
    const char *name = NULL;
    bool bare = false;
    const command_option options[] = {{"--no-password", NULL,
                                       "Leave the secret key unencrypted, for a machine that signs by itself.", NULL,
                                       &bare, false}};
    const command_usage usage = {"interlink plugin keygen [--no-password] NAME",
                                 "Makes an author's keys: NAME.key, to be kept secret and safe, and NAME.pub, for "
                                 "everybody. The form is that of minisign.\nWho loses the secret key cannot update "
                                 "what was installed with it.",
                                 options, 1, 1};
    int done = command_read(&usage, argc, argv, &name);
    if (done >= 0) {
        return done;
    }
    fault f = {0};
    minisign_secret secret;
    char password[SECRET_LONGEST] = "";
    minisign_secret_create(&secret);
    status s = bare ? STATUS_OK : password_choose(password, &f);
    s = s == STATUS_OK ? keys_write(&secret, name, password, &f) : s;
    crypto_wipe(password, sizeof password);
    if (s == STATUS_OK) {
        printf("Made %s.key (keep it secret, and a copy of it safe) and %s.pub.\n", name, name);
        plugin_key_say(&secret.shown);
    }
    minisign_secret_wipe(&secret);
    return s == STATUS_OK ? 0 : command_fail(&f);
}

// ---- sign

// What the package in the file says of itself.
static status manifest_look(str bytes, manifest **out, fault *f) {
    char program[4096], folder[FOLDER_TEMPORARY], staging[sizeof folder + 8];
    if (folder_temporary("interlink-sign", folder, f) != STATUS_OK) {
        return f->status;
    }
    snprintf(staging, sizeof staging, "%s/package", folder);
    status s = plugin_archive_unpack(bytes, staging, command_program_folder(program), NULL, f);
    s = s == STATUS_OK ? manifest_read(staging, out, f) : s;
    folder_remove(folder);
    return s != STATUS_NOT_FOUND
               ? s
               : fault_set(f, STATUS_INVALID, "sign.no_manifest", "The package has no interlinker.json at its top.");
}

static status secret_open(const char *path, minisign_secret *out, fault *f) {
    buffer text = {0};
    char password[SECRET_LONGEST] = "";
    status s = plugin_file_take(path, MINISIGN_FILE, &text, f);
    if (s == STATUS_OK && minisign_secret_encrypted(buffer_str(&text)) &&
        !command_read_secret("Password of the secret key: ", password, sizeof password)) {
        s = fault_set(f, STATUS_INVALID, "sign.password", "Give the key's password on standard input.");
    }
    s = s == STATUS_OK ? minisign_secret_parse(buffer_str(&text), str_from(password), out, f) : s;
    crypto_wipe(password, sizeof password);
    buffer_free(&text);
    return s;
}

static status sign_file(const char *key, const char *path, char beside[PATH_MAX], fault *f) {
    buffer bytes = {0}, signature = {0};
    manifest *m = NULL;
    minisign_secret secret;
    snprintf(beside, PATH_MAX, "%s.minisig", path);
    status s = plugin_file_take(path, PACKAGE_BYTES, &bytes, f);
    s = s == STATUS_OK ? manifest_look(buffer_str(&bytes), &m, f) : s;
    s = s == STATUS_OK ? secret_open(key, &secret, f) : s;
    if (s == STATUS_OK) {
        plugin_signature_make(buffer_str(&bytes), m, &secret, clock_now() / 1000, &signature);
        unlink(beside); // one that is there was made for other bytes, or says the same
        s = file_give(beside, 0644, buffer_str(&signature), f);
        minisign_secret_wipe(&secret);
    }
    manifest_free(m);
    buffer_free(&bytes);
    buffer_free(&signature);
    return s;
}

int plugin_verb_sign(int argc, char **argv) {
    const char *key = NULL, *path = NULL;
    const command_option options[] = {{"--key", "FILE", "The secret key, from \"keygen\".", &key, NULL, true}};
    const command_usage usage = {"interlink plugin sign --key FILE.key PACKAGE",
                                 "Signs a package file; the signature is PACKAGE.minisig. Hand out both.", options, 1,
                                 1};
    int done = command_read(&usage, argc, argv, &path);
    if (done >= 0) {
        return done;
    }
    fault f = {0};
    char beside[PATH_MAX];
    if (sign_file(key, path, beside, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    printf("Signed: %s. Hand it out together with %s.\n", beside, path);
    return 0;
}

// ---- verify

status plugin_key_open(const char *given, minisign_key *out, fault *f) {
    buffer text = {0};
    status s = STATUS_OK;
    if (strncmp(given, "RW", 2) != 0 || strlen(given) + 1 != MINISIGN_KEY_TEXT) {
        s = plugin_file_take(given, MINISIGN_FILE, &text, f);
    }
    s = s == STATUS_OK ? minisign_key_parse(text.ptr ? buffer_str(&text) : str_from(given), out, f) : s;
    buffer_free(&text);
    return s;
}

static status verify_file(const char *key, const char *path, plugin_signature *out, fault *f) {
    buffer bytes = {0}, signature = {0};
    minisign_key known;
    char beside[PATH_MAX];
    snprintf(beside, sizeof beside, "%s.minisig", path);
    status s = plugin_file_take(path, PACKAGE_BYTES, &bytes, f);
    s = s == STATUS_OK ? plugin_file_take(beside, MINISIGN_FILE, &signature, f) : s;
    s = s == STATUS_OK && key ? plugin_key_open(key, &known, f) : s;
    s = s == STATUS_OK ? plugin_signature_check(buffer_str(&bytes), buffer_str(&signature), key ? &known : NULL, out, f)
                       : s;
    buffer_free(&bytes);
    buffer_free(&signature);
    return s;
}

int plugin_verb_verify(int argc, char **argv) {
    const char *key = NULL, *path = NULL;
    const command_option options[] = {
        {"--key", "KEY", "The author's public key, or a file that holds it; else the one that the signature names.",
         &key, NULL, false}};
    const command_usage usage = {"interlink plugin verify [--key KEY] PACKAGE",
                                 "Says who made a package file, by PACKAGE.minisig beside it, and whether it is whole. "
                                 "Nothing of it is unpacked or run.",
                                 options, 1, 1};
    int done = command_read(&usage, argc, argv, &path);
    if (done >= 0) {
        return done;
    }
    fault f = {0};
    plugin_signature s;
    if (verify_file(key, path, &s, &f) != STATUS_OK) {
        return command_fail(&f);
    }
    printf("%s is whole, and signed%s.\n", path, key ? " with this key" : "");
    if (*s.id) {
        printf("  package      %s %s\n", s.id, s.version);
    }
    plugin_key_say(&s.key);
    if (s.time) {
        char when[CLOCK_TEXT];
        clock_format(s.time * 1000, when);
        printf("  signed       %s\n", when);
    }
    if (!key) {
        printf("The key is the one that the signature names. Compare its fingerprint with what the author tells you by "
               "another way.\n");
    }
    return 0;
}
