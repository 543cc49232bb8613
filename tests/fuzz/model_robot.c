/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/utf8.h"
#include "linkpond/model/robot.h"

/*
 * Input: kind, language, form, status / 4, then a text. As an answer it is judged: there is an error exactly when it
 * was not sent, of one line of whole characters, and no wait is longer than a day. As what people wrote it is told: the
 * body is JSON within the vendor's bound, and its text within the vendor's limit.
 */
#define HEAD 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(enum robot_kind kind, bool chinese, int status, str body)
{
    struct robot_judgement out;

    robot_judge(kind, &(struct robot_answer){.status = status, .body = body, .retry_after_s = (int64_t)body.len << 8},
                chinese, &out);
    str error = {out.error, strnlen(out.error, sizeof out.error)};
    BUG_ON(error.len == sizeof out.error);
    BUG_ON((error.len == 0) != (out.verdict == ROBOT_SENT));
    BUG_ON(!utf8_valid(error) || utf8_has_control(error));
    BUG_ON(out.wait_ms < 0 || out.wait_ms > MS_PER_DAY);
}

static str content_of(const struct json *body)
{
    const struct json *inner = json_get(body, STR("text"));

    inner = inner ? inner : json_get(body, STR("markdown"));
    inner = inner ? inner : json_get(body, STR("content"));
    if (inner && inner->type == JSON_STRING) {
        return inner->string;
    }
    const struct json *content = json_get(inner, STR("content"));
    content = content ? content : json_get(inner, STR("text"));
    BUG_ON(!content);
    return content->string;
}

static void check_body(const struct robot_letter *letter)
{
    const struct robot_traits *traits = robot_traits(letter->kind);
    struct robot_message message;
    struct json *body = NULL;
    struct arena arena;

    arena_init(&arena, (size_t)8 * 1024 * 1024);
    BUG_ON(robot_write(&arena, letter, &message) != OK);
    BUG_ON(message.body.len > traits->body_max);
    BUG_ON(json_parse(&arena, message.body, &body, NULL) != OK);
    if (traits->chat) {
        bool marked = letter->markdown && traits->markdown_max > 0;
        BUG_ON(content_of(body).len > (marked ? traits->markdown_max : traits->text_max));
    }
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char clean[65536];
    struct notice notices[3] = {{.kind = NOTICE_TARGET_FULL}, {.kind = NOTICE_DISK}, {.kind = NOTICE_POOL_EMPTY}};
    struct buf text;

    if (size < HEAD || size > sizeof clean / 4) {
        return 0;
    }
    enum robot_kind kind = (enum robot_kind)(data[0] % ROBOT_KINDS);
    str rest = {(const char *)data + HEAD, size - HEAD};
    check_answer(kind, data[1] & 1, data[3] * 4, rest);

    buf_init_fixed(&text, clean, sizeof clean);
    utf8_repair(&text, rest);
    notices[0].subject = utf8_cut(buf_str(&text), 512);
    notice_put_text(&notices[0], NOTICE_FACT_TARGET, buf_str(&text));
    notice_put_text(&notices[0], NOTICE_FACT_DETAIL, buf_str(&text));
    notices[2].subject = notices[0].subject;
    struct robot_letter letter = {
        .kind = kind,
        .chinese = data[1] & 1,
        .markdown = data[2] & 1,
        .zone = zone_find(STR("UTC")),
        .url = STR("https://robot.example.com/"),
        .secret = kind == ROBOT_WEBHOOK ? STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") : STR("SEC0123"),
        .id = STR("msg_1"),
        .now_ms = 1700000000000,
        .notices = notices,
        .count = kind != ROBOT_WEBHOOK && data[2] & 2 ? 3 : 1,
    };
    check_body(&letter);
    return 0;
}
