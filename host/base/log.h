// SPDX-License-Identifier: EUPL-1.2
//
// log: one line a happening on standard error, `time level area: sentence key=value ...`.
// Control bytes and broken UTF-8 are escaped as \xNN, so one call is one line, whatever it holds. A value that came
// from outside stands last in the line or is an id, so that it cannot pass for another key. Any thread; a line is
// one write(2) of at most 4096 bytes.
#ifndef INTERLINK_BASE_LOG_H
#define INTERLINK_BASE_LOG_H

typedef enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } log_level;

void log_set_level(log_level lowest);
void log_write(log_level level, const char *area, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
