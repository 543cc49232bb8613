/* SPDX-License-Identifier: MIT */
/* What is posted to each kind of robot. */
#include "linkpond/model/robot.h"

#include "linkpond/base/base64.h"
#include "linkpond/base/utf8.h"

#include "linkpond/base/percent.h"

#define TEXT_MAX ((size_t)1024 * 1024) /* before it is cut */

static const str kind_names[ROBOT_KINDS] = {
    [ROBOT_WECOM] = STR_INIT("wecom"), [ROBOT_DINGTALK] = STR_INIT("dingtalk"), [ROBOT_FEISHU] = STR_INIT("feishu"),
    [ROBOT_SLACK] = STR_INIT("slack"), [ROBOT_WEBHOOK] = STR_INIT("webhook"),
};

/* DingTalk and Slack say no number that could be relied on; theirs are larger than these. */
static const struct robot_traits traits[ROBOT_KINDS] = {
    [ROBOT_WECOM] = {.text_max = 2048, .markdown_max = 4096, .body_max = 32 * 1024, .chat = true},
    [ROBOT_DINGTALK] = {.text_max = 4000, .markdown_max = 4000, .body_max = 20000, .chat = true, .signs = true},
    [ROBOT_FEISHU] = {.text_max = 12000, .body_max = 20 * 1024, .chat = true, .signs = true},
    [ROBOT_SLACK] = {.text_max = 4000, .body_max = 32 * 1024, .chat = true},
    [ROBOT_WEBHOOK] = {.body_max = 20 * 1024, .signs = true, .makes_secret = true},
};

str robot_kind_name(enum robot_kind kind)
{
    return kind_names[kind];
}

bool robot_kind_find(str name, enum robot_kind *out)
{
    for (int i = 0; i < ROBOT_KINDS; i++) {
        if (str_eq(name, kind_names[i])) {
            *out = (enum robot_kind)i;
            return true;
        }
    }
    return false;
}

const struct robot_traits *robot_traits(enum robot_kind kind)
{
    return &traits[kind];
}

/* ---- texts ---- */

static enum notice_form form_of(enum robot_kind kind, bool markdown)
{
    return kind == ROBOT_SLACK                         ? NOTICE_SLACK
           : markdown && traits[kind].markdown_max > 0 ? NOTICE_MARKDOWN
                                                       : NOTICE_PLAIN;
}

static size_t content_max(enum robot_kind kind, enum notice_form form)
{
    return form == NOTICE_MARKDOWN ? traits[kind].markdown_max : traits[kind].text_max;
}

static void write_content(const struct robot_letter *letter, enum notice_form form, size_t bytes_max, struct buf *out)
{
    if (letter->count == 1) {
        notice_write(&letter->notices[0], letter->chinese, letter->zone, form, out);
    } else {
        notice_digest(letter->notices, letter->count, letter->count, letter->chinese, letter->zone, form, bytes_max,
                      out);
    }
}

/* Cut at a character, and one can see that it was. */
static str cut(struct arena *arena, str content, size_t bytes_max)
{
    if (content.len <= bytes_max) {
        return content;
    }
    str head = utf8_cut(content, bytes_max > 3 ? bytes_max - 3 : 0);
    return arena_f(arena, STR_FMT "…", STR_ARG(head));
}

/* ---- bodies ---- */

static void put_typed(struct json_writer *json, const char *type, const char *name, str content)
{
    json_put_str(json, "msgtype", str_from_c(type));
    json_name(json, type);
    json_object(json);
    json_put_str(json, name, content);
    json_object_end(json);
}

static void write_dingtalk(struct json_writer *json, const struct robot_letter *letter, bool markdown, str content)
{
    if (!markdown) {
        put_typed(json, "text", "content", content);
        return;
    }
    json_put_str(json, "msgtype", STR("markdown"));
    json_name(json, "markdown");
    json_object(json);
    json_put_str(json, "title",
                 notice_title(letter->count > 1 ? NOTICE_DIGEST : letter->notices[0].kind, letter->chinese));
    json_put_str(json, "text", content);
    json_object_end(json);
}

static void write_feishu(struct json_writer *json, const struct robot_letter *letter, str content)
{
    char sign[ROBOT_SIGNATURE_MAX], seconds[32];
    int64_t now_s = letter->now_ms / MS_PER_SECOND;

    if (letter->secret.len > 0) {
        snprintf(seconds, sizeof seconds, "%lld", (long long)now_s);
        json_put_str(json, "timestamp", str_from_c(seconds));
        json_put_str(json, "sign", robot_sign_feishu(letter->secret, now_s, sign));
    }
    json_put_str(json, "msg_type", STR("text"));
    json_name(json, "content");
    json_object(json);
    json_put_str(json, "text", content);
    json_object_end(json);
}

static void write_chat(const struct robot_letter *letter, bool markdown, str content, struct buf *out)
{
    struct json_writer json;

    buf_reset(out);
    json_writer_init(&json, out);
    json_object(&json);
    if (letter->kind == ROBOT_WECOM) {
        put_typed(&json, markdown ? "markdown" : "text", "content", content);
    } else if (letter->kind == ROBOT_DINGTALK) {
        write_dingtalk(&json, letter, markdown, content);
    } else if (letter->kind == ROBOT_FEISHU) {
        write_feishu(&json, letter, content);
    } else {
        json_put_str(&json, "text", content);
    }
    json_object_end(&json);
}

/* What is escaped is longer than it was: a body that is too long for that is made again of less, in proportion. */
static enum err chat_body(struct arena *arena, const struct robot_letter *letter, struct robot_message *out)
{
    enum notice_form form = form_of(letter->kind, letter->markdown);
    size_t bytes_max = content_max(letter->kind, form);
    struct buf text, body;

