// SPDX-License-Identifier: EUPL-1.2
//
// Frames and their fields, nested ones too, as either end of a channel reads them.
#include "base/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t walk(str payload, int depth) {
    uint64_t sum = 0;
    frame_tag tag;
    str value;
    bool broken = false;
    while (frame_field(&payload, &tag, &value, &broken)) {
        sum += frame_value(value) + (uint64_t)tag;
        if (depth < 4) {
            sum += walk(value, depth + 1);
        }
    }
    return sum + broken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str rest = {(const char *)data, size};
    volatile uint64_t sum = 0;
    frame f;
    size_t used;
    while (frame_take(rest, &f, &used) == 1) {
        sum += walk(f.payload, 0);
        rest.ptr += used;
        rest.len -= used;
    }
    (void)sum;
    return 0;
}
