/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"

#include <stdarg.h>

#include "linkpond/base/utf8.h"

struct err_row {
    const char *name;
    const char *slug;
    const char *en;
    const char *zh;
    int status;
    int exit_code;
};

static const struct err_row rows[ERR_COUNT] = {
#define ERR_ROW(name, status, exit_code, slug, en, zh) {#name, slug, en, zh, status, exit_code},
    ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *row_of(enum err err)
{
    BUG_ON((unsigned)err >= ERR_COUNT);
    return &rows[err];
}

int err_http_status(enum err err)
{
    return row_of(err)->status;
}

int err_exit_code(enum err err)
{
    return row_of(err)->exit_code;
}

const char *err_name(enum err err)
{
    return row_of(err)->name;
}

const char *err_slug(enum err err)
{
    return row_of(err)->slug;
}

const char *err_text(enum err err, bool chinese)
{
    return chinese ? row_of(err)->zh : row_of(err)->en;
}

static void copy_text(char *out, size_t out_bytes, const char *text)
{
    str kept = utf8_cut(str_from_c(text), out_bytes - 1);

    if (kept.len) {
        memcpy(out, kept.ptr, kept.len);
    }
    out[kept.len] = '\0';
}

enum err fault_set(struct fault *fault, enum err err, const char *field, const char *code, const char *message,
                   const char *message_zh)
{
    if (fault) {
        copy_text(fault->field, sizeof fault->field, field);
        copy_text(fault->code, sizeof fault->code, code);
        copy_text(fault->message, sizeof fault->message, message);
        copy_text(fault->message_zh, sizeof fault->message_zh, message_zh);
    }
    return err;
}

enum err fault_setf(struct fault *fault, enum err err, const char *field, const char *code, const char *format, ...)
{
    /* Twice the field's size, so that the cut at a character boundary is made by utf8_cut and not by printf. */
    char message[2 * sizeof fault->message];
    va_list args;

    if (!fault) {
        return err;
    }
    va_start(args, format);
    if (vsnprintf(message, sizeof message, format, args) < 0) {
        message[0] = '\0';
    }
    va_end(args);
    return fault_set(fault, err, field, code, message, NULL);
}

void fault_in_item(struct fault *fault, const char *list, size_t at)
{
    char field[sizeof fault->field];

    if (fault) {
        snprintf(field, sizeof field, "%.16s[%zu]%s%.24s", list, at, fault->field[0] ? "." : "", fault->field);
        memcpy(fault->field, field, sizeof field);
    }
}

void fault_chinesef(struct fault *fault, const char *format, ...)
{
    char message[2 * sizeof fault->message_zh];
    va_list args;

    if (!fault) {
        return;
    }
    va_start(args, format);
    if (vsnprintf(message, sizeof message, format, args) < 0) {
        message[0] = '\0';
    }
    va_end(args);
    copy_text(fault->message_zh, sizeof fault->message_zh, message);
}

void bug_abort(const char *condition, const char *file, int line)
{
    fprintf(stderr, "linkpond: bug: %s at %s:%d\n", condition, file, line);
    abort();
}
