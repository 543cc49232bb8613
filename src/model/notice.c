/* SPDX-License-Identifier: MIT */
#include "linkpond/model/notice.h"

#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

static const struct {
    str name;
    bool urgent;
    const char *en, *zh;
} kinds[NOTICE_KINDS] = {
#define NOTICE_ROW(constant, name, urgent, en, zh) {STR_INIT(name), urgent, en, zh},
    NOTICE_TABLE(NOTICE_ROW)
#undef NOTICE_ROW
};
static const struct {
    const char *name;
    enum fact_type type;
    const char *en, *zh;
} names[NOTICE_FACT_NAMES] = {
#define NOTICE_FACT_ROW(constant, name, type, en, zh) {name, NOTICE_FACT_TYPE_##type, en, zh},
    NOTICE_FACT_TABLE(NOTICE_FACT_ROW)
#undef NOTICE_FACT_ROW
};

str notice_name(enum notice_kind kind)
{
    return kinds[kind].name;
}

bool notice_find(str name, enum notice_kind *out)
{
    for (int i = 0; i < NOTICE_KINDS; i++) {
        if (str_eq(name, kinds[i].name)) {
            *out = (enum notice_kind)i;
            return true;
        }
    }
    return false;
}

bool notice_urgent(enum notice_kind kind)
{
    return kinds[kind].urgent;
}

str notice_title(enum notice_kind kind, bool chinese)
{
    return str_from_c(chinese ? kinds[kind].zh : kinds[kind].en);
}

bool notice_is_chosen(enum notice_kind kind)
{
    return kind != NOTICE_TEST && kind != NOTICE_DIGEST;
}

enum fact_type fact_type(enum fact_name name)
{
    return names[name].type;
}

void notice_put_text(struct notice *self, enum fact_name name, str text)
{
    BUG_ON(names[name].type != NOTICE_FACT_TYPE_TEXT);
    self->facts[name] = (struct fact){.set = text.len > 0, .text = text};
}

void notice_put_number(struct notice *self, enum fact_name name, int64_t number)
{
    BUG_ON(names[name].type != NOTICE_FACT_TYPE_NUMBER);
    self->facts[name] = (struct fact){.set = true, .number = number};
}

void notice_put_time(struct notice *self, enum fact_name name, int64_t ms)
{
    BUG_ON(names[name].type != NOTICE_FACT_TYPE_TIME);
    self->facts[name] = (struct fact){.set = ms != INT64_MIN, .number = ms};
}

/* ---- as JSON ---- */

static void pack(const struct notice *self, size_t text_max, struct buf *out)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_object(&json);
    for (int i = 0; i < NOTICE_FACT_NAMES; i++) {
        const struct fact *fact = &self->facts[i];
        if (!fact->set) {
            continue;
        }
        if (names[i].type == NOTICE_FACT_TYPE_TEXT) {
            json_put_str(&json, names[i].name, utf8_cut(fact->text, text_max));
        } else if (names[i].type == NOTICE_FACT_TYPE_TIME) {
            json_put_time(&json, names[i].name, fact->number);
        } else {
            json_put_i64(&json, names[i].name, fact->number);
        }
    }
    json_object_end(&json);
}

/* Texts that are all escapes take six bytes for one; then there is less of them. */
void notice_pack(const struct notice *self, struct buf *out)
{
    size_t before = out->len;

    for (size_t text_max = LIMIT_NOTICE_TEXT; text_max >= 64; text_max /= 2) {
        out->len = before;
        pack(self, text_max, out);
        if (out->len - before <= NOTICE_PACKED_MAX) {
            return;
        }
    }
}

static void unpack_fact(struct notice *out, enum fact_name name, const struct json *value)
{
    int64_t ms;

    if (names[name].type == NOTICE_FACT_TYPE_TEXT && value->type == JSON_STRING) {
        notice_put_text(out, name, value->string);
    } else if (names[name].type == NOTICE_FACT_TYPE_NUMBER && value->type == JSON_INT) {
        notice_put_number(out, name, value->integer);
    } else if (names[name].type == NOTICE_FACT_TYPE_TIME && value->type == JSON_STRING &&
               timestamp_parse(value->string, &ms)) {
        notice_put_time(out, name, ms);
    }
}

enum err notice_unpack(struct arena *arena, str packed, struct notice *out)
{
    struct json *object = NULL;
    enum err err = json_parse(arena, packed, &object, NULL);

    if (err) {
        return err == ERR_MALFORMED ? ERR_CORRUPT : err;
    }
    memset(out->facts, 0, sizeof out->facts);
    for (int i = 0; i < NOTICE_FACT_NAMES; i++) {
        const struct json *value = json_get(object, str_from_c(names[i].name));
        if (value) {
            unpack_fact(out, (enum fact_name)i, value);
        }
    }
    return OK;
}

/* ---- as text ---- */

static void add_plain(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool breaks = text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '\t';
        buf_add_char(out, breaks ? ' ' : text.ptr[i]);
    }
}

/* Marks that any of the chat programs might read: they are made of these. A backslash is not understood by all of them,
 * so such characters become their full-width likes, which no program reads as marks. */
