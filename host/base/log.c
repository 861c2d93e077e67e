// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

// A write of at most PIPE_BUF (4096) bytes to a pipe is atomic, so lines of several processes do not mix.
enum { MESSAGE_SIZE = 2048, LINE_SIZE = 4096 };

// The one piece of state that the whole process shares: how much it says is a matter of the process.
static atomic_int lowest_level = LOG_INFO;

void log_set_level(log_level lowest) {
    atomic_store_explicit(&lowest_level, (int)lowest, memory_order_relaxed);
}

// Copies `message` so that it stays one line and shows what it holds: control bytes, bytes that are not UTF-8 and
// the C1 controls (which terminals obey) become \xNN.
static size_t escape_line(const char *message, size_t len, char *out, size_t capacity) {
    static const char HEX[] = "0123456789abcdef";
    size_t used = 0;
    bool utf8 = text_is_utf8(message, len);
    for (size_t i = 0; i < len && used + 5 < capacity; i++) {
        unsigned char c = (unsigned char)message[i];
        bool c1 = c == 0xC2 && i + 1 < len && (unsigned char)message[i + 1] < 0xA0;
        bool second_of_c1 = i > 0 && (unsigned char)message[i - 1] == 0xC2 && c >= 0x80 && c < 0xA0;
        if (c < 0x20 || c == 0x7F || (c >= 0x80 && (!utf8 || c1 || second_of_c1))) {
            out[used++] = '\\';
            out[used++] = 'x';
            out[used++] = HEX[c >> 4];
            out[used++] = HEX[c & 15];
        } else {
            out[used++] = (char)c;
        }
    }
    return used;
}

void log_write(log_level level, const char *area, const char *format, ...) {
    static const char *const NAMES[] = {"debug", "info", "warning", "error"};
    if ((int)level < atomic_load_explicit(&lowest_level, memory_order_relaxed))
        return;
    char message[MESSAGE_SIZE], line[LINE_SIZE], time[CLOCK_TEXT];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (len < 0)
        return;
    clock_format(clock_now(), time);
    size_t used = (size_t)snprintf(line, 128, "%s %s %.32s: ", time, NAMES[level], area);
    used += escape_line(message, strlen(message), line + used, sizeof line - used - 1);
    line[used++] = '\n';
    // There is nowhere to say that the log itself cannot be written.
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written;
}
