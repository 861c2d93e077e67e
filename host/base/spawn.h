// SPDX-License-Identifier: EUPL-1.2
//
// spawn: a program in a process of its own, in namespaces of its own (namespaces(7)) as far as this machine gives them.
// What it does with them is the program's part (worker/jail.h); here they are only made, because a process cannot move
// itself into a new process namespace.
#ifndef INTERLINK_BASE_SPAWN_H
#define INTERLINK_BASE_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

// Borrowed for the call.
typedef struct spawn_plan {
    const char *path;
    char *const *arguments, *const *environment; // each ended by NULL
    const int *files; // become descriptors 0, 1, 2 ...; each must be above their number. Nothing else stays open
    size_t file_count;
    unsigned leave_out; // namespaces not to be made, to try the other layers of a jail alone. 0 but in tests
    int group;          // it starts in this control group (base/cgroup.h), its folder above their number, too; 0: in ours
} spawn_plan;

// Moves a descriptor above those that a plan gives (16 of them at most); it closes by itself in a new program. -1 stays
// -1, and -1 with errno where there is no room for it; the old one is closed either way.
int spawn_move_up(int file);

enum { SPAWN_NAMESPACES_TEXT = 12 };

// The last of the arguments, a text of SPAWN_NAMESPACES_TEXT bytes, is filled with the namespaces that were made
// (hexadecimal CLONE_NEW... bits), for the program to read. Gives 0 or an errno. *pid is a child until it is waited
// for; the caller closes *pidfd. The calling thread waits until the program runs. Any thread; the child has default
// signal settings.
int spawn_start(const spawn_plan *plan, char namespaces[SPAWN_NAMESPACES_TEXT], pid_t *pid, int *pidfd);

#endif
