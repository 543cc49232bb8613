/* SPDX-License-Identifier: MIT */
/*
 * Where does an address begin and end in text that has no blanks between words? It begins at a scheme. It ends at a
 * blank, a quote or Chinese punctuation, and at a Chinese character that follows a Latin one directly: people write on
 * without a blank, while a Chinese word within an address begins a part of it ("/wiki/上海", "?q=春天"). Latin letters
 * with marks, and a dash between two letters ("café", "1–2", as titles have it or Word writes it), go on with their
 * word.
 */
#include "linkpond/model/paste.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/err.h"
#include "linkpond/base/utf8.h"

#define SCHEME_MAX 24
#define BIT(name)  (1U << PASTE_##name)

/* ---- characters ---- */

static bool in_ranges(uint32_t c, const uint32_t (*ranges)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i][0] && c <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* Zero width, joiners, directions, soft hyphen, byte order mark. */
static bool is_invisible(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0xad, 0xad},     {0x200b, 0x200f}, {0x202a, 0x202e},
                                         {0x2060, 0x2069}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};
    return in_ranges(c, ranges, ARRAY_LEN(ranges));
}

static bool is_blank(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0, 0x20},        {0x7f, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
                                         {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
    return in_ranges(c, ranges, ARRAY_LEN(ranges));
}

/* Quotes, brackets and stops that no address holds as they are. */
static bool is_end_mark(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0x2014, 0x201f}, {0x2026, 0x2026}, {0x2039, 0x203a}, {0x3001, 0x3001},
                                         {0x3003, 0x3003}, {0x3008, 0x3011}, {0x3014, 0x301f}, {0xff01, 0xff01},
                                         {0xff08, 0xff09}, {0xff0c, 0xff0c}, {0xff1b, 0xff1b}, {0xff3b, 0xff3b},
                                         {0xff3d, 0xff3d}, {0xff5b, 0xff5d}, {0xab, 0xab},     {0xbb, 0xbb}};
    return c == '"' || c == '<' || c == '>' || c == '`' || in_ranges(c, ranges, ARRAY_LEN(ranges));
}

/* Letters with marks, and marks that follow their letter. */
static bool is_latin(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x24f}, {0x300, 0x36f}, {0x1e00, 0x1eff}};
    return in_ranges(c, ranges, ARRAY_LEN(ranges));
}

/* The hyphens and the en dash: not the em dash, which parts sentences. */
static bool is_dash(uint32_t c)
{
    return c >= 0x2010 && c <= 0x2013;
}

static uint32_t fold(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e) {
        return c - 0xff01 + '!';
    }
    return c == 0x3002 || c == 0xff61 ? '.' : c; /* ideographic full stops, which IDNA takes for dots too */
}

static bool is_alpha(uint32_t c)
{
    c |= 0x20;
    return c >= 'a' && c <= 'z';
}

static bool is_word(uint32_t c)
{
    return is_alpha(c) || (c >= '0' && c <= '9');
}

/* ---- a walk over the text ---- */

struct walk {
    str text;
    size_t at;
    bool wide; /* a full-width character was read as its usual one */
};

/* The character at hand, folded; its length, 0 at the end or where the text is no UTF-8. */
static size_t peek(struct walk *self, uint32_t *c)
{
    uint32_t raw = 0;
    size_t len = utf8_decode(self->text, self->at, &raw);
    *c = len > 0 ? fold(raw) : 0;
    return len;
}

static uint32_t take(struct walk *self)
{
    uint32_t c, raw = 0;
    size_t len = peek(self, &c);
    utf8_decode(self->text, self->at, &raw);
    self->wide = self->wide || (len > 0 && raw != c);
    self->at += len > 0 ? len : self->at < self->text.len;
    return c;
}

/* ---- where it begins ---- */

struct start {
    size_t at, body; /* of the scheme, or of the host where there is none; of what stands behind "://" */
    char scheme[SCHEME_MAX + 1];
    bool bare, repaired, wide;
};

