// SPDX-License-Identifier: EUPL-1.2
//
// command: the subcommands of `interlink`. Each stands in a file of its own and returns the exit status:
// 0 done, 1 it could not be done (a sentence on standard error says why), 2 called wrongly.
#ifndef INTERLINK_CMD_COMMAND_H
#define INTERLINK_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "store/store.h"

int cmd_serve(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_plugin(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_audit(int argc, char **argv);

// One option that a command knows. `value` is filled when it is given.
typedef struct command_option {
    const char *name;   // "--data"
    const char *what;   // "DIR" for the usage line; NULL for a switch
    const char *help;   // a sentence
    const char **value; // the text that was given
    bool *on;           // or, for a switch
    bool required;
} command_option;

typedef struct command_usage {
    const char *line;    // "interlink import --data DIR FOLDER"
    const char *purpose; // what it does, in a few sentences
    const command_option *options;
    size_t option_count;
    size_t operands; // how many further words it takes
} command_usage;

// Read argv[1..]. Fills the options and up to `operands` words. Returns -1 to go on, or the exit status: 0 after
// --help (printed on standard output), 2 after a mistake (said on standard error).
int command_read(const command_usage *u, int argc, char **argv, const char **operands);

// Say a fault on standard error, with its fields; returns 1.
int command_fail(const fault *f);

// The folder in which this program lies: where its worker, portal and bundled plugins are found. Aborts if the system
// does not say.
const char *command_program_folder(char out[4096]);

// Open the data folder's database for writing and bring its schema up to date; a folder that is missing is made.
// It may be open in a running server at the same time. The caller closes it with store_close.
status command_open(const char *data, store **out, fault *f);

// Import a catalogue folder, as `interlink import` does, without a word where all is well.
status command_import(const char *data, const char *folder, fault *f);

// All of standard input, at most `limit` bytes, without the line end behind it. False if there is more, or nothing.
bool command_read_input(char *out, size_t limit);

// One line from a person, for a secret: asked with `prompt` and not shown where standard input is a terminal, else one
// line of it. False if there is none, or it is too long.
bool command_read_secret(const char *prompt, char *out, size_t size);

// Take the lock that a running server holds on its data folder. Returns a descriptor to keep open, or -1 with a fault.
int command_lock(const char *data, fault *f);

#endif
