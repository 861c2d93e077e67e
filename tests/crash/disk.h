// SPDX-License-Identifier: EUPL-1.2
//
// disk: what a disk does to a folder when its power fails. Everything that happens to the folder is recorded; then the
// power may be cut after any of these events, as often as one likes.
//
// Only what was synced is sure to be there after a cut: a file's bytes by a sync of the file, its name (made, renamed,
// removed) by a sync of its folder. Of the rest each sector of 512 bytes may be there or not, in any order, and one may
// be torn in its middle; room that was given to a file and not written may hold anything; each name may be there or
// not.
#ifndef INTERLINK_TESTS_DISK_H
#define INTERLINK_TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct disk disk;

// Records from now on. What is in the folder counts as synced.
disk *disk_record(const char *folder);
// A moment that the test wants to know about later: an answer was given.
void disk_mark(disk *d, int64_t number);
void disk_stop(disk *d);
size_t disk_events(const disk *d); // how many there were
void disk_free(disk *d);

// Goes on to the moment after `events` of them (never back), and tells the marks on the way.
typedef void disk_marked(void *context, int64_t number);
void disk_advance(disk *d, size_t events, disk_marked *marked, void *context);
// A disk that says "synced" and does nothing. Before the first disk_advance.
void disk_lie(disk *d);
// Makes in the new folder `into` what is there after a cut at this moment. Another `random`, another outcome.
void disk_cut(const disk *d, uint64_t *random, const char *into);

#endif
