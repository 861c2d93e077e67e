// SPDX-License-Identifier: EUPL-1.2
//
// interlink-unpack SIZE NAMESPACES: takes a package file apart. Started by the host with the file as descriptor 3 and a
// pipe as descriptor 4, on which it writes frames: ENTRY for each piece of a file, then DONE, or FAILED with a
// sentence.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/frame.h"
#include "worker/jail.h"
#include "worker/unpack.h"

enum { ARCHIVE = 3, OUTPUT = 4, MEMORY = 64 << 20, PIECE = 256 * 1024, DESCRIPTORS_KEPT = 5 };

static bool flush(buffer *out) {
    for (size_t sent = 0; sent < out->len;) {
        ssize_t n = write(OUTPUT, out->ptr + sent, out->len - sent);
        if (n < 0 && errno != EINTR)
            return false;
        sent += n > 0 ? (size_t)n : 0;
    }
    buffer_clear(out);
    return true;
}

static bool write_entry(void *context, const char *name, str bytes, bool first) {
    buffer *out = context;
    do {
        str piece = {bytes.ptr, bytes.len < PIECE ? bytes.len : PIECE};
        size_t mark = frame_begin(out, FRAME_ENTRY, 0);
        if (first)
            frame_text(out, TAG_NAME, name);
        frame_str(out, TAG_VALUE, piece);
        frame_finish(out, mark);
        bytes = (str){bytes.ptr + piece.len, bytes.len - piece.len};
        first = false;
        if (out->len >= PIECE && !flush(out))
            return false;
    } while (bytes.len);
    return true;
}

// The first layer that this machine does not hold and that must be there for this; NULL if all do.
static const char *missing(const jail_layer layers[JAIL_LAYERS]) {
    static const jail_layer_id NEEDED[] = {JAIL_DESCRIPTORS, JAIL_LIMITS, JAIL_PRIVILEGES, JAIL_CALLS,
                                           JAIL_CALLS_TIGHT};
    for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
        if (!layers[NEEDED[i]].held)
            return layers[NEEDED[i]].name;
    return NULL;
}

int main(int argc, char **argv) {
    size_t len = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    char sentence[SENTENCE_SIZE] = "";
    jail_layer layers[JAIL_LAYERS];
    buffer out = {0};
    void *archive = len ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, ARCHIVE, 0) : MAP_FAILED;
    if (archive == MAP_FAILED) {
        fputs("usage: interlink-unpack SIZE NAMESPACES\nThe host starts it; it is of no use by hand.\n", stderr);
        return 2;
    }
    close(ARCHIVE);
    jail_enter(
        &(jail_plan){.memory = MEMORY, .keep = DESCRIPTORS_KEPT, .namespaces = (unsigned)strtoul(argv[2], NULL, 16)},
        layers);
    jail_tighten(layers);
    const char *layer = missing(layers);
    bool read = layer ? sentence_set(sentence, "Packages cannot be unpacked safely on this machine: %s.", layer)
                      : unpack_read((str){archive, len}, write_entry, &out, sentence);
    size_t mark = frame_begin(&out, read ? FRAME_DONE : FRAME_FAILED, 0);
    frame_text(&out, TAG_TEXT, sentence);
    frame_finish(&out, mark);
    _exit(flush(&out) && read ? 0 : 1);
}
