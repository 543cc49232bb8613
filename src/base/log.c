/* SPDX-License-Identifier: MIT */
#include "linkpond/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

/*
 * A line is built on the stack and leaves by one write(2), so lines of two threads never mix (POSIX keeps writes of up
 * to PIPE_BUF, 4,096 bytes, whole even on a pipe) and no lock is held. A log that cannot be written is no reason to
 * fail a request: errors are ignored.
 */

#define LINE_END "\"}\n"
/* The longest escape of one character, \uXXXX: nothing above U+2069 is escaped. */
#define ESCAPE_MAX 6

static _Atomic int threshold = LOG_INFO;
static _Atomic int log_fd = STDERR_FILENO;

static const str level_names[] = {STR_INIT("debug"), STR_INIT("info"), STR_INIT("warn"), STR_INIT("error")};

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

void log_set_fd(int fd)
{
    atomic_store_explicit(&log_fd, fd, memory_order_relaxed);
}

bool log_level_parse(str text, enum log_level *out)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
        if (str_ieq(text, level_names[i])) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* One character of a JSON string. Returns the bytes of `s` it took. A byte that is no UTF-8 shows as \xHH, so that a
 * person sees which it was. */
static size_t add_escaped_char(struct buf *line, str s, size_t at)
{
    uint32_t code_point;
    size_t len = utf8_decode(s, at, &code_point);

    if (len == 0) {
        buf_addf(line, "\\\\x%02x", (unsigned)(unsigned char)s.ptr[at]);
        return 1;
    }
    if (code_point == '"' || code_point == '\\') {
        buf_add_char(line, '\\');
        buf_add_char(line, (char)code_point);
    } else if (code_point == '\n') {
        buf_add(line, STR("\\n"));
    } else if (utf8_is_control(code_point)) {
        buf_addf(line, "\\u%04x", (unsigned)code_point);
    } else {
        buf_add(line, str_slice(s, at, at + len));
    }
    return len;
}

/* Adds what fits when `reserved` bytes are kept free. */
static void add_escaped(struct buf *line, str s, size_t reserved)
{
    for (size_t at = 0; at < s.len && line->len + ESCAPE_MAX + reserved <= line->cap;) {
        at += add_escaped_char(line, s, at);
    }
}

static void write_line(int fd, str line)
{
    int saved = errno;
    ssize_t written;

    do {
        written = write(fd, line.ptr, line.len);
    } while (written < 0 && errno == EINTR);
    errno = saved;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    int fd = atomic_load_explicit(&log_fd, memory_order_relaxed);
    char memory[LIMIT_LOG_LINE];
    char detail[LIMIT_LOG_LINE];
    char time[TIMESTAMP_TEXT_MAX];
    struct buf line;
    va_list args;

    if (fd < 0 || (int)level < atomic_load_explicit(&threshold, memory_order_relaxed)) {
        return;
    }
    va_start(args, format);
    int need = vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    str whole = {detail, need < 0 ? 0 : (size_t)need};
    if (whole.len >= sizeof detail) {
        /* printf may have cut inside a character, which is at most four bytes. */
        whole.len = sizeof detail - 1;
        whole = utf8_cut(whole, whole.len - 3);
    }
    buf_init_fixed(&line, memory, sizeof memory);
    buf_add(&line, STR("{\"time\":\""));
    buf_add(&line, timestamp_utc(clock_now_ms(), time));
    buf_add(&line, STR("\",\"level\":\""));
    buf_add(&line, level_names[level]);
    buf_add(&line, STR("\",\"event\":\""));
    add_escaped(&line, str_slice(str_from_c(event), 0, 64), sizeof LINE_END);
    buf_add(&line, STR("\",\"detail\":\""));
    add_escaped(&line, whole, sizeof LINE_END);
    buf_add(&line, STR(LINE_END));
    write_line(fd, buf_str(&line));
}