/* Slashes of any make; how many. */
static unsigned take_slashes(struct walk *walk)
{
    uint32_t c;
    unsigned count = 0;
    while (count < 3 && peek(walk, &c) > 0 && (c == '/' || c == '\\')) {
        take(walk);
        count++;
    }
    return count;
}

/* "https://", and what it becomes: "https:/", "https;//", "https//", "https:\\". Other schemes only as they should be.
 */
static bool take_separator(struct walk *walk, bool web, bool *repaired)
{
    uint32_t c;
    size_t from = walk->at;
    bool colon = peek(walk, &c) > 0 && (c == ':' || (web && c == ';'));
    if (colon) {
        take(walk);
    }
    unsigned slashes = take_slashes(walk);
    bool right = str_starts(str_from(walk->text, from), STR("://")) && slashes == 2;
    *repaired = !right && !walk->wide;
    return right || (slashes > 0 && (colon || slashes > 1) && (web || walk->wide));
}

static bool is_web(const char *scheme)
{
    return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
}

static bool scheme_at(str text, size_t at, struct start *out)
{
    struct walk walk = {.text = text, .at = at};
    uint32_t c;
    size_t len = 0;
    *out = (struct start){.at = at};
    while (len < SCHEME_MAX && peek(&walk, &c) > 0 && (is_word(c) || (len > 0 && (c == '+' || c == '-' || c == '.')))) {
        c = take(&walk);
        out->scheme[len++] = (char)(is_alpha(c) ? c | 0x20 : c);
    }
    if (len < 2 || !is_alpha((uint32_t)out->scheme[0])) {
        return false;
    }
    bool found = take_separator(&walk, is_web(out->scheme), &out->repaired);
    out->body = walk.at;
    out->wide = walk.wide;
    return found && peek(&walk, &c) > 0 && !is_blank(c) && !is_end_mark(c);
}

/* "http://https://…": who pastes behind what a form offers already. */
static void skip_doubled(str text, struct start *self)
{
    struct start inner;
    while (is_web(self->scheme) && scheme_at(text, self->body, &inner) && is_web(inner.scheme)) {
        inner.at = self->at;
        inner.repaired = true;
        *self = inner;
    }
}

/* Letters in front belong to a scheme, unless it is one of those that every address has. */
static bool find_scheme(str text, size_t from, struct start *out)
{
    bool inside = false;
    for (size_t at = from; at < text.len;) {
        struct walk walk = {.text = text, .at = at};
        uint32_t c = take(&walk);
        bool web = (c | 0x20) == 'h';
        if (is_alpha(c) && (!inside || web) && scheme_at(text, at, out) && (!inside || is_web(out->scheme))) {
            skip_doubled(text, out);
            return true;
        }
        inside = is_word(c) || c == '+' || c == '-' || c == '.';
        at = walk.at;
    }
    return false;
}

/* Ends that stand for an address even where no path follows. */
static bool is_common_ending(str label)
{
    static const str endings[] = {
        STR_INIT("com"),  STR_INIT("cn"),   STR_INIT("net"),  STR_INIT("org"),    STR_INIT("io"),   STR_INIT("co"),
        STR_INIT("cc"),   STR_INIT("me"),   STR_INIT("top"),  STR_INIT("xyz"),    STR_INIT("shop"), STR_INIT("vip"),
        STR_INIT("tv"),   STR_INIT("app"),  STR_INIT("dev"),  STR_INIT("link"),   STR_INIT("site"), STR_INIT("store"),
        STR_INIT("club"), STR_INIT("tech"), STR_INIT("info"), STR_INIT("online"), STR_INIT("hk"),   STR_INIT("tw"),
    };
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (str_ieq(label, endings[i])) {
            return true;
        }
    }
    return false;
}

