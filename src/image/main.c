/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTES_MAX (8 * 1024 * 1024)

static const struct image_bounds logo = {.bytes_max = 1024 * 1024, .edge_max = 4096, .pixels_max = IMAGE_PIXELS_MAX};
/* A phone takes photos of 12 to 50 million pixels. */
static const struct image_bounds photo = {.bytes_max = BYTES_MAX, .edge_max = 12000, .pixels_max = 52UL * 1000 * 1000};

/* ---- bytes in and out ---- */

static bool read_all(uint8_t *bytes, size_t cap, size_t *len)
{
    for (*len = 0; *len < cap;) {
        ssize_t got = read(STDIN_FILENO, bytes + *len, cap - *len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        *len += (size_t)got;
    }
    return false; /* there is more */
}

static bool write_all(const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

static enum image_verdict take_in(const struct image_bounds *bounds, struct image *out)
{
    static uint8_t bytes[BYTES_MAX + 1];
    size_t len;
    return read_all(bytes, bounds->bytes_max + 1, &len) ? image_decode(bytes, len, bounds, out) : IMAGE_TOO_LARGE;
}

/* ---- what it is asked for ---- */

static int refuse(enum image_verdict verdict)
{
    uint8_t byte = (uint8_t)verdict;
    write_all(&byte, 1);
    return 1;
}

static int make_logo(int edge)
{
    static uint8_t out[1 + (size_t)IMAGE_OUT_MAX * IMAGE_OUT_MAX * 4];
    struct image image;
    enum image_verdict verdict = take_in(&logo, &image);
    if (verdict != IMAGE_GOOD) {
        return refuse(verdict);
    }
    out[0] = IMAGE_GOOD;
    image_fit(&image, edge, out + 1);
    return write_all(out, 1 + (size_t)edge * (size_t)edge * 4) ? 0 : 1;
}

static void put_number(uint8_t *at, size_t number)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

static enum image_verdict make_file(int edge, struct image_file *out)
{
    struct image_bounds bounds = photo;
    struct image image, upright;
    bounds.wanted = (unsigned long)edge;
    enum image_verdict verdict = take_in(&bounds, &image);
    if (verdict != IMAGE_GOOD) {
        return verdict;
    }
    if (image.width < IMAGE_EDGE_MIN || image.height < IMAGE_EDGE_MIN) {
        return IMAGE_TOO_SMALL;
    }
    return image_upright(&image, edge, &upright) ? image_encode(&upright, IMAGE_FILE_MAX, out) : IMAGE_UNREADABLE;
}

static int make_picture(int edge)
{
    struct image_file file;
    uint8_t head[1 + IMAGE_HEAD_BYTES] = {IMAGE_GOOD};
    enum image_verdict verdict = make_file(edge, &file);
    if (verdict != IMAGE_GOOD) {
        return refuse(verdict);
    }
    head[1] = (uint8_t)file.kind;
    put_number(head + 2, (size_t)file.width);
    put_number(head + 6, (size_t)file.height);
    put_number(head + 10, file.len);
    return write_all(head, sizeof head) && write_all(file.bytes, file.len) ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "confine") == 0) {
        image_confine_and_become(argv + 2);
        return refuse(IMAGE_NO_LIMITS);
    }
    long edge = argc == 3 ? strtol(argv[2], NULL, 10) : 0; /* 0 for what is no number */
    bool is_logo = strcmp(what, "logo") == 0;
    if (edge < 1 || edge > IMAGE_OUT_MAX || (!is_logo && strcmp(what, "picture") != 0)) {
        return 2;
    }
    if (!image_confine()) {
        return refuse(IMAGE_NO_LIMITS);
    }
    return is_logo ? make_logo((int)edge) : make_picture((int)edge);
}
