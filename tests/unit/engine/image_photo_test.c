/* SPDX-License-Identifier: MIT */
/* Goal: a code that a phone would read in a photo is read from what is made of it: tilted, blurred, in colour, unevenly
 * lit, with somebody's picture in the middle, sent as a poor JPEG. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jpeglib.h>
#include <math.h>
#include <qrencode.h>

#include "linkpond/base/buf.h"
#include "linkpond/engine/image.h"

#define TEXT      "https://weixin.qq.com/g/AwYAAGdhY5kxnVqQ3bW1cVnZ0rTnJmPzKqXxQm8pB0h3x2V7a9sLkE5dYtN1uRfG"
#define BORDER    4
#define ARENA_MAX (4 * 1024 * 1024)

struct photo {
    int width, height;
    double tilt; /* how much shorter the far edge is, of the near one */
    int blur;    /* pixels */
    int middle;  /* per cent of the edge that a picture covers */
    bool coloured;
    int quality;
    bool no_code;
};

/* ---- where a pixel of the photo lies on the paper: a plane seen from an angle (a homography) ---- */

static void swap_rows(double (*a)[9], int i, int j)
{
    double row[9];
    memcpy(row, a[i], sizeof row);
    memcpy(a[i], a[j], sizeof row);
    memcpy(a[j], row, sizeof row);
}

static void solve(double (*a)[9], double *out)
{
    for (int i = 0; i < 8; i++) {
        int best = i;
        for (int r = i; r < 8; r++) {
            best = fabs(a[r][i]) > fabs(a[best][i]) ? r : best;
        }
        swap_rows(a, i, best);
        for (int r = 0; r < 8; r++) {
            double factor = r == i ? 0 : a[r][i] / a[i][i];
            for (int c = i; c < 9; c++) {
                a[r][c] -= factor * a[i][c];
            }
        }
    }
    for (int i = 0; i < 8; i++) {
        out[i] = a[i][8] / a[i][i];
    }
}