/* A host in Latin letters at `at`: "www.…", one that a path follows, or one with an ending that everybody knows. */
static bool host_at(str text, size_t at, size_t *end)
{
    size_t i = at, dot = 0, dots = 0;
    while (i < text.len && (is_word((unsigned char)text.ptr[i]) || text.ptr[i] == '-' || text.ptr[i] == '.')) {
        dots += text.ptr[i] == '.';
        dot = text.ptr[i] == '.' && i + 1 < text.len && is_alpha((unsigned char)text.ptr[i + 1]) ? i : dot;
        i++;
    }
    *end = i;
    str label = str_slice(text, dot + 1, i);
    while (label.len > 0 && !is_alpha((unsigned char)label.ptr[label.len - 1])) {
        label.len--;
    }
    if (dots == 0 || dot <= at || label.len < 2) {
        return false;
    }
    bool path = i < text.len && text.ptr[i] == '/';
    return path || is_common_ending(label) || str_istarts(str_slice(text, at, i), STR("www."));
}

static bool find_host(str text, struct start *out)
{
    size_t end;
    for (size_t at = 0; at<text.len; at = end> at ? end : at + 1) {
        end = at;
        bool mail = at > 0 && (text.ptr[at - 1] == '@' || text.ptr[at - 1] == '/' || text.ptr[at - 1] == '\\');
        if (is_word((unsigned char)text.ptr[at]) && host_at(text, at, &end) && !mail &&
            !(end < text.len && text.ptr[end] == '@')) {
            *out = (struct start){.at = at, .body = at, .scheme = "https", .bare = true};
            return true;
        }
    }
    return false;
}

/* ---- where it ends ---- */

struct extent {
    struct walk walk;
    struct buf *out;
    size_t body;     /* where in `out` the host begins */
    bool in_host;    /* not yet at the path */
    bool label_wide; /* the host's last label has other than Latin letters */
    bool joined, non_ascii;
};

static char last_of(const struct extent *self)
{
    return self->out->len > self->body ? self->out->ptr[self->out->len - 1] : '/';
}

/* A mark that also ends a sentence is part of the address only if that goes on behind it. */
static bool goes_on(const struct extent *self, size_t len)
{
    struct walk behind = self->walk;
    uint32_t c;
    behind.at += len;
    return peek(&behind, &c) > 0 && c < 0x80 && (is_word(c) || strchr("/=&%_-", (int)c));
}

static bool takes_wide(const struct extent *self, uint32_t raw, size_t len)
{
    char last = last_of(self);
    if (is_latin(raw) || (is_dash(raw) && is_word((unsigned char)last) && goes_on(self, len))) {
        return true;
    }
    if (raw == fold(raw)) {
        bool word = self->in_host ? self->label_wide || last == '.' || self->out->len == self->body
                                  : (last & 0x80) != 0 || strchr("/=&?#-_+%.,:~", last);
        return word;
    }
    uint32_t c = fold(raw);
    return is_word(c) || ((raw != 0x3002 || self->in_host) && goes_on(self, len));
}

/* An address that a mail program has broken goes on in the next line; only behind what cannot be its end. */
static bool join_line(struct extent *self)
{
    size_t at = self->walk.at;
    str text = self->walk.text;
    while (at < text.len && (text.ptr[at] == '\r' || text.ptr[at] == '\n')) {
        at++;
    }
    str rest = str_from(text, at);
    bool open = self->out->len > self->body && strchr("&=?%", last_of(self));
    if (at == self->walk.at || at - self->walk.at > 2 || !open || rest.len == 0 ||
        !is_word((unsigned char)rest.ptr[0]) || str_istarts(rest, STR("http"))) {
        return false;
    }
    self->walk.at = at;
    self->joined = true;
    return true;
}

static bool take_one(struct extent *self)
{
    uint32_t raw = 0;
    size_t len = utf8_decode(self->walk.text, self->walk.at, &raw);
    if (len == 0 || is_end_mark(raw) || is_end_mark(fold(raw))) {
        return false;
    }
    if (is_blank(raw)) {
        return join_line(self);
    }
    if (raw >= 0x80 && !takes_wide(self, raw, len)) {
        return false;
    }
    bool ascii = fold(raw) < 0x80;
    uint32_t c = take(&self->walk);
    self->in_host = self->in_host && !(ascii && strchr("/?#", (int)c));
    self->label_wide = ascii ? self->label_wide && c != '.' : true;
    self->non_ascii = self->non_ascii || !ascii;
    if (ascii) {
        buf_add_char(self->out, (char)c);
    } else {
        buf_add(self->out, str_slice(self->walk.text, self->walk.at - len, self->walk.at));
    }
    return true;
}

