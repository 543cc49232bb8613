/* SPDX-License-Identifier: MIT */
/* Goal: each kind of robot gets the body, the limits and the signature its vendor demands, and an answer is judged by
 * what it says, not by its 200. */
#include "assert_str.h"

#include "linkpond/model/robot.h"

#define SW_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static int set_up(void **state)
{
    struct arena *arena = calloc(1, sizeof *arena);

    arena_init(arena, 4 * 1024 * 1024);
    *state = arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_done(*state);
    free(*state);
    return 0;
}

/* ---- signatures: the vectors of Standard Webhooks' own tests, and of the vendors' formulas computed elsewhere */

static void sign__gives_the_vendors_signatures(void **state)
{
    char out[ROBOT_SIGNATURE_MAX];

    (void)state;
    assert_str_same(robot_sign_webhook(STR(SW_SECRET), STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                                       STR("{\"test\": 2432232314}"), out),
                    STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    assert_str_same(robot_sign_dingtalk(STR("SEC0123456789abcdef"), 1700000000000, out),
                    STR("TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk="));
    assert_str_same(robot_sign_feishu(STR("feishu-test-secret"), 1700000000, out),
                    STR("e3MJ8Q5llVxGJ8pVkGPBhexDAgjvYqpjPP1GkY9XceI="));
    assert_int_equal(robot_sign_webhook(STR("not one"), STR("msg_1"), 1, STR(""), out).len, 0);
}

static void secret__is_checked_by_kind(void **state)
{
    struct fault fault = {0};
    uint8_t entropy[32] = {7};
    char made[ROBOT_SECRET_MAX];

    (void)state;
    robot_secret_make(entropy, made);
    assert_int_equal(robot_secret_check(ROBOT_WEBHOOK, str_from_c(made), &fault), OK);
    assert_int_equal(robot_secret_check(ROBOT_WEBHOOK, STR(SW_SECRET), &fault), OK);
    assert_int_equal(robot_secret_check(ROBOT_WEBHOOK, STR("whsec_c2hvcnQ="), &fault), ERR_INVALID);
    assert_int_equal(robot_secret_check(ROBOT_WEBHOOK, STR("SEC0123456789abcdef"), &fault), ERR_INVALID);
    assert_int_equal(robot_secret_check(ROBOT_DINGTALK, STR("SEC0123456789abcdef"), &fault), OK);
    assert_int_equal(robot_secret_check(ROBOT_DINGTALK, STR("0123456789abcdef"), &fault), ERR_INVALID);
    assert_int_equal(robot_secret_check(ROBOT_FEISHU, STR("anything"), &fault), OK);
    assert_int_equal(robot_secret_check(ROBOT_WECOM, STR("anything"), &fault), ERR_INVALID);
}

/* ---- bodies */

static struct robot_message message_of(struct arena *arena, struct robot_letter letter)
{
    struct robot_message out = {0};

    letter.zone = zone_find(STR("Asia/Shanghai"));
    letter.now_ms = letter.now_ms ? letter.now_ms : 1700000000000;
    letter.url = letter.url.len ? letter.url : STR("https://robot.example.com/send?key=k");
    assert_int_equal(robot_write(arena, &letter, &out), OK);
    return out;
}

static const struct notice test_notice = {.kind = NOTICE_TEST, .subject = STR_INIT("群"), .time_ms = 1700000000000};

static void body__is_each_vendors_own(void **state)
{
    struct robot_letter letter = {.chinese = true, .notices = &test_notice, .count = 1};

    letter.kind = ROBOT_WECOM;
    assert_str_same(message_of(*state, letter).body,
                    STR("{\"msgtype\":\"text\",\"text\":{\"content\":\"【链塘】机器人已接通\\n群\"}}"));
    letter.markdown = true;
    assert_str_same(message_of(*state, letter).body,
                    STR("{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"**【链塘】机器人已接通**\\n\\n群\"}}"));
    letter.kind = ROBOT_DINGTALK;
    assert_str_same(message_of(*state, letter).body,
                    STR("{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"机器人已接通\","
                        "\"text\":\"**【链塘】机器人已接通**\\n\\n群\"}}"));
    letter.kind = ROBOT_FEISHU;
    letter.secret = STR("feishu-test-secret");
    assert_str_same(message_of(*state, letter).body,
                    STR("{\"timestamp\":\"1700000000\",\"sign\":\"e3MJ8Q5llVxGJ8pVkGPBhexDAgjvYqpjPP1GkY9XceI=\","
                        "\"msg_type\":\"text\",\"content\":{\"text\":\"【链塘】机器人已接通\\n群\"}}"));
    letter.kind = ROBOT_SLACK;
    assert_str_same(message_of(*state, letter).body, STR("{\"text\":\"*【链塘】机器人已接通*\\n群\"}"));
}

static void dingtalk__is_signed_in_the_address(void **state)
{
    struct robot_letter letter = {.kind = ROBOT_DINGTALK,
                                  .secret = STR("SEC0123456789abcdef"),
                                  .url = STR("https://oapi.dingtalk.com/robot/send?access_token=T"),
                                  .notices = &test_notice,
                                  .count = 1};

    assert_str_same(message_of(*state, letter).url,
                    STR("https://oapi.dingtalk.com/robot/send?access_token=T&timestamp=1700000000000"
                        "&sign=TSZbRFUuvaSQaRKUpF970OPCb2%2FLcQAP3wOvwZIzBZk%3D"));
    letter.secret = (str){0};
    assert_str_same(message_of(*state, letter).url, letter.url);
}

static str header_of(const struct robot_message *message, const char *name)
{
    for (size_t i = 0; i < message->headers_count; i++) {
        if (strcmp(message->headers[i].name, name) == 0) {
            return message->headers[i].value;
        }
    }
    return (str){0};
}

static void webhook__carries_its_id_and_both_signatures_while_secrets_change(void **state)
{
    char one[ROBOT_SIGNATURE_MAX], two[ROBOT_SIGNATURE_MAX], both[2 * ROBOT_SIGNATURE_MAX + 1];
    uint8_t entropy[32] = {9};
    char fresh[ROBOT_SECRET_MAX];
    robot_secret_make(entropy, fresh);
    struct robot_letter letter = {.kind = ROBOT_WEBHOOK,
                                  .id = STR("msg_1"),
                                  .secret = str_from_c(fresh),
                                  .secret_before = STR(SW_SECRET),
                                  .notices = &test_notice,
                                  .count = 1};
    struct robot_message message = message_of(*state, letter);

    assert_str_same(message.body, STR("{\"type\":\"test\",\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"data\":{"
                                      "\"subject\":\"群\",\"title\":\"This robot works\",\"urgent\":true,"
                                      "\"facts\":{}}}"));
    assert_str_same(header_of(&message, "webhook-id"), STR("msg_1"));
    assert_str_same(header_of(&message, "webhook-timestamp"), STR("1700000000"));
    str a = robot_sign_webhook(letter.secret, letter.id, 1700000000, message.body, one);
    str b = robot_sign_webhook(letter.secret_before, letter.id, 1700000000, message.body, two);
    snprintf(both, sizeof both, STR_FMT " " STR_FMT, STR_ARG(a), STR_ARG(b));
    assert_str_same(header_of(&message, "webhook-signature"), str_from_c(both));
    letter.secret_before = (str){0};
    message = message_of(*state, letter);
    assert_str_same(header_of(&message, "webhook-signature"), a);
}

static size_t content_len(struct arena *arena, str body, const char *outer, const char *inner)
{
    struct json *json = NULL;

    assert_int_equal(json_parse(arena, body, &json, NULL), OK);
    const struct json *content = json_get(json_get(json, str_from_c(outer)), str_from_c(inner));
    assert_non_null(content);
    return content->string.len;
}

/* Texts of three-byte characters and of what is escaped: never over the limit, never half a character (json_parse
 * refuses those). */
static void body__is_cut_at_a_character_within_the_vendors_limit(void **state)
{
    static char much[60000];
    struct notice notice = {.kind = NOTICE_TEST};

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i + 3 <= sizeof much; i += 3) {
            memcpy(much + i, round ? "<<<" : "链", 3);
        }
        notice.subject = (str){much, sizeof much};
        struct robot_letter letter = {.kind = ROBOT_WECOM, .notices = &notice, .count = 1};
        assert_in_range(content_len(*state, message_of(*state, letter).body, "text", "content"), 2040, 2048);
        letter.markdown = true;
        assert_in_range(content_len(*state, message_of(*state, letter).body, "markdown", "content"), 4088, 4096);
        letter.kind = ROBOT_FEISHU;
        str body = message_of(*state, letter).body;
        assert_in_range(body.len, 10000, 20 * 1024);
        assert_true(content_len(*state, body, "content", "text") > 0);
        arena_reset(*state);
    }
}