    buf_init_heap(&text, TEXT_MAX);
    buf_init_heap(&body, TEXT_MAX);
    write_content(letter, form, bytes_max, &text);
    str content = cut(arena, buf_str(&text), bytes_max);
    write_chat(letter, form == NOTICE_MARKDOWN, content, &body);
    while (body.len > traits[letter->kind].body_max && content.len > 0) {
        content = cut(arena, content, content.len * traits[letter->kind].body_max / body.len * 9 / 10);
        write_chat(letter, form == NOTICE_MARKDOWN, content, &body);
    }
    bool overflow = text.overflow || body.overflow;
    out->body = arena_str(arena, buf_str(&body));
    buf_done(&text);
    buf_done(&body);
    return overflow || arena->overflow ? ERR_NOMEM : OK;
}

static void write_event(const struct robot_letter *letter, struct buf *out)
{
    const struct notice *notice = &letter->notices[0];
    struct json_writer json;
    char facts[NOTICE_PACKED_MAX + 1];
    struct buf packed;

    buf_init_fixed(&packed, facts, sizeof facts);
    notice_pack(notice, &packed);
    json_writer_init(&json, out);
    json_object(&json);
    json_put_str(&json, "type", notice_name(notice->kind));
    json_put_time(&json, "timestamp", notice->time_ms);
    json_name(&json, "data");
    json_object(&json);
    json_put_str(&json, "subject", notice->subject);
    json_put_str(&json, "title", notice_title(notice->kind, letter->chinese));
    json_put_bool(&json, "urgent", notice_urgent(notice->kind));
    json_name(&json, "facts");
    json_raw(&json, buf_str(&packed));
    json_object_end(&json);
    json_object_end(&json);
}

static void add_header(struct robot_message *out, const char *name, str value)
{
    BUG_ON(out->headers_count == ARRAY_LEN(out->headers));
    out->headers[out->headers_count++] = (struct robot_header){name, value};
}

/* During rotation both secrets sign, so a receiver may take up the new one when it likes. */
static void sign_event(struct arena *arena, const struct robot_letter *letter, struct robot_message *out)
{
    char one[ROBOT_SIGNATURE_MAX], two[ROBOT_SIGNATURE_MAX];
    int64_t now_s = letter->now_ms / MS_PER_SECOND;

    add_header(out, "webhook-id", arena_str(arena, letter->id));
    add_header(out, "webhook-timestamp", arena_f(arena, "%lld", (long long)now_s));
    if (letter->secret.len == 0) {
        return;
    }
    str now = robot_sign_webhook(letter->secret, letter->id, now_s, out->body, one);
    str before = letter->secret_before.len > 0
                     ? robot_sign_webhook(letter->secret_before, letter->id, now_s, out->body, two)
                     : (str){0};
    add_header(out, "webhook-signature",
               before.len > 0 ? arena_f(arena, STR_FMT " " STR_FMT, STR_ARG(now), STR_ARG(before))
                              : arena_str(arena, now));
}

static enum err event_body(struct arena *arena, const struct robot_letter *letter, struct robot_message *out)
{
    struct buf body;

    buf_init_heap(&body, traits[ROBOT_WEBHOOK].body_max);
    write_event(letter, &body);
    bool overflow = body.overflow;
    out->body = arena_str(arena, buf_str(&body));
    buf_done(&body);
    if (overflow || arena->overflow) {
        return overflow ? ERR_TOO_LARGE : ERR_NOMEM;
    }
    sign_event(arena, letter, out);
    return arena->overflow ? ERR_NOMEM : OK;
}

static str dingtalk_url(struct arena *arena, const struct robot_letter *letter)
{
    char sign[ROBOT_SIGNATURE_MAX], memory[ROBOT_SIGNATURE_MAX * 3];
    struct buf encoded;

    if (letter->secret.len == 0) {
        return letter->url;
    }
    buf_init_fixed(&encoded, memory, sizeof memory);
    percent_encode(&encoded, robot_sign_dingtalk(letter->secret, letter->now_ms, sign));
    return arena_f(arena, STR_FMT "%ctimestamp=%lld&sign=" STR_FMT, STR_ARG(letter->url),
                   str_find_char(letter->url, '?', 0) < 0 ? '?' : '&', (long long)letter->now_ms,
                   STR_ARG(buf_str(&encoded)));
}

enum err robot_write(struct arena *arena, const struct robot_letter *letter, struct robot_message *out)
{
    struct robot_message message = {.url = letter->url};

    BUG_ON(letter->count == 0);
    if (letter->kind == ROBOT_DINGTALK) {
        message.url = dingtalk_url(arena, letter);
    }
    add_header(&message, "Content-Type", STR("application/json; charset=utf-8"));
    enum err err =
        letter->kind == ROBOT_WEBHOOK ? event_body(arena, letter, &message) : chat_body(arena, letter, &message);
    if (!err) {
        *out = message;
    }
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}

/* A quarter is left free, so that it still holds them when its robot's language is another one meanwhile. */
size_t robot_digest_holds(enum robot_kind kind, bool markdown, bool chinese, const struct zone *zone,
                          const struct notice *notices, size_t count)
{
    enum notice_form form = form_of(kind, markdown);
    struct buf text;

    buf_init_heap(&text, TEXT_MAX);
    size_t held = notice_digest(notices, count, count, chinese, zone, form, content_max(kind, form) / 4 * 3, &text);
    buf_done(&text);
    return held;
}
