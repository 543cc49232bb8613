/* SPDX-License-Identifier: MIT */
#include <ini.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linkpond/base/err.h"
#include "linkpond/cli/settings.h"

/*
 * A settings file. It is refused with a sentence, or every value lies within the bounds of its row and, written down
 * and read again, is the same.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY_MAX ((size_t)4 * 1024 * 1024)

static enum err load(struct arena *arena, str text, struct settings *out, struct fault *fault)
{
    char path[64];
    int fd = memfd_create("settings", MFD_CLOEXEC);

    BUG_ON(fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum err err = settings_load(arena, &(struct settings_input){.config = path}, out, fault);
    close(fd);
    return err;
}

static void check_bounds(const struct setting *row, const struct settings *settings)
{
    bool number = row->type == SETTING_BYTES || row->type == SETTING_DURATION || row->type == SETTING_INT;
    int64_t value = 0;

    if (number) {
        memcpy(&value, (const char *)settings + row->offset, sizeof value);
        BUG_ON(value < row->min || (row->max > 0 && value > row->max));
    }
}

static bool has_long_line(str text)
{
    str line;

    while (str_next(&text, '\n', &line)) {
        if (line.len + 2 > INI_MAX_LINE) { /* with its end and a NUL */
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings, again;
    struct fault fault = {0};
    struct arena arena;
    struct buf out;

    if (size > 16384) {
        return 0;
    }
    arena_init(&arena, MEMORY_MAX);
    enum err err = load(&arena, (str){(const char *)data, size}, &settings, &fault);
    if (err) {
        BUG_ON(!fault.message[0] && err != ERR_NOMEM);
        arena_done(&arena);
        return 0;
    }
    buf_init_heap(&out, MEMORY_MAX);
    for (const struct setting *row = settings_table; row->name; row++) {
        check_bounds(row, &settings);
        buf_addf(&out, "%s = ", row->name);
        setting_write(row, &settings, &out);
        buf_add_char(&out, '\n');
    }
    if (has_long_line(buf_str(&out))) { /* a list that stood on several lines is written on one */
        buf_done(&out);
        arena_done(&arena);
        return 0;
    }
    fault = (struct fault){0};
    err = load(&arena, buf_str(&out), &again, &fault);
    if (err) {
        fprintf(stderr, "%s\n", fault.message);
    }
    BUG_ON(err);
    for (const struct setting *row = settings_table; row->name; row++) {
        BUG_ON(!setting_equal(row, &settings, &again));
    }
    buf_done(&out);
    arena_done(&arena);
    return 0;
}
