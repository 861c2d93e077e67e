// SPDX-License-Identifier: EUPL-1.2
//
// cgroup: control groups (cgroups(7), version 2) below the one that was delegated to this program, one for each process
// that runs foreign code. The kernel then bounds memory, processes and share of the processor of each as a whole,
// whatever it does; and ends all that is in a group at once.
//
// Delegated is a group whose manager says so (systemd's Delegate=yes marks it by the attribute user.delegate or
// trusted.delegate), or the root of a control group namespace, as a container has one. No other group is touched:
// it has an owner already.
//
//   the delegated group
//   ├── host                   this program
//   └── tools
//       ├── 4711-1, 4711-2 ... a process each of the program with that number
#ifndef INTERLINK_BASE_CGROUP_H
#define INTERLINK_BASE_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { CGROUP_NOTE = 120 };

typedef struct cgroup_tree cgroup_tree;

typedef struct cgroup_limits {
    uint64_t memory;    // bytes, the kernel's for it counted too; 0: no limit
    uint32_t processes; // threads count as such; 0: no limit
} cgroup_limits;

// One group. {-1, 0} is none.
typedef struct cgroup {
    int folder; // its descriptor, for spawn_plan.group
    uint64_t number;
} cgroup;

// Changes nothing. True if a group is delegated with memory and pids, so that processes can be limited by it; the note
// says what else there is to say, and if not, why not.
bool cgroup_look(char note[CGROUP_NOTE]);

// Moves this process, all its threads, into `host`. NULL where no group is delegated, with a note of why. Limits that
// the group has no controller for are not set. Closed by the caller, when all its groups are removed.
cgroup_tree *cgroup_open(char note[CGROUP_NOTE]);
void cgroup_close(cgroup_tree *t);

// A group for one process. Any thread. False with errno, and then *out is none.
bool cgroup_create(cgroup_tree *t, const cgroup_limits *limits, cgroup *out);
// Ends whatever is in it. Best once its process was waited for: one that is only about to end keeps the empty folder
// there for good. None may be given, and *group is none afterwards.
void cgroup_remove(cgroup_tree *t, cgroup *group);

// ---- parts, for tests

// From the text of /proc/self/cgroup, the path of the group in version 2's tree. False if there is none.
bool cgroup_path_read(const char *text, char *out, uint32_t size);
// From the text of /proc/self/mountinfo, the folder of that group. False if the tree is not mounted, or not so far.
bool cgroup_folder_read(const char *text, const char *path, char *out, uint32_t size);

#endif
