/* SPDX-License-Identifier: MIT */
/* What the program of src/image is asked, and what its answers mean. */
#include "linkpond/engine/image.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image_run.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

#define NAME       "linkpond-image"
#define HEAD_BYTES 13   /* src/image/image.h */
#define TEXT_MAX   4296 /* of a QR code, ISO/IEC 18004 */

bool image_program(char *out, size_t cap)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) {
        return false;
    }
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    int written = slash ? snprintf(out, cap, "%.*s/" NAME, (int)(slash - self), self) : -1;
    return written > 0 && (size_t)written < cap;
}

static enum err missing(struct fault *fault)
{
    return fault_set(fault, ERR_UNAVAILABLE, "image", "unavailable",
                     "Pictures cannot be read here: linkpond-image does not stand beside linkpond or could not run.",
                     "无法处理图片：linkpond-image 不在 linkpond 旁边，或未能运行。");
}

static enum err too_long(bool photo, struct fault *fault)
{
    return photo ? fault_set(fault, ERR_INVALID, "image", "too_long", "At most 8 MiB and 50 megapixels.",
                             "图片最大 8 MiB、5000 万像素。")
                 : fault_set(fault, ERR_INVALID, "image", "too_long", "At most 1 MiB and 4096 x 4096 pixels.",
                             "图片最大 1 MiB、4096 x 4096 像素。");
}

static enum err judge(char verdict, bool photo, struct fault *fault)
{
    switch (verdict) {
    case 'G':
        return OK;
    case 'L':
        return too_long(photo, fault);
    case 'S':
        return fault_set(fault, ERR_INVALID, "image", "too_short", "The picture is smaller than 64 x 64 pixels.",
                         "图片太小，至少需要 64 x 64 像素。");
    case 'U':
        return fault_set(fault, ERR_INVALID, "image", "unreadable", "That is no PNG or JPEG that can be read.",
                         "无法识别的图片，请使用 PNG 或 JPEG。");
    default:
        return missing(fault);
    }
}

enum err image_read(const char *program, str bytes, unsigned edge, uint8_t *pixels, struct fault *fault)
{
    char edge_text[16], name[] = NAME, what[] = "logo";
    char *argv[] = {name, what, edge_text, NULL};
    size_t pixels_len = (size_t)edge * edge * 4, len = 0;
    if (bytes.len > IMAGE_UPLOAD_MAX) {
        return too_long(false, fault);
    }
    uint8_t *answer = malloc(1 + pixels_len);
    if (!answer) {
        return ERR_NOMEM;
    }
    snprintf(edge_text, sizeof edge_text, "%u", edge);
    bool ran = image_run(program, argv, bytes, answer, 1 + pixels_len, &len);
    enum err err = ran && len > 0 ? judge((char)answer[0], false, fault) : missing(fault);
    err = err == OK && len != 1 + pixels_len ? missing(fault) : err;
    if (err == OK) {
        memcpy(pixels, answer + 1, pixels_len);
    }
    free(answer);
    return err;
}

static unsigned number(const uint8_t *at)
{
    return (unsigned)at[0] | (unsigned)at[1] << 8 | (unsigned)at[2] << 16 | (unsigned)at[3] << 24;
}

/* The head and the file behind it, if that is what was said. */
static bool unpack(const uint8_t *answer, size_t len, struct image_picture *out)
{
    if (len < HEAD_BYTES || (answer[0] != 'P' && answer[0] != 'J')) {
        return false;
    }
    out->kind = answer[0] == 'P' ? IMAGE_PNG : IMAGE_JPEG;
    out->width = number(answer + 1);
    out->height = number(answer + 5);
    out->bytes = (str){(const char *)answer + HEAD_BYTES, number(answer + 9)};
    return out->bytes.len == len - HEAD_BYTES && out->bytes.len > 0;
}

enum err image_prepare(const char *program, str bytes, struct arena *arena, struct image_picture *out,
                       struct fault *fault)
{
    char edge_text[16], name[] = NAME, what[] = "picture";
    char *argv[] = {name, what, edge_text, NULL};
    size_t cap = 1 + HEAD_BYTES + IMAGE_PICTURE_MAX + 1, len = 0;
    if (bytes.len > LIMIT_BODY_PICTURE) {
        return too_long(true, fault);
    }
    uint8_t *answer = arena_alloc(arena, cap);
    if (!answer) {
        return ERR_NOMEM;
    }
    snprintf(edge_text, sizeof edge_text, "%d", IMAGE_PICTURE_EDGE);
    bool ran = image_run(program, argv, bytes, answer, cap, &len);
    enum err err = ran && len > 0 ? judge((char)answer[0], true, fault) : missing(fault);
    return err == OK && !unpack(answer + 1, len - 1, out) ? missing(fault) : err;
}

enum err image_code_text(const char *program, const char *reader, str picture, struct arena *arena, str *out)
{
    char name[] = NAME, confine[] = "confine", path[PATH_MAX], format[] = "-format", qr[] = "QRCode";
    char bytes[] = "-bytes", file[] = "/proc/self/fd/0";
    char *argv[] = {name, confine, path, format, qr, bytes, file, NULL};
    size_t len = 0;
    char *text = arena_alloc(arena, TEXT_MAX);
    if (!text) {
        return ERR_NOMEM;
    }
    snprintf(path, sizeof path, "%s", reader);
    if (!image_run(program, argv, picture, (uint8_t *)text, TEXT_MAX, &len) || (len == 1 && text[0] == 'N')) {
        return ERR_UNAVAILABLE;
    }
    *out = utf8_valid((str){text, len}) ? str_trim((str){text, len}) : (str){0};
    return OK;
}
