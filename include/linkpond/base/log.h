/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_LOG_H
#define LINKPOND_BASE_LOG_H

#include "linkpond/base/err.h"

/*
 * The program's log: one JSON object per line on stderr, `{"time","level","event","detail"}`. Control
 * bytes and invalid UTF-8 are escaped, so nothing a visitor sends can forge a line.
 * Only edges (main, threads, request boundaries) log; everything else returns errors. Thread-safe: a line
 * is one write(2). Line length is bounded (LIMIT_LOG_LINE); more is cut.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_set_level(enum log_level level);
bool log_level_parse(str text, enum log_level *out);

/* `event` is a stable snake_case name; the format gives the detail a person reads. */
void log_event(enum log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* For tests: lines go to fd instead of 2; -1 silences. */
void log_set_fd(int fd);

#endif
