/* SPDX-License-Identifier: MIT */
#include "linkpond/model/location.h"

#include "linkpond/base/err.h"

/*
 * Pieces are compared as bytes and found one by one, so nothing here knows how a query joins a target: an address for
 * which this does not come out is kept whole. Naming the rules by a version and applying them again was rejected: each
 * change of theirs would have to be kept for ever.
 */
#define QUERY_PIECES_MAX 36 /* digits and capitals */
#define RUN_MAX          26
#define OF_BASE          (-1)
#define OF_REQUEST       (-2)

struct pieces {
    str items[LOCATION_PIECES_MAX];
    size_t count;
};

/* False: too many. A text without '&' is one piece. */
static bool cut_pieces(str text, struct pieces *out)
{
    out->count = 0;
    for (bool more = true; more;) {
        if (out->count == ARRAY_LEN(out->items)) {
            return false;
        }
        more = str_cut(text, '&', &out->items[out->count], &text);
        out->count++;
    }
    return true;
}

/* An address around its pieces. */
struct frame {
    str path, tail;
    bool has_query;
    struct pieces pieces;
};

static bool take_apart(str address, struct frame *out)
{
    str head, query;
    ssize_t mark = str_find_char(address, '#', 0);

    head = mark < 0 ? address : str_slice(address, 0, (size_t)mark);
    out->tail = str_from(address, head.len);
    out->pieces.count = 0;
    out->has_query = str_cut(head, '?', &out->path, &query);
    return !out->has_query || cut_pieces(query, &out->pieces);
}

/* ---- apart */

/* The query's piece that this is; the one that follows the last found is looked at first. */
static int find_piece(const struct pieces *query, str piece, size_t expected)
{
    size_t count = query->count < QUERY_PIECES_MAX ? query->count : QUERY_PIECES_MAX;

    for (size_t i = 0; i < count && piece.len > 0; i++) {
        size_t at = (expected + i) % count;
        if (str_eq(query->items[at], piece)) {
            return (int)at;
        }
    }
    return OF_BASE;
}

static bool ends_in_id(str piece, str request_id)
{
    return request_id.len > 0 && piece.len > request_id.len && str_ends(piece, request_id) &&
           piece.ptr[piece.len - request_id.len - 1] == '=';
}

/* Where each piece of the address is from; how many are not the address' own. */
static size_t find_sources(const struct pieces *pieces, const struct pieces *query, str request_id, int *sources)
{
    size_t expected = 0, others = 0;

    for (size_t i = 0; i < pieces->count; i++) {
        sources[i] = find_piece(query, pieces->items[i], expected);
        if (sources[i] >= 0) {
            expected = (size_t)sources[i] + 1;
        } else if (ends_in_id(pieces->items[i], request_id)) {
            sources[i] = OF_REQUEST;
        }
        others += sources[i] != OF_BASE;
    }
    return others;
}

static bool is_all(const int *sources, size_t count, size_t query_count)
{
    bool all = query_count <= count && query_count <= QUERY_PIECES_MAX;

    for (size_t i = 0; all && i < query_count; i++) {
        all = sources[i] == (int)i;
    }
    return all;
}

static void add_piece(struct buf *out, str piece, bool *any)
{
    buf_add_char(out, *any ? '&' : '?');
    buf_add(out, piece);
    *any = true;
}

static size_t run_of_base(const int *sources, size_t count)
{
    size_t run = 0;

    while (run < count && sources[run] == OF_BASE) {
        run++;
    }
    return run;
}

static bool any_of_base(const int *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sources[i] == OF_BASE || sources[i] == OF_REQUEST) {
            return true;
        }
    }
    return false;
}

static void write_form(const int *sources, size_t count, size_t query_count, struct buf *form)
{
    for (size_t i = 0; i < count;) {
        size_t run = run_of_base(sources + i, count - i);
        if (run > 0 && !any_of_base(sources + i + run, count - i - run)) {
            buf_add_char(form, '+');
        } else if (run > 0) {
            run = run < RUN_MAX ? run : RUN_MAX;
            buf_add_char(form, (char)('a' + run - 1));
        } else if (sources[i] == OF_REQUEST) {
            buf_add_char(form, '@');
            run = 1;
        } else if (is_all(sources + i, count - i, query_count)) {
            buf_add_char(form, '*');
            run = query_count;
        } else {
            buf_add_char(form, (char)(sources[i] < 10 ? '0' + sources[i] : 'A' + sources[i] - 10));
            run = 1;
        }
        i += run;
    }
}

bool location_split(str location, str query, str request_id, struct buf *base, struct buf *form)
{
    struct frame frame;
    struct pieces sent;
    int sources[LOCATION_PIECES_MAX];
    bool any = false;

    buf_reset(base);
    buf_reset(form);
    if (!take_apart(location, &frame) || !frame.has_query || !cut_pieces(query, &sent) ||
        find_sources(&frame.pieces, &sent, request_id, sources) == 0) {
        return false;
    }
    write_form(sources, frame.pieces.count, sent.count, form);
    buf_add(base, frame.path);
    for (size_t i = 0; i < frame.pieces.count; i++) {
        str piece = frame.pieces.items[i];
        if (sources[i] == OF_BASE) {
            add_piece(base, piece, &any);
        } else if (sources[i] == OF_REQUEST) {
            add_piece(base, str_slice(piece, 0, piece.len - request_id.len), &any);
        }
    }
    buf_add(base, frame.tail);
    if (base->overflow || form->overflow) {
        buf_reset(base);
        buf_reset(form);
        return false;
    }
    return true;
}

/* ---- together */

struct joining {
    struct frame frame;
    struct pieces query;
    size_t taken; /* of the frame's pieces */
    bool any;
    struct buf *out;
};

static bool join_base(struct joining *self, size_t count)
{
    bool there = self->frame.pieces.count - self->taken >= count;

    for (size_t i = 0; there && i < count; i++) {
        add_piece(self->out, self->frame.pieces.items[self->taken++], &self->any);
    }
    return there;
}

static bool join_query(struct joining *self, size_t from, size_t to)
{
    bool there = to <= self->query.count;

    for (size_t i = from; there && i < to; i++) {
        add_piece(self->out, self->query.items[i], &self->any);
    }
    return there;
}

static bool join_one(struct joining *self, char what, str request_id)
{
    bool digit = what >= '0' && what <= '9', capital = what >= 'A' && what <= 'Z';

    if (digit || capital) {
        size_t at = digit ? (size_t)(what - '0') : (size_t)(what - 'A') + 10;
        return join_query(self, at, at + 1);
    }
    if (what >= 'a' && what <= 'z') {
        return join_base(self, (size_t)(what - 'a' + 1));
    }
    switch (what) {
    case '*':
        return join_query(self, 0, self->query.count);
    case '+':
        return join_base(self, self->frame.pieces.count - self->taken);
    case '@':
        if (!join_base(self, 1)) {
            return false;
        }
        buf_add(self->out, request_id);
        return true;
    default:
        return false;
    }
}

bool location_join(str base, str form, str query, str request_id, struct buf *out)
{
    struct joining joining = {.out = out};
    bool good = take_apart(base, &joining.frame) && cut_pieces(query, &joining.query);

    buf_reset(out);
    if (!good) {
        return false;
    }
    buf_add(out, joining.frame.path);
    for (size_t i = 0; good && i < form.len; i++) {
        good = join_one(&joining, form.ptr[i], request_id);
    }
    buf_add(out, joining.frame.tail);
    return good && joining.taken == joining.frame.pieces.count && !out->overflow;
}