static void digest__goes_out_with_every_notice_it_was_made_for(void **state)
{
    struct notice notices[60];
    const struct zone *zone = zone_find(STR("UTC"));

    for (size_t i = 0; i < ARRAY_LEN(notices); i++) {
        notices[i] = (struct notice){.kind = NOTICE_POOL_EMPTY, .subject = STR("一个名字很长的活码，写在很多海报上")};
    }
    for (int kind = 0; kind < ROBOT_WEBHOOK; kind++) {
        size_t held = robot_digest_holds((enum robot_kind)kind, false, true, zone, notices, ARRAY_LEN(notices));
        assert_true(held >= 10);
        struct robot_letter letter = {
            .kind = (enum robot_kind)kind, .chinese = false, .notices = notices, .count = held};
        str body = message_of(*state, letter).body;
        size_t lines = 0;
        for (ssize_t at = str_find(body, STR("·"), 0); at >= 0; at = str_find(body, STR("·"), (size_t)at + 1)) {
            lines++;
        }
        assert_int_equal(lines, held);
    }
}

/* ---- answers */

static void assert_judged(enum robot_kind kind, int status, const char *body, int64_t retry_after_s,
                          enum robot_verdict verdict, int64_t wait_ms)
{
    struct robot_judgement out;

    robot_judge(kind,
                &(struct robot_answer){.status = status, .body = str_from_c(body), .retry_after_s = retry_after_s},
                false, &out);
    if (out.verdict != verdict || out.wait_ms != wait_ms) {
        fail_msg("%d %s: %d, %lld ms: %s", status, body, out.verdict, (long long)out.wait_ms, out.error);
    }
    assert_int_equal(out.error[0] == '\0', verdict == ROBOT_SENT);
}

