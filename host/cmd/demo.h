// SPDX-License-Identifier: EUPL-1.2
//
// demo: demonstration content for a new data folder: people, a catalogue, and a project in full swing. It is told
// through the HTTP API of the running server, as its users would, so that everything about it is real: the plugins have
// run, the log has its events, people have their notifications.
//
// PROGRAM/share/demo/catalogue is a catalogue folder like any other; story.json beside it says who did what.
#ifndef INTERLINK_CMD_DEMO_H
#define INTERLINK_CMD_DEMO_H

#include "api/services.h"

// Before the server starts: imports the catalogue and adds the people. Does nothing in a folder that has people
// already; *fresh says whether the story is still to be told.
status demo_prepare(services *all, bool *fresh, fault *f);

// While the server listens on 127.0.0.1:`port`.
status demo_tell(const services *all, uint16_t port, fault *f);

// The accounts, for the person who started it; or that there are none, because the folder was in use before.
void demo_say(const services *all, const char *site);

#endif
