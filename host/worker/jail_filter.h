// SPDX-License-Identifier: EUPL-1.2
//
// jail_filter: the two lists of system calls, as seccomp programs. libseccomp is not used: the lists are short, and
// what a jail consists of should be readable in one place.
#ifndef INTERLINK_WORKER_JAIL_FILTER_H
#define INTERLINK_WORKER_JAIL_FILTER_H

// 0, or an errno. no_new_privs must be set.
// An allow-list; what is unknown gets ENOSYS, what only an attack needs ends the process.
int jail_filter_loading(void);

// On top of it: no file is opened, no memory becomes code.
int jail_filter_running(void);

#endif