static void add_markdown(struct buf *out, str text)
{
    static const struct {
        char mark;
        const char *harmless;
    } marks[] = {{'*', "＊"}, {'_', "＿"}, {'`', "｀"}, {'[', "［"}, {']', "］"}, {'<', "＜"},
                 {'>', "＞"}, {'#', "＃"}, {'!', "！"}, {'~', "～"}, {'@', "＠"}};

    for (size_t i = 0; i < text.len; i++) {
        const char *other = NULL;
        for (size_t m = 0; m < ARRAY_LEN(marks) && !other; m++) {
            other = text.ptr[i] == marks[m].mark ? marks[m].harmless : NULL;
        }
        if (other) {
            buf_add_c(out, other);
        } else {
            add_plain(out, str_slice(text, i, i + 1));
        }
    }
}

/* docs.slack.dev/messaging/formatting-message-text: these three are escaped, and nothing else. */
static void add_slack(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&' || c == '<' || c == '>') {
            buf_add_c(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
        } else {
            add_plain(out, str_slice(text, i, i + 1));
        }
    }
}

static void add_words(struct buf *out, str text, enum notice_form form)
{
    if (form == NOTICE_MARKDOWN) {
        add_markdown(out, text);
    } else if (form == NOTICE_SLACK) {
        add_slack(out, text);
    } else {
        add_plain(out, text);
    }
}

/* An address is not rewritten: it is ours, and it would lead nowhere. */
static void add_value(struct buf *out, const struct fact *fact, enum fact_name name, const struct zone *zone,
                      enum notice_form form)
{
    char text[TIMESTAMP_TEXT_MAX];

    if (names[name].type == NOTICE_FACT_TYPE_NUMBER) {
        buf_add_i64(out, fact->number);
    } else if (names[name].type == NOTICE_FACT_TYPE_TEXT) {
        add_words(out, fact->text, name == NOTICE_FACT_URL || name == NOTICE_FACT_LINK ? NOTICE_PLAIN : form);
    } else {
        str stamp = timestamp_offset(fact->number, zone_offset_s(zone, fact->number), text);
        buf_add(out, str_slice(stamp, 0, 10));
        buf_add_char(out, ' ');
        buf_add(out, str_slice(stamp, 11, 16));
    }
}

static void add_title(struct buf *out, str title, bool chinese, enum notice_form form)
{
    const char *bold = form == NOTICE_MARKDOWN ? "**" : form == NOTICE_SLACK ? "*" : "";

    buf_add_c(out, bold);
    buf_add_c(out, chinese ? "【链塘】" : "Linkpond: ");
    buf_add(out, title);
    buf_add_c(out, bold);
}

/* WeCom and DingTalk join lines of markdown that have no blank one between them. */
static const char *line_break(enum notice_form form)
{
    return form == NOTICE_MARKDOWN ? "\n\n" : "\n";
}

void notice_write(const struct notice *self, bool chinese, const struct zone *zone, enum notice_form form,
                  struct buf *out)
{
    add_title(out, notice_title(self->kind, chinese), chinese, form);
    if (self->subject.len > 0) {
        buf_add_c(out, line_break(form));
        add_words(out, self->subject, form);
    }
    for (int i = 0; i < NOTICE_FACT_NAMES; i++) {
        if (!self->facts[i].set) {
            continue;
        }
        buf_add_c(out, line_break(form));
        buf_add_c(out, chinese ? names[i].zh : names[i].en);
        buf_add_c(out, chinese ? "：" : ": ");
        add_value(out, &self->facts[i], (enum fact_name)i, zone, form);
    }
}

#define DIGEST_LINE_MAX 320

/* One line: time, title, subject, and what tells targets of one link apart. */
static str digest_line(const struct notice *self, bool chinese, const struct zone *zone, enum notice_form form,
                       char memory[DIGEST_LINE_MAX * 4])
{
    struct buf line;
    struct fact when = {.set = true, .number = self->time_ms};

    buf_init_fixed(&line, memory, DIGEST_LINE_MAX * 4);
    buf_add_c(&line, line_break(form));
    buf_add_c(&line, "· ");
    add_value(&line, &when, NOTICE_FACT_SINCE, zone, form);
    buf_add_char(&line, ' ');
    buf_add(&line, notice_title(self->kind, chinese));
    buf_add_c(&line, chinese ? "：" : ": ");
    add_words(&line, utf8_cut(self->subject, 90), form);
    if (self->facts[NOTICE_FACT_TARGET].set) {
        buf_add_c(&line, " / ");
        add_words(&line, utf8_cut(self->facts[NOTICE_FACT_TARGET].text, 60), form);
    }
    return utf8_cut(buf_str(&line), DIGEST_LINE_MAX);
}

size_t notice_digest(const struct notice *notices, size_t count, size_t total, bool chinese, const struct zone *zone,
                     enum notice_form form, size_t bytes_max, struct buf *out)
{
    char memory[DIGEST_LINE_MAX * 4], title[64];
    size_t before = out->len, done = 0;

    snprintf(title, sizeof title, chinese ? "%zu 条通知" : "%zu notices", total);
    add_title(out, str_from_c(title), chinese, form);
    for (; done < count; done++) {
        str line = digest_line(&notices[done], chinese, zone, form, memory);
        size_t room = bytes_max > out->len - before ? bytes_max - (out->len - before) : 0;
        if (line.len > room && done > 0) {
            break;
        }
        buf_add(out, utf8_cut(line, room));
    }
    return done;
}
