/* SPDX-License-Identifier: MIT */
/* Goal: CSV is read the same however it is cut into pieces, bounded in memory, and what we write reads back as it was.
 */
#include "linkpond/api/csv_reader.h"

#include "assert_str.h"
#include "linkpond/api/csv_cell.h"

/* All cells joined: '|' between cells, '\n' behind rows, '!' before a row that was too long. */
static enum err read_all(struct buf *out, str text, char delimiter, size_t step)
{
    struct csv_reader *reader = csv_reader_new(delimiter);
    struct csv_row row;
    enum err err = OK;
    bool over = false;

    assert_non_null(reader);
    while (!err && !over) {
        str piece = str_slice(text, 0, step);
        text = str_from(text, piece.len);
        over = piece.len == 0;
        err = over ? csv_reader_end(reader) : csv_reader_feed(reader, piece);
        while (csv_reader_next(reader, &row)) {
            buf_add_c(out, row.too_long ? "!" : "");
            for (size_t i = 0; i < row.count; i++) {
                buf_add_c(out, i > 0 ? "|" : "");
                buf_add(out, row.cells[i]);
            }
            buf_add_char(out, '\n');
        }
    }
    csv_reader_free(reader);
    return err;
}

static void csv__rows_do_not_depend_on_where_the_pieces_end(void **state)
{
    str text = STR("url,title\r\n\"https://a.example/?x=1,2\",\"two\nlines\"\r\n\r\n b , \"say \"\"hi\"\"\"\nlast,");
    (void)state;
    for (size_t step = 1; step <= text.len; step++) {
        struct buf out;
        buf_init_heap(&out, 4096);
        assert_int_equal(read_all(&out, text, ',', step), OK);
        assert_str(buf_str(&out), "url|title\nhttps://a.example/?x=1,2|two\nlines\nb|say \"hi\"\nlast|\n");
        buf_done(&out);
    }
}

static void csv__other_delimiters_are_found_in_the_first_line(void **state)
{
    (void)state;
    assert_int_equal(csv_sniff(STR("url;title\n\"a,b,c\";d")), ';');
    assert_int_equal(csv_sniff(STR("url\ttitle\nx,y,z")), '\t');
    assert_int_equal(csv_sniff(STR("\"a;b;c\",d\n")), ',');
    assert_int_equal(csv_sniff(STR("url")), ',');
    assert_int_equal(csv_sniff(STR("")), ',');
}

static void add_many(struct buf *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_char(text, 'x');
    }
}

static void csv__a_line_at_the_limit_is_read_and_one_byte_more_is_marked(void **state)
{
    struct buf text, out;
    (void)state;
    buf_init_heap(&text, 1 << 20);
    buf_init_heap(&out, 1 << 20);
    add_many(&text, LIMIT_CSV_LINE - 2);
    buf_add_c(&text, ",yy\n");
    add_many(&text, LIMIT_CSV_LINE - 2);
    buf_add_c(&text, ",yyy\nnext,row\n");
    assert_int_equal(read_all(&out, buf_str(&text), ',', CSV_PIECE_MAX), OK);
    assert_int_equal(out.ptr[0], 'x');
    assert_int_equal(out.ptr[LIMIT_CSV_LINE - 2], '|');
    assert_int_equal(out.ptr[LIMIT_CSV_LINE + 2], '!');
    assert_true(str_ends(buf_str(&out), STR("x\nnext|row\n")));
    buf_done(&text);
    buf_done(&out);
}

static void csv__a_row_with_too_many_cells_is_marked(void **state)
{
    struct buf text, out;
    (void)state;
    buf_init_heap(&text, 1 << 20);
    buf_init_heap(&out, 1 << 20);
    for (size_t i = 0; i < CSV_COLUMNS_MAX; i++) {
        buf_add_c(&text, "a,");
    }
    buf_add_c(&text, "b\nc\n");
    assert_int_equal(read_all(&out, buf_str(&text), ',', 1000), OK);
    assert_true(str_starts(buf_str(&out), STR("!a|a")));
    assert_true(str_ends(buf_str(&out), STR("a\nc\n")));
    buf_done(&text);
    buf_done(&out);
}

static void csv__an_open_quote_ends_the_reading_in_bounded_memory(void **state)
{
    struct buf text, out;
    (void)state;
    buf_init_heap(&text, 8 << 20);
    buf_init_heap(&out, 1 << 20);
    buf_add_c(&text, "a,b\n\"never closed,");
    for (int i = 0; i < 100000; i++) {
        buf_add_c(&text, "row,after,row\n");
    }
    assert_int_equal(read_all(&out, buf_str(&text), ',', CSV_PIECE_MAX), ERR_TOO_LARGE);
    assert_str(buf_str(&out), "a|b\n");
    out.len = 0;
    assert_int_equal(read_all(&out, STR("a,b\n\"open,\nc,d\n"), ',', 3), ERR_TOO_LARGE);
    assert_str(buf_str(&out), "a|b\n");
    out.len = 0;
    assert_int_equal(read_all(&out, STR("\"a\",b\nc,\"d\" "), ',', 3), OK);
    assert_str(buf_str(&out), "a|b\nc|d\n");
    buf_done(&text);
    buf_done(&out);
}

static void csv__formulas_are_guarded_and_come_back_as_they_were(void **state)
{
    static const str texts[] = {
        STR_INIT(""),     STR_INIT("plain"),     STR_INIT("=1+1"),       STR_INIT("  =1"), STR_INIT("'=1"),
        STR_INIT("''=1"), STR_INIT("'quoted'"),  STR_INIT("-5"),         STR_INIT("@cmd"), STR_INIT("+86"),
        STR_INIT("\t=x"), STR_INIT("\rx"),       STR_INIT("a\"b\",\nc"), STR_INIT("'"),    STR_INIT("' ="),
        STR_INIT("\n=1"), STR_INIT("\uff1d1+1"), STR_INIT("中文,标签"),  STR_INIT("' \t"),
    };
    static const char *const running = "=+-@\t\r";
    struct buf file;
    (void)state;
    buf_init_heap(&file, 65536);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        csv_cell(&file, true, STR("x"));
        csv_cell(&file, false, texts[i]);
        csv_line_end(&file);
    }
    struct csv_reader *reader = csv_reader_new(',');
    struct csv_row row;
    assert_int_equal(csv_reader_feed(reader, buf_str(&file)), OK);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_true(csv_reader_next(reader, &row));
        assert_int_equal(row.count, 2);
        assert_true(row.cells[1].len == 0 || !strchr(running, row.cells[1].ptr[0]));
        assert_str_same(csv_unguard(row.cells[1]), texts[i]);
    }
    assert_false(csv_reader_next(reader, &row));
    csv_reader_free(reader);
    buf_done(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv__rows_do_not_depend_on_where_the_pieces_end),
        cmocka_unit_test(csv__other_delimiters_are_found_in_the_first_line),
        cmocka_unit_test(csv__a_line_at_the_limit_is_read_and_one_byte_more_is_marked),
        cmocka_unit_test(csv__a_row_with_too_many_cells_is_marked),
        cmocka_unit_test(csv__an_open_quote_ends_the_reading_in_bounded_memory),
        cmocka_unit_test(csv__formulas_are_guarded_and_come_back_as_they_were),
    };
    return cmocka_run_group_tests_name("api/csv_reader", tests, NULL, NULL);
}