static void answer__of_200_may_be_a_refusal(void **state)
{
    (void)state;
    assert_judged(ROBOT_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", 0, ROBOT_SENT, 0);
    assert_judged(ROBOT_WECOM, 200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_WECOM, 200, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", 0, ROBOT_HELD, 60000);
    assert_judged(ROBOT_WECOM, 200, "<html>", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_WECOM, 200, "{\"errcode\":\"0\"}", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_WECOM, 200, "", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_DINGTALK, 200, "{\"errcode\":0}", 0, ROBOT_SENT, 0);
    assert_judged(ROBOT_DINGTALK, 200, "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", 0, ROBOT_HELD, 600000);
    assert_judged(ROBOT_DINGTALK, 200, "{\"errcode\":310000,\"errmsg\":\"keywords not in content\"}", 0, ROBOT_FAILED,
                  0);
    assert_judged(ROBOT_FEISHU, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}", 0, ROBOT_SENT, 0);
    assert_judged(ROBOT_FEISHU, 200, "{\"code\":11232,\"msg\":\"frequency limited\"}", 0, ROBOT_HELD, 60000);
    assert_judged(ROBOT_FEISHU, 200, "{\"code\":19021,\"msg\":\"sign match fail\"}", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_SLACK, 200, "ok", 0, ROBOT_SENT, 0);
    assert_judged(ROBOT_SLACK, 200, "invalid_payload", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_WEBHOOK, 204, "", 0, ROBOT_SENT, 0);
    assert_judged(ROBOT_WEBHOOK, 200, "whatever", 0, ROBOT_SENT, 0);
}

static void answer__says_when_to_come_back_and_when_never(void **state)
{
    (void)state;
    assert_judged(ROBOT_SLACK, 429, "rate_limited", 30, ROBOT_HELD, 30000);
    assert_judged(ROBOT_SLACK, 429, "", 0, ROBOT_HELD, 60000);
    assert_judged(ROBOT_WEBHOOK, 503, "", 7, ROBOT_FAILED, 7000);
    assert_judged(ROBOT_WEBHOOK, 503, "", 99999999, ROBOT_FAILED, 86400000);
    assert_judged(ROBOT_WEBHOOK, 410, "", 0, ROBOT_GONE, 0);
    assert_judged(ROBOT_SLACK, 410, "channel_is_archived", 0, ROBOT_GONE, 0);
    assert_judged(ROBOT_WEBHOOK, 302, "", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_WEBHOOK, 500, "oops", 0, ROBOT_FAILED, 0);
    assert_judged(ROBOT_WECOM, 404, "", 0, ROBOT_FAILED, 0);
}

static void answer__is_shown_in_one_harmless_line(void **state)
{
    struct robot_judgement out;

    (void)state;
    robot_judge(ROBOT_WEBHOOK, &(struct robot_answer){.status = 500, .body = STR("a\r\nb\xFF\x1B[31m\xE2\x80\xAE 链")},
                false, &out);
    assert_string_equal(out.error, "status 500 (a  b  [31m  链)");
    robot_judge(ROBOT_WEBHOOK, &(struct robot_answer){.trouble = STR("timed out")}, false, &out);
    assert_int_equal(out.verdict, ROBOT_FAILED);
    assert_string_equal(out.error, "timed out");
    robot_judge(ROBOT_WECOM, &(struct robot_answer){.status = 200, .body = STR("{\"errcode\":45009}")}, true, &out);
    assert_string_equal(out.error, "错误码 45009：每分钟发送过多");
    robot_judge(ROBOT_WECOM, &(struct robot_answer){.why = ROBOT_TROUBLE_PRIVATE, .trouble = STR("x")}, true, &out);
    assert_string_equal(out.error, "该地址属于内网");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign__gives_the_vendors_signatures),
        cmocka_unit_test(secret__is_checked_by_kind),
        cmocka_unit_test_setup_teardown(body__is_each_vendors_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dingtalk__is_signed_in_the_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(webhook__carries_its_id_and_both_signatures_while_secrets_change, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(body__is_cut_at_a_character_within_the_vendors_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digest__goes_out_with_every_notice_it_was_made_for, set_up, tear_down),
        cmocka_unit_test(answer__of_200_may_be_a_refusal),
        cmocka_unit_test(answer__says_when_to_come_back_and_when_never),
        cmocka_unit_test(answer__is_shown_in_one_harmless_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
