/* SPDX-License-Identifier: MIT */
#include "linkpond/model/password.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/utf8.h"

#include "tsv.h"

#define DIFFERENT_MIN 4 /* of its characters */

struct shape {
    size_t characters;
    size_t different; /* counted up to DIFFERENT_MIN */
    bool run;         /* each character is the one after, or before, its neighbour: 1234567890, zyxwvutsrq */
};

/* On a keyboard 0 stands behind 9. */
static bool follows(uint32_t before, uint32_t after)
{
    return after == before + 1 || (before == '9' && after == '0');
}

static struct shape shape_of(str password)
{
    struct shape shape = {0};
    uint32_t seen[DIFFERENT_MIN];
    uint32_t before = 0;
    size_t up = 0, down = 0;

    for (size_t at = 0; at < password.len;) {
        uint32_t code_point = 0;
        size_t known = 0;
        at += utf8_decode(password, at, &code_point);
        while (known < shape.different && seen[known] != code_point) {
            known++;
        }
        if (known == shape.different && known < DIFFERENT_MIN) {
            seen[shape.different++] = code_point;
        }
        up += shape.characters > 0 && follows(before, code_point);
        down += shape.characters > 0 && follows(code_point, before);
        before = code_point;
        shape.characters++;
    }
    shape.run = shape.characters > 1 && (up == shape.characters - 1 || down == shape.characters - 1);
    return shape;
}

static bool is_common(str password)
{
    struct tsv rows;
    struct tsv_row row;

    tsv_init(&rows, "passwords.tsv", embedded_find(recognition_files, "passwords.tsv"));
    while (tsv_next(&rows, &row)) {
        if (str_ieq(row.fields[0], password)) {
            return true;
        }
    }
    return false;
}

static bool is_once_or_twice(str password, str name)
{
    return name.len > 0 && (str_ieq(password, name) ||
                            (password.len == 2 * name.len && str_istarts(password, name) && str_iends(password, name)));
}

enum err password_check(const char *field, str login, str password, struct fault *fault)
{
    str local, rest;

    if (password.len > PASSWORD_BYTES_MAX) {
        return fault_set(fault, ERR_INVALID, field, "too_long", "At most 256 bytes.", "最多 256 字节。");
    }
    if (!utf8_valid(password) || str_find_char(password, '\0', 0) >= 0) {
        return fault_set(fault, ERR_INVALID, field, "bad_character", "A password is text in UTF-8.",
                         "密码须为 UTF-8 文本。");
    }
    struct shape shape = shape_of(password);
    if (shape.characters < PASSWORD_CHARACTERS_MIN) {
        return fault_set(fault, ERR_INVALID, field, "too_short", "At least 10 characters.", "至少 10 个字符。");
    }
    str_cut(login, '@', &local, &rest);
    if (is_once_or_twice(password, login) || is_once_or_twice(password, local)) {
        return fault_set(fault, ERR_INVALID, field, "is_login", "The login name is no password.",
                         "密码不能与登录名相同。");
    }
    if (shape.different < DIFFERENT_MIN || shape.run || is_common(password)) {
        return fault_set(fault, ERR_INVALID, field, "too_common", "Too many people use that one; take another.",
                         "这个密码太常见，请换一个。");
    }
    return OK;
}
