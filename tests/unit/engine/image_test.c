/* SPDX-License-Identifier: MIT */
/* Goal: what people upload becomes plain pixels or a plain refusal, whatever is in it, and the program that reads it
 * can do nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <png.h>

#include "linkpond/base/buf.h"
#include "linkpond/engine/image.h"

#define EDGE 16

static uint8_t pixels[EDGE * EDGE * 4];

static enum err read_it(str bytes, const char **code)
{
    static struct fault fault;
    fault = (struct fault){0};
    memset(pixels, 0x55, sizeof pixels);
    enum err err = image_read(IMAGE_PROGRAM, bytes, EDGE, pixels, &fault);
    *code = fault.code;
    return err;
}

/* A picture of one colour: red over nothing, with that opacity. */
static str make_png(unsigned width, unsigned height, uint8_t opacity)
{
    static uint8_t file[1 << 20];
    uint8_t *from = malloc((size_t)width * height * 4);
    png_image png = {.version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGBA};
    png_alloc_size_t len = sizeof file;
    assert_non_null(from);
    for (size_t i = 0; i < (size_t)width * height; i++) {
        memcpy(from + 4 * i, (uint8_t[4]){0xff, 0, 0, opacity}, 4);
    }
    assert_true(png_image_write_to_memory(&png, file, &len, 0, from, 0, NULL));
    free(from);
    return (str){(const char *)file, len};
}

static const uint8_t *pixel(size_t x, size_t y)
{
    return pixels + 4 * (y * EDGE + x);
}

static void image__a_png_fills_the_square_as_far_as_its_shape_allows(void **state)
{
    (void)state;
    const char *code;
    assert_int_equal(read_it(make_png(64, 32, 0xff), &code), OK);
    assert_memory_equal(pixel(0, 8), "\xff\0\0\xff", 4);
    assert_memory_equal(pixel(15, 4), "\xff\0\0\xff", 4);
    assert_memory_equal(pixel(15, 11), "\xff\0\0\xff", 4);
    assert_memory_equal(pixel(8, 3), "\0\0\0\0", 4);
    assert_memory_equal(pixel(8, 12), "\0\0\0\0", 4);
    assert_int_equal(read_it(make_png(3, 5, 0x80), &code), OK); /* smaller than the square: drawn larger */
    assert_memory_equal(pixel(8, 0), "\xff\0\0\x80", 4);
    assert_int_equal(read_it(make_png(1, 1000, 0xff), &code), OK);
    assert_int_equal(read_it(make_png(4096, 4096, 0xff), &code), OK);
}

static void image__what_is_no_picture_is_refused(void **state)
{
    (void)state;
    const char *code;
    static const str others[] = {STR_INIT(""), STR_INIT("GIF89a"),
                                 STR_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), STR_INIT("\x89PNG\r\n\x1a\n"),
                                 STR_INIT("\xff\xd8\xff\xe0 not one")};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_int_equal(read_it(others[i], &code), ERR_INVALID);
        assert_string_equal(code, "unreadable");
    }
    str png = make_png(40, 40, 0xff);
    for (size_t len = 8; len + 24 < png.len; len += 7) { /* what only lacks its end mark is read */
        assert_int_equal(read_it((str){png.ptr, len}, &code), ERR_INVALID);
    }
}

/* Any byte may be wrong: there is an answer, and it is one of two. */
static void image__damage_never_does_more_than_a_refusal(void **state)
{
    (void)state;
    const char *code;
    str png = make_png(20, 20, 0x40);
    char *copy = malloc(png.len);
    assert_non_null(copy);
    for (size_t i = 0; i < png.len; i += 2) {
        memcpy(copy, png.ptr, png.len);
        copy[i] = (char)(copy[i] ^ (1 << (i % 8)));
        enum err err = read_it((str){copy, png.len}, &code);
        assert_true(err == OK || err == ERR_INVALID);
    }
    free(copy);
}

static void image__what_is_too_large_is_refused_before_it_is_unpacked(void **state)
{
    (void)state;
    const char *code;
    static char longest[IMAGE_UPLOAD_MAX + 1];
    assert_int_equal(read_it((str){longest, sizeof longest}, &code), ERR_INVALID);
    assert_string_equal(code, "too_long");
    assert_int_equal(read_it(make_png(4097, 1, 0xff), &code), ERR_INVALID);
    assert_string_equal(code, "too_long");
}

/* Stands in for the helper: a script that says what it is told to. */
static enum err run_script(const char *text, const char **code)
{
    char path[] = "/tmp/linkpond-image-XXXXXX";
    static struct fault fault;
    fault = (struct fault){0};
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    enum err err = image_read(path, STR("x"), EDGE, pixels, &fault);
    unlink(path);
    *code = fault.code;
    return err;
}

static void image__a_helper_that_is_missing_or_dies_is_unavailable(void **state)
{
    (void)state;
    const char *code;
    struct fault fault = {0};
    assert_int_equal(image_read("/no/such/program", STR("x"), EDGE, pixels, &fault), ERR_UNAVAILABLE);
    assert_int_equal(run_script("#!/bin/sh\nexit 3\n", &code), ERR_UNAVAILABLE);
    assert_int_equal(run_script("#!/bin/sh\nprintf Gshort\n", &code), ERR_UNAVAILABLE);
    assert_int_equal(run_script("#!/bin/sh\nprintf N\n", &code), ERR_UNAVAILABLE);
    assert_int_equal(run_script("#!/bin/sh\nprintf U\n", &code), ERR_INVALID);
    assert_string_equal(code, "unreadable");
    assert_int_equal(run_script("#!/bin/sh\nls /proc/self/fd | grep -qx '[4-9]' && printf L || printf U\n", &code),
                     ERR_INVALID);
    assert_string_equal(code, "unreadable"); /* none of our descriptors is the child's */
    assert_int_equal(run_script("#!/bin/sh\n[ -n \"$HOME\" ] && printf L || printf U\n", &code), ERR_INVALID);
    assert_string_equal(code, "unreadable"); /* nor our environment */
}

static void image__stands_beside_the_program(void **state)
{
    (void)state;
    char path[4096], small[4];
    assert_true(image_program(path, sizeof path));
    assert_true(str_ends(str_from_c(path), STR("/unit/linkpond-image")));
    assert_false(image_program(small, sizeof small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image__a_png_fills_the_square_as_far_as_its_shape_allows),
        cmocka_unit_test(image__what_is_no_picture_is_refused),
        cmocka_unit_test(image__damage_never_does_more_than_a_refusal),
        cmocka_unit_test(image__what_is_too_large_is_refused_before_it_is_unpacked),
        cmocka_unit_test(image__a_helper_that_is_missing_or_dies_is_unavailable),
        cmocka_unit_test(image__stands_beside_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
