// SPDX-License-Identifier: EUPL-1.2
#include "base/id.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"

enum { ID_BYTES = 16 };

// RFC 9562 section 6.2, method 1: the 12 bits behind the time are a counter, so that ids made within one
// millisecond, or while the clock is set back, still increase.
typedef struct sequence {
    int64_t milliseconds;
    uint32_t counter;
    uint8_t chance[32 * ID_BYTES]; // fetched from the system for many ids at once
    size_t chance_left;
} sequence;

static void sequence_chance(sequence *s, uint8_t out[ID_BYTES]) {
    if (s->chance_left == 0) {
        crypto_random(s->chance, sizeof s->chance);
        s->chance_left = sizeof s->chance;
    }
    s->chance_left -= ID_BYTES;
    memcpy(out, s->chance + s->chance_left, ID_BYTES);
}

static void sequence_next(sequence *s, uint32_t seed) {
    int64_t now = clock_now();
    if (now > s->milliseconds) {
        s->milliseconds = now;
        s->counter = seed & 0x7FF; // the upper half stays free for counting
    } else if (++s->counter > 0xFFF) {
        s->milliseconds++; // borrowed from the future; the clock catches up within milliseconds
        s->counter = seed & 0x7FF;
    }
}

id_value id_create(void) {
    static const char HEX[] = "0123456789abcdef";
    static _Thread_local sequence last;
    uint8_t bytes[ID_BYTES];
    sequence_chance(&last, bytes);
    sequence_next(&last, (uint32_t)bytes[0] << 8 | bytes[1]);
    for (int i = 0; i < 6; i++)
        bytes[i] = (uint8_t)(last.milliseconds >> (40 - 8 * i));
    bytes[6] = (uint8_t)(0x70 | last.counter >> 8);
    bytes[7] = (uint8_t)last.counter;
    bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3F));

    id_value result;
    char *out = result.text;
    for (int i = 0; i < ID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = HEX[bytes[i] >> 4];
        *out++ = HEX[bytes[i] & 15];
    }
    *out = '\0';
    return result;
}

bool id_valid(const char *text) {
    if (!text)
        return false;
    for (int i = 0; i < ID_TEXT - 1; i++) {
        char c = text[i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-')
                return false;
        } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return text[ID_TEXT - 1] == '\0';
}
