/* SPDX-License-Identifier: MIT */
/* Goal: what we draw is what a phone reads (zbarimg decodes it where it is installed), and bounds are kept. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "assert_str.h"
#include "qr_plan.h"

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
    const char *at = strstr(text, "fill=\"#000000\" d=\"") + 18;
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

/* A logo that is black all over is the worst there is: the hole must be given back by the correction at every length of
 * address, whatever level was asked for. */
static void qr__a_logo_leaves_the_code_readable(void **state)
{
    (void)state;
    static uint8_t logo[QR_LOGO_BYTES];
    char address[220] = "https://s.example/";
    for (size_t i = 0; i < sizeof logo; i++) {
        logo[i] = i % 4 == 3 ? 0xff : 0;
    }
    for (size_t len = 20; len < 200; len += 15) {
        struct buf png;
        char text[256], sought[256];
        buf_init_heap(&png, 1 << 20);
        memset(address + 18, 'a' + (int)(len % 26), len - 18);
        address[18] = (char)('0' + len % 10);
        address[len] = '\0';
        struct qr_opts opts = {.size = 600, .margin = 4, .level = 'L', .logo = logo};
        assert_int_equal(qr_png(&png, str_from_c(address), &opts, NULL), OK);
        assert_int_equal(png.ptr[24], 8); /* bits of a channel */
        if (decode(buf_str(&png), text, sizeof text)) {
            snprintf(sought, sizeof sought, "%s\n", address);
            assert_string_equal(text, sought);
        }
        buf_done(&png);
    }
}

static void qr__colours_must_be_dark_on_light(void **state)
{
    (void)state;
    static const struct {
        uint32_t dark, light;
        const char *code; /* NULL = fine */
    } rows[] = {
        {0x000000, 0xffffff, NULL},           {0x1a3c6e, 0xffffff, NULL},
        {0x767676, 0xffffff, NULL},           {0xffffff, 0x000000, "inverted"},
        {0x123456, 0x123456, "inverted"},     {0x888888, 0xffffff, "low_contrast"},
        {0xff0000, 0xffa500, "low_contrast"}, {0x00ff00, 0xffffff, "low_contrast"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf png;
        struct fault fault = {0};
        char text[64];
        buf_init_heap(&png, 1 << 20);
        struct qr_opts opts = {.margin = -1, .coloured = true, .dark = rows[i].dark, .light = rows[i].light};
        enum err err = qr_png(&png, STR("https://s.example/a"), &opts, &fault);
        assert_int_equal(err, rows[i].code ? ERR_INVALID : OK);
        assert_string_equal(fault.code, rows[i].code ? rows[i].code : "");
        assert_string_equal(fault.field, rows[i].code ? "dark" : "");
        if (err == OK && decode(buf_str(&png), text, sizeof text)) {
            assert_string_equal(text, "https://s.example/a\n");
        }
        buf_done(&png);
    }
    assert_true(qr_contrast(0, 0xffffff) > 20.99 && qr_contrast(0xffffff, 0) < 21.01); /* WCAG: 21 to 1 at most */
    uint32_t colour = 7;
    assert_true(qr_colour_parse(STR("#1a2B3c"), &colour));
    assert_int_equal(colour, 0x1a2b3c);
    assert_false(qr_colour_parse(STR("1a2b3"), &colour) || qr_colour_parse(STR("1a2b3g"), &colour) ||
                 qr_colour_parse(STR(""), &colour) || qr_colour_parse(STR("#"), &colour));
    assert_int_equal(colour, 0x1a2b3c);
}

static void qr__captions_fit_below_the_code(void **state)
{
    (void)state;
    char memory[QR_CAPTION_MAX + 4];
    struct qr_caption caption;
    qr_caption_plan(STR("  "), 512, &caption);
    assert_true(caption.count == 0 && caption.height == 0);
    qr_caption_plan(STR("Shop"), 512, &caption);
    assert_int_equal(caption.count, 1);
    assert_int_equal(caption.em, 512 / 14);
    qr_caption_plan(STR("华东第三大区上海浦东新区世纪大道店"), 512, &caption); /* 17 characters: one line, smaller */
    assert_true(caption.count == 1 && caption.em < 512 / 14 && caption.em * 17 <= 512);
    qr_caption_plan(STR("North exhibition hall, second floor, stand 214"), 512, &caption);
    assert_int_equal(caption.count, 2);
    assert_false(caption.cut);
    assert_str(qr_caption_line(&caption, 0, memory), "North exhibition hall, second");
    assert_str(qr_caption_line(&caption, 1, memory), "floor, stand 214");
    char longest[QR_CAPTION_MAX + 1];
    memset(longest, 'w', sizeof longest);
    for (size_t len = 1; len <= QR_CAPTION_MAX; len++) {
        for (int size = QR_SIZE_MIN; size <= QR_SIZE_MAX; size *= 2) {
            qr_caption_plan((str){longest, len}, size, &caption);
            assert_in_range(caption.count, 1, 2);
            assert_true(caption.height > 0 && caption.height < size / 2);
            assert_int_equal(caption.lines[0].len + caption.lines[1].len < len, caption.cut);
            assert_true(qr_caption_line(&caption, caption.count - 1, memory).len > 0);
        }
    }
}

static void qr__a_png_with_a_caption_wants_a_font(void **state)
{
    (void)state;
    struct buf png;
    struct fault fault = {0};
    buf_init_heap(&png, 1 << 20);
    struct qr_opts opts = {.margin = -1, .caption = STR("华东3群")};
    assert_int_equal(qr_png(&png, STR("a"), &opts, &fault), ERR_INVALID);
    assert_string_equal(fault.field, "caption");
    assert_string_equal(fault.code, "no_font");
    assert_int_equal(png.len, 0);
    if (qr_font_open(&opts.font) == OK) {
        assert_int_equal(qr_png(&png, STR("https://s.example/a"), &opts, NULL), OK);
        assert_true(be32(png.ptr + 20) > 512);
        char text[64];
        if (decode(buf_str(&png), text, sizeof text)) {
            assert_string_equal(text, "https://s.example/a\n");
        }
        qr_font_close(opts.font);
    }
    buf_done(&png);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qr__png_decodes_to_the_text),           cmocka_unit_test(qr__svg_holds_the_finder_patterns),
        cmocka_unit_test(qr__refuses_what_is_out_of_bounds),     cmocka_unit_test(qr__a_logo_leaves_the_code_readable),
        cmocka_unit_test(qr__colours_must_be_dark_on_light),     cmocka_unit_test(qr__captions_fit_below_the_code),
        cmocka_unit_test(qr__a_png_with_a_caption_wants_a_font),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
