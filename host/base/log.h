// SPDX-License-Identifier: EUPL-1.2
//
// log: one line a happening on standard error, `time level area: sentence key=value ...`.
// Values are quoted and control bytes escaped, so a line cannot be forged. Any thread.
#ifndef INTERLINK_BASE_LOG_H
#define INTERLINK_BASE_LOG_H

typedef enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } log_level;

void log_set_level(log_level lowest);
void log_write(log_level level, const char *area, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
