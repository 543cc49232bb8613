/* SPDX-License-Identifier: MIT */
/* Bytes to rows. */
#include <errno.h>
#include <unistd.h>

#include "import_private.h"
#include "linkpond/api/csv_cell.h"
#include "linkpond/base/utf8.h"

/* The next bytes of the body in `memory`; 0 at the end, -1 when the disk failed. */
static ssize_t read_bytes(struct import *self, char memory[CSV_PIECE_MAX])
{
    if (self->fd < 0) {
        str piece = str_slice(self->body, 0, CSV_PIECE_MAX);
        memcpy(memory, piece.ptr, piece.len);
        self->body = str_from(self->body, piece.len);
        return (ssize_t)piece.len;
    }
    ssize_t got;
    do {
        got = read(self->fd, memory, CSV_PIECE_MAX);
    } while (got < 0 && errno == EINTR);
    return got;
}

static enum err read_piece(struct import *self)
{
    char memory[CSV_PIECE_MAX];
    ssize_t got = read_bytes(self, memory);
    if (got < 0) {
        return ERR_IO;
    }
    if (got == 0) {
        self->input_over = true;
        return csv_reader_end(self->reader);
    }
    return csv_reader_feed(self->reader, (str){memory, (size_t)got});
}

/* The first piece: byte order mark, encoding, delimiter. */
static enum err read_first(struct import *self, struct fault *fault)
{
    char memory[CSV_PIECE_MAX];
    ssize_t got = read_bytes(self, memory);
    if (got < 0) {
        return ERR_IO;
    }
    str piece = {memory, (size_t)got};
    if (str_starts(piece, STR("\xff\xfe")) || str_starts(piece, STR("\xfe\xff")) ||
        str_find_char(piece, '\0', 0) >= 0) {
        return fault_set(fault, ERR_INVALID, "body", "invalid_utf8", "The file is UTF-16; save it as \"CSV UTF-8\".",
                         "文件是 UTF-16 编码，请另存为“CSV UTF-8”格式。");
    }
    piece = str_starts(piece, STR(CSV_BOM)) ? str_from(piece, sizeof CSV_BOM - 1) : piece;
    self->reader = csv_reader_new(csv_sniff(piece));
    if (!self->reader) {
        return ERR_NOMEM;
    }
    return piece.len > 0 ? csv_reader_feed(self->reader, piece) : OK;
}

static enum err next_row(struct import *self, struct csv_row *row)
{
    while (!csv_reader_next(self->reader, row)) {
        if (self->input_over) {
            return ERR_NOT_FOUND;
        }
        enum err err = read_piece(self);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

static bool take_body(struct import *self, const struct request *request)
{
    self->fd = -1;
    if (request->body_fd >= 0) {
        self->fd = dup(request->body_fd);
        return self->fd >= 0 && lseek(self->fd, 0, SEEK_SET) == 0;
    }
    self->body = arena_str(&self->keep, request->body);
    return self->body.len == request->body.len;
}

/* So that who imports learns what stays behind. */
static void keep_unknown(struct import *self, const struct csv_row *header)
{
    for (size_t i = 0; i < self->map.count && i < header->count; i++) {
        str cell = utf8_cut(str_trim(csv_unguard(header->cells[i])), COLUMN_WORD_MAX);
        if (!self->map.columns[i].name && cell.len > 0) {
            self->unknown[self->unknown_count++] = arena_str(&self->keep, cell);
        }
    }
}

enum err import_input_open(struct import *self, const struct request *request, struct fault *fault)
{
    struct csv_row header;
    if (!take_body(self, request)) {
        return ERR_NOMEM;
    }
    enum err err = read_first(self, fault);
    err = err == OK ? next_row(self, &header) : err;
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_MALFORMED, "body", "required", "The file is empty.", "文件为空。");
    }
    if (err == ERR_TOO_LARGE || (err == OK && header.too_long)) {
        return fault_set(fault, ERR_INVALID, "header", "line_too_long", "The first line is no CSV header.",
                         "首行不是 CSV 表头。");
    }
    err = err == OK ? import_map_read(&self->map, &header, fault) : err;
    if (err == OK) {
        keep_unknown(self, &header);
    }
    return err;
}

/* A quote that nobody closed swallows the rest of the file: nothing behind it can be trusted. */
static bool stop_at(struct import *self, struct import_item *item, enum err err)
{
    self->input_over = true;
    if (err == ERR_NOT_FOUND) {
        return false;
    }
    self->stopped = err;
    *item = (struct import_item){.row = ++self->rows, .status = IMPORT_FAILED, .err = err};
    if (err == ERR_TOO_LARGE) {
        item->err = fault_set(&item->fault, ERR_INVALID, "row", "line_too_long",
                              "A quote is not closed, or a cell goes on past 64 KiB. The import ends here.",
                              "缺少结尾引号，或单元格超过 64 KiB，导入到此为止。");
    }
    return true;
}

bool import_input_next(struct import *self, struct import_item *item)
{
    struct csv_row row;
    bool blank = true;
    while (blank) {
        enum err err = self->stopped == OK ? next_row(self, &row) : ERR_NOT_FOUND;
        if (err != OK) {
            return stop_at(self, item, err);
        }
        *item = (struct import_item){.status = IMPORT_PENDING};
        item->err = import_map_row(&self->map, &self->arena, &self->rules, &row, &item->in, &blank, &item->fault);
    }
    item->row = ++self->rows;
    if (item->err != OK) {
        item->status = IMPORT_FAILED;
    }
    if (item->in.names_count > 1) {
        item->in.extra.aliases = (struct str_list){item->in.names + 1, item->in.names_count - 1};
    }
    return true;
}

void import_input_close(struct import *self)
{
    csv_reader_free(self->reader);
    if (self->fd >= 0) {
        close(self->fd);
    }
}