static size_t count_of(str text, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == c;
    }
    return count;
}

/* Stops of a sentence and brackets that were opened outside. */
static bool trim_end(struct extent *self)
{
    static const char pairs[] = ")(][}{";
    size_t before = self->out->len;
    for (;;) {
        str url = str_from(buf_str(self->out), self->body);
        char last = url.len > 0 ? url.ptr[url.len - 1] : '\0';
        const char *pair = last ? strchr(pairs, last) : NULL;
        bool closing = pair && (pair - pairs) % 2 == 0 && count_of(url, last) > count_of(url, pair[1]);
        if (url.len < 2 || !(closing || strchr(".,;:!?'*", last))) {
            return self->out->len != before;
        }
        self->out->len--;
    }
}

static bool decode_entities(struct buf *out, size_t from)
{
    size_t to = from, len = out->len;
    for (size_t at = from; at < len; to++) {
        bool entity = len - at >= 5 && memcmp(out->ptr + at, "&amp;", 5) == 0;
        out->ptr[to] = out->ptr[at];
        at += entity ? 5 : 1;
    }
    out->len = to;
    return to != len;
}

/* ---- all of it ---- */

static bool remove_invisible(str text, struct buf *out)
{
    uint32_t c;
    for (size_t at = 0, len; at < text.len; at += len) {
        len = utf8_decode(text, at, &c);
        if (len == 0) {
            len = 1;
            c = 0;
        }
        if (!is_invisible(c)) {
            buf_add(out, str_slice(text, at, at + len));
        }
    }
    return out->len != text.len;
}

static bool has_words(str text)
{
    uint32_t c;
    for (size_t at = 0, len; at < text.len; at += len) {
        len = utf8_decode(text, at, &c);
        if (len == 0 || !is_blank(c)) {
            return true;
        }
        len = len > 0 ? len : 1;
    }
    return false;
}

static void read_extent(str text, const struct start *start, struct buf *out, struct paste *found)
{
    size_t from = out->len;
    struct start more;
    buf_addf(out, "%s://", start->scheme);
    struct extent extent = {.walk = {.text = text, .at = start->body}, .out = out, .body = out->len, .in_host = true};
    while (!out->overflow && take_one(&extent)) {
    }
    bool words = has_words(str_slice(text, 0, start->at)) || has_words(str_from(text, extent.walk.at));
    found->changes |= words ? BIT(TEXT_REMOVED) : 0;
    found->changes |= start->wide || extent.walk.wide ? BIT(FULL_WIDTH) : 0;
    found->changes |= start->bare ? BIT(SCHEME_ADDED) : 0;
    found->changes |= start->repaired ? BIT(SCHEME_REPAIRED) : 0;
    found->changes |= extent.joined ? BIT(LINE_JOINED) : 0;
    found->changes |= decode_entities(out, from) ? BIT(ENTITIES_DECODED) : 0;
    found->changes |= trim_end(&extent) ? BIT(PUNCTUATION_REMOVED) : 0;
    found->notes |= extent.non_ascii ? BIT(NON_ASCII) : 0;
    found->notes |= find_scheme(text, extent.walk.at, &more) ? BIT(SEVERAL) : 0;
}

bool paste_find_url(str text, struct buf *out, struct paste *found)
{
    struct buf clean;
    struct start start;
    size_t before = out->len;
    *found = (struct paste){0};
    text = utf8_cut(text, PASTE_TEXT_MAX);
    buf_init_heap(&clean, PASTE_TEXT_MAX + 1);
    bool invisible = remove_invisible(text, &clean);
    str cleaned = buf_str(&clean);
    bool any = find_scheme(cleaned, 0, &start) || find_host(cleaned, &start);
    if (any) {
        read_extent(cleaned, &start, out, found);
        found->changes |= invisible ? BIT(INVISIBLE_REMOVED) : 0;
        found->notes |= paste_url_notes(str_from(buf_str(out), before));
    }
    buf_done(&clean);
    return any;
}