static void look(const struct photo *photo, double *out)
{
    double edge = photo->width * 0.8, x = photo->width * 0.1, y = (photo->height - edge) / 2, k = photo->tilt * edge;
    const double corners[4][2] = {
        {x + k, y + k / 2}, {x + edge - k / 3, y}, {x + edge, y + edge - k / 2}, {x, y + edge}};
    const double paper[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    double a[8][9];
    for (int i = 0; i < 4; i++) {
        double px = corners[i][0], py = corners[i][1], u = paper[i][0], v = paper[i][1];
        memcpy(a[2 * i], (double[9]){px, py, 1, 0, 0, 0, -px * u, -py * u, u}, sizeof a[0]);
        memcpy(a[2 * i + 1], (double[9]){0, 0, 0, px, py, 1, -px * v, -py * v, v}, sizeof a[0]);
    }
    solve(a, out);
}

/* ---- what is there ---- */

static void table(double x, double y, double *out)
{
    out[0] = 120 + 60 * sin(x / 37) + 20 * sin(y / 11);
    out[1] = 100 + 50 * sin(y / 53);
    out[2] = 90;
}

static void ink(const struct photo *photo, const QRcode *code, double u, double v, double *out)
{
    int all = code->width + 2 * BORDER, i = (int)(u * all) - BORDER, j = (int)(v * all) - BORDER;
    bool inside = i >= 0 && j >= 0 && i < code->width && j < code->width && !photo->no_code;
    bool dark = inside && (code->data[j * code->width + i] & 1);
    double half = code->width * photo->middle / 200.0, du = u * all - all / 2.0, dv = v * all - all / 2.0;
    if (fabs(du) < half && fabs(dv) < half) {
        memcpy(out, (double[3]){40, 160 + 60 * sin(du * 3), 80 + 60 * sin(dv * 2)}, 3 * sizeof *out);
    } else if (dark) {
        memcpy(out, photo->coloured ? (double[3]){20, 90, 160} : (double[3]){15, 15, 15}, 3 * sizeof *out);
    } else {
        memcpy(out, photo->coloured ? (double[3]){255, 240, 215} : (double[3]){250, 250, 250}, 3 * sizeof *out);
    }
}

static void take(const struct photo *photo, const QRcode *code, uint8_t *pixels)
{
    double h[8];
    look(photo, h);
    for (int y = 0; y < photo->height; y++) {
        for (int x = 0; x < photo->width; x++) {
            double depth = h[6] * x + h[7] * y + 1, colour[3], light = 0.65 + 0.35 * x / photo->width;
            double u = (h[0] * x + h[1] * y + h[2]) / depth, v = (h[3] * x + h[4] * y + h[5]) / depth;
            if (u >= 0 && v >= 0 && u < 1 && v < 1) {
                ink(photo, code, u, v, colour);
            } else {
                table(x, y, colour);
            }
            int noise = (x * 7919 + y * 104729) % 17 - 8;
            for (int i = 0; i < 3; i++) {
                double value = colour[i] * light + noise;
                pixels[(y * photo->width + x) * 3 + i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
            }
        }
    }
}

/* One way along a row or column: the mean of what stands around. */
static void smear(const uint8_t *in, uint8_t *out, int count, int step, int reach)
{
    for (int at = 0; at < count; at++) {
        int sum = 0, seen = 0;
        for (int near = at - reach; near <= at + reach; near++) {
            if (near >= 0 && near < count) {
                sum += in[near * step];
                seen++;
            }
        }
        out[at * step] = (uint8_t)(sum / seen);
    }
}

static void blur(const struct photo *photo, uint8_t *pixels)
{
    int bytes = photo->width * photo->height * 3;
    uint8_t *copy = malloc((size_t)bytes);
    assert_non_null(copy);
    for (int y = 0; y < photo->height * 3; y++) {
        int at = y / 3 * photo->width * 3 + y % 3;
        smear(pixels + at, copy + at, photo->width, 3, photo->blur);
    }
    for (int x = 0; x < photo->width * 3; x++) {
        smear(copy + x, pixels + x, photo->height, photo->width * 3, photo->blur);
    }
    free(copy);
}

static str pack(const struct photo *photo, uint8_t *pixels)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr error;
    unsigned char *bytes = NULL;
    unsigned long len = 0;
    jpeg.err = jpeg_std_error(&error);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &len);
    jpeg.image_width = (JDIMENSION)photo->width;
    jpeg.image_height = (JDIMENSION)photo->height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, photo->quality, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = pixels + (size_t)jpeg.next_scanline * (size_t)photo->width * 3;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return (str){(const char *)bytes, len};
}

/* What is read in the picture made of that photo; and that picture is as small as promised. */
static str read_photo(struct arena *arena, const struct photo *photo)
{
    QRcode *code = QRcode_encodeString(TEXT, 0, photo->middle > 0 ? QR_ECLEVEL_Q : QR_ECLEVEL_M, QR_MODE_8, 1);
    uint8_t *pixels = malloc((size_t)(photo->width * photo->height) * 3);
    struct image_picture picture;
    str text;
    assert_true(code && pixels);
    take(photo, code, pixels);
    blur(photo, pixels);
    str file = pack(photo, pixels);
    assert_int_equal(image_prepare(IMAGE_PROGRAM, file, arena, &picture, NULL), OK);
    assert_true(picture.width <= IMAGE_PICTURE_EDGE && picture.height <= IMAGE_PICTURE_EDGE);
    assert_true(picture.bytes.len <= IMAGE_PICTURE_MAX);
    assert_int_equal(image_code_text(IMAGE_PROGRAM, IMAGE_CODE_READER, picture.bytes, arena, &text), OK);
    free((void *)(uintptr_t)file.ptr);
    free(pixels);
    QRcode_free(code);
    return text;
}

