/* SPDX-License-Identifier: MIT */
/* Goal: what we draw is what a phone reads (zbarimg decodes it where it is installed), and bounds are kept. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/http/qr.h"

static const struct qr_opts plain = {.margin = -1};

/* The bytes after libpng's signature and IHDR: width, height, bit depth. */
static unsigned be32(const char *bytes)
{
    const uint8_t *at = (const uint8_t *)bytes;
    return (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
}

static bool decode(str png, char *out, size_t cap)
{
    char path[] = "/tmp/linkpond-qr-XXXXXX.png";
    int fd = mkstemps(path, 4);
    int ends[2];
    assert_true(fd >= 0 && pipe(ends) == 0);
    assert_int_equal(write(fd, png.ptr, png.len), (ssize_t)png.len);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2); /* it complains about a missing D-Bus */
        execlp("zbarimg", "zbarimg", "-q", "--raw", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    size_t len = 0;
    ssize_t got;
    while (len + 1 < cap && (got = read(ends[0], out + len, cap - 1 - len)) > 0) {
        len += (size_t)got;
    }
    out[len] = '\0';
    int status = 0;
    waitpid(child, &status, 0);
    close(ends[0]);
    close(fd);
    unlink(path);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

static void qr__png_decodes_to_the_text(void **state)
{
    (void)state;
    static const char levels[] = "LMQH";
    for (const char *level = levels; *level; level++) {
        struct buf png;
        buf_init_heap(&png, 1 << 20);
        struct qr_opts opts = {.size = 300, .margin = 4, .level = *level};
        assert_int_equal(qr_png(&png, STR("https://s.example/a2bC3?lp_qr=1"), &opts, NULL), OK);
        assert_memory_equal(png.ptr, "\x89PNG\r\n\x1a\n", 8);
        assert_int_equal(be32(png.ptr + 16), 300);
        assert_int_equal(be32(png.ptr + 20), 300);
        assert_int_equal(png.ptr[24], 1);
        char text[256];
        if (!decode(buf_str(&png), text, sizeof text)) {
            print_message("zbarimg is not installed: the picture was not read back\n");
        } else {
            assert_string_equal(text, "https://s.example/a2bC3?lp_qr=1\n");
        }
        buf_done(&png);
    }
}

/* Reads the path back into a matrix and compares it with the three finder patterns every QR code has. */
static void qr__svg_holds_the_finder_patterns(void **state)
{
    (void)state;
    static char grid[64][64];
    struct buf svg;
    buf_init_heap(&svg, 1 << 20);
    assert_int_equal(qr_svg(&svg, STR("https://s.example/a"), &plain, NULL), OK);
    const char *text = buf_c(&svg);
    assert_non_null(strstr(text, "width=\"512\" height=\"512\""));
    int total = 0;
    assert_int_equal(sscanf(strstr(text, "viewBox"), "viewBox=\"0 0 %d", &total), 1);
    assert_in_range(total, 21 + 8, 60);
    const char *at = strstr(text, "<path d=\"") + 9;
    int x, y, run, used;
    while (sscanf(at, "M%d %dh%dv1h-%*dz%n", &x, &y, &run, &used) == 3) {
        assert_true(x >= 4 && y >= 4 && x + run <= total - 4 && y < total - 4);
        memset(&grid[y][x], 1, (size_t)run);
        at += used;
    }
    assert_int_equal(*at, '"');
    int corners[3][2] = {{4, 4}, {total - 11, 4}, {4, total - 11}};
    for (int corner = 0; corner < 3; corner++) {
        for (int row = 0; row < 7; row++) {
            for (int column = 0; column < 7; column++) {
                bool edge = row == 0 || row == 6 || column == 0 || column == 6;
                bool middle = row >= 2 && row <= 4 && column >= 2 && column <= 4;
                assert_int_equal(grid[corners[corner][1] + row][corners[corner][0] + column], edge || middle);
            }
        }
    }
    buf_done(&svg);
}

static void qr__refuses_what_is_out_of_bounds(void **state)
{
    (void)state;
    static char longest[QR_TEXT_MAX + 1];
    struct fault fault;
    struct buf out;
    buf_init_heap(&out, 1 << 20);
    memset(longest, 'a', sizeof longest);
    const struct {
        str text;
        struct qr_opts opts;
        const char *field;
    } rows[] = {
        {{longest, sizeof longest}, plain, "text"},
        {STR(""), plain, "text"},
        {STR("a"), {.size = QR_SIZE_MAX + 1, .margin = -1}, "size"},
        {STR("a"), {.size = -5, .margin = -1}, "size"},
        {STR("a"), {.margin = QR_MARGIN_MAX + 1}, "margin"},
        {STR("a"), {.margin = -1, .level = 'X'}, "level"},
        {{longest, 900}, {.size = QR_SIZE_MIN, .margin = 4, .level = 'H'}, "size"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fault = (struct fault){0};
        assert_int_equal(qr_png(&out, rows[i].text, &rows[i].opts, &fault), ERR_INVALID);
        assert_string_equal(fault.field, rows[i].field);
        assert_int_equal(out.len, 0);
    }
    buf_done(&out);
    buf_init_heap(&out, 50);
    assert_int_equal(qr_png(&out, STR("a"), &plain, NULL), ERR_NOMEM);
    assert_int_equal(qr_svg(&out, STR("a"), &plain, NULL), ERR_NOMEM);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qr__png_decodes_to_the_text),
        cmocka_unit_test(qr__svg_holds_the_finder_patterns),
        cmocka_unit_test(qr__refuses_what_is_out_of_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
