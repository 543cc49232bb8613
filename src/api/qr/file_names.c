/* SPDX-License-Identifier: MIT */
#include "file_names.h"

#include <string.h>

#include "linkpond/base/hash.h"
#include "linkpond/base/percent.h"
#include "linkpond/base/utf8.h"

/* learn.microsoft.com/windows/win32/fileio/naming-a-file; the other systems refuse less. */
static const char refused[] = "/\\:*?\"<>|";

static bool is_refused(uint32_t c)
{
    return utf8_is_control(c) || (c < 0x80 && strchr(refused, (int)c));
}

static bool is_device(str stem)
{
    static const str devices[] = {STR_INIT("con"), STR_INIT("prn"), STR_INIT("aux"), STR_INIT("nul")};
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        if (str_ieq(stem, devices[i])) {
            return true;
        }
    }
    bool numbered = str_istarts(stem, STR("com")) || str_istarts(stem, STR("lpt"));
    return numbered && stem.len == 4 && stem.ptr[3] >= '0' && stem.ptr[3] <= '9';
}

static str trim_dots(str text)
{
    while (text.len > 0 && strchr(" .\t", text.ptr[0])) {
        text = str_from(text, 1);
    }
    while (text.len > 0 && strchr(" .\t", text.ptr[text.len - 1])) {
        text = str_slice(text, 0, text.len - 1);
    }
    return text;
}

str file_stem(struct arena *arena, str text, str fallback)
{
    struct buf out;
    char *memory = arena_alloc(arena, text.len + 1);
    uint32_t c;
    if (!memory) {
        return (str){0};
    }
    buf_init_fixed(&out, memory, text.len + 1);
    for (size_t at = 0, len; at < text.len; at += len) {
        len = utf8_decode(text, at, &c);
        if (len == 0 || is_refused(c)) {
            buf_add_char(&out, '_');
            len = len == 0 ? 1 : len;
        } else {
            buf_add(&out, str_slice(text, at, at + len));
        }
    }
    str stem = trim_dots(utf8_cut(trim_dots(buf_str(&out)), FILE_STEM_MAX));
    stem = stem.len > 0 ? stem : fallback;
    return is_device(stem) ? arena_f(arena, STR_FMT "_", STR_ARG(stem)) : stem;
}

str file_disposition(struct arena *arena, str stem, str ascii, const char *ending)
{
    size_t cap = stem.len * 3 + ascii.len + 96;
    char *memory = arena_alloc(arena, cap);
    struct buf out;
    if (!memory) {
        return (str){0};
    }
    buf_init_fixed(&out, memory, cap);
    buf_addf(&out, "attachment; filename=\"" STR_FMT ".%s\"; filename*=UTF-8''", STR_ARG(ascii), ending);
    percent_encode(&out, stem);
    buf_addf(&out, ".%s", ending);
    return buf_str(&out);
}

/* ---- names that were given: a table of open addressing, at most half full ---- */

static str folded(struct arena *arena, str name)
{
    char *copy = arena_alloc(arena, name.len + 1);
    for (size_t i = 0; copy && i < name.len; i++) {
        char c = name.ptr[i];
        copy[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return copy ? (str){copy, name.len} : (str){0};
}

bool file_names_init(struct file_names *self, struct arena *arena, size_t count_max)
{
    *self = (struct file_names){.arena = arena, .cap = 16};
    while (self->cap < count_max * 2) {
        self->cap *= 2;
    }
    self->slots = ARENA_ARRAY(arena, str, self->cap);
    return self->slots != NULL;
}

/* False when somebody has the name. */
static bool claim(struct file_names *self, str name)
{
    str key = folded(self->arena, name);
    size_t at = hash_xxh3(key.ptr, key.len, 0) & (self->cap - 1);
    while (self->slots[at].len > 0) {
        if (str_eq(self->slots[at], key)) {
            return false;
        }
        at = (at + 1) & (self->cap - 1);
    }
    self->slots[at] = key;
    return true;
}

str file_names_take(struct file_names *self, str stem)
{
    str name = stem;
    for (unsigned number = 2; name.len > 0 && !claim(self, name); number++) {
        name = arena_f(self->arena, STR_FMT " (%u)", STR_ARG(stem), number);
    }
    return name;
}