static void photo__what_phones_take_is_read(void **state)
{
    (void)state;
    static const struct photo photos[] = {
        {.width = 900, .height = 1200, .quality = 50},
        {.width = 900, .height = 1200, .tilt = 0.12, .quality = 50},
        {.width = 900, .height = 1200, .tilt = 0.12, .blur = 2, .middle = 24, .quality = 50},
        {.width = 900, .height = 1200, .tilt = 0.12, .blur = 4, .middle = 30, .coloured = true, .quality = 50},
        {.width = 600, .height = 800, .middle = 30, .coloured = true, .quality = 50},
        {.width = 600, .height = 800, .tilt = 0.12, .blur = 2, .coloured = true, .quality = 50},
        {.width = 2400, .height = 3200, .tilt = 0.12, .blur = 3, .middle = 24, .quality = 85},
    };
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    for (size_t i = 0; i < ARRAY_LEN(photos); i++) {
        str text = read_photo(&arena, &photos[i]);
        if (!str_eq(text, STR(TEXT))) {
            fail_msg("photo %zu: \"%.*s\"", i, (int)text.len, text.ptr);
        }
    }
    arena_done(&arena);
}

static void photo__where_no_code_is_nothing_is_read(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    const struct photo photo = {.width = 600, .height = 800, .tilt = 0.12, .blur = 1, .no_code = true, .quality = 50};
    assert_int_equal(read_photo(&arena, &photo).len, 0);
    arena_done(&arena);
}

static void photo__a_reader_that_is_not_there_is_told_from_a_picture_without_a_code(void **state)
{
    (void)state;
    struct arena arena;
    str text;
    arena_init(&arena, ARENA_MAX);
    assert_int_equal(image_code_text(IMAGE_PROGRAM, "/no/such/reader", STR("x"), &arena, &text), ERR_UNAVAILABLE);
    assert_int_equal(image_code_text("/no/such/program", IMAGE_CODE_READER, STR("x"), &arena, &text), ERR_UNAVAILABLE);
    assert_int_equal(image_code_text(IMAGE_PROGRAM, IMAGE_CODE_READER, STR("no picture"), &arena, &text), OK);
    assert_int_equal(text.len, 0);
    arena_done(&arena);
}

/* Stands in for the reader. What it says; "" when it is ended or says nothing. */
static str run_script(struct arena *arena, const char *commands)
{
    char path[] = "/tmp/linkpond-reader-XXXXXX", line[256];
    int fd = mkstemp(path);
    int len = snprintf(line, sizeof line, "#!/usr/bin/perl\n%s\n", commands);
    str text = {0};
    assert_true(fd >= 0 && write(fd, line, (size_t)len) == len && fchmod(fd, 0700) == 0);
    close(fd);
    enum err err = image_code_text(IMAGE_PROGRAM, path, STR("what was sent"), arena, &text);
    unlink(path);
    return err == OK ? text : (str){0};
}

/* A program behind the walls may read and answer: not write a file, start another program, or ask the network. */
static void photo__the_reader_is_behind_walls(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    assert_true(str_eq(run_script(&arena, "print scalar(<STDIN>);"), STR("what was sent")));
    assert_true(str_eq(run_script(&arena, "print defined $ENV{HOME} ? 'ours' : 'nothing';"), STR("nothing")));
    assert_int_equal(run_script(&arena, "open(F, '>', '/tmp/linkpond-wall'); print 'open';").len, 0);
    assert_int_not_equal(access("/tmp/linkpond-wall", F_OK), 0);
    assert_int_equal(run_script(&arena, "print 'open' if system('/bin/true') == 0;").len, 0);
    assert_int_equal(run_script(&arena, "use Socket; print 'open' if socket(S, PF_INET, SOCK_STREAM, 0);").len, 0);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(photo__what_phones_take_is_read),
        cmocka_unit_test(photo__where_no_code_is_nothing_is_read),
        cmocka_unit_test(photo__a_reader_that_is_not_there_is_told_from_a_picture_without_a_code),
        cmocka_unit_test(photo__the_reader_is_behind_walls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
